"""The index on disk: which shards it has, adding those that it lacks, and reading while another process adds.

A shard is known by a key of all that its documents are made from, so versions share shards. One process writes, holding
a lock; others read what was committed last. An index that is damaged, or was made by other code, is made anew.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import tantivy

from corpus.errors import CorpusError, UsageError
from corpus.search import documents
from corpus.search.keeping import FILES, STATE, State, clear, listed, locked, remove, remove_older, size, sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

# Bytes. With twice as much, a million articles take 1.6 GB in place of 1.0.
_HEAP: Final = 128_000_000
# So often what was added is committed: an interruption loses no more. Eight commits are merged, and are then in memory
# at once. In documents.
_COMMIT: Final = 25_000
_REPORT: Final = 1000
# How the library's message begins when an answer would take too much memory.
_TOO_MUCH: Final = "Aborting aggregation"
# In its message when the prefixes of a phrase begin too many words.
_TOO_MANY_WORDS: Final = "exceeded max expansions"
# Other versions' shards are kept until they have so many times the rows of the version that is indexed.
_KEPT: Final = 3


class IndexDamaged(CorpusError):
    """The index cannot be read. It is made anew the next time that it is updated."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(f"The search index in {folder} is damaged ({why}). Search again; it will be made anew.")


class TooManyWords(UsageError):
    """The prefixes of a phrase begin more words than the index looks for."""

    def __init__(self) -> None:
        super().__init__(
            "A word with a * in a phrase begins too many words (16,000 or more). Write more of its letters, or take it "
            "out of the phrase."
        )


class Source(Protocol):
    """What is indexed as one: a shard of a table."""

    @property
    def key(self) -> str:
        """Return what tells it from every other one: a digest of all that its documents are made from."""

    def documents(self, number: int) -> Iterator[tantivy.Document]:
        """Yield its documents, in order, as those of the shard with this number."""


@dataclass(frozen=True, slots=True)
class Reader:
    """The index as it was committed at one time.

    Attributes:
        searcher: what answers.
        numbers: the numbers of the shards that it has completely, by key.
        exact: whether it has no document of another shard: then those of other versions can be excluded by name.
        folder: where it is.
    """

    searcher: tantivy.Searcher
    numbers: Mapping[str, int]
    exact: bool
    folder: Path

    def run(self, function: Callable[[tantivy.Searcher], Any]) -> Any:
        """Return what a function finds with the searcher.

        Raises:
            IndexDamaged: it cannot be read.
        """
        with _reading(self.folder):
            return function(self.searcher)


