"""Find what a version consists of: every object that its commit names, in dvc.lock and in data/raw.dvc."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from corpus.batches.tracking import PIN as RAW_PIN
from corpus.batches.tracking import pinned as pinned_raw
from corpus.errors import CorpusError
from corpus.objects import pins
from corpus.objects.listing import listing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corpus.objects.listing import Listing
    from corpus.repo.repository import Repository

_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that a version needs. `listing` is the md5 of the `.dir` object that names it, if one does."""

    path: str
    md5: str
    listing: str | None = None


@dataclass(frozen=True, slots=True)
class Digests:
    """A file's digests and size, from one reading of its bytes."""

    md5: str
    sha256: str
    size: int


def text_of(repository: Repository, commit: str | None, path: str) -> str | None:
    """Return a text file of a commit or of the working tree; None if the file does not exist there."""
    if commit is not None:
        return repository.read_at(commit, path)
    try:
        # As a commit has it: reading as text would change line endings.
        return (repository.root / path).read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None


def pins_of(repository: Repository, commit: str | None) -> list[pins.Pin]:
    """Return all pins of a commit or of the working tree: the outputs of its stages, and its batches."""
    return [*outputs_of(repository, commit), *batches_of(repository, commit)]


def outputs_of(repository: Repository, commit: str | None) -> list[pins.Pin]:
    """Return the outputs of the stages of a commit or of the working tree; an empty list if nothing was built."""
    return pins.of_working_tree(repository) if commit is None else pins.of_commit(repository, commit)


def batches_of(repository: Repository, commit: str | None) -> list[pins.Pin]:
    """Return the pins of the batches of a commit or of the working tree; an empty list without batches.

    Raises:
        CorpusError: the pin is damaged.
    """
    text = text_of(repository, commit, RAW_PIN)
    try:
        return pinned_raw(text) if text else []
    except (yaml.YAMLError, KeyError, TypeError, ValueError):
        where = commit[:10] if commit else "the working tree"
        raise CorpusError(f"{RAW_PIN} of {where} is damaged. `git checkout -- {RAW_PIN}` restores it.") from None


def entries(pin: pins.Pin, listing: bytes) -> list[Stored]:
    """Yield the objects that the listing of a pinned folder names.

    Raises:
        CorpusError: the listing is damaged.
    """
    return [Stored(file.path, file.md5, pin.md5) for file in pins.listed(pin, listing)]


def named(objects: pins.Objects, found: list[pins.Pin]) -> Iterator[Stored]:
    """Yield every object that some pins name, as far as the cache has their listings."""
    for pin in found:
        if pin.cached:
            yield Stored(pin.path, pin.md5)
            if pin.is_folder and (path := objects.path(pin.md5)).is_file():
                yield from entries(pin, path.read_bytes())


def digests_of(path: Path) -> Digests:
    """Read a file and digest it. Digests are not remembered, because a decayed file keeps its times.

    Raises:
        OSError: the file cannot be opened or read.
    """
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            md5.update(chunk)
            sha256.update(chunk)
            size += len(chunk)
    return Digests(md5.hexdigest(), sha256.hexdigest(), size)


def listing_of(folder: Path) -> Listing:
    """Return the listing that DVC would make of a folder."""
    files = (path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else ()
    return listing({path.relative_to(folder).as_posix(): digests_of(path).md5 for path in files})
