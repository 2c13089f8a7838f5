"""What reading files needs from `corpus.press`. That package imports this one, so it is named here only as text."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.sources.entries import Item, Skipped

_SPLITTING: Final = "corpus.press.splitting.splitting"


class Keeper(Protocol):
    """Keeps the files of exports beside the articles that come of them."""

    def begin(self, source: str) -> None:
        """Begin a file: the documents that follow come from it."""

    def end(self, stream: BinaryIO) -> None:
        """Keep the file if any of its documents was new."""


class Splitting(Protocol):
    """Divides exports into articles."""

    def of_item(self, item: Item) -> Iterator[Item | Skipped] | None:
        """Return the articles of a document; None if it is not an export."""

    def split(self, stream: BinaryIO, name: str, source: str) -> Iterator[Item | Skipped] | None:
        """Return the articles of a file; None if it is not an export."""


@cache
def splitting() -> Splitting:
    """Return the module that divides exports."""
    return cast("Splitting", import_module(_SPLITTING))
