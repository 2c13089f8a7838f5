"""Recognise exports that are not read: `unread.yaml` has the names of their databases and how to recognise them."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from corpus.press.splitting.cutting import MOST_PART_BYTES
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge
from corpus.text import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

# Any kind that has a reader is surer.
_SURE: Final = 0.55
_MARKS: Final = re.compile(r"[\\\[\](){}?*+^$.]")


class Unread:
    """One database without a reader. Its file is one document, which is quarantined with the database's name.

    Args:
        database: its name in media types.
        title: its name for people.
        containers: in which its exports come.
        patterns: all of them are in the beginning of an export.
    """

    def __init__(self, database: str, title: str, containers: list[str], patterns: list[str]) -> None:
        self.database, self.title = database, title
        self._containers = frozenset(containers)
        literal = [words for pattern in patterns if (words := _words(pattern))]
        self._words = tuple(literal)
        self._patterns = tuple(re.compile(one, re.IGNORECASE) for one in patterns if not _words(one))

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container not in self._containers:
            return 0.0
        text = sample.lowered_text
        # Words are found many times sooner than patterns, and few texts have them.
        if not all(any(word in text for word in words) for words in self._words):
            return 0.0
        return _SURE if all(pattern.search(text) for pattern in self._patterns) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the file as it is."""
        data = stream.read(MOST_PART_BYTES + 1)
        yield Piece(data, sample.container) if len(data) <= MOST_PART_BYTES else TooLarge(len(data))


def _words(pattern: str) -> tuple[str, ...]:
    """Return the words, in small letters, that a pattern chooses from; nothing if it is more than a choice of words."""
    words = tuple(one.replace(r"\.", "\0") for one in pattern.split("|"))
    return () if any(map(_MARKS.search, words)) else tuple(one.replace("\0", ".").lower() for one in words)


@cache
def unread() -> tuple[Unread, ...]:
    """Return one of every database that is recognised and not read."""
    text = resources.files("corpus.press.splitting").joinpath("unread.yaml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = plain_yaml.load(text)
    return tuple(Unread(**entry) for entry in entries)
