"""Verify a version: every object against its md5 and its key, the batches, the ledger, the tables' promises.

Every byte is read, even if it was right before. The module `rebuild` compares a rebuild, `verify_remote` checks a
remote, and `repair` mends faults.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from corpus.batches import stored
from corpus.integrity.committed import check_committed_seeds
from corpus.integrity.content import check_content
from corpus.integrity.faults import Fault, Place, Trouble, Verified
from corpus.integrity.seeds import check_seeds
from corpus.progress import progress
from corpus.repo.lock import TOKEN, holder
from corpus.snapshots import removed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from corpus.snapshots.snapshot import Snapshot

_THREADS: Final = 2


def verify(version: Snapshot) -> Verified:
    """Verify a version where it is kept on this machine. Changes nothing.

    Raises:
        Withdrawn: objects of the version were removed on purpose.
    """
    wanted = version.needed()
    faults, sound = _in_cache(version, wanted)
    lost = [fault.md5 for fault in faults if fault.trouble is Trouble.MISSING and fault.md5]
    if lost:
        removed.explain(version.repository, version.commit, lost)
    looked = {"objects": len({one.md5 for one in wanted}), "bytes": sum(digests.size for digests in sound.values())}
    faults += _in_git(version)
    content = check_content(version, wanted, sound)
    notes = content.notes
    if version.commit is None:
        writer = None if os.environ.get(TOKEN) else holder(version.repository.root)
        if writer:
            notes += (f"the workspace was not looked at: {writer} is writing to it",)
        else:
            faults += _in_workspace(version, wanted)
            changed, unbuilt = check_seeds(version)
            faults += changed
            notes += tuple(unbuilt)
    else:
        changed, unknown = check_committed_seeds(version, version.commit)
        faults += changed
        notes += tuple(unknown)
    return Verified(version.name, version.commit, {**looked, **content.looked}, (*faults, *content.faults), (), notes)


def _in_cache(version: Snapshot, wanted: Iterable[stored.Stored]) -> tuple[list[Fault], dict[str, stored.Digests]]:
    """Return what the cache lacks or has with other bytes, and the digests of the sound objects."""
    by_md5 = {one.md5: one for one in wanted}

    def judge(one: stored.Stored) -> tuple[stored.Stored, stored.Digests | OSError]:
        try:
            return one, stored.digests_of(version.objects.path(one.md5))
        except OSError as error:
            return one, error

    faults: list[Fault] = []
    sound: dict[str, stored.Digests] = {}
    with progress("verify", len(by_md5), "objects") as advance, ThreadPoolExecutor(_THREADS) as pool:
        for one, found in pool.map(judge, by_md5.values()):
            if isinstance(found, FileNotFoundError):
                faults.append(Fault(Place.CACHE, Trouble.MISSING, one.path, one.md5, one.md5, one.listing))
            elif isinstance(found, OSError):
                detail = f"{one.md5}: {found.strerror}"
                faults.append(Fault(Place.CACHE, Trouble.DAMAGED, one.path, detail, one.md5, one.listing))
            elif found.md5 != one.md5.removesuffix(".dir"):
                detail = f"pinned {one.md5}, found {found.md5}"
                faults.append(Fault(Place.CACHE, Trouble.DAMAGED, one.path, detail, one.md5, one.listing))
            else:
                sound[one.md5] = found
            advance(1)
    return faults, sound


def _in_git(version: Snapshot) -> list[Fault]:
    """Compare outputs that git keeps with the md5s in dvc.lock."""
    faults = []
    for pin in version.pins:
        if pin.cached:
            continue
        text = version.text(pin.path)
        if text is None:
            faults.append(Fault(Place.WORKSPACE, Trouble.MISSING, pin.path, f"pinned {pin.md5}"))
            continue
        found = hashlib.md5(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()
        if found != pin.md5:
            faults.append(Fault(Place.WORKSPACE, Trouble.DIFFERS, pin.path, f"pinned {pin.md5}, found {found}"))
    return faults


def _in_workspace(version: Snapshot, wanted: list[stored.Stored]) -> list[Fault]:
    """Return files of the workspace with other bytes than are pinned, and unknown files. A missing file is no fault."""
    files = [one for one in wanted if not one.md5.endswith(".dir")]
    root = version.repository.root

    def judge(one: stored.Stored) -> Fault | None:
        try:
            found = stored.digests_of(root / one.path).md5
        except OSError:
            return None
        if found == one.md5:
            return None
        return Fault(
            Place.WORKSPACE, Trouble.DAMAGED, one.path, f"pinned {one.md5}, found {found}", one.md5, one.listing
        )

    with progress("workspace", len(files), "files") as advance, ThreadPoolExecutor(_THREADS) as pool:
        faults = []
        for fault in pool.map(judge, files):
            faults += [fault] if fault else []
            advance(1)
    known = {one.path for one in files}
    read = {one.listing for one in files}
    listed = {pin.path for pin in version.pins if pin.md5 in read}
    strangers = [
        f"{folder}/{path.relative_to(root / folder)}"
        for folder in sorted(listed)
        for path in sorted(_files(root / folder))
    ]
    return faults + [
        Fault(Place.WORKSPACE, Trouble.UNEXPECTED, path, "no pin names it; a build removes it")
        for path in strangers
        if path not in known
    ]


def _files(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else ()
