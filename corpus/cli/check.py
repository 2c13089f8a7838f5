"""`corpus check`."""

from __future__ import annotations

import sys
from typing import Any, Final

import click

from corpus.cli.show import echo, json_option, print_json, print_pairs, safe
from corpus.text.plural import count

# Values of witnesses are shown so far; JSON has all of them.
_LONGEST_SHOWN: Final = 160


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH…")
@click.option(
    "--explain", is_flag=True, help="Show for each field of a page where it was found, and what else was found."
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=1_000,
    show_default=True,
    help="Check at most this many documents, and count the others; 0 checks all.",
)
@json_option
def check(paths: tuple[str, ...], explain: bool, limit: int, as_json: bool) -> int:
    """Show what would become of documents, without adding them.

    Accepts what `corpus add` accepts; a folder means the documents in it. Exit 1 if any would be quarantined.
    The first 1,000 documents are checked and shown; the others are counted.
    """
    from corpus.app.check import Fate, check_here
    from corpus.progress import progress
    from corpus.sources.gather import expand, lines_of

    found = expand(paths, lines_of(sys.stdin.buffer) if "-" in paths else ())
    with progress("check", None, "documents") as advance:
        fates, left = check_here(found, limit=limit, explain=explain, advance=advance)
    bad = sum(fate.fate in {Fate.QUARANTINED, Fate.SKIPPED} for fate in fates)
    if as_json:
        print_json("check", fates)
    else:
        for fate in fates:
            _print_fate(fate)
        if len(fates) != 1:
            echo(f"{count(len(fates), 'document')}, {bad:,} would be quarantined.")
    if left:
        echo(f"{count(left, 'more document')} not checked. Check all with --limit 0.", err=as_json)
    return 1 if bad else 0


def _print_explanation(explanation: Any) -> None:
    """Print the witnesses of each field, the believed one first and marked."""
    for field, witnesses in explanation.items():
        echo(f"  {field}")
        for one in witnesses:
            echo(f"    {'>' if one['believed'] else ' '} {safe(one['witness'])}: {safe(one['value'][:_LONGEST_SHOWN])}")


def _print_fate(fate: Any) -> None:
    echo(f"{safe(fate.source)}: {fate.fate.value}")
    print_pairs(
        [
            ("title", fate.title),
            ("by", ", ".join([*fate.authors, *([fate.agency] if fate.agency else [])])),
            ("publication", fate.publication),
            ("published", fate.published_at or fate.published_date),
            ("section", fate.section),
            ("page", fate.page),
            ("edition", fate.edition),
            ("accession", fate.accession),
            ("url", fate.url),
            ("language", fate.language),
            ("words", f"{fate.word_count:,}" if fate.word_count else None),
            ("article", f"{fate.article_id} (by {fate.rule})" if fate.article_id else None),
        ],
        indent="  ",
    )
    for severity, name, found in fate.verdicts:
        echo(f"  {severity}: {name}{f' ({safe(found)})' if found else ''}")
    if fate.explanation:
        _print_explanation(fate.explanation)
