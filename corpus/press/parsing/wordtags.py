"""Turn WordprocessingML into blocks by its tags, without a tree: pieces of exports in the form that databases write.

The blocks are those of `wordxml`, which reads everything else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.formats.passages import Block, Run, block
from corpus.text.entities import unescape

if TYPE_CHECKING:
    from collections.abc import Mapping

OFF: Final = frozenset({"0", "false", "off", "none"})
_PARAGRAPH: Final = re.compile(rb"<w:p(?:\s[^<>]*+)?>|<w:p\s*/>|</w:p>")
_SPACES: Final = frozenset({b"tab", b"br"})
# Of what is longer between two texts, nothing is remembered.
_LONGEST_KNOWN: Final = 1_000
_SLASH: Final = b"/"[0]
# An element of text up to its end; between two of them are the tags that are looked at.
_TEXT: Final = re.compile(rb"<w:t(?:\s[^<>]*+)?>([^<]*+)<")
_TAG: Final = re.compile(rb"<w:(r|b|sz|tab|br|vanish|jc|pStyle|bookmarkStart|hyperlink)(?=[\s/>])([^<>]*+)>")
_VALUE: Final = re.compile(rb"\sw:val\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_NAME: Final = re.compile(rb"\sw:name\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_ID: Final = re.compile(rb"\sr:id\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_RELATION: Final = re.compile(rb"<Relationship\s([^<>]*+)>")
_RELATION_ID: Final = re.compile(rb"(?:^|\s)Id=\"([^\"]*)\"")
_TARGET: Final = re.compile(rb"(?:^|\s)Target=\"([^\"]*)\"")


def read(data: bytes) -> list[Block]:
    """Return the blocks of a piece, in which `wordxml` has found nothing but elements and text."""
    links = {_value(_RELATION_ID, one) or "": _value(_TARGET, one) or "" for one in _RELATION.findall(data)}
    found: list[Block] = []
    number, start = -1, -1
    for tag in _PARAGRAPH.finditer(data):
        # A paragraph ends at its end or, in torn files, where the next one begins.
        if start >= 0 and (made := _paragraph(data[start : tag.start()], number, links)) is not None:
            found.append(made)
        start = -1
        if data[tag.start() + 1] != _SLASH:
            number += 1
            if data[tag.end() - 2] != _SLASH:
                start = tag.start()
    if start >= 0 and (made := _paragraph(data[start:], number, links)) is not None:
        found.append(made)
    return found


class _Type(NamedTuple):
    """How the text of a run is set."""

    bold: bool = False
    size: float = 0.0
    hidden: bool = False


def _paragraph(data: bytes, number: int, links: Mapping[str, str]) -> Block | None:  # noqa: C901, PLR0912 - a branch a tag
    """Return the block of a paragraph; None if it has no text."""
    # What is between the texts and the texts, in turn.
    between = _TEXT.split(data)
    if len(between) == 1 and b"<w:br" not in data and b"<w:tab" not in data:
        return None
    runs: list[Run] = []
    texts: list[str] = []
    bold, size, hidden, centred = False, 0.0, False, False
    shown = (False, 0.0)
    style, link = "", ""
    marks: list[str] = []
    for at, some in enumerate(between):
        if at % 2:
            if not hidden:
                if (bold, size) != shown and texts:
                    runs.append(Run("".join(texts), *shown))
                    texts = []
                shown = (bold, size)
                texts.append(_decoded(some))
            continue
        tags = _tags(some)
        if isinstance(tags, _Type):
            bold, size, hidden = tags
            continue
        for tag, attributes in tags:
            if tag in _SPACES:
                if not hidden:
                    if (bold, size) != shown and texts:
                        runs.append(Run("".join(texts), *shown))
                        texts = []
                    shown = (bold, size)
                    texts.append(" " if tag == b"tab" else "\n")
            elif tag == b"r":
                bold, size, hidden = False, 0.0, False
            elif tag == b"sz":
                size = points(_value(_VALUE, attributes) or "")
            elif tag == b"b":
                bold = (_value(_VALUE, attributes) or "1") not in OFF
            elif tag == b"vanish":
                hidden = (_value(_VALUE, attributes) or "1") not in OFF
            elif tag == b"jc":
                centred = _value(_VALUE, attributes) == "center"
            elif tag == b"pStyle":
                style = style or _value(_VALUE, attributes) or ""
            elif tag == b"bookmarkStart":
                marks.append(_value(_NAME, attributes) or "")
            elif not link:
                link = links.get(_value(_ID, attributes) or "", "")
    if texts:
        runs.append(Run("".join(texts), *shown))
    if not runs:
        return None
    named = tuple(mark for mark in marks if mark)
    return block(
        runs, centred=centred, division=number, marks=(f"style:{style}", *named) if style else named, link=link
    )


def _tags(written: bytes) -> _Type | list[tuple[bytes, bytes]]:
    """Return the tags between two texts; only how the next text is set, if they say nothing else."""
    return _known_tags(written) if len(written) <= _LONGEST_KNOWN else _TAG.findall(written)


@lru_cache(maxsize=2_048)
def _known_tags(written: bytes) -> _Type | list[tuple[bytes, bytes]]:
    """Return the same for what is written between most texts: the same few properties."""
    tags = _TAG.findall(written)
    bold, size, hidden = False, 0.0, False
    if not tags or tags[0][0] != b"r":
        return tags
    for tag, attributes in tags:
        if tag == b"r":
            bold, size, hidden = False, 0.0, False
        elif tag == b"sz":
            size = points(_value(_VALUE, attributes) or "")
        elif tag == b"b":
            bold = (_value(_VALUE, attributes) or "1") not in OFF
        elif tag == b"vanish":
            hidden = (_value(_VALUE, attributes) or "1") not in OFF
        else:
            return tags
    return _Type(bold, size, hidden)


@lru_cache(maxsize=1_024)
def _value(name: re.Pattern[bytes], attributes: bytes) -> str | None:
    """Return the value of an attribute; None without it."""
    found = name.search(attributes)
    return _decoded(found[1] if found[1] is not None else found[2] or b"") if found else None


def _decoded(written: bytes) -> str:
    text = written.decode("utf-8", "replace")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unescape(text) if "&" in text else text


@lru_cache(maxsize=256)
def points(written: str) -> float:
    """Return a size in points, which is given in half points."""
    return int(written) / 2 if written.isascii() and written.isdigit() and len(written) <= 4 else 0.0
