"""The process that makes the search index of a version: `python -m corpus.browse.indexing ROOT FETCHES REV DAY FOLDER`.

It prints how many files are done, a number a line, and ends when nobody reads that any more.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.snapshots.version import Version

_WORKING_TREE: Final = ""


def command(version: Version, as_of: str | None, folder: Path) -> list[str]:
    """Return the arguments of Python that make the index of a version.

    Args:
        version: the version.
        as_of: the day that it is as of, if there is one.
        folder: where the index is, or will be.
    """
    repository = version.repository
    fetches = "fetches" if repository.fetches else "-"
    rev = version.commit or _WORKING_TREE
    return ["-m", "corpus.browse.indexing", str(repository.root), fetches, rev, as_of or "", str(folder)]


def make(root: Path, rev: str | None, as_of: str | None, folder: Path, *, fetches: bool) -> None:
    """Make the index of a version, or add what it lacks.

    Raises:
        CorpusError: the version cannot be read, or the index cannot be written.
    """
    from corpus.repo.repository import Repository
    from corpus.search.opening import Search
    from corpus.snapshots.asof import AsOf, capture_day, prepare_days
    from corpus.snapshots.snapshot import Snapshot
    from corpus.snapshots.version import Version

    version = Version(Snapshot.of(Repository(root, fetches=fetches), rev))
    if as_of is not None:
        version = AsOf(version, capture_day(as_of))
    Search(version.searchable(), folder).update(_report)
    # Searching begins meanwhile; it does not need this.
    with suppress(CorpusError, OSError):
        prepare_days(version, folder)


def _report(done: int, total: int) -> None:
    del total
    # Fails when the server has gone: what was committed stays, and the rest is made the next time.
    os.write(1, b"%d\n" % done)


def main(arguments: Sequence[str]) -> int:
    """Make an index as `command` asks for it; return the exit status."""
    root, fetches, rev, as_of, folder = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which ends this process
    try:
        make(Path(root), rev or None, as_of or None, Path(folder), fetches=fetches == "fetches")
    except BrokenPipeError:
        return 0
    except CorpusError as error:
        sys.stderr.write(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
