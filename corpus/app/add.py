"""Add documents as one batch, or show what would be added."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from corpus import settings
from corpus.app.preview import Preview
from corpus.batches import adding as raw
from corpus.batches import withdrawals
from corpus.errors import InputError
from corpus.formats.mapping import Columns, columns
from corpus.press.originals import Originals
from corpus.press.originals import known as known_originals
from corpus.sources.batch import Tally, Writer
from corpus.sources.entries import ROW, Item, Selection
from corpus.sources.gather import documents, expand
from corpus.sources.known import Known
from corpus.sources.refusing import without_withdrawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from corpus.app.preview import Export
    from corpus.batches.register import Batch
    from corpus.repo.repository import Repository
    from corpus.settings import Ingest
    from corpus.sources.entries import Skipped

_SHOWN: Final = 20
_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Request:
    """What to add.

    Attributes:
        paths: files, folders and patterns; `-` means `listed`.
        listed: more paths, one in each line, as read from standard input.
        captured_at: the time of capture of documents that have none of their own; the present moment by default.
        licence: licence or rights of the documents.
        include, exclude: patterns of sources or URLs.
        limit: the largest number of documents to add.
    """

    paths: Sequence[str]
    listed: Iterable[bytes] = ()
    captured_at: datetime | None = None
    licence: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What was added, or would be.

    Attributes:
        tally: the counts of documents taken and skipped.
        batch: the batch; None if there was nothing to add, or nothing was to be added.
        tables: for each table the field that each column would be read as; only from `look`.
        exports: for each export what it was taken for; only from `look`.
        strange: tables whose rows would not become articles, each with the reason.
        more_strange: how many more there are.
    """

    tally: Tally
    batch: Batch | None = None
    tables: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    exports: Mapping[str, Export] = field(default_factory=dict)
    strange: Sequence[tuple[str, str]] = ()
    more_strange: int = 0

    @property
    def is_all_skipped(self) -> bool:
        """Return whether everything was skipped. A script must not take that for success."""
        return bool(self.tally.skipped.total()) and not self.tally.documents and not self.tally.repeats


def look(repository: Repository, request: Request, *, advance: Callable[[int], None] = lambda _: None) -> Added:
    """Return what would be added. Changes nothing.

    Args:
        repository: where.
        request: what.
        advance: called with the number of entries that were read since the last call.

    Raises:
        InputError: a path is not there, or is the corpus itself.
    """
    ingest = settings.load(repository.root).ingest
    tally, tables, preview = Tally(), _Tables(ingest), Preview(ingest)
    for entry in preview.noted(tables.noted(_entries(repository, request, ingest))):
        if isinstance(entry, Item):
            tally.take([entry])
        else:
            tally.skip(entry)
        advance(1)
    return Added(tally, tables=tables.columns, exports=preview.exports)


def add(
    repository: Repository,
    request: Request,
    *,
    wait: float = 0.0,
    advance: Callable[[int], None] = lambda _: None,
) -> Added:
    """Add documents as one immutable batch. Nothing is parsed yet: a build does that.

    Args:
        repository: the corpus.
        request: what to add.
        wait: seconds to wait for another writer.
        advance: called with the number of entries that were read since the last call.

    Raises:
        InputError: a path is not there, or is the corpus itself; nothing was added.
        Busy: another process writes.
        CorpusError: the batch could not be stored; nothing was added.
    """
    ingest = settings.load(repository.root).ingest
    strange = _Strange(ingest)
    batch: Batch | None = None
    with raw.adding(repository, wait) as (batches, folder):
        known = Known.of(repository.root, batches)
        tombstones = withdrawals.load(repository.root)
        originals = Originals(folder, known_originals(repository.root, batches), tombstones)
        entries = _entries(repository, request, ingest, originals)
        captured = request.captured_at or datetime.now(UTC).replace(microsecond=0)
        with Writer(folder, captured, request.licence, known, dated=request.captured_at is not None) as writer:
            for entry in strange.noted(entries):
                originals.note(entry, is_new=writer.add(entry))
                advance(1)
            finished = writer.finish()
        if finished:
            batch, files = finished
            if kept := originals.finish(batch.name):
                batch = replace(batch, originals=kept[0])
                files = [*files, kept[1]]
            batch = raw.publish(repository, batches, batch, files)
    return Added(writer.tally, batch, strange=strange.found, more_strange=strange.more)


