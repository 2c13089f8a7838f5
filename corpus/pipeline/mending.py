"""Mend damage that DVC does not notice, before a build or an addition relies on the files.

DVC recognises a file of the workspace by its size, time of change and inode, and an object of its cache by its name. It
does not notice other damage, and passes it on. Here both are compared with what was pinned. A file is read only if it
changed since it was last read, so this costs little; files of keys and reports are small, and are always read.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from corpus.batches import adding as raw
from corpus.batches.seeds import SEEDS
from corpus.batches.stored import listing_of
from corpus.errors import DamagedObject
from corpus.objects import pins, soundness
from corpus.repo.digest import FileDigests
from corpus.repo.files import aside_of, copy, publish
from corpus.tables.shards import digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.batches.seeds import SeedFile
    from corpus.repo.repository import Repository

_SHARD: Final = ".parquet"


def mend(repository: Repository, seeds: Iterable[SeedFile] = ()) -> list[str]:
    """Find unnoticed damage, and mend it or have the files made again. The caller holds the write lock.

    Args:
        repository: the corpus.
        seeds: the files of seeds/. A file that changed unnoticed gets a new time, so that DVC reads it.

    Returns:
        A text for each thing that was mended.

    Raises:
        DamagedObject: a batch is damaged, and no place has its right bytes.
    """
    pinned = pins.of_working_tree(repository)
    return [
        *raw.mend(repository),
        *_mend_cache(repository, pinned),
        *_mend_workspace(repository, pinned),
        *_touch_seeds(repository, seeds),
    ]


def remember(repository: Repository, seeds: Iterable[SeedFile] = ()) -> None:
    """Remember the files of keys, reports and seeds as they are now, right after a build."""
    memory = _memory(repository)
    for file in _small(pins.of_working_tree(repository)):
        with suppress(OSError):
            memory.read(repository.root / file.path)
    memory.save()
    known = digests(repository.root, of=SEEDS)
    for seed in seeds:
        if not seed.is_link and known.recall(seed.path, seed.stamp) is None:
            with suppress(OSError):
                known.of(seed.path)
    known.save()


def _memory(repository: Repository) -> FileDigests:
    return FileDigests(repository.root / ".dvc" / "tmp" / "corpus" / "md5.workspace.json", "md5")


def _small(pinned: Iterable[pins.Pin]) -> Iterator[pins.Pinned]:
    """Return the outputs that are single files: keys and reports."""
    return (pins.Pinned(pin.path, pin.md5) for pin in pinned if not pin.is_folder)


def _mend_cache(repository: Repository, pinned: Iterable[pins.Pin]) -> list[str]:
    """Remove objects whose bytes do not match their names, and restore those whose bytes the workspace has."""
    objects = pins.Objects(repository)
    damaged = [one for one in soundness.verify(repository, pinned) if one.found]
    for one in damaged:
        objects.path(one.md5).unlink(missing_ok=True)
        here = repository.root / one.path
        with suppress(OSError):
            if one.md5.endswith(".dir"):
                _restore_listing(repository, objects, one)
            elif FileDigests(objects.path(one.md5), "md5").read(here) == one.md5:
                copy(here, objects.path(one.md5), read_only=True)
    return [f"the DVC cache had {one.path} ({one.md5}) with other bytes" for one in damaged]


def _restore_listing(repository: Repository, objects: pins.Objects, one: soundness.Wrong) -> None:
    listing, md5 = listing_of(repository.root / one.path)
    if md5 == one.md5:
        aside = aside_of(objects.path(one.md5))
        aside.write_bytes(listing)
        aside.chmod(0o444)
        publish(aside, objects.path(one.md5))


def _mend_workspace(repository: Repository, pinned: Iterable[pins.Pin]) -> list[str]:
    """Restore files whose bytes are not those that DVC assumes from the cache, or remove them to be made again."""
    objects = pins.Objects(repository)
    small, shards = _memory(repository), digests(repository.root)
    damaged: list[str] = []
    for pin in pinned:
        for file in _files(repository, objects, pin):
            path = repository.root / file.path
            memory = shards if path.suffix == _SHARD else small
            try:
                unseen = memory.changed_unseen(path, reread=memory is small)
                found = memory.of(path)
            except OSError:
                # What is missing DVC sees.
                continue
            if unseen:
                damaged.append(file.path)
                source = objects.path(file.md5)
                if file.md5 and objects.digest(file.md5) == file.md5:
                    copy(source, path)
                    memory.read(path)
                else:
                    path.unlink()
            elif memory is small and found != pin.md5:
                # Nothing is remembered of it. DVC, too, must look again.
                os.utime(path)
    small.save()
    shards.save()
    objects.remember()
    return [f"{path} had other bytes than were built" for path in damaged]


def _files(repository: Repository, objects: pins.Objects, pin: pins.Pin) -> list[pins.Pinned]:
    """Return the files of an output in the workspace with their pinned md5s; "" for files that are not pinned."""
    if not pin.is_folder:
        return [pins.Pinned(pin.path, pin.md5 if pin.cached else "")]
    try:
        known = {file.path: file.md5 for file in objects.files(pin) or ()}
    except (DamagedObject, ValueError, KeyError, TypeError):
        known = {}
    folder = repository.root / pin.path
    names = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else ()
    return [pins.Pinned(path, known.get(path, "")) for name in names if (path := f"{pin.path}/{name}")]


def _touch_seeds(repository: Repository, seeds: Iterable[SeedFile]) -> list[str]:
    memory = digests(repository.root, of=SEEDS)
    found = [
        file
        for file in seeds
        if not file.is_link and memory.recall(file.path, file.stamp) is None and memory.changed_unseen(file.path)
    ]
    for file in found:
        os.utime(file.path)
    return [f"{file.source} was changed behind its time of change; it is read again" for file in found]
