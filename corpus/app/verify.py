"""Verify a version, and mend what is wrong with it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from corpus.integrity.repair import remote_or_none, repair_remote
from corpus.integrity.repair import repair as mend
from corpus.integrity.verify import verify as look
from corpus.integrity.verify_remote import verify_remote
from corpus.objects import objectstore
from corpus.repo.lock import write_lock
from corpus.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.integrity.faults import Fault, Verified
    from corpus.objects.objectstore import ObjectStore
    from corpus.repo.repository import Repository


@dataclass(frozen=True, slots=True)
class Verification:
    """What was verified.

    Attributes:
        found: what was checked, what is wrong, and what was mended.
        reasons: why some faults could not be mended.
    """

    found: Verified
    reasons: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Return whether nothing is wrong, or all faults were mended."""
        return not self.found.faults


def verify(
    repository: Repository,
    rev: str | None = None,
    *,
    remote: bool = False,
    rebuild: bool = False,
    repair: bool = False,
    wait: float = 0.0,
    tell: Callable[[str], None] = lambda _: None,
) -> Verification:
    """Verify a version byte by byte.

    Args:
        repository: the corpus.
        rev: a release, tag, branch or commit; the working tree by default.
        remote: read every object in the default DVC remote too.
        rebuild: build the version again in a scratch folder, and compare.
        repair: mend what is wrong from any place that has the right bytes. Takes the write lock.
        wait: seconds to wait for another writer.
        tell: called with the name of each stage of a rebuild as it ends.

    Raises:
        Busy: another process writes.
        UnknownVersion: `rev` names no commit.
        MissingObjects: nothing was built in the working tree.
        Withdrawn: objects of the version were removed on purpose.
    """
    with ExitStack() as stack:
        if repair:
            stack.enter_context(write_lock(repository.root, "corpus verify --repair", wait))
        found, reasons = _local(repository, rev, repair=repair)
        if remote:
            with objectstore.default(repository) as store:
                found, more = _in_remote(Snapshot.of(repository, rev), store, found, repair=repair)
                reasons = (*reasons, *more)
        if rebuild:
            from corpus.integrity.rebuild import rebuild as build_anew

            number, faults = build_anew(Snapshot.of(repository, rev), tell)
            looked = {**found.looked, "files rebuilt": number}
            found = replace(found, looked=looked, faults=(*found.faults, *faults))
    return Verification(found, reasons)


def _local(repository: Repository, rev: str | None, *, repair: bool) -> tuple[Verified, tuple[str, ...]]:
    """Verify the cache and the workspace, and mend them until nothing more can be mended."""
    snapshot = Snapshot.of(repository, rev)
    found = look(snapshot)
    first, reasons = found.faults, []
    with ExitStack() as stack:
        # A listing that comes back says what else is missing, so once is not always enough.
        while repair and (broken := [fault for fault in found.faults if fault.md5]):
            reasons = mend(snapshot, broken, stack.enter_context(remote_or_none(snapshot)))
            again = look(Snapshot.of(repository, rev))
            found, before = again, found.faults
            first = (*first, *(fault for fault in again.faults if fault not in first))
            if again.faults == before:
                break
    mended = tuple(fault for fault in first if fault not in found.faults)
    return replace(found, mended=(*mended, *found.mended)), tuple(reasons)


def _in_remote(
    snapshot: Snapshot, store: ObjectStore, found: Verified, *, repair: bool
) -> tuple[Verified, tuple[str, ...]]:
    number, faults = verify_remote(snapshot, store)
    mended: tuple[Fault, ...] = ()
    reasons: list[str] = []
    if repair and faults:
        reasons = repair_remote(snapshot, faults, store)
        left = verify_remote(snapshot, store)[1]
        mended = tuple(fault for fault in faults if fault not in left)
        faults = left
    looked = {**found.looked, "objects in the remote": number}
    made = replace(found, looked=looked, faults=(*found.faults, *faults), mended=(*found.mended, *mended))
    return made, tuple(reasons)
