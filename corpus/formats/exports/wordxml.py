"""The paragraphs of WordprocessingML to blocks: a document of DOCX, or a part of it that an export was split into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpus.formats.exports.blocks import Block, Run, block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARAGRAPH, _TEXT, _TAB, _BREAK, _RUN = f"{W}p", f"{W}t", f"{W}tab", f"{W}br", f"{W}r"
_STYLE, _ALIGN, _BOLD, _SIZE, _VALUE = f"{W}pStyle", f"{W}jc", f"{W}b", f"{W}sz", f"{W}val"
_BOOKMARK, _NAME, _HIDDEN = f"{W}bookmarkStart", f"{W}name", f"{W}vanish"
_RELATION: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_LINK, _ID = f"{W}hyperlink", "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OFF: Final = frozenset({"0", "false", "off", "none"})


class Unreadable(Exception):
    """The XML cannot be read."""


def parse(data: bytes) -> Any:
    """Return the root of WordprocessingML; no entity is expanded, nothing is fetched.

    Raises:
        Unreadable: it is no XML, or nested deeper than any text.
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
        Unreadable: it is no XML.
    """
    root = parse(data)
    links = {one.get("Id"): one.get("Target", "") for one in root.iter(_RELATION)}
    found = (of_paragraph(one, number, links) for number, one in enumerate(root.iter(_PARAGRAPH)))
    return [made for made in found if made is not None]


def of_paragraph(paragraph: Any, number: int, links: Mapping[str, str]) -> Block | None:
    """Return the block of a paragraph; None if it has no text.

    Args:
        paragraph: its element.
        number: which one it is.
        links: the targets of the document's links by their ids.
    """
    align = paragraph.find(f"{W}pPr/{W}jc")
    marks = tuple(bookmarks(paragraph))
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    if style is not None and (name := style.get(_VALUE)):
        marks = (f"style:{name}", *marks)
    return block(
        list(_runs(paragraph)),
        centred=align is not None and align.get(_VALUE) == "center",
        division=number,
        marks=marks,
        link=next((links[one.get(_ID)] for one in paragraph.iter(_LINK) if one.get(_ID) in links), ""),
    )


def bookmarks(paragraph: Any) -> Iterator[str]:
    """The names of the bookmarks that begin in a paragraph."""
    for mark in paragraph.iter(_BOOKMARK):
        if name := mark.get(_NAME):
            yield name


def _runs(paragraph: Any) -> Iterator[Run]:
    for run in paragraph.iter(_RUN):
        bold, size = False, 0.0
        for part in run:
            tag = part.tag
            if tag == _TEXT:
                yield Run(part.text or "", bold, size)
            elif tag == _BREAK:
                yield Run("\n", bold, size)
            elif tag == _TAB:
                yield Run(" ", bold, size)
            elif tag == f"{W}rPr":
                bold, size = _is_on(part.find(_BOLD)), _points(part.find(_SIZE))
                if _is_on(part.find(_HIDDEN)):
                    break


def _is_on(element: Any) -> bool:
    return element is not None and element.get(_VALUE, "1") not in _OFF


def _points(element: Any) -> float:
    """A size, which is given in half points."""
    written = "" if element is None else element.get(_VALUE, "")
    return int(written) / 2 if written.isascii() and written.isdigit() and len(written) <= 4 else 0.0
