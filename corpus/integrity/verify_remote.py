"""Verify a version in a remote: read every object there, and compare its size and its md5."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from corpus.batches import stored
from corpus.errors import CorpusError
from corpus.integrity.faults import Fault, Place, Trouble
from corpus.progress import progress

if TYPE_CHECKING:
    from corpus.objects.objectstore import ObjectStore
    from corpus.snapshots.snapshot import Snapshot

# A remote answers late, not slowly.
_THREADS: Final = 8


def verify_remote(version: Snapshot, store: ObjectStore) -> tuple[int, list[Fault]]:
    """Read every object of a version in a remote.

    A listing says which files a version has. If the cache lacks it, the listing of the remote is used.

    Returns:
        How many objects were checked, and the faults.

    Raises:
        CorpusError: the remote cannot be reached.
    """
    wanted = _wanted(version, store)
    with progress("remote", len(wanted), "objects") as advance, ThreadPoolExecutor(_THREADS) as pool:
        faults = []
        for fault in pool.map(lambda one: _judge(version, store, one), wanted):
            faults += [fault] if fault else []
            advance(1)
    return len(wanted), faults


def _wanted(version: Snapshot, store: ObjectStore) -> list[stored.Stored]:
    found = {one.md5: one for one in version.needed()}
    listed = {one.listing for one in found.values()}
    for pin in version.pins:
        if pin.cached and pin.is_folder and pin.md5 not in listed:
            try:
                with store.reading(pin.md5) as file:
                    found |= {one.md5: one for one in stored.entries(pin, file.read())}
            except (FileNotFoundError, CorpusError):
                # A missing or invalid listing is reported when it is looked at.
                continue
    return list(found.values())


def _judge(version: Snapshot, store: ObjectStore, one: stored.Stored) -> Fault | None:
    size = store.size(one.md5)
    if size is None:
        return Fault(Place.REMOTE, Trouble.MISSING, one.path, one.md5, one.md5, one.listing)
    here = version.objects.path(one.md5)
    if here.is_file() and here.stat().st_size != size:
        # The cache was verified before; where it is damaged itself, the digest decides.
        detail = f"{one.md5}: {size:,} bytes there, {here.stat().st_size:,} in the cache"
    else:
        detail = f"pinned {one.md5}"
    digest = store.digest(one.md5)
    if digest == one.md5.removesuffix(".dir"):
        return None
    compared = f"{detail}, found {digest}"
    return Fault(Place.REMOTE, Trouble.DAMAGED, one.path, compared, one.md5, one.listing)
