"""Batches of the working tree written once more without what was withdrawn: files, DVC's record, and the manifest."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from corpus.batches import adding as raw_versions
from corpus.batches import register as raw
from corpus.batches.adding import PIN as RAW_PIN
from corpus.objects.pins import Objects
from corpus.repo.files import publish, sync_folder
from corpus.withdrawal import holding, redaction
from corpus.withdrawal.redact_rows import without

if TYPE_CHECKING:
    from collections.abc import Collection

    from corpus.batches.withdrawals import Withdrawal
    from corpus.repo.repository import Repository


def redact_batches(repository: Repository, record: Withdrawal, names: Collection[str]) -> dict[str, int]:
    """Write each batch that holds a document without it.

    New files stand beside the old until the manifest names them; killed at any point, the manifest's files are there.
    """
    root = repository.root
    batches = raw.load(root)
    if not names:
        _sweep(repository, batches)
        return {}
    folder = root / "data" / "tmp" / f"forget-{os.getpid()}"
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    made: list[raw.Batch] = []
    gone: dict[str, int] = {}
    try:
        for batch in batches:
            files: list[raw.RawFile] = []
            for file in batch.files:
                if batch.name not in names:
                    files.append(file)
                    continue
                found = redaction.batch_file(
                    raw.path_of(root, file), lambda rows: holding.withdrawn_rows(rows, record), folder
                )
                if not found.gone:
                    files.append(file)
                    continue
                gone[batch.name] = gone.get(batch.name, 0) + found.gone
                if found.file:
                    publish(folder / found.file.name, raw.path_of(root, found.file), sync=False)
                    files.append(found.file)
            made.append(without(batch, files, gone.get(batch.name, 0)))
    finally:
        shutil.rmtree(folder.parent, ignore_errors=True)
    if gone:
        sync_folder(root / raw.RAW)
        raw_versions.track(repository)
        raw.save(root, made)
    _sweep(repository, made)
    return gone


def _sweep(repository: Repository, batches: list[raw.Batch]) -> None:
    """Remove the files that no batch has any more, and have DVC forget them, though killed between the two before."""
    raw_versions.sweep(repository, batches)
    pin = repository.root / RAW_PIN
    if not pin.exists():
        return
    objects = Objects(repository)
    pinned = [
        one.path for each in raw_versions.pinned(pin.read_text(encoding="utf-8")) for one in objects.files(each) or ()
    ]
    if set(pinned) != {f"{raw.RAW}/{file.name}" for batch in batches for file in batch.files}:
        raw_versions.track(repository)
