"""Bring the files of batches of other versions of the repository into data/raw, from the cache or the remote."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import yaml

from corpus.batches import batchfiles, tracking
from corpus.batches import register as raw
from corpus.errors import CorpusError, MissingObjects
from corpus.objects import objectstore, pins
from corpus.objects.entries import FOLDER
from corpus.repo.files import copy
from corpus.tables.shards import digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from corpus.repo.digest import FileDigests
    from corpus.repo.repository import Repository


def bring(repository: Repository, batches: Iterable[raw.Batch], records: Sequence[str]) -> tuple[str, ...]:
    """Bring the files of batches into data/raw. The caller holds the write lock.

    A file with the right bytes stays; a file with other bytes is replaced.

    Args:
        repository: the corpus.
        batches: the batches.
        records: the texts of data/raw.dvc in the versions that may have the files.

    Returns:
        The names of the files that were brought.

    Raises:
        MissingObjects: neither the cache nor the remote has a file. The error names every batch that lacks one.
    """
    root = repository.root
    memory = digests(root, of="raw")
    wanted = [(batch.name, file) for batch in batches for file in batch.all_files]
    lacking = [(name, file) for name, file in wanted if not _is_there(batchfiles.path_of(root, file), file, memory)]
    brought: list[str] = []
    nowhere: list[str] = []
    with ExitStack() as stack:
        objects = pins.Objects(repository)
        store = _store(repository, stack) if lacking else None
        md5s = _listed(objects, store, records) if lacking else {}
        for name, file in lacking:
            target = batchfiles.path_of(root, file)
            target.parent.mkdir(parents=True, exist_ok=True)
            for md5 in sorted(md5s.get(PurePosixPath(file.name).name, ())):
                if _get(objects, store, md5):
                    copy(objects.path(md5), target)
                    if _is_there(target, file, memory):
                        brought.append(file.name)
                        break
                    target.unlink()
            else:
                nowhere.append(name)
        objects.remember()
    memory.save()
    if nowhere:
        raise MissingObjects(
            "Neither the DVC cache nor the remote has the files of these batches. Run `dvc push` in the clone that "
            "added them, then `corpus merge` again.",
            list(dict.fromkeys(nowhere)),
        )
    return tuple(brought)


def _store(repository: Repository, stack: ExitStack) -> objectstore.ObjectStore | None:
    """Return the default remote; None without a usable one. Its objects then count as missing."""
    with suppress(CorpusError):
        if objectstore.configured(repository).default:
            return stack.enter_context(objectstore.default(repository))
    return None


def _is_there(path: Path, file: raw.RawFile, memory: FileDigests) -> bool:
    try:
        return memory.of(path) == file.sha256
    except OSError:
        return False


def _get(objects: pins.Objects, store: objectstore.ObjectStore | None, md5: str) -> bool:
    """Return whether the cache has an object with the right bytes, after fetching it from the remote if necessary."""
    if objects.digest(md5) == md5.removesuffix(FOLDER):
        return True
    if store is None:
        return False
    with suppress(CorpusError):
        store.fetch(md5, objects.path(md5))
    return objects.digest(md5) == md5.removesuffix(FOLDER)


def _listed(
    objects: pins.Objects, store: objectstore.ObjectStore | None, records: Sequence[str]
) -> dict[str, set[str]]:
    """Return the md5s that some texts of data/raw.dvc name for each file, by its name without the folder.

    One side of a merge may have it in the folder of its month, the other directly in data/raw.
    """
    found: dict[str, set[str]] = {}
    for text in records:
        with suppress(CorpusError, yaml.YAMLError, KeyError, TypeError, ValueError):
            for pin in tracking.pinned(text):
                if _get(objects, store, pin.md5):
                    for file in objects.files(pin) or ():
                        found.setdefault(PurePosixPath(file.path).name, set()).add(file.md5)
    return found
