"""Cut withdrawn articles out of the files of exports, if the format allows it."""

from __future__ import annotations

import hashlib
import mmap
import re
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from corpus.formats import parser_of
from corpus.formats.article import Document
from corpus.press.splitting import splitting
from corpus.sources.entries import Item
from corpus.text.entities import unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_CHUNK: Final = 8_000_000
_TAG: Final = re.compile(rb"<[^<>]{0,2000}>")
_WORD: Final = re.compile(rb"[^\W_]|[\x80-\xff]")
_NO_WORD: Final = re.compile(r"[\W_]+")
# What the remaining bytes are searched for: the title of a piece that was cut, and so many characters of its text.
_OPENING: Final = 80
_SEARCHED: Final = 1_000_000
_OVERLAP: Final = 8_192


def cut(path: Path, source: str, is_withdrawn: Callable[[Item], bool]) -> bool:
    """Cut the pieces of a file that were withdrawn, in place.

    A piece can be cut if the file has its bytes exactly as the document, as in text, HTML and XML. The rest must give
    the other documents and no withdrawn one. It must not have the title or the beginning of what was cut, as a table
    of contents would.

    Args:
        path: a copy of the file.
        source: the path of the file, as it was given.
        is_withdrawn: whether a piece was withdrawn.

    Returns:
        Whether it was cut. If not, the complete file must be removed.
    """
    before, gone = _split(path, source, is_withdrawn)
    if not before or not gone:
        return False
    spans = _spans(path, [item.data for item in gone])
    if not spans:
        return False
    aside = path.with_name(f"{path.name}.cut")
    try:
        with path.open("rb") as opened, aside.open("wb") as made:
            at = 0
            for start, end in spans:
                opened.seek(at)
                _pass_on(opened, made, start - at)
                at = end
            opened.seek(at)
            _pass_on(opened, made, None)
        after, left = _split(aside, source, is_withdrawn)
        if left or after != before or _mentions(aside, gone):
            return False
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return True


def _split(path: Path, source: str, is_withdrawn: Callable[[Item], bool]) -> tuple[set[bytes], list[Item]]:
    """Return the digests of the pieces of a file that stay, and the pieces that were withdrawn."""
    stays: set[bytes] = set()
    gone: list[Item] = []
    name = source.rpartition("/")[2].rpartition("!")[2]
    with path.open("rb") as opened:
        for one in splitting.split(cast("BinaryIO", opened), name, source) or ():
            if isinstance(one, Item):
                if is_withdrawn(one):
                    gone.append(one)
                elif _WORD.search(_TAG.sub(b" ", one.data)):
                    # What has no word is left of a piece that was cut: its number, or the beginning of its markup.
                    stays.add(hashlib.sha256(one.data).digest())
    return stays, gone


def _spans(path: Path, pieces: Iterable[bytes]) -> list[tuple[int, int]]:
    """Return where pieces are in a file, in order and without overlaps; nothing if one of them is not there."""
    found: list[tuple[int, int]] = []
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for piece in pieces:
            at = content.find(piece)
            if at < 0 or not piece:
                return []
            while at >= 0:
                found.append((at, at + len(piece)))
                at = content.find(piece, at + len(piece))
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(found)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _mentions(path: Path, gone: Iterable[Item]) -> bool:
    """Return whether a file still has the title or the opening of a piece."""
    words: set[str] = set()
    charset = "utf-8"
    for item in gone:
        charset = item.media_type.partition("charset=")[2] or charset
        parser = parser_of(item.media_type, "by-language")
        if parser is None:
            return True
        article = parser.parse(Document(item.data, item.media_type, item.source))
        words |= {_plain(article.title or ""), _plain((article.text or "")[:_OPENING])}
    words.discard("")
    with path.open("rb") as opened:
        last = b""
        while chunk := opened.read(_SEARCHED):
            text = _plain(unescape(_TAG.sub(b" ", last + chunk).decode(charset, "replace")))
            if any(one in text for one in words):
                return True
            last = chunk[-_OVERLAP:]
    return False


def _plain(text: str) -> str:
    return _NO_WORD.sub("", text).casefold()


def copy(stream: BinaryIO, target: Path) -> None:
    """Write a seekable stream to a file, in bounded memory."""
    stream.seek(0)
    with target.open("wb") as made:
        _pass_on(stream, made, None)


def _pass_on(source: BinaryIO, target: BinaryIO, size: int | None) -> None:
    """Copy so many bytes, or all that are left."""
    left = size
    while left is None or left > 0:
        chunk = source.read(_CHUNK if left is None else min(_CHUNK, left))
        if not chunk:
            return
        target.write(chunk)
        left = None if left is None else left - len(chunk)
