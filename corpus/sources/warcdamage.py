"""Damage in WARCs: where the next record begins, and whether one is cut off or holds another."""

from __future__ import annotations

import re
from typing import BinaryIO, Final

from corpus.sources.entries import Reason, Unreadable
from corpus.sources.inflate import Inflated

_HUNT_BYTES: Final = 4 * 1024 * 1024
# A record within another's body: the length of the outer one is wrong.
_RECORD_BEGINS: Final = b"\r\n\r\nWARC/1."
_RECORD: Final = re.compile(rb"\r\n\r\nWARC/1\.\d\r\n[Ww][Aa][Rr][Cc]-")
# Where the headers of a file end their lines with a line feed alone. Elsewhere this may be a text about WARCs.
_LINE_FEED_BEGINS: Final = b"\nWARC/1."
_LINE_FEED_RECORD: Final = re.compile(rb"\r?\n\r?\nWARC/1\.\d\r?\n[Ww][Aa][Rr][Cc]-")
_LINE_FEED_HEADER: Final = re.compile(rb"\s*WARC/1\.\d\n")
_FIRST_BYTES: Final = 64
_HEADER_ENDS: Final = re.compile(rb"\r?\n\r?\n")


def hunt(file: BinaryIO, mark: bytes, at: int) -> int | None:
    """Return where the next record seems to begin, from `at` on; None if no mark of one follows."""
    file.seek(at)
    seen = b""
    while piece := file.read(_HUNT_BYTES):
        seen += piece
        found = seen.find(mark)
        if found >= 0:
            return at + found
        at += len(seen) - len(mark) + 1
        seen = seen[len(seen) - len(mark) + 1 :]
    return None


def has_line_feeds(file: BinaryIO, at: int, ending: str) -> bool:
    """Return whether the record that begins at `at` ends the lines of its header with a line feed alone.

    Args:
        file: a seekable stream; it is left at another place.
        at: where the record begins, in bytes.
        ending: `gz`, `zst`, or nothing for a plain one.
    """
    file.seek(at)
    try:
        first = (Inflated(file, ending) if ending else file).read(_FIRST_BYTES)
    except Unreadable:
        return False
    return _LINE_FEED_HEADER.match(first) is not None


def holds_another(body: bytes, *, by_line_feed: bool) -> bool:
    """Return whether a body holds the header of another record, so that the length of its own is wrong.

    Args:
        body: what the length of the record takes in.
        by_line_feed: whether lines of headers in this file end with a line feed alone.
    """
    if by_line_feed:
        return _LINE_FEED_BEGINS in body and _LINE_FEED_RECORD.search(body) is not None
    return (at := body.find(_RECORD_BEGINS)) >= 0 and _RECORD.match(body, at) is not None


def ends_early(file: BinaryIO, at: int, ending: str) -> bool:
    """Return whether a record behind the last one, at `at`, is cut off: FastWARC takes its rest for the end."""
    file.seek(at)
    stream = Inflated(file, ending)
    try:
        while stream.read(_HUNT_BYTES):
            pass
    except Unreadable as error:
        return error.reason is Reason.TORN
    return False


def has_rest(file: BinaryIO, at: int, length: int) -> bool:
    """Return whether anything follows a record of `length` bytes that begins at `at`.

    FastWARC passes over what is no header.
    A header larger than a piece is not looked behind.
    """
    file.seek(at)
    header = _HEADER_ENDS.search(file.read(_HUNT_BYTES))
    if header is None:
        return False
    file.seek(at + header.end() + length)
    return bool(file.read(_HUNT_BYTES).strip(b"\r\n \t\0"))