def _entries(
    repository: Repository, request: Request, ingest: Ingest, originals: Originals | None = None
) -> Iterator[Item | Skipped]:
    found = expand(request.paths, request.listed)
    _require_foreign(found, repository.root)
    selection = Selection(request.include, request.exclude, tuple(ingest.columns.get("captured", ())))
    entries = without_withdrawn(documents(found, selection, originals), withdrawals.load(repository.root))
    return _limited(entries, request.limit)


def _require_foreign(paths: Iterable[Path], root: Path) -> None:
    """Refuse the corpus itself: `corpus add .` would add its tables and settings as documents."""
    own = [root / name for name in ("data", "reports", ".dvc", ".git")]
    faults = [
        f"{path}: this corpus itself; name the files or folders in it that are documents"
        for path in paths
        if root.is_relative_to(found := path.absolute().resolve()) or any(found.is_relative_to(one) for one in own)
    ]
    if faults:
        raise InputError("Nothing was added.", faults[:_SHOWN])


def _limited(entries: Iterable[Item | Skipped], limit: int | None) -> Iterator[Item | Skipped]:
    taken = 0
    for entry in entries:
        yield entry
        taken += isinstance(entry, Item)
        if taken == limit:
            return


class _Tables:
    """Find out which field each column of a table would be read as."""

    def __init__(self, ingest: Ingest) -> None:
        self.columns: dict[str, dict[str, Any]] = {}
        self._given = {str(name): given for name, given in ingest.columns.items()}

    def noted(self, entries: Iterable[Item | Skipped]) -> Iterator[Item | Skipped]:
        """Yield the same entries, and look at the first row of each table."""
        for entry in entries:
            if isinstance(entry, Item) and entry.media_type == ROW:
                table = entry.source.rpartition("#")[0] or entry.source
                if table not in self.columns:
                    self.columns[table] = self._of(entry.data)
            yield entry

    def _of(self, data: bytes) -> dict[str, Any]:
        try:
            row = json.loads(data)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            return {"unreadable": True}
        taken = columns(row, self._given)
        used = {name for names in taken.values() for name in names}
        return {"columns": taken, "unused": [name for name in row if name not in used]}


class _Strange:
    """Find tables without a known column for title or text: none of their rows would become an article."""

    def __init__(self, ingest: Ingest) -> None:
        self.found: list[tuple[str, str]] = []
        self.more = 0
        self._columns = Columns({str(name): given for name, given in ingest.columns.items()})

    def noted(self, entries: Iterable[Item | Skipped]) -> Iterator[Item | Skipped]:
        """Yield the same entries, and look at the first row of each table. The rows of a table are consecutive."""
        last = ""
        for entry in entries:
            if isinstance(entry, Item) and entry.media_type == ROW:
                table, numbered, _ = entry.source.rpartition("#")
                if numbered and table != last:
                    last = table
                    self._look(table, entry.data)
            yield entry

    def _look(self, table: str, data: bytes) -> None:
        try:
            row = json.loads(data)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict) and any(self._columns.names(row, field) for field in ("title", "text")):
            return
        what = "its first row is not a JSON object"
        if isinstance(row, dict):
            what = f"no column is known as title or text: {', '.join(map(str, list(row)[:_SHOWN]))}"[:_LONGEST]
        if len(self.found) < _SHOWN:
            self.found.append((table, what))
        else:
            self.more += 1
