"""`corpus verify`."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from corpus.cli.pipeline import wait_option
from corpus.cli.show import count, echo, json_option, print_json, safe, size

if TYPE_CHECKING:
    from corpus.integrity.faults import Fault, Verified
    from corpus.objects.objectstore import ObjectStore
    from corpus.repo.repository import Repository
    from corpus.snapshots.snapshot import Snapshot

_SHOWN = 50


@click.command()
@click.argument("rev", required=False)
@click.option("--remote", is_flag=True, help="The default DVC remote too: every object, by reading it.")
@click.option("--rebuild", is_flag=True, help="Build it anew in a scratch folder and compare the md5s.")
@click.option("--repair", is_flag=True, help="Mend what is damaged or missing from wherever the right bytes are.")
@wait_option
@json_option
def verify(rev: str | None, remote: bool, rebuild: bool, repair: bool, wait: float, as_json: bool) -> int:
    """Verify version REV (the working tree unless given), byte by byte.

    Every object against its md5, every shard against its key, the batches against batches.yaml, the ledger against
    the tables, the tables against their promises, seeds/ (of REV, as git has it) against what was built from. Exit 1 if
    anything is wrong and not mended.
    """
    from corpus.repo.lock import write_lock
    from corpus.repo.repository import find

    repository = find()
    with ExitStack() as held:
        if repair:
            held.enter_context(write_lock(repository.root, "corpus verify --repair", wait))
        found, reasons = _verified(repository, rev, remote=remote, repair=repair)
        if rebuild:
            found = _rebuilt(repository, rev, found)
    if as_json:
        print_json({"ok": not found.faults, **_plain(found), "not_mended_because": reasons})
    else:
        _print(found, reasons)
    return 1 if found.faults else 0


def _verified(repository: Repository, rev: str | None, *, remote: bool, repair: bool) -> tuple[Verified, list[str]]:
    from corpus.integrity.repair import remote_or_none
    from corpus.integrity.repair import repair as mend
    from corpus.integrity.verify import verify
    from corpus.objects import objectstore
    from corpus.snapshots.snapshot import Snapshot

    version = Snapshot.of(repository, rev)
    found = verify(version)
    first, reasons = found.faults, []
    with ExitStack() as held:
        # A listing that comes back says what else is missing, so once is not always enough.
        while repair and (broken := [fault for fault in found.faults if fault.md5]):
            reasons = mend(version, broken, held.enter_context(remote_or_none(version)))
            again = verify(Snapshot.of(repository, rev))
            found, before = again, found.faults
            first = (*first, *(fault for fault in again.faults if fault not in first))
            if again.faults == before:
                break
    mended = tuple(fault for fault in first if fault not in found.faults)
    if remote:
        with objectstore.default(repository) as store:
            found, said = _remote(Snapshot.of(repository, rev), store, found, repair=repair)
            reasons += said
    return replace(found, mended=(*mended, *found.mended)), reasons


def _remote(version: Snapshot, store: ObjectStore, found: Verified, *, repair: bool) -> tuple[Verified, list[str]]:
    from corpus.integrity.repair import repair_remote
    from corpus.integrity.verify_remote import verify_remote

    number, faults = verify_remote(version, store)
    mended: tuple[Fault, ...] = ()
    reasons: list[str] = []
    if repair and faults:
        reasons = repair_remote(version, faults, store)
        left = verify_remote(version, store)[1]
        mended = tuple(fault for fault in faults if fault not in left)
        faults = left
    looked = {**found.looked, "objects in the remote": number}
    return replace(found, looked=looked, faults=(*found.faults, *faults), mended=mended), reasons


def _rebuilt(repository: Repository, rev: str | None, found: Verified) -> Verified:
    from corpus.integrity.rebuild import rebuild
    from corpus.snapshots.snapshot import Snapshot

    number, faults = rebuild(Snapshot.of(repository, rev), lambda stage: echo(f"rebuild: {stage} done", err=True))
    return replace(found, looked={**found.looked, "files rebuilt": number}, faults=(*found.faults, *faults))


def _plain(found: Verified) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(found)


def _print(found: Verified, reasons: list[str]) -> None:
    looked = dict(found.looked)
    total = size(looked.pop("bytes", 0))
    what = ", ".join(f"{number:,} {name}" for name, number in looked.items())
    echo(f"{safe(found.version)}{f' ({found.commit[:10]})' if found.commit else ''}: {what}; {total} read")
    for label, faults in (("mended", found.mended), ("wrong", found.faults)):
        for fault in faults[:_SHOWN]:
            echo(f"{label}: {safe(fault)}")
        if len(faults) > _SHOWN:
            echo(f"{label}: and {len(faults) - _SHOWN:,} more; --json names all")
    for reason in reasons[:_SHOWN]:
        echo(f"not mended: {safe(reason)}")
    for note in found.notes:
        echo(f"note: {safe(note)}")
    if not found.faults:
        echo("Verified." if not found.mended else f"Verified; {count(len(found.mended), 'fault')} mended.")
        return
    advice = {
        "cache": "--repair mends the cache from the workspace or the remote",
        "workspace": "`corpus build` makes the workspace anew",
        "seeds": "settings of git's changed seeds/ at checkout: put `* -text -ident -filter` into .gitattributes, then "
        "delete each file named and run `git checkout -- FILE`",
        "remote": "--remote --repair mends the remote from the cache",
    }
    if found.commit:
        advice["seeds"] = (
            "the commit's seeds/ and dvc.lock do not belong together: run `corpus build` on its files, and commit what "
            "it changes together with them"
        )
    places = sorted({fault.place.value for fault in found.faults} & advice.keys())
    echo(f"{count(len(found.faults), 'fault')}.{''.join(f' {advice[place]}.' for place in places)}")
