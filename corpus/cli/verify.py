"""`corpus verify`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from corpus.cli.pipeline import wait_option
from corpus.cli.show import echo, json_option, print_json, safe, size
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.integrity.faults import Verified

_SHOWN = 50


@click.command()
@click.argument("rev", required=False)
@click.option("--remote", is_flag=True, help="Also read every object in the default DVC remote.")
@click.option("--rebuild", is_flag=True, help="Build it again in a scratch folder and compare the md5s.")
@click.option(
    "--repair",
    is_flag=True,
    help="Replace what is damaged or missing, if the right bytes are in the cache, the workspace or the remote.",
)
@wait_option
@json_option
def verify(rev: str | None, remote: bool, rebuild: bool, repair: bool, wait: float, as_json: bool) -> int:
    """Verify version REV (the working tree unless given), byte by byte.

    Every object against its md5, every shard against its key, the batches against batches.yaml, the ledger against
    the tables, the tables against their promises, seeds/ (of REV, as git has it) against what was built from. Exit 1 if
    anything is wrong and not repaired.
    """
    from corpus.app.verify import verify as run
    from corpus.repo.repository import find

    done = run(find(), rev, remote=remote, rebuild=rebuild, repair=repair, wait=wait, tell=_tell)
    if as_json:
        print_json("verify", {"ok": done.is_sound, **_plain(done.found), "not_mended_because": done.reasons})
    else:
        _print(done.found, done.reasons)
    return 0 if done.is_sound else 1


def _tell(stage: str) -> None:
    echo(f"rebuild: {stage} done", err=True)


def _plain(found: Verified) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(found)


def _print(found: Verified, reasons: Sequence[str]) -> None:
    looked = dict(found.looked)
    total = size(looked.pop("bytes", 0))
    what = ", ".join(f"{number:,} {_one(name) if number == 1 else name}" for name, number in looked.items())
    echo(f"{safe(found.version)}{f' ({found.commit[:10]})' if found.commit else ''}: {what}; {total} read")
    for label, faults in (("repaired", found.mended), ("wrong", found.faults)):
        for fault in faults[:_SHOWN]:
            echo(f"{label}: {safe(fault)}")
        if len(faults) > _SHOWN:
            echo(f"{label}: and {len(faults) - _SHOWN:,} more; --json names all")
    for reason in reasons[:_SHOWN]:
        echo(f"not repaired: {safe(reason)}")
    for note in found.notes:
        echo(f"note: {safe(note)}")
    if not found.faults:
        echo("Verified." if not found.mended else f"Verified; {count(len(found.mended), 'fault')} repaired.")
        return
    advice = {
        "cache": "--repair repairs the cache from the workspace or the remote",
        "workspace": "`corpus build` writes the workspace again",
        "seeds": "git's settings changed seeds/ at checkout: put `* -text -ident -filter` into .gitattributes, then "
        "delete each file named and run `git checkout -- FILE`",
        "remote": "--remote --repair repairs the remote from the cache",
    }
    if found.commit:
        advice["seeds"] = (
            "the commit's seeds/ and dvc.lock do not belong together: run `corpus build` on its files, and commit what "
            "it changes together with them"
        )
    places = sorted({fault.place.value for fault in found.faults} & advice.keys())
    echo(f"{count(len(found.faults), 'fault')}.{''.join(f' {advice[place]}.' for place in places)}")


def _one(name: str) -> str:
    """Return a plural name in the singular: `objects in the remote` -> `object in the remote`."""
    first, space, rest = name.partition(" ")
    return f"{first.removesuffix('es' if first == 'batches' else 's')}{space}{rest}"
