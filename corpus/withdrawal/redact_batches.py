"""Removes withdrawn documents from batches of the working tree: from files, DVC's record, and the manifest."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from corpus.batches import adding, batchfiles, tracking
from corpus.batches import register as raw
from corpus.batches.withdrawals import Tombstones
from corpus.objects.pins import Objects
from corpus.repo.files import publish, sync_folder
from corpus.sources.web.place import FOLDER, collect_lock
from corpus.withdrawal import collected, holding, originals, redactedfiles
from corpus.withdrawal.redact_rows import without

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from corpus.batches.withdrawals import Withdrawal
    from corpus.repo.repository import Repository

_WAIT_SECONDS: Final = 60.0


def redact_batches(repository: Repository, record: Withdrawal, names: Collection[str]) -> dict[str, int]:
    """Write each batch that holds a document without it.

    New files are beside the old ones until the manifest names them. So a kill never loses files of the manifest.
    """
    root = repository.root
    batches = raw.load(root)
    gone_here = collected.withdrawn_from(root, Tombstones((record,)))
    if (root / FOLDER).is_dir():
        # A run of `corpus collect` that is at work would bring it back.
        with collect_lock(root, _WAIT_SECONDS):
            collected.forget_here(root, gone_here)
    observed_in = {batch.name for batch in batches if _is_observed_in(root, batch, gone_here)}
    kept = {batch.name for batch in batches if _keeps(root, batch, record)}
    if not names and not observed_in and not kept:
        _sweep(repository, batches)
        return {}
    folder = root / "data" / "tmp" / f"forget-{os.getpid()}"
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    made: list[raw.Batch] = []
    gone: dict[str, int] = {}
    try:
        for batch in batches:
            redacted = _documents(root, batch, record, folder) if batch.name in names else batch
            if redacted.redacted > batch.redacted:
                gone[batch.name] = redacted.redacted - batch.redacted
            if batch.name in observed_in and batch.observations is not None:
                seen = collected.redact(batchfiles.path_of(root, batch.observations), gone_here, folder)
                redacted = replace(redacted, observations=_put(root, folder, batch.observations, seen))
            if batch.name in kept and batch.originals is not None:
                cut = originals.redact(batchfiles.path_of(root, batch.originals), record, folder)
                redacted = replace(redacted, originals=_put(root, folder, batch.originals, cut))
            made.append(redacted)
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)
    if gone or observed_in or kept:
        for place in batchfiles.folders(root).values():
            sync_folder(place)
        tracking.track(repository)
        raw.save(root, made)
    _sweep(repository, made)
    return gone


def _documents(root: Path, batch: raw.Batch, record: Withdrawal, folder: Path) -> raw.Batch:
    """Return a batch without withdrawn documents; its new files are in their places."""
    files: list[raw.RawFile] = []
    gone = 0
    for file in batch.files:
        found = redactedfiles.batch_file(
            batchfiles.path_of(root, file), lambda rows: holding.withdrawn_rows(rows, record), folder
        )
        gone += found.gone
        if not found.gone:
            files.append(file)
        elif (placed := _put(root, folder, file, found)) is not None:
            files.append(placed)
    return without(batch, files, gone)


def _put(root: Path, folder: Path, old: raw.RawFile, made: redactedfiles.Redacted) -> raw.RawFile | None:
    """Move a new file of a batch beside the old one; return its entry in the register, None if no document is left."""
    if made.file is None:
        return None
    placed = raw.beside(old, made.file)
    publish(folder / made.file.name, batchfiles.path_of(root, placed), sync=False)
    return placed


def _is_observed_in(root: Path, batch: raw.Batch, gone: collected.Gone) -> bool:
    """Return whether the observations of a batch name a withdrawn article."""
    return batch.observations is not None and collected.file_holds(batchfiles.path_of(root, batch.observations), gone)


def _keeps(root: Path, batch: raw.Batch, record: Withdrawal) -> bool:
    """Return whether a batch keeps an original that has a withdrawn document."""
    return batch.originals is not None and holding.holds(batchfiles.path_of(root, batch.originals), record)


def _sweep(repository: Repository, batches: list[raw.Batch]) -> None:
    """Remove files that no batch has any more, also from DVC's record, even after a run that was killed in between."""
    adding.sweep(repository, batches)
    pin = repository.root / tracking.PIN
    if not pin.exists():
        return
    objects = Objects(repository)
    pinned = [
        one.path for each in tracking.pinned(pin.read_text(encoding="utf-8")) for one in objects.files(each) or ()
    ]
    if set(pinned) != {f"{raw.RAW}/{file.name}" for batch in batches for file in batch.all_files}:
        tracking.track(repository)
