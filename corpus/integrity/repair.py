"""Mend what verification found, from any place that still has the right bytes. The caller holds the write lock.

The cache is mended from the workspace or the remote, the workspace from the cache, the remote from the cache. Only the
digest decides whether bytes are right, and never the place where they are.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from corpus.batches import stored
from corpus.errors import CorpusError
from corpus.integrity.faults import Fault, Place, Trouble
from corpus.objects import objectstore
from corpus.repo.files import aside_of, publish

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from corpus.objects.objectstore import ObjectStore
    from corpus.snapshots.snapshot import Snapshot


def repair(version: Snapshot, faults: Iterable[Fault], store: ObjectStore | None) -> list[str]:
    """Mend what can be mended on this machine.

    Args:
        version: the version with the faults.
        faults: the faults. Those without an object, or in another place, are left alone.
        store: the remote to fetch from, if there is one.

    Returns:
        The reasons why some faults could not be mended. Verify again to know what remains.
    """
    reasons: list[str] = []
    for fault in faults:
        try:
            match fault.place:
                case Place.CACHE:
                    _mend_cache(version, fault, store)
                case Place.WORKSPACE:
                    _mend_workspace(version, fault)
                case Place.REMOTE | Place.CONTENT | Place.REBUILD:
                    continue
        except (CorpusError, OSError) as error:
            reasons.append(f"{fault.path}: {error}")
    return reasons


def _mend_cache(version: Snapshot, fault: Fault, store: ObjectStore | None) -> None:
    if fault.md5 is None:
        return
    target = version.objects.path(fault.md5)
    if fault.md5.endswith(".dir"):
        listing, md5 = stored.listing_of(version.repository.root / fault.path)
        if md5 == fault.md5:
            _replace(target, listing)
            return
    else:
        here = version.repository.root / fault.path
        if here.is_file() and stored.digests_of(here).md5 == fault.md5:
            _replace(target, here)
            return
    if store is None:
        raise CorpusError("the workspace has other bytes, and there is no remote to fetch it from")
    store.fetch(fault.md5, target)


def _mend_workspace(version: Snapshot, fault: Fault) -> None:
    target = version.repository.root / fault.path
    if fault.md5 is None or fault.trouble is not Trouble.DAMAGED:
        return
    source = version.objects.path(fault.md5)
    if not source.is_file() or stored.digests_of(source).md5 != fault.md5:
        raise CorpusError("the cache does not have the right bytes either")
    _replace(target, source, read_only=False)


def _replace(target: Path, content: Path | bytes, *, read_only: bool = True) -> None:
    """Replace a file by some bytes, completely or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(target)
    try:
        if isinstance(content, bytes):
            aside.write_bytes(content)
        else:
            shutil.copyfile(content, aside)
        # DVC assumes that a read-only file in its cache is complete.
        aside.chmod(0o444 if read_only else 0o644)
        publish(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def repair_remote(version: Snapshot, faults: Iterable[Fault], store: ObjectStore) -> list[str]:
    """Mend a remote from the cache: delete damaged objects, and store each missing one, listings last.

    Returns:
        The reasons why some faults could not be mended.
    """
    reasons: list[str] = []
    wrong = [fault for fault in faults if fault.place is Place.REMOTE and fault.md5]
    # While a listing exists, DVC assumes that its files exist too. So it is stored again after its files.
    again = {fault.listing for fault in wrong if fault.listing}
    for fault in wrong:
        if fault.trouble is Trouble.DAMAGED and fault.md5:
            store.delete(fault.md5)
    for listing in again:
        store.delete(listing)
    failed: set[str] = set()
    for fault in wrong:
        if fault.md5 and not fault.md5.endswith(".dir"):
            try:
                upload(version, store, fault.md5)
            except (CorpusError, OSError) as error:
                reasons.append(f"{fault.path}: {error}")
                failed.add(fault.listing or "")
    listings = again | {fault.md5 for fault in wrong if fault.md5 and fault.md5.endswith(".dir")}
    for listing in sorted(listings - failed):
        try:
            upload(version, store, listing)
        except (CorpusError, OSError) as error:
            reasons.append(f"{listing}: {error}")
    return reasons


def upload(version: Snapshot, store: ObjectStore, md5: str) -> None:
    """Store an object of the cache in a remote, if it is complete.

    Raises:
        CorpusError: the cache does not have the right bytes.
    """
    source = version.objects.path(md5)
    if not source.is_file() or stored.digests_of(source).md5 != md5.removesuffix(".dir"):
        raise CorpusError(
            f"the cache does not have the right bytes of {md5}; `corpus verify --repair` mends the cache first"
        )
    store.put(source, md5)


def remote_or_none(version: Snapshot) -> Any:
    """Return the default remote as a context manager; without a remote, a context manager of None."""
    from contextlib import nullcontext

    known = objectstore.configured(version.repository).default
    return objectstore.default(version.repository) if known else nullcontext()
