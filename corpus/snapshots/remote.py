"""Read objects directly from a DVC remote if the cache has no copy: completely, or in ranges.

A complete object is verified against its md5. The digest of a range is not known. So what is read in ranges is compared
with what else is known of the object: see `scanning`.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from corpus.errors import CorpusError, DamagedObject, MissingObjects
from corpus.objects import objectstore
from corpus.snapshots import removed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.objects.pins import Pinned
    from corpus.repo.repository import Repository


@cache
def _folder() -> Path:
    """Return the folder where fetched objects are kept as long as this process lives."""
    folder = tempfile.mkdtemp(prefix="corpus-objects-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def let_go() -> None:
    """Delete the objects that this process fetched. They are fetched again where they are needed and still there."""
    if _folder.cache_info().currsize:
        for path in _folder().iterdir():
            path.unlink(missing_ok=True)


def fetch(repository: Repository, commit: str | None, wanted: Sequence[Pinned]) -> dict[str, Path]:
    """Fetch objects from the repository's default remote; see `Remote.fetch`."""
    return Remote(repository, commit).fetch(wanted)


class Remote:
    """The default remote of a repository. It is contacted only when an object is wanted.

    Attributes:
        repository: the repository whose settings name the remote.
        commit: the version that wants objects, for errors.
    """

    def __init__(self, repository: Repository, commit: str | None) -> None:
        self.repository = repository
        self.commit = commit

    def fetch(self, wanted: Sequence[Pinned]) -> dict[str, Path]:
        """Fetch complete objects into a folder of this process.

        Args:
            wanted: files with their md5s.

        Returns:
            A path for each md5.

        Raises:
            MissingObjects: there is no remote, or it lacks them.
            DamagedObject: the remote's object has another digest.
            CorpusError: the remote could not be asked.
        """
        found = {file.md5: _folder() / file.md5 for file in wanted}
        absent = [file for file in wanted if not found[file.md5].exists()]
        if not absent:
            return found
        lost = []
        store = self._require(wanted)
        for file in absent:
            try:
                self._bring(store, file, found[file.md5])
            except FileNotFoundError as error:
                if _is_away(error):
                    raise self.unread(file, error.__cause__) from error
                lost.append(file)
        if lost:
            raise self.missing(lost)
        return found

    def _bring(self, store: Any, file: Pinned, target: Path) -> None:
        where = store.oid_to_path(file.md5)
        # Two threads may want the same object.
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.")
        os.close(descriptor)
        aside = Path(name)
        try:
            objectstore.connect(store)
            store.fs.get_file(where, name)
            with aside.open("rb") as opened:
                digest = hashlib.file_digest(opened, "md5").hexdigest()
        except FileNotFoundError:
            aside.unlink()
            raise
        except Exception as error:  # the remote's client has errors of its own
            aside.unlink()
            raise self.unread(file, error) from error
        if digest != file.md5.removesuffix(".dir"):
            aside.unlink()
            raise DamagedObject(where, file.md5, digest)
        aside.replace(target)

    def open(self, file: Pinned) -> BinaryIO:
        """Open an object to read ranges of it. Only what is read is transferred.

        Raises:
            MissingObjects: there is no remote, or it lacks the object.
            CorpusError: the remote could not be asked.
        """
        store = self._require([file])
        try:
            objectstore.connect(store)
            # Who reads Parquet knows what he wants: reading ahead would move what nobody asked for.
            opened: BinaryIO = store.fs.open(store.oid_to_path(file.md5), "rb", cache_type="none")
        except FileNotFoundError as error:
            if _is_away(error):
                raise self.unread(file, error.__cause__) from error
            raise self.missing([file]) from None
        except Exception as error:  # the remote's client has errors of its own
            raise self.unread(file, error) from error
        return opened

    @staticmethod
    def unread(file: Pinned, error: BaseException | None) -> CorpusError:
        """Return the error for a file that the remote did not deliver."""
        message = " ".join(str(error).split()) or type(error).__name__
        return CorpusError(f"{file.path} could not be read from the remote: {message}")

    def missing(self, lost: Sequence[Pinned]) -> MissingObjects:
        """Return the error for objects that are in no place; it says how to get them."""
        there = self._store is not None
        why = "The remote lacks them too." if there else "There is no default remote (`dvc remote list`)."
        again = (
            f"check out {self.commit[:10]} and run `corpus build`, or `dvc pull` where a remote has them"
            if self.commit
            else "run `corpus build`, or `dvc pull` where a remote has them"
        )
        return MissingObjects(
            f"Objects of this version are not in the DVC cache. {why} To have them again, {again}.",
            [f"{file.path} ({file.md5})" for file in lost],
        )

    def _require(self, wanted: Sequence[Pinned]) -> Any:
        removed.explain(self.repository, self.commit, [file.md5 for file in wanted], self._removals)
        if self._store is None:
            raise self.missing(wanted)
        return self._store

    @cached_property
    def _removals(self) -> list[removed.Removal]:
        return removed.of_head(self.repository)

    @property
    def _store(self) -> Any:
        """Return DVC's object database of the remote; None without one."""
        return objectstore.database(self.repository.root)


def _is_away(error: FileNotFoundError) -> bool:
    """Return whether a remote does not answer at all. Some clients report that as a missing file."""
    return isinstance(error.__cause__, OSError) and not isinstance(error.__cause__, FileNotFoundError)
