"""`corpus merge`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.cli.pipeline import wait_option, workers_option
from corpus.cli.show import echo, json_option, print_json, safe
from corpus.text.plural import count

if TYPE_CHECKING:
    from corpus.app.merge import Merged
    from corpus.pipeline.reproducing import Step

_SHOWN = 20


@click.command()
@click.option(
    "--driver",
    nargs=4,
    metavar="BASE OURS THEIRS PATH",
    help="Merge one file, as a merge driver that git calls: git config merge.corpus.driver "
    "'corpus merge --driver %O %A %B %P'.",
)
@wait_option
@workers_option
@json_option
def merge(driver: tuple[str, str, str, str] | None, wait: float, workers: int | None, as_json: bool) -> int:
    """Settle a git merge of two branches that each added batches.

    Run it after `git merge BRANCH` has stopped with conflicts. It unites batches.yaml and withdrawn.yaml, fetches the
    batches of both sides from the DVC cache or remote, rebuilds dvc.lock, engine.yaml and reports/, and stages all of
    these. Conflicts in other files, such as seeds/ and params.yaml, are yours: they are listed, and left as they are.
    Nothing is committed. Exit 1 if conflicts are left.
    """
    if driver:
        return _merge_file(*driver)
    from corpus.app.merge import merge as run
    from corpus.repo.repository import find

    def tell(step: Step) -> None:
        if not as_json and step.ran:
            echo(f"{step.stage:9} done", err=True)

    done = run(find(), wait=wait, workers=workers, tell=tell)
    if as_json:
        print_json("merge", done)
    else:
        _print(done)
    return 1 if done.left else 0


def _merge_file(base: str, ours: str, theirs: str, path: str) -> int:
    from corpus.app.merge import merge_file

    if merge_file(Path(base), Path(ours), Path(theirs), path):
        return 0
    echo(f"{safe(path)} must be rebuilt: run `corpus merge`.", err=True)
    return 1


def _print(done: Merged) -> None:
    echo(f"{count(done.batches, 'batch', 'batches')}, {len(done.added):,} from the other branch.")
    if done.fetched:
        echo(f"Fetched {count(len(done.fetched), 'file')} to data/raw/.")
    for name, number in done.redacted.items():
        echo(f"Took {count(number, 'withdrawn document')} out of batch {safe(name)}.")
    for path in done.left[:_SHOWN]:
        echo(f"Conflict to resolve: {safe(path)}")
    if len(done.left) > _SHOWN:
        echo(f"and {len(done.left) - _SHOWN:,} more conflicts to resolve; --json names all")
    if not done.built:
        echo("Not rebuilt. Resolve these conflicts, `git add` the files, and run `corpus merge` again.")
    elif done.left:
        echo("Rebuilt and staged. Resolve these conflicts, then `git commit`.")
    else:
        echo("Rebuilt and staged. Next: `git commit`.")
