"""`corpus export`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.cli.filtering import filter_options
from corpus.cli.show import echo, json_option, print_json, size
from corpus.cli.where import values_of
from corpus.export.formats import names
from corpus.text.plural import count

if TYPE_CHECKING:
    from corpus.snapshots.selection import Filters

# Not from `corpus.export`, so that `--help` is instant; a test holds the two together.


@click.command()
@click.argument("target", metavar="DEST", type=click.Path(path_type=Path))
@click.option("--rev", metavar="REV", help="A release, tag, branch or commit; the working tree by default.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(names()),
    default="parquet",
    show_default=True,
    help="How the data files are written.",
)
@click.option("--query", metavar="QUERY", help="Only articles that `corpus search QUERY` finds.")
@filter_options
@click.option(
    "--rights",
    type=click.Choice(("train", "input", "search", "none")),
    help="Only articles that their publisher lets you use for this; `rights` in params.yaml by default; none for all.",
)
@click.option("--columns", metavar="A,B,…", help="Only these columns, in this order.")
@click.option("--split-seed", metavar="SEED", help="Write separate files for train, validation and test.")
@click.option("--force", is_flag=True, help="Replace what is in DEST.")
@json_option
def export(
    target: Path,
    rev: str | None,
    format_: str,
    query: str | None,
    where: tuple[str, ...],
    publisher: tuple[str, ...],
    language: tuple[str, ...],
    since: str | None,
    until: str | None,
    no_duplicates: bool,
    rights: str | None,
    columns: str | None,
    split_seed: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Write a version, filtered, into the folder DEST to pass on.

    Data files in data/, and beside them a card (README.md), the columns (dictionary.md), what was noted about
    rights (LICENCES.md), the account (ledger.json) and Croissant metadata (metadata.json).
    `datasets.load_dataset("DEST")` opens it. DEST is written completely or not at all.
    """
    from corpus.cli.show import interruptible
    from corpus.export import Order
    from corpus.export import export as write
    from corpus.rights.policy import Policy
    from corpus.snapshots.opening import open_version

    filters: Filters = {
        "publisher": publisher or None,
        "language": language or None,
        "since": since,
        "until": until,
        "duplicates": not no_duplicates,
        "rights": Policy() if rights == "none" else rights,
    }
    names = None if columns is None else [name.strip() for name in columns.split(",") if name.strip()]
    order = Order(format_, filters, names, split_seed, query or "", values_of(where))
    with interruptible():
        made = write(open_version(rev), target, order, force=force)
    if as_json:
        print_json("export", made)
        return
    echo(f"Exported {count(made.articles, 'article')} of {made.version}.")
    if made.left_out:
        echo("left out  " + ", ".join(f"{number:,} by {why}" for why, number in made.left_out.items()))
    echo(f"files     {made.folder}/data ({count(len(made.files), 'file')}, {size(made.bytes)})")
    echo(f"card      {made.folder}/README.md")
