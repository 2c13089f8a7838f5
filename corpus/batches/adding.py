"""Bring a batch into the repository: its files into data/raw, these into DVC, and last its name into the register.

The register decides: nobody reads a batch before the register names it. The next `corpus add` removes what an
interrupted one left behind.
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import yaml

from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.batches.tracking import PIN, pinned, track, track_new
from corpus.errors import CorpusError, DamagedObject, DiskFull, InputError
from corpus.objects import objectstore, pins, recovery, soundness
from corpus.repo.files import copy, sync_folder, write_text
from corpus.repo.files import publish as move
from corpus.repo.lock import write_lock
from corpus.tables.shards import digests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from corpus.repo.repository import Repository

# A batch's file, or one on its way back from the cache.
_OURS: Final = re.compile(
    r"\d{8}T\d{6}Z-[0-9a-f]{12}(-\d{4}|-observations|-originals)?(-r[0-9a-f]{12})?\.parquet|\.\d{8}T[^/]*\.parquet\.\d+"
)
_SPARE_BYTES: Final = 50_000_000
_NOWHERE: Final = (
    "Neither the DVC cache nor a remote has its right bytes. Put the file back from a backup or from another clone "
    "(`dvc push` there, if a remote lost it), then run `corpus build`."
)


@contextmanager
def adding(
    repository: Repository, wait: float = 0.0, purpose: str = "corpus add"
) -> Iterator[tuple[list[raw.Batch], Path]]:
    """Hold the write lock for a new batch. Yields the existing batches and a temporary folder to work in.

    Raises:
        Busy: another process is writing.
        MissingObjects: a batch is not here; DVC would forget it without its files.
        DiskFull: the disk is nearly full.
    """
    root = repository.root
    with write_lock(root, purpose, wait):
        recovery.clear(repository)
        batches = raw.load(root)
        restore(repository)
        _, left = _mend(repository)
        batchfiles.require(root, left)
        sweep(repository, batches)
        _require_room(root, 0)
        folder = root / "data" / "tmp" / f"add-{os.getpid()}"
        shutil.rmtree(folder.parent, ignore_errors=True)
        try:
            yield batches, folder
        finally:
            shutil.rmtree(folder.parent, ignore_errors=True)


def publish(repository: Repository, batches: Sequence[raw.Batch], batch: raw.Batch, files: Sequence[Path]) -> raw.Batch:
    """Make a batch part of the corpus, completely or not at all. Call it within `adding`.

    Args:
        repository: the corpus.
        batches: the existing batches.
        batch: the new batch.
        files: the paths of its files, in the order of `all_files`.

    Returns:
        The batch as the register names it, with its files in the folder of its month.
    """
    root = repository.root
    if any(batch.name == other.name for other in batches):
        raise CorpusError(f"A batch {batch.name} exists already. Nothing was added.")
    if not raw.is_flat(batches):
        batch = raw.in_month(batch)
    before = (root / PIN).read_text(encoding="utf-8") if (root / PIN).exists() else None
    targets = [batchfiles.path_of(root, file) for file in batch.all_files]
    try:
        for aside, target in zip(files, targets, strict=True):
            move(aside, target, sync=False)
        folder = targets[0].parent
        sync_folder(folder)
        sync_folder(root / raw.RAW)
        # The cache takes a copy. DVC must not meet a full disk: there it neither ends nor says so.
        _require_room(root, batch.size)
        prefix = batch.all_files[0].name.removesuffix(targets[0].name)
        known = [
            file.name.removeprefix(prefix) for one in batches for file in one.all_files if file.name.startswith(prefix)
        ]
        if not track_new(repository, folder.relative_to(root).as_posix(), known, targets):
            track(repository)
        raw.save(root, [*batches, batch])
    except BaseException:
        for target in targets:
            target.unlink(missing_ok=True)
        if before is None:
            (root / PIN).unlink(missing_ok=True)
        else:
            write_text(root / PIN, before)
        raise
    return batch


def _require_room(root: Path, size: int) -> None:
    free = shutil.disk_usage(root).free
    if free < size + _SPARE_BYTES:
        raise DiskFull(root, free, size + _SPARE_BYTES)


def restore(repository: Repository) -> list[str]:
    """Restore what is missing in data/raw, from another folder of it or from the cache. The caller holds the lock.

    Returns:
        A text for each thing that was mended.
    """
    root = repository.root
    batches = raw.load(root)
    there = batchfiles.names(root)
    if all(file.name in there for batch in batches for file in batch.all_files):
        return []
    moved = batchfiles.put_in_place(root, batches)
    mended = [f"moved {moved} files of {raw.RAW} to the folders that {raw.BATCHES} names"] if moved else []
    there = batchfiles.names(root)
    missing = {
        f"{raw.RAW}/{file.name}": batchfiles.path_of(root, file)
        for batch in batches
        for file in batch.all_files
        if file.name not in there
    }
    if not missing:
        return mended
    objects = pins.Objects(repository)
    found = 0
    here = (root / PIN).read_text(encoding="utf-8") if (root / PIN).exists() else None
    for text in (here, repository.read_at("HEAD", PIN) if repository.commit_of("HEAD") else None):
        for file in _cached(objects, text):
            target, source = missing.get(file.path), objects.path(file.md5)
            if target is not None and not target.exists() and objects.digest(file.md5) == file.md5:
                copy(source, target)
                found += 1
    return [*mended, f"brought back {found} files of {raw.RAW} from the DVC cache"] if found else mended


def _cached(objects: pins.Objects, text: str | None) -> list[pins.Pinned]:
    """Return the files that the text of a data/raw.dvc names, as far as the cache has their listing."""
    try:
        return [file for pin in (pinned(text) if text else []) for file in objects.files(pin) or ()]
    except (CorpusError, yaml.YAMLError, KeyError, TypeError, ValueError):
        # Killed while it was written; the committed one is asked next.
        return []


def sweep(repository: Repository, batches: Sequence[raw.Batch]) -> None:
    """Remove what a killed `corpus add` or `corpus forget` left: files that belong to no batch.

    Raises:
        InputError: there are other files. A user put them there, so they are not removed.
    """
    root = repository.root
    stray = batchfiles.listed(root) - {file.name for batch in batches for file in batch.all_files}
    strange = [name for name in stray if not _OURS.fullmatch(name.rpartition("/")[2])]
    if strange:
        raise InputError(
            f"{raw.RAW}/ has files that belong to no batch. Move them away and `corpus add` them from there; "
            "nothing was changed.",
            sorted(strange)[:20],
        )
    for name in stray:
        (root / raw.RAW / name).unlink()
    for prefix, folder in batchfiles.folders(root).items():
        # The folder of a month that has no file any more.
        if prefix and not any(folder.iterdir()):
            folder.rmdir()
    if stray and batches:
        track(repository)
    elif stray:
        (root / PIN).unlink(missing_ok=True)


def mend(repository: Repository) -> list[str]:
    """Mend the files of batches in data/raw/ and in the cache, each from the other place or from the remote.

    Call `restore` before.

    Returns:
        A text for each thing that was mended.

    Raises:
        DamagedObject: no place has the right bytes of a file.
    """
    mended, _ = _mend(repository)
    return mended


def _mend(repository: Repository) -> tuple[list[str], list[raw.Batch]]:
    """Mend, and return a text for each thing that was mended, and the batches that are not known to be sound."""
    root = repository.root
    known = raw.load(root)
    text = (root / PIN).read_text(encoding="utf-8") if (root / PIN).exists() else None
    if not known or text is None:
        return [], known
    objects = pins.Objects(repository)
    try:
        recorded_pins = pinned(text)
        wrong = soundness.verify(repository, recorded_pins)
    except (KeyError, TypeError, ValueError):
        # data/raw.dvc is damaged; the code that needs it reports that.
        return [], known
    for one in wrong:
        objects.path(one.md5).unlink(missing_ok=True)
    mended = [f"the DVC cache had {one.path} ({one.md5}) with other bytes" for one in wrong if one.found]
    memory = digests(root, of="raw")
    recorded = [objects.files(pin) for pin in recorded_pins]
    md5s = {file.path: file.md5 for files in recorded for file in files or ()}
    missing: set[str] = set()
    brought_back: set[str] = set()
    for file in batchfiles.doubtful(root, known, memory):
        path = batchfiles.path_of(root, file)
        try:
            found = memory.of(path)
        except OSError:
            missing.add(file.name)
            continue
        if found != file.sha256:
            _bring_back(repository, objects, file, md5s.get(f"{raw.RAW}/{file.name}"), found)
            brought_back.add(file.name)
            mended.append(f"{raw.RAW}/{file.name} had other bytes than {raw.BATCHES} names")
    memory.save()
    # An upgrade may have been killed between the register and the record of DVC.
    unrecorded = None not in recorded and any(
        f"{raw.RAW}/{file.name}" not in md5s for batch in known for file in batch.all_files
    )
    if (wrong or unrecorded) and not missing:
        track(repository)
        mended += [f"{PIN} did not name the files of {raw.BATCHES}"] if unrecorded else []
    unsure = missing | brought_back
    left = [batch for batch in known if any(file.name in unsure for file in batch.all_files)] if unsure else []
    return mended, left


def _bring_back(repository: Repository, objects: pins.Objects, file: raw.RawFile, md5: str | None, found: str) -> None:
    """Restore the file of a batch from the cache, or from the remote."""
    path = batchfiles.path_of(repository.root, file)
    if md5 and objects.digest(md5) is None and objectstore.configured(repository).default:
        with suppress(CorpusError), objectstore.default(repository) as store:
            store.fetch(md5, objects.path(md5))
    if not md5 or objects.digest(md5) != md5:
        raise DamagedObject(path, file.sha256, found, _NOWHERE)
    copy(objects.path(md5), path)
