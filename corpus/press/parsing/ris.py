"""Read RIS: a tag of two letters, `  - `, and a value. Press databases write titles and dates, and few write texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.article import Problem
from corpus.formats.fieldlines import lines_of
from corpus.formats.labels import field_of
from corpus.press.parsing.draft import Draft
from corpus.text import dates
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG: Final = re.compile(r"^\s{0,4}(?P<tag>[A-Z][A-Z0-9])\s{1,3}-(?:\s(?P<value>.*)|$)")
# Each tag with the field that it is put into; a field takes the first tag that is filled, in this order.
_FIELDS: Final = {
    "TI": "title", "T1": "title", "CT": "title",
    "JO": "publication", "JF": "publication", "T2": "publication", "BT": "publication", "JA": "publication",
    "J2": "publication", "J1": "publication",
    "DA": "date", "Y1": "date", "PY": "date",
    "ET": "edition", "SE": "section", "LA": "language", "AN": "accession", "ID": "accession", "UR": "url", "L2": "url",
    "L1": "url", "LK": "url", "CR": "copyright",
}  # fmt: skip
_AUTHORS: Final = ("AU", "A1", "A2", "A3", "A4")
_TEXTS: Final = ("FT", "TX", "N1", "N2", "AB")
_LABELLED: Final = re.compile(r"^\s*(?P<label>[^\W\d_][^:：\n]{1,40}?)\s*[:：]\s*(?P<rest>.*)$", re.DOTALL)
# 2026/05/04/ or 2026/05/04/Late Edition
_DAY: Final = re.compile(r"^\s*(?P<day>\d{4}(?:[/-]\w{1,3}){0,2})/?(?P<more>[^/\d].*)?/?\s*$")
_NUMBERED: Final = re.compile(r"(?:accession number|acc\.? no\.?)\s*:\s*(?P<number>[\w.-]{4,60})", re.IGNORECASE)
# Abstracts of newspapers are of some sentences; what is longer is the text.
_LEAST_TEXT_WORDS: Final = 200


def read_text(text: str) -> Draft:
    """Return the fields of one record.

    Args:
        text: the piece.
    """
    values: dict[str, list[str]] = {}
    for tag, value in _values(text):
        if value:
            values.setdefault(tag, []).append(value)
    draft = Draft()
    for tag, name in _FIELDS.items():
        for value in values.get(tag, ()):
            draft.add(name, value)
    _date(draft)
    draft.byline = "; ".join(one for tag in _AUTHORS for one in values.get(tag, ()))
    for word in values.get("KW", ()):
        draft.add("keywords", word)
    pages = [" ".join(values.get(tag, ())) for tag in ("SP", "EP")]
    draft.page = pages[0] if pages[1] in {"", pages[0]} else "-".join(one for one in pages if one)
    _text(values, draft)
    if not draft.accession and (found := _NUMBERED.search(" ".join(values.get("N1", ())))):
        draft.accession = found["number"]
    if not draft.paragraphs:
        database = " ".join(values.get("DP", []) or values.get("DB", []))[:80]
        draft.problems.append(
            Problem(Check.NOT_READ, f"RIS of {database or 'a database'}: a record without a text; export full texts")
        )
    return draft


def _values(text: str) -> Iterator[tuple[str, str]]:
    """Yield the tags and values of a record. A value may continue on the lines below."""
    tag, value = "", [""]
    for line in lines_of(text):
        found = _TAG.match(line)
        if found:
            yield tag, "\n".join(value).strip()
            tag, value = found["tag"], [(found["value"] or "").strip()]
        else:
            value.append(line.strip())
    yield tag, "\n".join(value).strip()


def _date(draft: Draft) -> None:
    """Turn a date of RIS, `2026/05/04/Late Edition`, into a usual date."""
    if (found := _DAY.match(draft.date)) is None:
        return
    parts = re.split(r"[/-]", found["day"])
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        draft.date = "-".join(part.zfill(2) for part in parts)
    elif len(parts) == 3:
        draft.date = f"{parts[2]} {parts[1]} {parts[0]}"
    elif dates.search(draft.date) is None:
        # A year or a month is no day.
        draft.date = ""


def _text(values: dict[str, list[str]], draft: Draft) -> None:
    for tag in _TEXTS:
        for value in values.get(tag, ()):
            found = _LABELLED.match(value)
            labelled = field_of(found["label"]) if found else None
            body = found["rest"] if found and labelled == "text" else value
            if tag in {"FT", "TX"} or labelled == "text" or len(value.split()) >= _LEAST_TEXT_WORDS:
                if not draft.paragraphs:
                    draft.paragraphs = [one.strip() for one in body.split("\n") if one.strip()]
            elif tag in {"N2", "AB"}:
                draft.add("description", value)
