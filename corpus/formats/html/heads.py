"""Recognises the lines of a text that repeat the head of its page: the title and the names of the authors."""

from __future__ import annotations

from typing import Final

from corpus.formats.html.blocks import WORDS, folded

# A line may be the title without the site's name behind it; a shorter line may be anything.
_SHORTEST_BEGINNING: Final = 16


class Head:
    """The title and the authors of a page, without case and marks."""

    def __init__(self, title: str | None, authors: tuple[str, ...]) -> None:
        self.title: Final = folded(title or "")
        # Ornaments, which have no word, are no text either.
        self._lines = {self.title, "", *map(folded, authors), folded(" ".join(authors))}
        self._first_words = {line.partition(" ")[0] for line in self._lines}

    def has(self, text: str) -> bool:
        """Return whether a text is the title or the authors' names, or has no word."""
        first = WORDS.search(text)
        # Most texts begin with another word, and need not be folded.
        if first is not None and folded(first[0]).partition(" ")[0] not in self._first_words:
            return False
        return folded(text) in self._lines

    def has_beginning(self, line: str) -> bool:
        """Return whether a line is in the head, or is the beginning of the title."""
        beginning = folded(line)
        return beginning in self._lines or (len(beginning) >= _SHORTEST_BEGINNING and self.title.startswith(beginning))
