"""`corpus add`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from corpus.cli.dryrun import print_columns, print_exports
from corpus.cli.pipeline import wait_option
from corpus.cli.show import echo, json_option, print_json, print_table, safe, size
from corpus.text.plural import count

if TYPE_CHECKING:
    from corpus.app.add import Added


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
    "--include",
    multiple=True,
    metavar="PATTERN",
    help="Add only sources or URLs that match the pattern, for example '*.html'.",
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out sources or URLs that match the pattern.")
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
    from corpus.app.add import Request, look
    from corpus.app.add import add as run
    from corpus.progress import progress
    from corpus.repo.repository import find
    from corpus.sources.gather import lines_of

    listed = lines_of(sys.stdin.buffer) if "-" in paths else ()
    request = Request(paths, listed, captured_at, licence, include, exclude, limit)
    if dry_run:
        repository = find()
        with progress("look", None, "documents") as advance:
            done = look(repository, request, advance=advance)
    else:
        repository = find()
        with progress("add", None, "documents") as advance:
            done = run(repository, request, wait=wait, advance=advance)
    _print(done, as_json)
    _warn(done)
    return 1 if done.is_all_skipped else 0


def _warn(done: Added) -> None:
    """Print a warning for each table whose rows would not become articles."""
    for table, what in done.strange:
        echo(f"{safe(table)}: {safe(what)}", err=True)
    if done.more_strange:
        echo(f"and {done.more_strange:,} more tables", err=True)
    if done.strange:
        echo(
            "A build would quarantine these rows. Name the columns in params.yaml under `ingest.columns`; "
            "the first line of a table must have their names.",
            err=True,
        )


def _print(done: Added, as_json: bool) -> None:
    tally, batch, tables, exports = done.tally, done.batch, done.tables, done.exports
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
                    {"source": one.source, "reason": one.reason.value, "detail": one.detail}
                    for one in tally.skipped_examples
                ],
                **({"tables": tables} if tables else {}),
                **({"exports": {name: asdict(export) for name, export in exports.items()}} if exports else {}),
            },
        )
        return
    for one in tally.skipped_examples[:_SHOWN]:
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