class Index:
    """An index in a folder of its own, which may be deleted at any time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = folder / FILES
        self._state = folder / STATE

    def open(self) -> Reader | None:
        """Return the index as it is now; None if no readable one exists."""
        state = State.load(self._state)
        if state is not None and not self._is_intact(state):
            # Another process may have begun to write meanwhile, and noted that in the state before.
            state = State.load(self._state)
        if state is None or not self._is_intact(state):
            return None
        try:
            with _reading(self.folder):
                searcher = self._open().searcher()
        except IndexDamaged:
            return None
        rows = sum(rows for _, rows in state.shards.values())
        numbers = {key: number for key, (number, _) in state.shards.items()}
        return Reader(searcher, numbers, searcher.num_docs == rows, self.folder)

    def update(self, sources: Sequence[Source], report: Callable[[int, int], None], wait: float | None = None) -> None:
        """Add the shards that the index lacks. What was committed is kept if this ends early.

        Args:
            sources: the shards of a version, all of them.
            report: called with the numbers of shards done and to do, often; what it raises ends the work.
            wait: seconds to wait for another process that writes; None for as long as it takes.

        Raises:
            IndexBusy: another process still writes.
            CorpusError: it cannot be written.
        """
        with locked(self.folder, wait):
            state = State.load(self._state)
            if state is None or not self._is_intact(state) or not self._can_open():
                remove_older(self.folder)
                clear(self.folder)
                state = State()
            missing = [source for source in sources if source.key not in state.shards]
            if not missing and not state.adding:
                return
            try:
                self._write(state, sources, missing, report)
            except (OSError, ValueError) as error:
                raise CorpusError(f"The search index in {self.folder} cannot be written: {error}.") from error

    def _write(
        self,
        state: State,
        sources: Sequence[Source],
        missing: Sequence[Source],
        report: Callable[[int, int], None],
    ) -> None:
        stale = list(state.adding)
        state.files = None
        state.adding = stale + [state.next + number for number in range(len(missing))]
        state.next += len(missing)
        state.save(self._state)
        numbers = state.adding[len(stale) :]
        self._files.mkdir(parents=True, exist_ok=True)
        sweep(self.folder)
        writer = self._open().writer(_HEAP, 1)
        try:
            for number in stale:
                _delete(writer, number)
            self._add(state, writer, list(zip(missing, numbers, strict=True)), report)
            if superfluous := self._superfluous(state, sources):
                for key in superfluous:
                    number, _ = state.shards.pop(key)
                    state.adding.append(number)
                    _delete(writer, number)
                self._commit(state, writer, {})
        finally:
            writer.wait_merging_threads()
        state.adding = []
        state.files = listed(self._files)
        state.save(self._state)

    def _add(
        self,
        state: State,
        writer: tantivy.IndexWriter,
        work: Sequence[tuple[Source, int]],
        report: Callable[[int, int], None],
    ) -> None:
        done: dict[str, tuple[int, int]] = {}
        waiting = 0
        report(0, len(work))
        for finished, (source, number) in enumerate(work):
            rows = 0
            for document in source.documents(number):
                writer.add_document(document)
                rows += 1
                if rows % _REPORT == 0:
                    report(finished, len(work))
            done[source.key] = (number, rows)
            waiting += rows
            if waiting >= _COMMIT:
                self._commit(state, writer, done)
                waiting = 0
            report(finished + 1, len(work))
        self._commit(state, writer, done)

    def _commit(self, state: State, writer: tantivy.IndexWriter, done: dict[str, tuple[int, int]]) -> None:
        writer.commit()
        state.shards |= done
        finished = {number for number, _ in done.values()}
        state.adding = [number for number in state.adding if number not in finished]
        done.clear()
        state.save(self._state)

    @staticmethod
    def _superfluous(state: State, sources: Sequence[Source]) -> list[str]:
        """Return the keys of other versions' shards that are too many, the oldest first."""
        wanted = {source.key for source in sources}
        rows = {key: rows for key, (_, rows) in state.shards.items()}
        most = _KEPT * max(_COMMIT, sum(rows[key] for key in wanted))
        others = sorted((key for key in rows if key not in wanted), key=lambda key: state.shards[key][0])
        excess = sum(rows[key] for key in others) - most
        found = []
        for key in others:
            if excess <= 0:
                break
            found.append(key)
            excess -= rows[key]
        return found

    def size(self) -> int:
        """Return the bytes that it takes on disk."""
        return size(self.folder)

    def remove(self) -> bool:
        """Delete the index; return whether there was one. A process that reads it goes on with what it has."""
        return remove(self.folder)

    def _open(self) -> tantivy.Index:
        index = tantivy.Index(documents.schema(), str(self._files))
        documents.prepare(index)
        return index

    def _can_open(self) -> bool:
        if not self._files.is_dir():
            return not self._state.exists()
        try:
            with _reading(self.folder):
                self._open().searcher()
        except IndexDamaged:
            return False
        return True

    def _is_intact(self, state: State) -> bool:
        """Return whether the files are those that were there after the last change; True while somebody writes."""
        if state.files is None:
            return self._files.is_dir() or not state.shards
        try:
            there = listed(self._files)
        except OSError:
            return False
        return all(there.get(name) == what for name, what in state.files.items())


def _delete(writer: tantivy.IndexWriter, number: int) -> None:
    # By term, tantivy takes the number for a signed one, and finds nothing.
    writer.delete_documents_by_query(tantivy.Query.term_query(documents.schema(), "shard", number))


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """Turn what tantivy raises on damaged files into IndexDamaged: errors, and panics, which are no Exception."""
    try:
        yield
    except (OSError, ValueError) as error:
        found = " ".join(str(error).split())
        if _TOO_MANY_WORDS in found:
            raise TooManyWords from error
        if _TOO_MUCH in found:
            raise CorpusError(f"The search has too many values to count: {found}") from error
        raise IndexDamaged(folder, found) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise IndexDamaged(folder, "it cannot be read") from error
