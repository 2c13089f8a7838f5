"""Kikuzo (Asahi) and Yomidasu (Yomiuri): HTML pages of results with their full texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from corpus.press.splitting.cutting import cut
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Tables:
    """Pages on which each article is under a table of its details."""

    database = title = ""
    mark: re.Pattern[bytes]
    page: bytes
    body: bytes

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "html" or self.page not in sample.head:
            return 0.0
        return 0.95 if self.mark.search(sample.head) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles."""
        for number, (size, part) in enumerate(cut(stream, self.mark)):
            if number == 0:
                continue
            if not part:
                yield TooLarge(size)
            elif not self.body or self.body in part:
                yield Piece(part.strip(), "html")
            else:
                yield Aside("details without a text")


class Kikuzo(_Tables):
    """Asahi Shimbun's Kikuzo: `topic-list` is the table of details, `detail001` the text."""

    database, title = "kikuzo", "Kikuzo (Asahi Shimbun)"
    mark = re.compile(rb"<table\b[^<>]{0,200}?\bclass\s?=\s?[\"']?topic-list\b[^<>]{0,200}>", re.IGNORECASE)
    page = b"topic-detail"
    # What the licence does not allow to show has no text.
    body = b"detail0"


class Yomidasu(_Tables):
    """Yomiuri Shimbun's Yomidasu: `contentsTable` has the details, a paragraph behind it the text."""

    database, title = "yomidasu", "Yomidasu (Yomiuri Shimbun)"
    mark = re.compile(rb"<table\b[^<>]{0,200}?\bclass\s?=\s?[\"']?contentsTable\b[^<>]{0,200}>", re.IGNORECASE)
    page = b"heiseiDetail"
    # An article that is shown as a picture alone has its details, and is quarantined for its missing text.
    body = b""
