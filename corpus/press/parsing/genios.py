"""Read WISO and Genios: title, `Quelle: Tagblatt vom 04.05.2026, S. 3`, fields in German, text, address and owner."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.fieldlines import any_label, lines_of, paragraphs, parse, text_of
from corpus.press.parsing.draft import Draft
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

_OWN: Final = {
    "quelle": "source", "dokumentnummer": "accession", "dauerhafteadressedesdokuments": "url", "ressort": "section",
    "standigeadressedesdokuments": "url",
    "rubrik": "section", "ausgabe": "edition", "alausgabe": "edition", "allerechtevorbehalten": "copyright",
    "autor": "byline",
    "serie": "other", "issn": "other", "isbn": "other", "quellenname": "source", "datenbank": "other",
    "region": "other",
    "deskriptoren": "keywords", "stichworter": "keywords", "schlagworter": "keywords", "personen": "other",
    "firma": "other", "firmen": "other",
    "untertitel": "description", "dachzeile": "other", "vorspann": "description", "seite": "page", "land": "other",
    "branche": "other", "verlag": "other", "hinweis": "other", "worter": "length", "wortanzahl": "length",
}  # fmt: skip
_SOURCE: Final = re.compile(
    r"^[\"»„“]?(?P<paper>.{2,160}?)[\"«“”]?\s*,?\s+(?:vom|v\.|den|,)?\s*(?P<day>\d{1,2}\.\s?(?:\d{1,2}\.|[^\W\d_]{3,9})\s?\d{2,4})"
    r"(?P<more>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_PAGE: Final = re.compile(r"\b(?:S\.|Seiten?|SEITE)\s*:?\s*(?P<page>[A-Z]{0,3}\s?\d{1,4}(?:\s?[-–,]\s?\d{1,4})*)")
_NUMBER: Final = re.compile(r"\b(?:Nr\.|Heft|Ausgabe)\s*\S{1,12}")
_PAGES: Final = re.compile(r"^\s*(?:Seite\s+\d{1,4}\s+von\s+\d{1,4}|Dokumente)\s*$")
_OWNER: Final = re.compile(r"GBI-Genios Deutsche Wirtschaftsdatenbank GmbH")
_RIGHTS: Final = re.compile(r"^\s*(?:alle rechte vorbehalten|©|\(c\)|copyright\b)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"^https?://\S{8,400}$")
_LONGEST_TITLE: Final = 300


def read(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article of HTML.

    Args:
        blocks: those of its piece.
    """
    draft = read_text(text_of(blocks, any_label))
    heading = next((one.text for one in blocks if {"h1", "h2", "h3"} & set(one.marks)), "")
    if heading and heading in draft.paragraphs:
        draft.paragraphs.remove(heading)
    draft.title = heading or draft.title
    return draft


def read_text(text: str) -> Draft:
    """Return the fields of one article of plain text, that of a PDF among them.

    Args:
        text: the piece.
    """
    lines = [line for line in lines_of(text) if not _PAGES.match(line)]
    found = [parse(line, _OWN) for line in lines]
    draft = Draft()
    at = next((n for n, one in enumerate(found) if one and one.name == "source"), None)
    head = lines[:at]
    body: list[str] = []
    open_field = ""
    for number, line in enumerate(lines):
        one = found[number]
        if at is not None and number < at:
            continue
        if one is not None and one.name != "text":
            if one.name == "source":
                _source(one.value, draft)
            else:
                draft.add(one.name, one.value)
            open_field = one.name if not one.value else ""
        elif _OWNER.search(line):
            continue
        elif open_field and line.strip():
            if open_field == "source":
                _source(line.strip(), draft)
            else:
                draft.add(open_field, line)
            open_field = ""
        elif _RIGHTS.match(line):
            draft.add("copyright", line)
        elif _ADDRESS.match(line.strip()):
            draft.add("url", line)
        else:
            body.append(line)
    # The text follows the fields; where it does not, it is above them.
    below = paragraphs(body)
    above = paragraphs(head) if below else _apart(head)
    _title(above, draft, has_text=bool(below))
    draft.paragraphs += below
    return draft


def _apart(lines: Sequence[str]) -> list[str]:
    """Return a title and the paragraphs under it."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if not filled:
        return []
    return [lines[filled[0]].strip(), *paragraphs(lines[filled[0] + 1 :])]


def _title(above: Sequence[str], draft: Draft, *, has_text: bool) -> None:
    """Read the title, the first line above the source. Further lines are the text, or else a standfirst."""
    if draft.title or not above:
        if not has_text:
            draft.paragraphs += above
        return
    draft.title = above[0]
    if has_text:
        # A kicker is shorter than the headline under it, and ends without a mark.
        for one in above[1:]:
            draft.add("description", one)
    else:
        draft.paragraphs += above[1:]


def _source(value: str, draft: Draft) -> None:
    line = " ".join(value.split())
    found = _SOURCE.match(line)
    if found is None or dates.search(found["day"], "de") is None:
        draft.add("publication", line.strip('"»«„“”'))
        return
    draft.add("publication", found["paper"].strip('"»«„“”, '))
    draft.add("date", found["day"])
    if page := _PAGE.search(found["more"]):
        draft.add("page", page["page"])
