"""Turn the paragraphs of WordprocessingML into blocks: a document of DOCX, or a part of a split export."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from corpus.formats.passages import Block, Run, block
from corpus.press.parsing import wordtags
from corpus.press.parsing.wordtags import OFF, points

if TYPE_CHECKING:
    from collections.abc import Mapping

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH, _TEXT, _TAB, _BREAK, _RUN = f"{W}p", f"{W}t", f"{W}tab", f"{W}br", f"{W}r"
_STYLE, _ALIGN, _BOLD, _SIZE, _VALUE = f"{W}pStyle", f"{W}jc", f"{W}b", f"{W}sz", f"{W}val"
_BOOKMARK, _NAME, _HIDDEN = f"{W}bookmarkStart", f"{W}name", f"{W}vanish"
_RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_LINK, _ID = f"{W}hyperlink", "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# A piece of an export whose elements of text all have the usual prefix, and which has nothing but elements and text.
_SIMPLE: Final = re.compile(
    rb"<w:document\b[^<>]{0,20000}?\sxmlns:w=\"" + re.escape(W[1:-1].encode()) + rb"\"[^<>]{0,20000}><w:body>"
)
_NOT_SIMPLE: Final = (b"<!", b"<?", b":txbxContent", b"xmlns:w=", b"/wordprocessingml/2006/main")
_SPACES: Final = {_TAB: " ", _BREAK: "\n"}
# What is looked at in a paragraph. A run's properties are before its text, those of the paragraph before any run.
_TAGS: Final = (_RUN, _TEXT, _TAB, _BREAK, _BOLD, _SIZE, _HIDDEN, _ALIGN, _STYLE, _BOOKMARK, _LINK)


class Unreadable(Exception):
    """The XML cannot be read."""


def parse(data: bytes) -> Any:
    """Return the root of WordprocessingML. No entity is expanded, and nothing is fetched.

    Raises:
        Unreadable: the bytes are not XML, or nested deeper than any text.
    """
    from lxml import etree

    if b"<!DOCTYPE" in data[:4_096] or b"<!ENTITY" in data[:65_536]:
        raise Unreadable("a document type, which no word processor writes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(" ".join(str(error).split())[:200]) from None
    if root is None:
        raise Unreadable("no XML element")
    return root


def read(data: bytes) -> list[Block]:
    """Return the blocks of WordprocessingML, tables' cells among them.

    Raises:
        Unreadable: the bytes are not XML.
    """
    if (found := _SIMPLE.match(data)) and not any(data.find(mark, found.end()) >= 0 for mark in _NOT_SIMPLE):
        # As databases write them; without a tree it takes half the time.
        return wordtags.read(data)
    return of_tree(data)


def of_tree(data: bytes) -> list[Block]:
    """Return the same blocks, read from a tree of elements, as any document needs it.

    Raises:
        Unreadable: the bytes are not XML.
    """
    root = parse(data)
    links = {one.get("Id"): one.get("Target", "") for one in root.iter(_RELATION)}
    found = (of_paragraph(one, number, links) for number, one in enumerate(root.iter(_PARAGRAPH)))
    return [made for made in found if made is not None]


def of_paragraph(paragraph: Any, number: int, links: Mapping[str, str]) -> Block | None:  # noqa: C901, PLR0912 - a branch a tag
    """Return the block of a paragraph; None if it has no text.

    Args:
        paragraph: its element.
        number: the number of the paragraph.
        links: the targets of the document's links by their ids.
    """
    runs: list[Run] = []
    texts: list[str] = []
    bold, size, hidden, centred = False, 0.0, False, False
    shown = (False, 0.0)
    style, link = "", ""
    marks: list[str] = []
    for one in paragraph.iter(*_TAGS):
        tag = one.tag
        if tag == _TEXT or tag in _SPACES:
            if not hidden:
                if (bold, size) != shown and texts:
                    runs.append(Run("".join(texts), *shown))
                    texts = []
                shown = (bold, size)
                texts.append(_SPACES.get(tag) or one.text or "")
        elif tag == _RUN:
            bold, size, hidden = False, 0.0, False
        elif tag == _SIZE:
            size = points(one.get(_VALUE, ""))
        elif tag == _BOLD:
            bold = one.get(_VALUE, "1") not in OFF
        elif tag == _HIDDEN:
            hidden = one.get(_VALUE, "1") not in OFF
        elif tag == _ALIGN:
            centred = one.get(_VALUE) == "center"
        elif tag == _STYLE:
            style = style or one.get(_VALUE, "")
        elif tag == _BOOKMARK:
            marks.append(one.get(_NAME, ""))
        elif not link:
            link = links.get(one.get(_ID), "")
    if texts:
        runs.append(Run("".join(texts), *shown))
    if not runs:
        return None
    named = tuple(mark for mark in marks if mark)
    return block(
        runs, centred=centred, division=number, marks=(f"style:{style}", *named) if style else named, link=link
    )
