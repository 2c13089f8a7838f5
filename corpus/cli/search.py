"""`corpus search`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from corpus.cli.filtering import filter_options
from corpus.cli.show import echo, json_option, print_json, safe
from corpus.cli.where import values_of
from corpus.text.plural import count

if TYPE_CHECKING:
    from corpus.app.searching import Found, Match
    from corpus.snapshots.selection import Filters

# Not from `corpus.search`, so that `--help` is instant; a test compares the two.
ORDERS: Final = ("relevance", "newest", "oldest")
FACETS: Final = (
    "publisher", "publication", "language", "month", "section", "author", "agency", "licence", "rights", "warning",
    "duplicates", "revisions", "date_source",
)  # fmt: skip


class _Search(click.Command):
    """Explains what to do with a query that looks like an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            hint = "Before a query that begins with a minus, write --: corpus search -- '-word'."
            raise click.UsageError(f"{error.format_message()} {hint}") from None


@click.command(cls=_Search)
@click.argument("query")
@click.argument("rev", required=False)
@click.option("--repo", metavar="PATH|URL", default=".", help="A folder in a corpus repository, or a git URL.")
@click.option("--as-of", metavar="DAY", help="Search what was known at the end of this day, as 2026-03-01.")
@filter_options
@click.option("--order", type=click.Choice(ORDERS), default="relevance", show_default=True, help="What comes first.")
@click.option(
    "--limit", type=int, default=20, show_default=True, help="Show at most this many articles; 0 counts only."
)
@click.option("--facet", multiple=True, type=click.Choice(FACETS), help="Count the most frequent values of this.")
@click.option(
    "--index",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for the index, instead of .dvc/tmp.",
)
@json_option
def search(
    query: str,
    rev: str | None,
    repo: str,
    as_of: str | None,
    publisher: tuple[str, ...],
    language: tuple[str, ...],
    since: str | None,
    until: str | None,
    no_duplicates: bool,
    where: tuple[str, ...],
    order: str,
    limit: int,
    facet: tuple[str, ...],
    index: Path | None,
    as_json: bool,
) -> None:
    """Find the articles of a version that match QUERY: in their titles, standfirsts and texts.

    All words are meant, without case and accents. "two words" is a phrase, "two words"~3 finds them near each other,
    OR gives a choice, -word leaves out, elect* finds words that begin so, title: and author: look there alone, and
    brackets group. Before a query that begins with a minus, write --.

    The first search of a version makes an index; `corpus export --query` writes all articles that match.
    """
    from corpus.app.searching import Request
    from corpus.app.searching import search as find
    from corpus.cli.show import interruptible
    from corpus.snapshots.opening import open_version

    filters: Filters = {
        "publisher": publisher or None,
        "language": language or None,
        "since": since,
        "until": until,
        "duplicates": not no_duplicates,
    }
    with interruptible():
        found = find(
            open_version(rev, repo, as_of), Request(query, filters, values_of(where), order, limit, facet, index)
        )
    if as_json:
        print_json("search", found)
        return
    _print(found)


def _print(found: Found) -> None:
    verb = "matches" if found.articles == 1 else "match"
    # As a heading, so that a count can be cited with its query and version.
    what = f" {verb}: {found.query}" if found.query.strip() else ""
    echo(f"{count(found.articles, 'article')} of {found.version}{what}")
    if not found.articles and {"AND", "NOT"} & set(found.query.split()):
        echo("AND and NOT are words like others here: all words are meant, and -word leaves a word out.")
    for name, values in found.facets.items():
        shown = ", ".join(f"{value or 'none'} {number:,}" for value, number in values)
        echo(f"{name:11} {shown}")
    for match in found.shown:
        echo(f"{match.article_id}  {match.published_date or 'undated   '}  {safe(match.title)}")
        echo(f"           {_excerpt(match)}")
    if found.articles > len(found.shown) > 0:
        echo(f"and {found.articles - len(found.shown):,} more")


def _excerpt(match: Match) -> str:
    """Return an excerpt as one line, with what matches in bold on a terminal."""
    styled = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    parts, at = [], 0
    for start, end in match.marks:
        marked = match.excerpt[start:end]
        parts += [match.excerpt[at:start], click.style(marked, fg="yellow") if styled else marked]
        at = end
    return "".join([*parts, match.excerpt[at:]]).replace("\n\n", " ¶ ").replace("\n", " ")
