"""Documents of RTF cut into articles, paragraph by paragraph: each part keeps its own bytes, without pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.parsing import rtf, rtfstate
from corpus.press.splitting.cutting import MOST_PART_BYTES
from corpus.press.splitting.kinds import TooLarge
from corpus.press.splitting.word import Paragraph, Part
from corpus.sources.entries import Reason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAGIC: Final = b"{\\rtf"
# Groups that are left open at the end of an article, as in a torn file, need no end.
_MOST_CLOSED: Final = 100


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
    for one in paragraphs(stream):
        text = one.text
        if starts(Paragraph(text, one.marks)):
            yield _made(pieces, size, depth, has_text=has_text)
            pieces, size, has_text = [], 0, False
        if not pieces:
            pieces.append(one.opening)
        size += len(one.raw)
        if size <= MOST_PART_BYTES:
            pieces.append(one.raw)
        depth = one.depth
        has_text = has_text or bool(text.strip())
    yield _made(pieces, size, depth, has_text=has_text)


def _made(pieces: list[bytes], size: int, depth: int, *, has_text: bool) -> Part | TooLarge:
    if size > MOST_PART_BYTES:
        return TooLarge(size)
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
