"""`corpus upgrade`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from corpus.cli.pipeline import wait_option
from corpus.cli.show import echo, json_option, print_json, safe

if TYPE_CHECKING:
    from corpus.app.upgrade import Upgrade


@click.command()
@click.option("--apply", "do_apply", is_flag=True, help="Change the files, as one commit that `git revert` undoes.")
@click.option("--keep", multiple=True, metavar="FILE", help="Keep this file as it is, and end its conflicts.")
@wait_option
@json_option
def upgrade(do_apply: bool, keep: tuple[str, ...], wait: float, as_json: bool) -> int:
    """Bring a repository that an older newscorpus made up to this version. Shows what would change.

    Compares dvc.yaml, params.yaml, README.md and the settings of git and DVC with what `corpus init` wrote then, and
    merges what it writes now. Your edits stay. A file where both changed the same lines is shown and left alone: edit
    it, or give --keep FILE. Exit 1 if there is such a file.
    """
    from corpus.app.upgrade import upgrade as run
    from corpus.repo.repository import find

    done = run(find(), apply=do_apply, keep=keep, wait=wait)
    if as_json:
        print_json("upgrade", done)
    else:
        _print(done)
    return 1 if done.conflicts else 0


def _print(done: Upgrade) -> None:
    for change in done.changes:
        echo(change.diff, nl=False)
    for conflict in done.conflicts:
        echo(f"conflict in {safe(conflict.path)}: {safe(conflict.where)}")
        for label, text in (("yours", conflict.yours), ("new", conflict.new)):
            for line in text.splitlines():
                echo(f"  {label:5} | {line}")
    for note in done.notes:
        echo(f"Note: {note}")
    if not done.changes and not done.conflicts:
        echo("Up to date.")
        return
    _print_tables(done)
    if done.conflicts:
        names = sorted({conflict.path for conflict in done.conflicts})
        echo(f"Left alone: {', '.join(names)}. Edit by hand, or run again with --keep FILE to keep yours.")
    if done.commit:
        echo(f"Upgraded as commit {done.commit[:10]}. `git revert {done.commit[:10]}` undoes it. Next: `corpus build`.")
    elif done.changes:
        echo("Nothing was changed. `corpus upgrade --apply` makes these changes as one commit.")


def _print_tables(done: Upgrade) -> None:
    if done.parameters:
        tables = ", ".join(table for written in done.parameters.values() for table in written) or "reports/"
        echo(f"Tables: {tables} may change, because parameters of {', '.join(done.parameters)} have other values.")
    else:
        echo("Tables: no parameter changes its value, so this upgrade changes no byte of any table.")
    if done.code:
        echo(
            f"        `corpus build` builds {', '.join(done.code)} anew, because the installed engine has other code "
            "there. Files whose rows stay the same keep their bytes."
        )
