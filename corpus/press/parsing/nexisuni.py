"""Read Nexis Uni and Lexis Advance: the title first, then labelled fields, sections under headings, `End of Document`.

The headings are `Body`, `Graphic`, `Correction` and `Classification` in any language. In Word they are also
bookmarks, with English names in all languages.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from corpus.formats.labels import field_of, fold
from corpus.press.parsing.draft import Draft
from corpus.press.parsing.fields import APPENDED, COPYRIGHT, LOADED, field, pair
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.formats.passages import Block

_CONTENT: Final = re.compile(r"contentItem(?::|%3A)([0-9A-Z]{4}-[0-9A-Z-]{10,40})", re.IGNORECASE)
_AFTER: Final = frozenset({"correctiondate", "publicationtype", "journalcode"})
_HEADING_SIZE: Final = 13.0
_LONGEST_HEADING: Final = 40
_LONGEST_LOADED: Final = 60
_BODY, _END = "body", "classification"
_ABSTRACT: Final = frozenset({"abstract"})
_FULL_TEXT: Final = frozenset({"fulltext"})


def body_of(blocks: Sequence[Block]) -> int | None:
    """Return the number of the heading of the text; None if it is missing, as in older exports."""
    for number, one in enumerate(blocks):
        if one.marks and any(mark.casefold().partition("_")[0] == _BODY for mark in one.marks):
            return number
    for number, one in enumerate(blocks):
        if one.bold and not one.centred and len(one.text) <= _LONGEST_HEADING and field_of(one.text) == "text":
            return number
    for number, (one, below) in enumerate(pairwise(blocks)):
        # Fonts of East Asia may have no bold type; a heading is larger than the text under it.
        if number > 1 and below.size < one.size >= _HEADING_SIZE and field_of(one.text) == "text":
            return number
    return None


def read(blocks: Sequence[Block], body: int) -> Draft:
    """Return the fields of one article.

    Args:
        blocks: those of its piece.
        body: the number of the heading of its text.
    """
    draft = Draft()
    _top(blocks[:body], draft)
    draft.accession = _contents(blocks[:body])
    section = _BODY
    last = ""
    is_marked = any(len(one.text) < 20 and fold(one.text) in _FULL_TEXT and one.text.isupper() for one in blocks[body:])
    for one in blocks[body + 1 :]:
        mark = next((mark.casefold().partition("_")[0] for mark in one.marks if not mark.startswith("Bookmark")), "")
        if _is_heading(one):
            section = _section_of(mark or one.text)
            last = ""
            continue
        if _is_loaded(one, draft):
            continue
        if section == _BODY:
            last = _body(one, draft, last, is_marked=is_marked)
        elif section == _END:
            if one.label:
                draft.add(field(one.label) or "", one.value)
            elif (found := pair(one.text)) is not None:
                draft.add(*found)
        else:
            draft.add(section, one.text)
    return draft


def _contents(blocks: Sequence[Block]) -> str:
    """Return the number of the article, from the address of its title. It is not printed."""
    for one in blocks:
        if found := _CONTENT.search(one.link):
            return found[1]
    return ""


def _is_loaded(one: Block, draft: Draft) -> bool:
    """Return whether a paragraph says when the database added or changed the article. Any section may have one."""
    label, value = one.label, one.value
    if not label and len(one.text) <= _LONGEST_LOADED:
        # In a PDF or a text the label may not be bold.
        label, _, value = one.text.partition(":")
    if not label or field_of(label) != "other":
        return False
    folded = fold(label)
    if folded in LOADED and (one.label or dates.search(value)):
        draft.add("loaded", value)
        return True
    if not one.label:
        return False
    return folded in _AFTER


def _is_heading(one: Block) -> bool:
    return (
        not one.centred and not one.label and len(one.text) <= _LONGEST_HEADING
        and (
            (one.bold and (one.size >= _HEADING_SIZE or bool(one.marks and not one.marks[-1].startswith("Bookmark"))))
            or (one.size >= _HEADING_SIZE and _section_of(one.text) != "none")
        )
    )  # fmt: skip


def _section_of(name: str) -> str:
    """Return the field of a section's paragraphs."""
    folded = fold(name)
    if folded.startswith(_END):
        return _END
    found = field_of(name)
    if found == "text":
        return _BODY
    if found in {"caption", "correction"}:
        return found
    return _END if found == "other" else "none"


def _body(one: Block, draft: Draft, last: str, *, is_marked: bool) -> str:
    """Read a paragraph of the text; return the heading that it is under, `abstract` or `fulltext`.

    Args:
        one: the paragraph.
        draft: what is filled.
        last: the heading above it.
        is_marked: whether `FULL TEXT` is behind the abstract; otherwise the abstract has one paragraph.
    """
    folded = fold(one.text) if len(one.text) < 20 else ""
    if folded in _ABSTRACT | _FULL_TEXT and one.text.isupper():
        return folded
    if last in _ABSTRACT and (is_marked or not draft.description):
        draft.description = f"{draft.description} {one.text}".strip()
        return last
    if one.label and field(one.label) in {"caption", "correction"} and one.label.isupper():
        draft.add(field(one.label) or "", one.value)
        return ""
    draft.paragraphs.append(one.text)
    return ""


def _top(blocks: Sequence[Block], draft: Draft) -> None:
    """Read what is before the text: title, publication and date in the middle, then a copyright and fields."""
    middle = [one for one in blocks if one.centred and not one.label]
    if not middle:
        middle = []
        for number, one in enumerate(blocks):
            # In a PDF a label may not be bold; a title may look like one.
            if one.label or COPYRIGHT.match(one.text) or (number > 1 and pair(one.text) is not None):
                break
            middle.append(one)
    _middle(middle, draft)
    taken = set(map(id, middle))
    for one in blocks:
        if id(one) in taken:
            continue
        if COPYRIGHT.match(one.text):
            draft.add("copyright", one.text)
        elif one.label:
            draft.add(field(one.label) or "", one.value)
        elif (found := pair(one.text)) is not None:
            draft.add(*found)


def _middle(lines: Sequence[Block], draft: Draft) -> None:
    """Read title, publication and date, in this order, then an edition. A title may have several lines."""
    dated = next((n for n, one in enumerate(lines) if n >= 1 and dates.search(one.text) and len(one.text) < 120), None)
    head = lines if dated is None else lines[:dated]
    if head:
        largest = max(one.size for one in head)
        titles = [one for one in head if one.size == largest] if largest > min(one.size for one in head) else head[:1]
        draft.title = " ".join(one.text for one in titles)
        rest = [one for one in head if not any(one is title for title in titles)]
        if rest:
            draft.publication = rest[0].text
    if dated is not None:
        draft.date = lines[dated].text
        for one in lines[dated + 1 :]:
            if COPYRIGHT.match(one.text):
                draft.add("copyright", one.text)
            elif not APPENDED.search(one.text):
                draft.add("edition", one.text)
