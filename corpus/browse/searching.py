"""The search in the versions that are open. A process of its own makes the index; other pages work meanwhile."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from corpus.browse.indexing import command
from corpus.errors import CorpusError
from corpus.search.keeping import FILES, STATE, listed
from corpus.search.opening import Search

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from corpus.browse.opened import Opened
    from corpus.search.searching import Searcher

# A page waits so long for an index that is nearly there.
_PATIENCE: Final = 1.5  # seconds
_PAUSE: Final = 0.05
_MOST: Final = 16
# So many documents are added to an index that is there without another process.
_FEW: Final = 500
# After a failure another attempt is made when so much time has passed.
_RETRY: Final = 20.0  # seconds
_ATTEMPTS: Final = 4
# Of what the other process complains, the last characters are enough.
_LAST: Final = 2_000


class Indexing(CorpusError):
    """The index of a version is being made: `done` of `total` shards are there."""

    def __init__(self, done: int, total: int) -> None:
        self.done = done
        self.total = total
        super().__init__(f"The search index is being made: {done:,} of {total:,} files. Other pages work meanwhile.")


@dataclass(frozen=True, slots=True)
class _State:
    """What tells whether an index is still the one that was opened.

    Attributes:
        noted: changes when the index is written or deleted; empty without an index.
        files: size and time of change of each file.
    """

    noted: tuple[int, ...]
    files: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def is_same(self, later: _State) -> bool:
        """Return whether nothing was written since, and no file that was there was changed: each is written once."""
        files = ((name, what) for name, what in self.files.items() if not name.endswith(".json"))
        return self.noted == later.noted and all(later.files.get(name, what) == what for name, what in files)


@dataclass(slots=True)
class _Work:
    """The process that makes the index of one version.

    Attributes:
        process: the process.
        attempts: how many processes before it ended well and left no complete index all the same.
        done: how many files it has finished.
        failed: why it failed; None if it did not.
        ended: when it ended, as `time.monotonic` has it; None while it works.
    """

    process: subprocess.Popen[str]
    attempts: int = 0
    done: int = 0
    failed: str | None = None
    ended: float | None = None

    def is_final(self) -> bool:
        """Return whether no other process is to be started now: it works, or failed a moment ago."""
        if self.ended is None:
            return True
        return self.failed is not None and time.monotonic() - self.ended < _RETRY


class Searches:
    """Gives searchers for versions, and makes their index. Several threads may ask at once."""

    def __init__(self, folder: Path) -> None:
        """Prepare to search.

        Args:
            folder: where the index is, or will be.
        """
        self.folder = folder
        self._searches: dict[int, tuple[Opened, Search]] = {}
        self._searchers: dict[int, tuple[_State, Searcher]] = {}
        self._work: dict[tuple[str, ...], _Work] = {}
        self._lock = threading.Lock()
        self._ended = False
        self._times_let_go = 0

    def searcher(self, opened: Opened) -> Searcher:
        """Return what searches a version.

        Raises:
            Indexing: the index is not complete yet; it is being made.
            CorpusError: the index cannot be made.
        """
        until = time.monotonic() + _PATIENCE
        search = self._search(opened)
        may_add = True
        while True:
            if (found := self._ready(opened, search)) is not None:
                return found
            # To start a process takes longer than to add a day.
            added, may_add = may_add and search.add_few(_FEW), False
            if added:
                continue
            work = self._begin(opened)
            if work.failed is not None:
                raise CorpusError(work.failed)
            if time.monotonic() > until:
                raise Indexing(min(work.done, search.shards), search.shards)
            time.sleep(_PAUSE)

    def ready(self, opened: Opened) -> Searcher | None:
        """Return what searches a version, if its index is complete already; None otherwise."""
        return self._ready(opened, self._search(opened))

    def begin(self, opened: Opened) -> None:
        """Begin to make the index of a version, if it is not complete."""
        if self._ready(opened, self._search(opened)) is None:
            self._begin(opened)

    def progress(self, opened: Opened) -> tuple[int, int] | None:
        """Return how many files of a version are indexed, and how many it has; None if it can be searched, or never."""
        search = self._search(opened)
        if self._ready(opened, search) is not None:
            return None
        with self._lock:
            work = self._work.get(tuple(command(opened.version, opened.as_of, self.folder)))
        if work is None or work.failed is not None:
            return None
        return min(work.done, search.shards), search.shards

    def let_go(self) -> None:
        """Close the index. It is opened, or made anew, when something is searched."""
        with self._lock:
            self._searches.clear()
            self._searchers.clear()
            # That it has to be made again is no failure.
            self._work = {words: work for words, work in self._work.items() if work.ended is None}
            self._times_let_go += 1

    def forget(self, opened: Opened) -> None:
        """Delete the index, which turned out to be damaged: it is made anew when it is needed."""
        with self._lock:
            self._searchers.clear()
        self._search(opened).index.remove()

    def end(self) -> None:
        """End the processes that make indexes. What they had finished stays."""
        with self._lock:
            self._ended = True
            processes = [work.process for work in self._work.values()]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)

    def _search(self, opened: Opened) -> Search:
        with self._lock:
            before = self._times_let_go
            known = self._searches.get(id(opened))
            if known is not None and known[0] is opened:
                return known[1]
        made = Search(opened.version.searchable(), self.folder)
        with self._lock:
            if before != self._times_let_go:
                return made
            if len(self._searches) > _MOST:
                self._searches.clear()
                self._searchers.clear()
            self._searches[id(opened)] = opened, made
        return made

    def _ready(self, opened: Opened, search: Search) -> Searcher | None:
        """Return a searcher over the index as it is now; the one of before if nothing changed."""
        state = self._state()
        with self._lock:
            before = self._times_let_go
            known = self._searchers.get(id(opened))
            if known is not None and known[0].is_same(state):
                return known[1]
        made = search.searcher()
        with self._lock:
            if before != self._times_let_go:
                return made
            if made is None:
                self._searchers.pop(id(opened), None)
            else:
                self._searchers[id(opened)] = state, made
        return made

    def _state(self) -> _State:
        try:
            noted = (self.folder / STATE).stat()
            return _State((noted.st_mtime_ns, noted.st_size, noted.st_ino), listed(self.folder / FILES))
        except OSError:
            return _State(())

    def _begin(self, opened: Opened) -> _Work:
        words = command(opened.version, opened.as_of, self.folder)
        with self._lock:
            before = self._work.get(tuple(words))
            if before is not None and before.is_final():
                return before
            if self._ended:
                raise Indexing(0, 0)
            attempts = before.attempts + 1 if before is not None and before.failed is None else 0
            work = self._work[tuple(words)] = _Work(_started(words), attempts)
            if attempts >= _ATTEMPTS:
                work.failed = (
                    f"The search index in {self.folder} changes or is damaged again and again. Delete that folder."
                )
        threading.Thread(target=_follow, args=(work,), daemon=True).start()
        return work


def _started(words: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        errors="replace",
    )  # fmt: skip


def _follow(work: _Work) -> None:
    """Take note of how far the process is, and of what it complains."""
    complaints: list[str] = []
    with work.process as process:
        if process.stdout is None or process.stderr is None:
            raise AssertionError("It was started with pipes.")
        reader = threading.Thread(target=_drain(process.stderr.read, complaints), daemon=True)
        reader.start()
        for line in process.stdout:
            if line.strip().isdecimal():
                work.done = int(line)
        status = process.wait()
        reader.join()
    if status > 0 and work.failed is None:
        reason = "".join(complaints).strip()[-_LAST:] or f"it ended with status {status}"
        work.failed = f"The search index cannot be made: {reason}"
    work.ended = time.monotonic()


def _drain(read: Callable[[], str], into: list[str]) -> Callable[[], None]:
    def drain() -> None:
        into.append(read())

    return drain
