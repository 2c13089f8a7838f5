"""Read EBSCOhost: fields in cells, with paper, day and page in one of them, `Source:`; then the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.fieldlines import in_order, parse
from corpus.press.parsing.draft import Draft
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

_OWN: Final = {
    "subjectterms": "keywords", "subjects": "keywords", "geographicterms": "other", "fulltextwordcount": "length",
    "persistentlinktothisrecord(permalink)": "url", "persistentlinktothisrecord": "url", "cutandpaste": "other",
    "companyentity": "other", "reviewsproducts": "other", "naicsindustrycodes": "other", "documenttype": "other",
    "authoraffiliations": "other", "lexile": "other", "sectionheading": "section", "section": "section",
}  # fmt: skip
_AMERICAN: Final = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_PAGE: Final = re.compile(r",\s*p\.?\s?([A-Z]{0,3}-?\d{1,4}(?:\s?[-–,]\s?[A-Z]{0,3}\d{1,4})*)\b")
_RIGHTS: Final = re.compile(
    r"^(?:copyright (?:of|©|\(c\))|©|\(c\)|(?:this )?copyright\b.{0,200}\bproperty of|the copyright of|<i>?copyright)",
    re.IGNORECASE,
)
_ABOUT_TEXT: Final = re.compile(
    r"^(?:cut and paste|listen|select:|american accent|.{0,40}copied or emailed)", re.IGNORECASE
)
_PEOPLE: Final = re.compile(r"^(?:~+|by)\s*[:]?\s*", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://\S{8,1500}")
_LONGEST_LABEL: Final = 60


def read(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one record.

    Args:
        blocks: those of its piece.
    """
    draft = Draft()
    label = ""
    in_text = False
    for one in blocks:
        text = one.text.strip()
        found = parse(text, _OWN) if not in_text or not text.endswith((".", "!", "?")) else None
        if found is not None and found.value and len(found.label) <= _LONGEST_LABEL and not in_text:
            _put(found.name, found.value, draft)
            label = ""
        elif found is not None and not found.value and (not in_text or found.name in {"url", "accession", "other"}):
            label = found.name
        elif not in_text and text.endswith((":", "：")) and len(text) <= _LONGEST_LABEL:
            # Cells may have labels that are not known.
            label = "other"
        elif label and label != "text":
            _put(label, text, draft)
            # Where a value has several lines, they are in one cell.
            label = ""
        elif _RIGHTS.match(text):
            draft.add("copyright", text)
        elif not _ABOUT_TEXT.match(text):
            if not draft.title and not in_text:
                draft.title = text
            elif text != draft.title or in_text:
                in_text = True
                draft.paragraphs.append(text)
    _first_lines(draft)
    return draft


def _put(name: str, value: str, draft: Draft) -> None:
    if name == "publication":
        _source(value, draft)
    elif name == "byline":
        draft.add("byline", "; ".join(part.strip() for part in value.split("\n") if part.strip()))
    elif name == "url":
        found = _ADDRESS.search(value)
        draft.add("url", found[0] if found else "")
    elif name == "keywords":
        for part in re.split(r"\n|\*", value):
            draft.add("keywords", part)
    elif name == "title":
        # The copy of the title in the fields is followed by a full stop.
        draft.add("title", value.removesuffix("."))
    else:
        draft.add(name, value)


def _source(value: str, draft: Draft) -> None:
    """Read paper, day and page from `Harbour Gazette. 5/4/2026, Vol. 169 Issue 5, pA1-A15. 2p.`; days are American."""
    line = _AMERICAN.sub(_iso, " ".join(value.split()))
    if page := _PAGE.search(line):
        draft.add("page", page[1])
    for sentence in (*re.finditer(r"\.\s+", line), *re.finditer(r",\s+", line)):
        rest = line[sentence.end() :]
        head = rest.partition(", Vol")[0].partition(", p")[0][:40]
        found = dates.search(head)
        if found and not re.search(r"[^\W\d_]{3}", found[1]):
            draft.add("publication", in_order(line[: sentence.start()]))
            draft.add("date", head.rstrip(" .,"))
            return
    draft.add("publication", in_order(line.partition(". ")[0]))


def _iso(found: re.Match[str]) -> str:
    month, day = int(found[1]), int(found[2])
    if month > 12:
        month, day = day, month
    return f"{found[3]}-{month:02}-{day:02}"


def _first_lines(draft: Draft) -> None:
    """Remove the headings before the text that repeat the title, section or byline."""
    while draft.paragraphs:
        first = draft.paragraphs[0]
        if first == draft.title:
            pass
        elif (found := parse(first, _OWN)) is not None and found.name in {"section", "byline", "title", "dateline"}:
            draft.add(found.name, found.value)
        else:
            break
        draft.paragraphs.pop(0)
