"""Give a version without the articles that a policy of rights leaves out: `corpus.open(…, rights="train")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.snapshots.derived import Derived

if TYPE_CHECKING:
    import polars as pl

    from corpus.rights.policy import Policy
    from corpus.snapshots.selection import Selection
    from corpus.snapshots.version import Version

_FILTERED: Final = frozenset({"articles", "revisions"})


class Permitted(Derived):
    """A version that has only the articles and revisions that a policy permits, in every way of reading."""

    def __init__(self, version: Version, policy: Policy) -> None:
        super().__init__(version, version.name)
        self.policy = policy

    def _scan(self, table: str, selection: Selection) -> pl.LazyFrame:
        frame = self._base._scan(table, selection)  # noqa: SLF001 - of the same class
        if table in _FILTERED:
            for condition in self.policy.conditions().values():
                frame = frame.filter(condition)
        return frame

    def _everything(self) -> Version:
        return self._base

    def searchable(self) -> Version:
        """Return the version with all articles; what a search finds is filtered afterwards."""
        return self._base.searchable()

    def _no_files(self, table: str) -> str:
        return f"With rights={str(self.policy)!r} there are no files of {table}: complete files hold all articles."
