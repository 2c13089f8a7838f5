"""PressReader: text that its `Copy`, `Print` and mail give, each article up to its address or its pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.splitting.cutting import cut_behind
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

_ADDRESS: Final = re.compile(
    rb"(?:^(?:\xef\xbb\xbf)?|(?<=[\r\n\f]))[^\r\n]{0,60}https?://(?:[a-z0-9-]{1,40}\.){0,3}pressreader\.com/[^\s<>\"]{5,400}[^\r\n]{0,40}",
    re.IGNORECASE,
)
_PAGES: Final = re.compile(
    rb"(?:^(?:\xef\xbb\xbf)?|(?<=[\r\n\f]))[ \t]{0,20}Start Page[ \t]?:[^\r\n]{0,40}"
    rb"(?:\r?\n[ \t]{0,20}End Page[ \t]?:[^\r\n]{0,40})?",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(rb"(?:^(?:\xef\xbb\xbf)?|[\r\n])[ \t]{0,20}Article Name[ \t]?:", re.IGNORECASE)


class PressReaderText:
    """Text, an article up to `https://www.pressreader.com/…`, or to `Start Page:` and `End Page:`."""

    database, title = "pressreader", "PressReader"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "txt":
            return 0.0
        if sample.names(b"article name") and _NAMED.search(sample.head) and _PAGES.search(sample.head):
            return 0.9
        # A text that only ends in an address may be anybody's.
        if not sample.names(b"pressreader.com"):
            return 0.0
        return 0.7 if _ADDRESS.search(sample.head) and _has_header(sample.text) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles."""
        mark = _PAGES if _PAGES.search(sample.head) else _ADDRESS
        for size, part in cut_behind(stream, mark):
            bare = part.strip(b"\xef\xbb\xbf\r\n\f\t _=-*")
            if not part and size:
                yield TooLarge(size)
            elif mark.search(part):
                yield Piece(bare, "txt")
            elif bare:
                yield Aside("text that is no article")


def _has_header(text: str) -> bool:
    """Return whether paper and day are on lines under the title, as PressReader sets them."""
    from corpus.press.parsing.pressreader import header

    return header([line.strip() for line in text.split("\n")[:40] if line.strip()][:8]) is not None
