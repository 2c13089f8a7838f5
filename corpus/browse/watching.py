"""Letting go of what was withdrawn: a server that runs beside `corpus forget` keeps nothing of it open or in memory.

A withdrawal changes `withdrawn.yaml` first and deletes the index last. When either happens, versions, searchers, lines
in context and objects fetched from a remote are dropped. They are read again when a page needs them.
"""

from __future__ import annotations

import gc
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from corpus.batches.withdrawals import WITHDRAWN
from corpus.browse.views import context
from corpus.snapshots import remote
from corpus.snapshots.removed import REMOVED

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.browse.searching import Searches
    from corpus.browse.versions import Versions

_PAUSE: Final = 1.0  # seconds between two looks
_RECORDS: Final = (WITHDRAWN, REMOVED)


class Folder:
    """A folder that may be deleted, and be made again at once. Its descriptor is kept, so no other has its number."""

    def __init__(self, path: Path) -> None:
        """Take note of the folder that is there now, if there is one."""
        self._path = path
        self._descriptor = -1
        self._take()

    def is_gone(self) -> bool:
        """Return whether the folder of before was deleted or replaced; then take note of the one that is there now."""
        if self._descriptor < 0:
            self._take()
            return False
        known = os.fstat(self._descriptor)
        with suppress(OSError):
            found = self._path.stat()
            if (found.st_dev, found.st_ino) == (known.st_dev, known.st_ino):
                return False
        self.close()
        self._take()
        return True

    def close(self) -> None:
        """Let go of the folder."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take(self) -> None:
        with suppress(OSError):
            self._descriptor = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


class Watch:
    """Looks every second whether something was withdrawn, until it is ended."""

    def __init__(self, versions: Versions, searches: Searches) -> None:
        """Prepare to watch.

        Args:
            versions: whose repository is watched.
            searches: whose index is watched.
        """
        self._versions = versions
        self._searches = searches
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="withdrawals")

    def start(self) -> None:
        """Begin to watch, in a thread."""
        self._thread.start()

    def end(self) -> None:
        """Stop watching."""
        self._ending.set()
        self._thread.join(2 * _PAUSE)

    def _run(self) -> None:
        index = Folder(self._searches.folder)
        before = self._records()
        while not self._ending.wait(_PAUSE):
            now = self._records()
            # Both are asked each time: each takes note of what is there.
            if index.is_gone() | (now != before):
                self.let_go()
            before = now
        index.close()

    def _records(self) -> list[tuple[int, int, int] | None]:
        return [_state(self._versions.repository.root / name) for name in _RECORDS]

    def let_go(self) -> None:
        """Drop all that was read: versions, searchers, lines in context, and objects that were fetched."""
        self._versions.let_go()
        self._searches.let_go()
        context.let_go()
        remote.let_go()
        # What refers to itself in a circle would keep the files of the index open.
        gc.collect()


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
