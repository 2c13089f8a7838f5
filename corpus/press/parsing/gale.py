"""Read Gale: `Title:`, `Source: Gazette [Town]. (May 4, 2026): News: pA1.`, then `Full Text:` and a citation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.fieldlines import any_label, record, text_of
from corpus.press.parsing.draft import Draft
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

_OWN: Final = {
    "authors": "byline", "author(s)": "byline", "galedocumentnumber": "accession", "documentnumber": "accession",
    "pub": "publication",
    "detail": "other", "topics": "keywords", "sourcecitation": "citation", "sourcecitation(mla9thedition)": "citation",
    "fulltext": "text", "documenttype": "other", "copyright": "copyright", "articlepreview": "text", "geocode": "other",
}  # fmt: skip
_CITATION: Final = re.compile(
    r"^(?:source citation|quellenangabe|citation de la source|cita de fuente)\b.{0,60}$", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"(?:GALE(?:\||%7C))?([A-Z]{1,3}\d{6,14})\b")
_DAY: Final = re.compile(r"\((?P<day>[^()]{4,40}\d{4}[^()]{0,10})\)")
# The same without brackets, behind a space, a full stop or a comma.
_PLAIN_DAY: Final = re.compile(
    r"(?<=[\s\])])(?P<day>\d{1,2}\.?\s(?:de\s)?[^\W\d_]{3,10}\.?,?\s(?:de\s)?\d{4}|[^\W\d_]{3,10}\.?\s\d{1,2},?\s\d{4})\b"
)
_PAGE: Final = re.compile(r"\bp\.?\s?(?P<page>[A-Z]{0,3}-?\d{1,4}(?:\s?[-–,]\s?[A-Z]{0,3}\d{1,4})*)\.?\s*$")
_BARE_PAGE: Final = re.compile(r":\s*(?P<page>[A-Z]{0,3}\d{1,4}(?:[-–]\d{1,4})?)\.?$")
_ISSUE: Final = re.compile(r"[.,:]?\s*(?:vol(?:ume)?\.?|no\.?|issue|nr\.?)\s*\S{1,12}", re.IGNORECASE)
_LINK: Final = re.compile(r"(?:https?://)?link\.gale\.com/\S{5,300}|https?://\S{8,400}")


def read(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article of HTML.

    Args:
        blocks: those of its piece.
    """
    return read_text(text_of(blocks, any_label))


def read_text(text: str) -> Draft:
    """Return the fields of one article of plain text.

    Args:
        text: the piece.
    """
    found = record(text, _OWN)
    draft = Draft()
    for one in found.fields:
        if one.name == "publication":
            _source(one.value, draft)
        elif one.name == "accession":
            number = _NUMBER.search(one.value)
            draft.add("accession", number[1] if number else one.value)
        elif one.name == "byline":
            draft.add("byline", re.sub(r"\n| and ", "; ", one.value))
        elif one.name not in {"citation", "text", "url"}:
            draft.add(one.name, one.value)
    if not draft.title and found.before:
        draft.title = found.before[0]
    _paragraphs(found.paragraphs, draft)
    return draft


def _paragraphs(paragraphs: Sequence[str], draft: Draft) -> None:
    """Read the text, up to the citation."""
    for number, one in enumerate(paragraphs):
        if _CITATION.match(one) or one.lower().startswith("source citation"):
            for rest in paragraphs[number:]:
                if not draft.accession and (found := _NUMBER.search(rest)):
                    draft.accession = found[1]
            break
        if one.lower().startswith(("copyright: ", "copyright (c)", "copyright ©")) and number == len(paragraphs) - 1:
            draft.add("copyright", one)
        else:
            draft.paragraphs.append(one)


def _source(value: str, draft: Draft) -> None:
    """Read paper, day, section and page from `The Harbour Gazette [Town, Country]. (May 4, 2026): News: pA1.`."""
    line = " ".join(value.split())
    day = _DAY.search(line)
    if day is None or dates.search(day["day"]) is None:
        day = _PLAIN_DAY.search(line)
    if day is None or dates.search(day["day"]) is None:
        draft.add("publication", line)
        return
    draft.add("date", day["day"])
    paper = _ISSUE.sub("", line[: day.start()]).strip(" .,:")
    draft.add("publication", paper)
    rest = line[day.end() :].strip(" :.,")
    if page := _PAGE.search(rest) or _BARE_PAGE.search(rest):
        draft.add("page", page["page"])
        rest = rest[: page.start()].strip(" :.,")
    draft.add("section", "" if rest.isdigit() else rest)
