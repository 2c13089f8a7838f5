"""Read Asahi's Kikuzo and Yomiuri's Yomidasu, databases of single papers: a table of details, then the text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.press.parsing.draft import Draft
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

_LENGTH: Final = re.compile(r"^[\d０-９,，]+\s*(?:文字|字)$")
_PAGE: Final = re.compile(r"^([A-Z]?[\d０-９]{1,3})\s*(?:頁|ページ|面)?$")
_EDITION: Final = re.compile(r"[朝夕]刊|号外|地方版|版$|夕刊|週刊")
_COLUMNS: Final = re.compile(r"^\d{1,2}段$")
_LANGUAGE: Final = "ja"
_ASAHI, _YOMIURI = "朝日新聞", "読売新聞"
_CREDIT: Final = re.compile(r"^(?:写真|図|表)＝|^【写真説明】")


def kikuzo(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article of Kikuzo.

    Args:
        blocks: those of its piece.
    """
    draft = Draft(language=_LANGUAGE, publication=_ASAHI)
    cells = [one.text for one in blocks if "topic-list" in one.marks and "th" not in one.marks]
    _details(cells[1:] if cells and cells[0].isdigit() else cells, draft)
    for one in blocks:
        if "font002" in one.marks and "topic-list" not in one.marks:
            draft.add("title", one.text)
        elif any(mark.startswith("detail0") for mark in one.marks):
            _paragraphs(one, draft)
    return draft


def yomidasu(blocks: Sequence[Block]) -> Draft:
    """Return the fields of one article of Yomidasu.

    Args:
        blocks: those of its piece.
    """
    draft = Draft(language=_LANGUAGE, publication=_YOMIURI)
    cells = [one for one in blocks if "contentsTable" in one.marks]
    if cells and cells[0].text.isdigit():
        cells = cells[1:]
    if len(cells) > 1:
        draft.title = cells[1].text
    _details([one.text for number, one in enumerate(cells) if number != 1], draft)
    for one in blocks:
        if "mb10" in one.marks and "contentsTable" not in one.marks:
            _paragraphs(one, draft)
    return draft


def _details(cells: Sequence[str], draft: Draft) -> None:
    """Read day, edition, section, page and length, recognised by their form; what is left is the section."""
    for cell in cells:
        value = cell.replace("\n", "")
        if not draft.date and dates.search(value):
            draft.date = value
        elif _LENGTH.match(value):
            draft.add("length", value)
        elif _COLUMNS.match(value):
            continue
        elif _PAGE.match(value) and not draft.page:
            draft.page = _PAGE.sub(r"\1", value)
        elif _EDITION.search(value) and not draft.edition:
            draft.edition = value
        else:
            draft.add("section", value)


def _paragraphs(one: Block, draft: Draft) -> None:
    for line in one.text.split("\n"):
        if _CREDIT.match(line):
            draft.add("caption", line)
        else:
            draft.add("text", line)
