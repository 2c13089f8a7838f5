"""Comparing versions: `corpus diff`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, assert_never

import click

from corpus.cli.show import echo, json_option, print_json, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.app.diff import Compared
    from corpus.diff.change import Change, Difference

# How many articles of each kind are shown where --limit does not say.
_LINES: Final = 20
_ON_A_PAGE: Final = 200


class Day(click.ParamType[date]):
    """A day as `2026-05-04`."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; a usage error shows how one is written."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as 2026-05-04.", param, ctx)


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B", required=False)
@click.option("--publisher", "publishers", multiple=True, metavar="DOMAIN", help="Only articles of this publisher.")
@click.option(
    "--language", "languages", multiple=True, metavar="TAG", help="Only articles in this language; en includes en-GB."
)
@click.option("--since", type=Day(), help="Published on this day or later.")
@click.option("--until", type=Day(), help="Published on this day or earlier.")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    help="Show at most this many of each kind. [20; 200 with --html; all in JSON]",
)
@click.option("--words", is_flag=True, help="Show which words of the texts changed.")
@click.option(
    "--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with the texts side by side."
)
@json_option
def diff(
    old: str,
    new: str | None,
    publishers: tuple[str, ...],
    languages: tuple[str, ...],
    since: date | None,
    until: date | None,
    limit: int | None,
    words: bool,
    html: Path | None,
    as_json: bool,
) -> None:
    """Show what changed from version A to version B (the working tree unless given), article by article.

    A and B are releases (v1.0.0), tags, branches or commits. Differences are not a failure: exit 0.
    """
    from corpus.app.diff import diff as compare
    from corpus.diff.change import Chosen

    if limit is None and not as_json:
        limit = _ON_A_PAGE if html else _LINES
    done = compare(old, new, Chosen(publishers, languages, since, until), limit=limit, page=html)
    if as_json:
        _print_json(done, words)
    else:
        _print_counts(done.found)
        if not html:
            _print_articles(done, words)
    if html:
        echo(f"page  {html}", err=as_json)


def _print_counts(found: Difference) -> None:
    counted = ", ".join(f"{number:,} {kind}" for kind, number in found.counts.items())
    echo(f"{safe(found.old.name)} to {safe(found.new.name)}: {counted or 'no article differs'}")
    columns = [
        *(f"+ {name}" for name in found.columns_added),
        *(f"- {name}" for name in found.columns_removed),
        *(f"~ {name}" for name in found.columns_retyped),
    ]
    if columns:
        echo(f"columns: {', '.join(columns)}")


def _print_articles(done: Compared, words: bool) -> None:
    found = done.found
    width = max((len(kind) for kind in found.counts), default=0)
    for kind, number in found.counts.items():
        shown = found.of(kind)
        _print_changes(done, shown, width, words)
        if number > len(shown):
            echo(f"and {number - len(shown):,} more {kind}; --limit shows more, --json all")


def _print_changes(done: Compared, shown: Sequence[Change], width: int, words: bool) -> None:
    from corpus.cli.words import print_words

    for change, runs in done.worded(shown) if words else ((change, None) for change in shown):
        article = change.article
        day = article.published_date.isoformat() if article.published_date else "-" * 10
        remark = _remark(change)
        note = f"  [{safe(remark)}]" if remark else ""
        echo(f"{change.kind.value:{width}}  {article.article_id}  {day}  {safe(article.title)}{note}")
        if runs:
            print_words(runs, " " * (width + 2))


def _remark(change: Change) -> str:
    """Return a remark about a change beside its kind."""
    from corpus.diff.change import Kind

    parts = ", ".join(change.parts)
    match change.kind:
        case Kind.ADDED | Kind.WITHDRAWN | Kind.QUARANTINED:
            return ""
        case Kind.CORRECTED:
            return parts
        case Kind.MERGED:
            return "; ".join(filter(None, [f"into {change.into}", parts]))
        case Kind.REIDENTIFIED:
            return "; ".join(filter(None, [f"before {change.old.article_id}" if change.old else "", parts]))
        case Kind.REPARSED:
            old, new = change.old, change.new
            parsers = f"{old.parser} -> {new.parser}" if old and new and old.parser != new.parser else ""
            return "; ".join(filter(None, [parts, parsers]))
        case Kind.REDATED:
            old, new = change.old, change.new
            return f"{(old and old.published) or 'undated'} -> {(new and new.published) or 'undated'}"
        case Kind.REMARKED if "duplicate_of" in change.columns:
            return f"duplicate of {change.into}" if change.into else "no duplicate any more"
        case Kind.REMARKED | Kind.RESOURCED:
            return ", ".join(change.columns)
        case _ as never:
            assert_never(never)


def _print_json(done: Compared, words: bool) -> None:
    found = done.found
    texts = done.worded(found.changes) if words else ((change, None) for change in found.changes)
    print_json(
        "diff",
        {
            **{side: asdict(getattr(found, side)) for side in ("old", "new")},
            "counts": found.counts,
            "columns": {
                "added": found.columns_added,
                "removed": found.columns_removed,
                "retyped": found.columns_retyped,
            },
            "changes": [
                {
                    "article_id": change.article.article_id,
                    **asdict(change),
                    "parts": change.parts,
                    **({"words": runs} if words else {}),
                }
                for change, runs in texts
            ],
        },
    )
