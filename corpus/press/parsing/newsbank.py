"""Read NewsBank and Access World News: title, `May 4, 2026 | Harbour Gazette, The (Town, ST)`, fields, text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.fieldlines import in_order, lines_of, paragraphs, parse, text_of
from corpus.press.parsing.draft import Draft
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

_OWN: Final = {
    "authorbyline": "byline", "author": "byline", "recordnumber": "record", "openurllink": "url",
    "columntitle": "other",
    "indexterms": "keywords", "caption": "caption", "dateline": "dateline", "readability": "other", "memo": "other",
    "lexilemeasure": "other", "wordcount": "length", "newsbank": "other",
}  # fmt: skip
_BAR: Final = re.compile(r"\s*\|\s*")
_DASHED: Final = re.compile(
    r"^(?P<paper>.{2,200}?)\s+[-–—|]\s+(?P<day>[^|]{6,40}?)(?:\s+[-–—|]\s+(?P<page>[\w ./-]{1,40}))?\s*$"
)
_WORDS: Final = re.compile(r"^\s*([\d,.]{1,9})\s*words?\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"^\s*\d[\d,.]*\s*$")
_NOISE: Final = re.compile(
    r"^\s*(?:read news document|openurl link|words?|view actual pages?|•?\s*citation\b.*|newsbank.{0,80})\s*$",
    re.IGNORECASE,
)
_RIGHTS: Final = re.compile(r"^\s*(?:copyright\b|©|\(c\)|all content ©)", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://\S{8,1500}")
_CITATION: Final = re.compile(r"^\s*•?\s*citation\b", re.IGNORECASE)
# Hexadecimal numbers are unique; others are a paper's own.
_UNIQUE: Final = re.compile(r"[0-9A-F]{14,20}")
_LONGEST_FIELDS: Final = 400


def read(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article of HTML, Word or RTF.

    Args:
        blocks: those of its piece.
    """
    return read_text(text_of(blocks))


def read_text(text: str) -> Draft:
    """Return the fields of one article of plain text, that of a PDF among them.

    Args:
        text: the piece.
    """
    lines = lines_of(text)
    draft = Draft()
    at = _head(lines, draft)
    at = _fields(lines, at, draft)
    body: list[str] = []
    for number, line in enumerate(lines[at:], at):
        if _RIGHTS.match(line) and not any(_is_prose(one) for one in lines[number + 1 :]):
            _tail(lines[number:], draft)
            break
        if _CITATION.match(line):
            _tail(lines[number + 1 :], draft)
            break
        found = parse(line, _OWN)
        if found and found.name in {"record", "copyright", "url", "accession"}:
            _put(found.name, found.value, draft)
        elif found and found.name == "caption":
            draft.add("caption", found.value)
        elif address := _ADDRESS.fullmatch(line.strip()):
            _put("url", address[0], draft)
        elif not _NOISE.match(line):
            body.append(line)
    draft.paragraphs = paragraphs(body)
    return draft


def _is_prose(line: str) -> bool:
    return (
        len(line.split()) > 12 and not _RIGHTS.match(line) and not _ADDRESS.search(line) and parse(line, _OWN) is None
    )


def _head(lines: Sequence[str], draft: Draft) -> int:
    """Read the title, then day and paper on one line. Returns where the fields begin."""
    title: list[str] = []
    for number, line in enumerate(lines[:12]):
        bare = line.strip()
        if not bare:
            continue
        if title and _dated(bare, draft):
            draft.title = "\n".join(title)
            return number + 1
        title.append(bare)
    draft.title = title[0] if title else ""
    return 1


def _dated(line: str, draft: Draft) -> bool:
    parts = [part for part in _BAR.split(line) if part]
    if len(parts) > 1 and len(line) < _LONGEST_FIELDS:
        day = next((n for n, part in enumerate(parts[:2]) if len(part) < 40 and dates.search(part)), None)
        if day is not None:
            draft.date = parts[day]
            draft.publication = in_order(parts[1 - day])
            for part in parts[2:]:
                _labelled(part, draft)
            return True
    found = _DASHED.match(line)
    if found and dates.search(found["day"]):
        draft.date, draft.publication = found["day"], in_order(found["paper"])
        draft.page = found["page"] or ""
        return True
    return False


def _fields(lines: Sequence[str], at: int, draft: Draft) -> int:
    """Read lines such as `Author/Byline: Jane Doe | Section: News`, and the length. Returns where the text begins."""
    while at < len(lines):
        line = lines[at].strip()
        if not line:
            at += 1
            continue
        if found := _WORDS.match(line):
            draft.add("length", f"{found[1]} words")
        elif _NUMBER.match(line):
            draft.add("length", f"{line} words")
        elif _ADDRESS.fullmatch(line):
            _put("url", line, draft)
        elif not _NOISE.match(line):
            if len(line) > _LONGEST_FIELDS:
                return at
            # All of them are read.
            are_fields = [_labelled(part, draft) for part in _BAR.split(line)]
            if not any(are_fields):
                return at
        at += 1
    return at


def _labelled(part: str, draft: Draft) -> bool:
    if found := _WORDS.match(part):
        draft.add("length", f"{found[1]} words")
        return True
    one = parse(part, _OWN)
    if one is None or one.name == "text":
        return False
    _put(one.name, one.value, draft)
    return True


def _put(name: str, value: str, draft: Draft) -> None:
    if name == "record":
        found = _UNIQUE.search(value.upper())
        draft.add("accession", found[0] if found else "")
    else:
        draft.add(name, value)


def _tail(lines: Sequence[str], draft: Draft) -> None:
    for line in lines:
        one = parse(line, _OWN)
        if one is not None:
            _put(one.name, one.value, draft)
        elif _RIGHTS.match(line):
            draft.add("copyright", line)
        elif address := _ADDRESS.search(line):
            _put("url", address[0].rstrip(".,)"), draft)
