"""Compare two versions of a corpus article by article, and write the page with their texts side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.diff.change import Chosen
from corpus.diff.diff import diff as compare
from corpus.diff.diff import worded
from corpus.errors import UsageError
from corpus.snapshots.opening import open_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from corpus.diff.change import Change, Difference
    from corpus.snapshots.opening import Version
    from corpus.text.worddiff import Run

_ALL: Final = Chosen()


@dataclass(frozen=True, slots=True)
class Compared:
    """What changed from one version to another.

    Attributes:
        found: the counts and the articles.
        before: the earlier version.
        after: the later version.
    """

    found: Difference
    before: Version
    after: Version

    def worded(self, changes: Sequence[Change]) -> Iterator[tuple[Change, tuple[Run, ...] | None]]:
        """Yield each change with the word-level difference of its text; None where the text is the same."""
        return worded(self.before, self.after, changes)


def diff(
    old: str, new: str | None = None, asked: Chosen = _ALL, *, limit: int | None = None, page: Path | None = None
) -> Compared:
    """Compare two versions of the repository that the current folder is in.

    Args:
        old: a release, tag, branch or commit.
        new: another one; the working tree by default.
        asked: the articles to compare; all by default.
        limit: how many articles of each kind of change to name; all by default. All are counted.
        page: the file for a page with the texts side by side.

    Raises:
        UsageError: `page` is not a regular file.
        UnknownVersion: there is no such version.
        MissingObjects: the data of a version are neither in the cache nor in a remote.
    """
    if page and page.exists() and not page.is_file():
        raise UsageError(f"{page} is not a regular file. Name another one for the page.")
    before, after = open_version(old), open_version(new)
    compared = Compared(compare(before, after, asked, limit), before, after)
    if page:
        from corpus.diff import diffpage  # its templates cost start-up, and few ask for a page
        from corpus.repo.files import write_text

        write_text(page, diffpage.page(compared.found, compared.worded(compared.found.changes), asked))
    return compared
