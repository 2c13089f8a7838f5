"""`corpus add`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from corpus.cli.foreseen import print_columns, print_exports
from corpus.cli.pipeline import wait_option
from corpus.cli.show import count, echo, json_option, print_json, print_table, safe, size
from corpus.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from corpus.app.foreseen import Export
    from corpus.batches.register import Batch
    from corpus.sources.batch import Tally
    from corpus.sources.entries import Item, Skipped


# Names of batches begin with four digits for it.
_FIRST_YEAR = 1_000


class _Instant(click.ParamType):  # type: ignore[type-arg]  # generic in its stubs only
    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            found = datetime.fromisoformat(value)
            found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not a time; write it as 2026-11-24 or 2026-11-24T06:00:00Z", param, ctx)
        if found.year < _FIRST_YEAR:
            self.fail(f"{value!r} is before the year {_FIRST_YEAR}", param, ctx)
        if found > datetime.now(UTC):
            self.fail(f"{value!r} is in the future", param, ctx)
        return found.replace(microsecond=0)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option(
    "--captured-at",
    type=_Instant(),
    help="When the documents were captured (UTC), if they do not say so themselves, as a WARC does.",
)
@click.option("--licence", metavar="TEXT", help="Licence or rights of the documents, recorded with the batch.")
@click.option(
    "--include", multiple=True, metavar="PATTERN", help="Add only sources or URLs that match, for example '*.html'."
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Add no sources or URLs that match.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Add at most this many documents.")
@click.option("--dry-run", is_flag=True, help="Show what would be added, and change nothing.")
@wait_option
@json_option
def add(
    paths: tuple[str, ...],
    captured_at: datetime | None,
    licence: str | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    limit: int | None,
    dry_run: bool,
    wait: float,
    as_json: bool,
) -> int:
    """Add documents as one immutable batch.

    Takes files, folders, patterns and `-` (a list of paths on stdin); looks into .zip, .tar and .warc, compressed or
    not, and into .gz, .zst, .bz2 and .xz; takes each row of .jsonl, .json, .csv, .tsv, .parquet and .arrow as a
    document. A folder's sources.yaml or sources.csv says the URL, date, publisher and captured_at of its files.

    Nothing is parsed yet: `corpus build` does that. Exit 1 if nothing could be added.
    """
    from corpus import settings
    from corpus.app.foreseen import Foreseen
    from corpus.batches import adding as raw
    from corpus.batches import withdrawals
    from corpus.progress import progress
    from corpus.repo.repository import find
    from corpus.sources.batch import Tally, Writer
    from corpus.sources.entries import Selection
    from corpus.sources.gather import documents, expand, lines_of
    from corpus.sources.known import Known
    from corpus.sources.refusing import without_withdrawn

    repository = find()
    found = expand(paths, lines_of(sys.stdin.buffer) if "-" in paths else ())
    _require_foreign(found, repository.root)
    tombstones = withdrawals.load(repository.root)
    columns = tuple(settings.load(repository.root).ingest.columns.get("captured", ()))
    entries = _limited(
        without_withdrawn(documents(found, Selection(include, exclude, columns)), tombstones),
        limit,
    )
    if dry_run:
        tally, tables = Tally(), _Tables(repository.root)
        foreseen = Foreseen(settings.load(repository.root).ingest)
        for entry in foreseen.noted(tables.noted(entries)):
            if isinstance(entry, tables.item):
                tally.take([entry])
            else:
                tally.skip(entry)
        _print(tally, None, as_json, tables.columns, foreseen.exports)
        return _status(tally)
    batch: Batch | None = None
    strange = _Strange(repository.root)
    with raw.adding(repository, wait) as (batches, folder):
        known = Known.of(repository.root, batches)
        captured = captured_at or datetime.now(UTC).replace(microsecond=0)
        dated = captured_at is not None
        with (
            Writer(folder, captured, licence, known, dated=dated) as writer,
            progress("add", None, "documents") as advance,
        ):
            for entry in strange.noted(entries):
                writer.add(entry)
                advance(1)
            finished = writer.finish()
        if finished:
            raw.publish(repository, batches, *finished)
            batch = finished[0]
    _print(writer.tally, batch, as_json, {}, {})
    strange.print()
    return _status(writer.tally)


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


def _status(tally: Tally) -> int:
    """Return 1 if everything was skipped, so that a script does not take it for success; else 0."""
    return 1 if tally.skipped.total() and not tally.documents and not tally.repeats else 0


def _limited(entries: Iterable[Item | Skipped], limit: int | None) -> Iterator[Item | Skipped]:
    from corpus.sources.entries import Item

    taken = 0
    for entry in entries:
        yield entry
        taken += isinstance(entry, Item)
        if taken == limit:
            return


class _Tables:
    """Finds out which field each column of a table would be read as."""

    def __init__(self, root: Any) -> None:
        from corpus import settings
        from corpus.sources.entries import Item

        self.item = Item
        self.columns: dict[str, dict[str, Any]] = {}
        self._given = {str(name): given for name, given in settings.load(root).ingest.columns.items()}

    def noted(self, entries: Iterable[Item | Skipped]) -> Iterator[Item | Skipped]:
        """Yield the same entries, and look at the first row of each table."""
        for entry in entries:
            if isinstance(entry, self.item) and entry.media_type == "application/json":
                table = entry.source.rpartition("#")[0] or entry.source
                if table not in self.columns:
                    self.columns[table] = self._of(entry.data)
            yield entry

    def _of(self, data: bytes) -> dict[str, Any]:
        import json

        from corpus.formats.mapping import columns

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
    """Finds tables without a column that is known as title or text: no row of them would become an article."""

    def __init__(self, root: Any) -> None:
        from corpus import settings
        from corpus.formats.mapping import Columns
        from corpus.sources.entries import ROW, Item

        self._item, self._row = Item, ROW
        self._columns = Columns({str(name): given for name, given in settings.load(root).ingest.columns.items()})
        self._found: list[tuple[str, str]] = []
        self._more = 0

    def noted(self, entries: Iterable[Item | Skipped]) -> Iterator[Item | Skipped]:
        """Yield the same entries, and look at the first row of each table. The rows of a table are consecutive."""
        last = ""
        for entry in entries:
            if isinstance(entry, self._item) and entry.media_type == self._row:
                table, numbered, _ = entry.source.rpartition("#")
                if numbered and table != last:
                    last = table
                    self._look(table, entry.data)
            yield entry

    def _look(self, table: str, data: bytes) -> None:
        import json

        try:
            row = json.loads(data)
        except (ValueError, RecursionError):
            row = None
        if isinstance(row, dict) and any(self._columns.names(row, field) for field in ("title", "text")):
            return
        what = "its first row is not a JSON object"
        if isinstance(row, dict):
            what = f"no column is known as title or text: {', '.join(map(str, list(row)[:_SHOWN]))}"[:_LONGEST]
        if len(self._found) < _SHOWN:
            self._found.append((table, what))
        else:
            self._more += 1

    def print(self) -> None:
        """Print a warning for each table found."""
        for table, what in self._found:
            echo(f"{safe(table)}: {safe(what)}", err=True)
        if self._more:
            echo(f"and {self._more:,} more tables", err=True)
        if self._found:
            echo(
                "A build would quarantine these rows. Name the columns in params.yaml under `ingest.columns`; "
                "the first line of a table must have their names.",
                err=True,
            )


def _print(
    tally: Tally, batch: Batch | None, as_json: bool, tables: dict[str, dict[str, Any]], exports: Mapping[str, Export]
) -> None:
    skipped = tally.skipped.total()
    if as_json:
        print_json(
            "add",
            {
                "batch": batch.name if batch else None,
                "documents": tally.documents,
                "bytes": tally.size,
                "media_types": dict(tally.taken.most_common()),
                "repeats": tally.repeats,
                "recaptured": tally.recaptured,
                "unread_capture_times": tally.unread_times,
                "skipped": dict(tally.skipped.most_common()),
                "skipped_examples": [
                    {"source": one.source, "reason": one.reason.value, "detail": one.detail} for one in tally.told
                ],
                **({"tables": tables} if tables else {}),
                **({"exports": {name: asdict(export) for name, export in exports.items()}} if exports else {}),
            },
        )
        return
    for one in tally.told[:_SHOWN]:
        echo(f"skipped: {safe(one)}", err=True)
    if skipped > _SHOWN:
        echo(f"skipped: and {skipped - _SHOWN:,} more", err=True)
    if tally.unread_times:
        what = f"{count(tally.unread_times, 'row')} with a time of capture that cannot be read or is in the future"
        echo(f"{what}, as {safe(tally.unread_time)}: the time of adding is used instead.", err=True)
    print_exports(exports)
    for name, columns in list(tables.items())[:_SHOWN]:
        print_columns(name, columns)
    rest = [f"{tally.repeats:,} known already"] if tally.repeats else []
    rest += [f"{tally.recaptured:,} new captures of known bytes"] if tally.recaptured else []
    rest += [f"{skipped:,} skipped"] if skipped else []
    what = f"{count(tally.documents, 'document')}, {size(tally.size)}{''.join(f', {one}' for one in rest)}"
    if tally.documents:
        print_table(["media type", "documents"], [(kind, f"{n:,}") for kind, n in tally.taken.most_common()])
    if batch is None:
        echo(f"Would add {what}." if tally.documents else f"Nothing to add: {what}.")
        return
    echo(f"Added {what}.")
    echo(f"batch  {batch.name} ({size(batch.size)} in data/raw/)")
    echo("Next: `corpus build`, then commit batches.yaml, data/raw.dvc and dvc.lock.")


_SHOWN = 20
_LONGEST = 300
