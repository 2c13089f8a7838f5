"""One version of the corpus as files: a commit or the working tree, what it pins, and where the bytes are.

Everything that works on versions starts here: reading, comparing, verifying, releasing, withdrawing.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Final

from corpus.batches import stored
from corpus.batches.register import RAW
from corpus.errors import CorpusError, MissingObjects, UsageError
from corpus.objects import pins
from corpus.repo.paths import LOCK
from corpus.repo.releases import resolve
from corpus.snapshots.remote import Remote
from schemas.tables import ARTICLES, TABLES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    import polars as pl

    from corpus.batches.stored import Stored
    from corpus.objects.pins import Pin, Pinned
    from corpus.repo.repository import Repository

WORKING_TREE: Final = "the working tree"
_DATA: Final = "data/"


class Snapshot:
    """The pins of a commit or of the working tree. Each is read when it is first needed.

    Attributes:
        repository: the repository.
        commit: the commit; None for the working tree.
        name: the name that a user knows.
        objects: the DVC cache.
        remote: the default DVC remote, for what the cache lacks.
    """

    def __init__(self, repository: Repository, commit: str | None, name: str | None = None) -> None:
        self.repository = repository
        self.commit = commit
        self.name = name or (commit[:10] if commit else WORKING_TREE)
        self.objects = pins.Objects(repository)
        self.remote = Remote(repository, commit)

    @classmethod
    def of(cls, repository: Repository, rev: str | None) -> Snapshot:
        """Return the snapshot of a revision, or of the working tree without one.

        Raises:
            UnknownVersion: `rev` names no commit.
            UsageError: the commit has no dvc.lock.
            MissingObjects: nothing was built in the working tree.
        """
        found = cls(repository, None if rev is None else resolve(repository, rev), rev)
        if not found.outputs:
            if found.commit is None:
                raise MissingObjects("Nothing was built here yet. Run `corpus build`.", [])
            raise UsageError(f"{rev} ({found.commit[:10]}) has no {LOCK}: nothing was built then.")
        return found

    @classmethod
    def of_lock(cls, repository: Repository, commit: str, name: str, lock: str) -> Snapshot:
        """Return the snapshot of a commit whose dvc.lock is at hand, so that git need not be asked for it.

        dvc.yaml would tell which outputs are in git; here all of them count as kept in the cache.
        """
        found = cls(repository, commit, name)
        found.outputs = {pin.path: pin for pin in (pins.parse(lock, f"{LOCK} of {name}") if lock else ())}
        return found

    @cached_property
    def outputs(self) -> dict[str, Pin]:
        """Return the outputs of the stages, by path; an empty mapping if nothing was built."""
        found = stored.outputs_of(self.repository, self.commit)
        return {pin.path: pin for pin in found}

    @cached_property
    def pins(self) -> list[Pin]:
        """Return all pins: the outputs of the stages, and the batches."""
        return [*self.outputs.values(), *stored.batches_of(self.repository, self.commit)]

    def text(self, path: str) -> str | None:
        """Return a text file of git as the version has it; None if it has none."""
        return stored.text_of(self.repository, self.commit, path)

    def md5(self, table: str) -> str | None:
        """Return the md5 of the listing of a table; None if the version has no such table."""
        pin = self.outputs.get(f"{_DATA}{table}")
        return pin.md5 if pin else None

    def files(self, table: str) -> list[Pinned]:
        """Return the shards of a table, sorted by path; an empty list if the version has no such table.

        Raises:
            MissingObjects: the listing is neither in the cache nor in the remote.
        """
        pin = self.outputs.get(f"{_DATA}{table}")
        return [] if pin is None else self._listed(pin)

    def batch_files(self, names: Collection[str]) -> list[Pinned]:
        """Return the files of batches with these names, as the version pins them; without those that it does not pin.

        Raises:
            MissingObjects: a listing is neither in the cache nor in the remote.
        """
        wanted = {f"{RAW}/{name}" for name in names}
        found: list[Pinned] = []
        for pin in stored.batches_of(self.repository, self.commit):
            if any(path.startswith(f"{pin.path}/") for path in wanted):
                found += [file for file in self._listed(pin) if file.path in wanted]
        return found

    def _listed(self, pin: Pin) -> list[Pinned]:
        files = self.objects.files(pin)
        if files is None:
            listing = self.remote.fetch([pins.Pinned(pin.path, pin.md5)])[pin.md5]
            files = pins.listed(pin, listing.read_bytes())
        return files

    def digest(self) -> str:
        """Return the digest of the articles: sha256 over a line `MD5  PATH` for each file, as md5sum prints it.

        Paths are those within data/articles/, sorted by their bytes.

        Raises:
            MissingObjects: the listing is neither in the cache nor in the remote.
        """
        folder = f"{_DATA}{ARTICLES.name}/"
        state = hashlib.sha256()
        for name, md5 in sorted(
            (file.path.removeprefix(folder).encode(), file.md5) for file in self.files(ARTICLES.name)
        ):
            state.update(md5.encode() + b"  " + name + b"\n")
        return state.hexdigest()

    def path(self, path: str) -> Path | None:
        """Return a verified file for one output that is a single file; None if the version has no such output.

        Raises:
            MissingObjects: it is neither in the cache nor in the remote.
            DamagedObject: it has other bytes than were pinned.
        """
        pin = self.outputs.get(path)
        return self.paths([pins.Pinned(pin.path, pin.md5)])[0] if pin else None

    def paths(self, files: Sequence[Pinned]) -> list[Path]:
        """Return verified files for shards, in their order, from the cache or else from the remote.

        What the cache lacks is fetched into a folder of this process.

        Raises:
            MissingObjects: a shard is in neither place.
            DamagedObject: a shard has other bytes than were pinned.
        """
        found = {file.md5: self.objects.get(file.md5) for file in files}
        missing = [file for file in files if found[file.md5] is None]
        if missing:
            found |= self.remote.fetch(missing)
        self.objects.remember()
        return [path for file in files if (path := found[file.md5]) is not None]

    def scan(self, table: str) -> pl.LazyFrame:
        """Return a table; without rows if the version has no such table. Raises what `paths` does."""
        import polars as pl

        paths = self.paths(self.files(table))
        if not paths:
            return pl.DataFrame(TABLES[table].empty).lazy()
        return pl.scan_parquet(paths, glob=False, hive_partitioning=False)

    def any_file(self, table: str) -> Path | None:
        """Return one shard of a table, for its columns; None if the version has no such table."""
        files = self.files(table)
        return self.paths(files[:1])[0] if files else None

    def needed(self) -> list[Stored]:
        """Return every object that the version needs, by path.

        Files in folders are left out if the cache lacks the listing or has it with other bytes.
        """
        found: dict[tuple[str, str], Stored] = {}
        for pin in self.pins:
            if not pin.cached:
                continue
            found[pin.path, pin.md5] = stored.Stored(pin.path, pin.md5)
            if pin.is_folder:
                try:
                    listing = self.objects.path(pin.md5).read_bytes()
                    if hashlib.md5(listing, usedforsecurity=False).hexdigest() == pin.md5.removesuffix(".dir"):
                        found |= {(one.path, one.md5): one for one in stored.entries(pin, listing)}
                except (OSError, CorpusError):
                    # Reported when the listing itself is looked at.
                    continue
        return [found[key] for key in sorted(found)]
