"""Documents of RTF cut into articles, paragraph by paragraph: each part keeps its own bytes, without pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.parsing import rtf, rtfstate
from corpus.press.splitting.cutting import MOST_PART_BYTES
from corpus.press.splitting.kinds import TooLarge
from corpus.press.splitting.word import Paragraph, Part
from corpus.sources.entries import Reason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAGIC: Final = b"{\\rtf"
# So many bytes of font tables are repeated before the articles of a document, and so many for each byte of theirs:
# thousands of short articles under a large table would make a small file a large one.
_MOST_REPEATED: Final = 4_000_000
_MOST_SHARE: Final = 2
# Groups that are left open at the end of an article, as in a torn file, need no end.
_MOST_CLOSED: Final = 100
# A mark in front of the bytes of a part: its header is to have the fonts that the part uses, and no others.
_COSTLY: Final = b"\0"
_FONT: Final = re.compile(rb"\\f(\d{1,10})")


def paragraphs(stream: BinaryIO) -> Iterator[rtfstate.Paragraph]:
    """Yield the paragraphs of a document.

    Raises:
        Unreadable: its groups are nested too deep.
    """
    try:
        yield from rtf.paragraphs(stream, MOST_PART_BYTES)
    except rtfstate.TooDeep:
        raise Unreadable(Reason.NESTED, f"its RTF has groups nested more than {rtfstate.DEEPEST:,} deep") from None


def parts(stream: BinaryIO, starts: Callable[[Paragraph], bool]) -> Iterator[Part | TooLarge]:
    """Yield the parts of a document, cut before the paragraphs that start one; the first part comes before them.

    Args:
        stream: the document.
        starts: tells whether a paragraph starts a part. It is called for each in order.

    Raises:
        Unreadable: its groups are nested too deep.
    """
    pieces: list[bytes] = []
    size, depth, has_text = 0, 0, False
    repeated, read = 0, 0
    for one in paragraphs(stream):
        text = one.text
        if starts(Paragraph(text, one.marks)):
            yield _made(pieces, size, depth, has_text=has_text)
            pieces, size, has_text = [], 0, False
        if not pieces:
            repeated += len(one.header)
            is_costly = repeated > _MOST_REPEATED + _MOST_SHARE * read
            pieces += [_COSTLY, one.header, one.groups] if is_costly else [one.header, one.groups]
        size += len(one.raw)
        read += len(one.raw)
        if size <= MOST_PART_BYTES:
            pieces.append(one.raw)
        depth = one.depth
        has_text = has_text or bool(text.strip())
    yield _made(pieces, size, depth, has_text=has_text)


def _made(pieces: list[bytes], size: int, depth: int, *, has_text: bool) -> Part | TooLarge:
    if size > MOST_PART_BYTES:
        return TooLarge(size)
    if pieces and pieces[0] == _COSTLY:
        _, header, *rest = pieces
        used = frozenset(number for one in rest for number in _FONT.findall(one))
        pieces = [rtfstate.with_fonts(header, used), *rest]
    return Part(b"".join(pieces) + b"}" * min(depth, _MOST_CLOSED), has_text)


def head(stream: BinaryIO, most: int) -> str:
    """Return the text at the beginning of a document, a line for each paragraph.

    Args:
        stream: the document.
        most: bytes that are read, pictures not counted.

    Raises:
        Unreadable: its groups are nested too deep.
    """
    lines: list[str] = []
    read = 0
    for one in paragraphs(stream):
        lines.append(one.text)
        read += len(one.raw)
        if read > most:
            break
    return "\n".join(lines)
