"""Versions: `corpus release` and `corpus versions`."""

from __future__ import annotations

import click

from corpus.cli.pipeline import wait_option
from corpus.cli.show import count, json_option, print_json, print_table


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
