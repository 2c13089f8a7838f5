"""Comparing versions: `corpus diff`."""

from __future__ import annotations

import click

from corpus.cli.show import json_option, print_json, safe


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B", required=False)
@click.option("--limit", type=click.IntRange(min=0), default=100, show_default=True, help="Show so many articles.")
@json_option
def diff(old: str, new: str | None, limit: int, as_json: bool) -> None:
    """What changed from version A to version B (the working tree unless given), article by article."""
    from corpus.versioning.diff import Kind
    from corpus.versioning.diff import diff as compare
    from corpus.versioning.reading import open_version

    before, after = open_version(old), open_version(new)
    changes = compare(before, after)
    if as_json:
        print_json(changes)
        return
    counts = {kind: sum(change.kind is kind for change in changes) for kind in Kind}
    click.echo(f"{before.name} to {after.name}: " + ", ".join(f"{number:,} {kind}" for kind, number in counts.items()))
    signs = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~"}
    for change in changes[:limit]:
        fields = f"  [{', '.join(change.fields)}]" if change.fields else ""
        day = change.published_date or "----------"
        click.echo(f"{signs[change.kind]} {change.article_id}  {day}  {safe(change.title)}{fields}")
    if len(changes) > limit:
        click.echo(f"and {len(changes) - limit:,} more; --limit shows more, --json all")
