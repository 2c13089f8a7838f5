"""Versions: `corpus release`, `corpus versions` and `corpus diff`."""

from __future__ import annotations

import click

from corpus.cli.pipeline import wait_option
from corpus.cli.show import count, json_option, print_json, print_table, safe


@click.command()
@click.argument("version", required=False)
@click.option("--bump", type=click.Choice(["major", "minor", "patch"]), help="Which part goes up; minor by default.")
@click.option("-m", "--message", help="What is to be said of this version.")
@wait_option
@json_option
def release(version: str | None, bump: str | None, message: str | None, wait: float, as_json: bool) -> None:
    """Name this version of the corpus: tag `corpus@vX.Y.Z`.

    VERSION is the number, as v1.2.0; without it the last one goes up. Refused while anything is uncommitted or out of
    date, or while the DVC cache lacks anything.
    """
    from corpus.store.lock import write_lock
    from corpus.versioning.releases import Bump
    from corpus.versioning.releases import release as make
    from corpus.versioning.repository import find

    if version and bump:
        raise click.UsageError("Give a VERSION or --bump, not both.")
    repository = find()
    with write_lock(repository.root, "corpus release", wait):
        made = make(repository, bump=Bump(bump) if bump else None, version=version, message=message)
    if as_json:
        print_json(made)
        return
    held = f", {count(made.articles, 'article')}" if made.articles is not None else ""
    click.echo(f"Released {made.tag} ({made.commit[:10]}{held}).")
    click.echo(f'Read it:    corpus.open("{made.tag}")')
    click.echo("Publish it: dvc push && git push --follow-tags")


@click.command()
@json_option
def versions(as_json: bool) -> None:
    """The releases, oldest first."""
    from corpus.versioning.releases import releases
    from corpus.versioning.repository import find

    found = releases(find())
    if as_json:
        print_json(found)
    elif not found:
        click.echo("No releases yet. `corpus release` names the first.")
    else:
        print_table(
            ["version", "date", "articles", "commit", "message"],
            [
                (
                    r.version,
                    f"{r.date:%Y-%m-%d}",
                    "" if r.articles is None else f"{r.articles:,}",
                    r.commit[:10],
                    r.message,
                )
                for r in found
            ],
        )


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
