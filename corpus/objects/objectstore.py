"""Work with single objects of a DVC remote: check, read, store and delete them.

If a remote has a `.dir` object, DVC assumes that it has the files too, and DVC never overwrites an object. So DVC
does not mend what is damaged or missing there. The module `remote` reads versions from a remote.
"""

from __future__ import annotations

import hashlib
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import CorpusError, DamagedObject, MissingObjects
from corpus.objects import dvc_settings
from corpus.repo.digest import stamp_of
from corpus.repo.files import aside_of, publish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corpus.repo.digest import Stamp
    from corpus.repo.repository import Repository

_CHUNK: Final = 1 << 20


class ObjectStore:
    """One DVC remote of a repository.

    Attributes:
        name: its name in DVC's settings.
        url: its address.
    """

    def __init__(self, name: str, url: str, odb: Any) -> None:
        self.name = name
        self.url = url
        self._odb = odb

    def size(self, md5: str) -> int | None:
        """Return the size of an object in bytes; None if it does not exist."""
        with self._asked(md5):
            try:
                return int(self._odb.fs.info(self._odb.oid_to_path(md5))["size"])
            except FileNotFoundError:
                return None

    def digest(self, md5: str) -> str | None:
        """Read an object and return its md5; None if it does not exist."""
        with self._asked(md5):
            try:
                with self._odb.fs.open(self._odb.oid_to_path(md5), "rb") as file:
                    state = hashlib.md5(usedforsecurity=False)
                    while chunk := file.read(_CHUNK):
                        state.update(chunk)
                    return state.hexdigest()
            except FileNotFoundError:
                return None

    @contextmanager
    def reading(self, md5: str) -> Iterator[Any]:
        """Open an object as a file. Only the parts that are read are transferred. Raises FileNotFoundError."""
        with self._odb.fs.open(self._odb.oid_to_path(md5), "rb") as file:
            yield file

    def fetch(self, md5: str, target: Path) -> None:
        """Download an object to a file, completely or not at all.

        Raises:
            MissingObjects: the object does not exist.
            DamagedObject: the object has another digest.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = aside_of(target)
        try:
            with self._asked(md5):
                try:
                    self._odb.fs.get_file(self._odb.oid_to_path(md5), str(aside))
                except FileNotFoundError:
                    raise MissingObjects(f"Remote {self.name!r} lacks it too.", [md5]) from None
            with aside.open("rb") as file:
                found = hashlib.file_digest(file, "md5").hexdigest()
            if found != md5.removesuffix(".dir"):
                raise DamagedObject(f"{self.url}: {md5}", md5, found)
            # As DVC leaves what it caches.
            aside.chmod(0o444)
            target.unlink(missing_ok=True)
            publish(aside, target)
        finally:
            aside.unlink(missing_ok=True)

    def put(self, path: Path, md5: str) -> None:
        """Store a file as an object. An existing object is not replaced."""
        from dvc_objects.fs.local import localfs

        with self._asked(md5):
            self._odb.add(str(path), localfs, md5)

    def delete(self, md5: str) -> bool:
        """Delete an object. Returns whether it existed."""
        if self.size(md5) is None:
            return False
        with self._asked(md5):
            path = self._odb.oid_to_path(md5)
            # A local one is read-only; on some systems that keeps it from being deleted.
            self._odb.fs.remove(path)
            if hasattr(self._odb.fs, "invalidate_cache"):
                self._odb.fs.invalidate_cache()
        return True

    @contextmanager
    def _asked(self, md5: str) -> Iterator[None]:
        try:
            yield
        except (CorpusError, FileNotFoundError):
            raise
        except Exception as error:  # the remote's client has errors of its own
            message = " ".join(str(error).split()) or type(error).__name__
            raise CorpusError(f"Remote {self.name!r} ({self.url}) could not be asked about {md5}: {message}") from error


# Readers have threads. Two that open a remote at once would have two clients, and one of them is dropped at its work.
_OPENING: Final = threading.Lock()


def database(root: Path, name: str | None = None) -> Any:
    """Return DVC's object database of a remote, opened once for the same settings.

    Args:
        root: the repository.
        name: the remote's name in DVC's settings; the default remote without a name.

    Returns:
        The database; None if there is no default remote.

    Raises:
        CorpusError: the remote cannot be used.
    """
    settings = [root / ".dvc" / file for file in ("config", "config.local")]
    with _OPENING:
        return _database(root, name, tuple(stamp_of(file.stat()) if file.exists() else None for file in settings))


@cache
def _database(root: Path, name: str | None, _settings: tuple[Stamp | None, ...]) -> Any:
    """Open a database. Connections are expensive, and dropping one causes errors, so they are kept."""
    try:
        with dvc_settings.opened(root) as repo:
            return repo.cloud.get_remote_odb(name) if name or repo.config["core"].get("remote") else None
    except Exception as error:  # each client has errors of its own
        raise CorpusError(f"The remote cannot be used: {' '.join(str(error).split())}") from error


def connect(store: Any) -> None:
    """Make the client of an object database, once for all threads. Raises the client's own errors."""
    with _OPENING:
        _ = store.fs.fs


@contextmanager
def default(repository: Repository) -> Iterator[ObjectStore]:
    """Return the default remote of a repository.

    Raises:
        CorpusError: there is no default remote, or it cannot be used. The error says what to do.
    """
    from dvc.exceptions import DvcException

    try:
        with dvc_settings.opened(repository.root) as repo:
            name = repo.config["core"].get("remote")
            if not name:
                raise CorpusError("There is no default remote. Name one: `dvc remote add --default NAME URL`.")
            remote = repo.cloud.get_remote(name=name)
            url = str(repo.config["remote"][name].get("url", ""))
            # Who may look at a report need not know a user's name, or a password.
            yield ObjectStore(name, re.sub(r"//[^@/]*@", "//", url), remote.odb)
    except DvcException as error:
        raise CorpusError(f"The remote cannot be used: {' '.join(str(error).split())}") from error


@dataclass(frozen=True, slots=True)
class Configured:
    """The remotes that a repository's settings name: the default one, if there is one, and the others."""

    default: str | None
    others: tuple[str, ...]


def configured(repository: Repository) -> Configured:
    """Return the remotes in the settings of a repository. No remote is contacted.

    Raises:
        CorpusError: the settings cannot be read.
    """
    settings = dvc_settings.of_repository(repository.root)
    first = settings["core"].get("remote")
    return Configured(first, tuple(name for name in settings["remote"] if name != first))
