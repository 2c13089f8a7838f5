"""Cut streams of bytes at marks, in bounded memory: where each article of an export begins."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.sources.inflate import Readable

_CHUNK: Final = 1 << 20
# No mark is longer; so much of what was looked through is looked through again with what follows.
_LONGEST_MARK: Final = 4_096
# No article is larger, with any markup.
MOST_PART_BYTES: Final = 16_000_000
# A line that is a mark has its word no further from its beginning.
_WIDEST: Final = 512
_PAGE_END: Final = re.compile(rb"\f")


class Mark(Protocol):
    """What a part begins or ends with: a pattern, or what finds the same sooner."""

    def search(self, data: bytes | bytearray, at: int = 0, /) -> re.Match[bytes] | None:
        """Return the first mark from a place on; None if no mark follows."""
        ...

    def match(self, data: bytes | bytearray, /) -> re.Match[bytes] | None:
        """Return the mark that some bytes begin with; None if they begin with none."""
        ...


class LineMark:
    """A mark on a line of its own that has a certain word in it. The word is searched for, which is many times faster.

    Args:
        pattern: matches from the beginning of a line or from behind a form feed, and goes no further than its line.
        word: is in every match, at most 512 bytes from its beginning.
    """

    def __init__(self, pattern: re.Pattern[bytes], word: re.Pattern[bytes]) -> None:
        self._pattern, self._word = pattern, word

    def search(self, data: bytes | bytearray, at: int = 0, /) -> re.Match[bytes] | None:
        """Return the first mark from a place on; None if no mark follows."""
        for word in self._word.finditer(data, at):
            begin = max(at, word.start() - _WIDEST)
            ends = (data.rfind(end, begin, word.start()) for end in (b"\n", b"\r"))
            start = max(begin, max(ends) + 1)
            pages = (one.end() for one in _PAGE_END.finditer(data, start, word.start()))
            for place in (start, *pages):
                if (found := self._pattern.match(data, place)) is not None:
                    return found
        return None

    def match(self, data: bytes | bytearray, /) -> re.Match[bytes] | None:
        """Return the mark that some bytes begin with; None if they begin with none."""
        return self._pattern.match(data)


def cut(stream: Readable, mark: Mark, most: int = MOST_PART_BYTES) -> Iterator[tuple[int, bytes]]:
    """Yield the parts of a stream, each from one mark to the next; the first part is what comes before any mark.

    Args:
        stream: the stream. It is read from its position to its end.
        mark: what a part begins with; it matches at most 4,096 bytes, and at least one.
        most: the largest number of bytes of a part.

    Yields:
        The size of each part, and its bytes; b"" if it is larger than `most`.
    """
    buffer = bytearray()
    passed, looked = 0, 0
    first = True
    while chunk := stream.read(_CHUNK):
        buffer += chunk
        start = 0
        # The mark at the beginning is the part's own.
        at = max(looked, 0 if first and not passed else 1)
        # A match at the very end may go on in what is not read yet.
        last = len(buffer) - _LONGEST_MARK
        while (found := mark.search(buffer, at)) is not None and found.start() <= last:
            yield _part(buffer, start, found.start(), passed, most)
            first, passed = False, 0
            start = found.start()
            at = max(found.end(), start + 1)
        del buffer[:start]
        looked = max(len(buffer) - _LONGEST_MARK, 0 if first and not passed else 1)
        if len(buffer) > most:
            cut_off = len(buffer) - _LONGEST_MARK
            passed += cut_off
            del buffer[:cut_off]
            looked = 0
    start = 0
    at = max(looked, 0 if first and not passed else 1)
    while (found := mark.search(buffer, at)) is not None:
        yield _part(buffer, start, found.start(), passed, most)
        passed = 0
        start = found.start()
        at = max(found.end(), start + 1)
    yield _part(buffer, start, len(buffer), passed, most)


def cut_behind(stream: Readable, mark: Mark, most: int = MOST_PART_BYTES) -> Iterator[tuple[int, bytes]]:
    """Yield the parts of a stream, each up to the end of a mark; the last is what is behind the last mark.

    Args:
        stream: the stream. It is read from its position to its end.
        mark: what a part ends with; it matches at most 4,096 bytes, and at least one.
        most: the largest number of bytes of a part.

    Yields:
        The size of each part, and its bytes; b"" if it is larger than `most`.
    """
    size, waiting = 0, b""
    is_complete = True
    for number, (length, part) in enumerate(cut(stream, mark, most)):
        if number == 0:
            size, waiting, is_complete = length, part, bool(part) or not length
            continue
        found = mark.match(part)
        end = found.end() if found else 0
        size += end
        yield size, waiting + part[:end] if is_complete and size <= most else b""
        size, waiting, is_complete = length - end, part[end:], bool(part) or not length
    yield size, waiting if is_complete else b""


def _part(buffer: bytearray, start: int, end: int, passed: int, most: int) -> tuple[int, bytes]:
    size = passed + end - start
    return (size, b"") if passed or size > most else (size, bytes(buffer[start:end]))
