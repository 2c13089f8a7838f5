"""A version made ready to be searched: its index found, brought up to date, and read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError
from corpus.search.asof import Dated, ViewOfDay
from corpus.search.index import Index
from corpus.search.keeping import IndexBusy
from corpus.search.searching import Searcher
from corpus.search.sources import Warnings, shards
from corpus.search.view import View

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corpus.search.sources import Searchable

_ATTEMPTS: Final = 3


def _quiet(done: int, total: int) -> None:
    """Report nothing."""


class Search:
    """The search in a version: whether its index is complete, building it, and a searcher.

    Attributes:
        index: the index, in a folder of its own.
        shards: how many shards the version has.
    """

    def __init__(self, version: Searchable | Dated, folder: Path) -> None:
        self.version = version
        self.index = Index(folder)
        base = version.base if isinstance(version, Dated) else version
        # Beside the index, which may be deleted and made anew.
        warnings = Warnings(base, folder / "warnings.json")
        self._view = View(shards(base, warnings))
        if isinstance(version, Dated):
            version.keep_in(folder)
        if isinstance(version, Dated) and not version.is_unchanged():
            self._view = ViewOfDay(version, warnings)
        self.shards = len(self._view.shards)

    def missing(self) -> int:
        """Return how many shards of the version the index lacks: all of them if no readable one exists."""
        return self._view.missing(self.index.open())

    def add_few(self, most: int) -> bool:
        """Add what the index lacks if those are few documents; return whether something was added.

        Nothing is waited for: while another process writes, or where the index has to be made, nothing is added.

        Args:
            most: how many documents are few.
        """
        reader = self.index.open()
        if reader is None:
            return False
        lacking = [shard for shard in self._view.shards if shard.key not in reader.numbers]

        def report(_: int, total: int) -> None:
            if total > len(lacking):
                raise IndexBusy(self.index.folder)

        try:
            if not lacking or sum(shard.rows() for shard in lacking) > most:
                return False
            self.update(report, wait=0)
        except (CorpusError, OSError, ValueError):
            return False
        return True

    def update(self, report: Callable[[int, int], None] = _quiet, wait: float | None = None) -> None:
        """Bring the index up to date. See `Index.update`."""
        self.index.update(self._view.shards, report, wait)

    def searcher(self) -> Searcher | None:
        """Return a searcher over the index as it is now; None if it lacks a shard, or cannot be read."""
        reader = self.index.open()
        if reader is None or self._view.missing(reader):
            return None
        return Searcher(reader, self._view)

    def ready(self, report: Callable[[int, int], None] = _quiet, wait: float | None = None) -> Searcher:
        """Return a searcher, after bringing the index up to date where it is not.

        Raises:
            IndexBusy: another process still writes the index.
            CorpusError: the index cannot be written.
        """
        for _ in range(_ATTEMPTS):
            if (found := self.searcher()) is not None:
                return found
            self.update(report, wait)
        raise CorpusError(
            f"The search index in {self.index.folder} changes or is damaged again and again. Delete that folder."
        )
