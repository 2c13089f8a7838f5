"""Objects straight from a DVC remote, for whoever has no copy in the cache. Each is verified."""

from __future__ import annotations

import atexit
import hashlib
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.errors import CorpusError, DamagedObject, MissingObjects
from corpus.versioning import removed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.versioning.pins import Pinned
    from corpus.versioning.repository import Repository


@cache
def _folder() -> Path:
    """Where fetched objects stand as long as this process lives."""
    folder = tempfile.TemporaryDirectory(prefix="corpus-objects-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def fetch(repository: Repository, commit: str | None, wanted: Sequence[Pinned]) -> dict[str, Path]:
    """Fetch objects from the repository's default remote.

    Args:
        repository: whose settings name the remote.
        commit: which version wants them, for the error.
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
    removed.explain(repository, commit, [file.md5 for file in absent])
    store = _store(repository, commit, wanted)
    lost = []
    for file in absent:
        target = found[file.md5]
        aside = target.with_name(f"{target.name}.part")
        try:
            store.fs.get_file(store.oid_to_path(file.md5), str(aside))
        except FileNotFoundError:
            lost.append(f"{file.path} ({file.md5})")
            continue
        except Exception as error:  # whatever the remote's client raises
            raise CorpusError(f"{file.path} could not be read from the remote: {error}") from error
        with aside.open("rb") as opened:
            digest = hashlib.file_digest(opened, "md5").hexdigest()
        if digest != file.md5.removesuffix(".dir"):
            aside.unlink()
            raise DamagedObject(store.oid_to_path(file.md5), file.md5, digest)
        aside.replace(target)
    if lost:
        raise MissingObjects(_advice(commit, "The remote lacks them too."), lost)
    return found


def _store(repository: Repository, commit: str | None, wanted: Sequence[Pinned]) -> Any:
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    try:
        with Repo(str(repository.root)) as repo:
            if not repo.config["core"].get("remote"):
                lost = [f"{file.path} ({file.md5})" for file in wanted]
                raise MissingObjects(_advice(commit, "There is no default remote (`dvc remote list`)."), lost)
            return repo.cloud.get_remote_odb()
    except DvcException as error:
        raise CorpusError(f"The remote cannot be used: {error}") from error


def _advice(commit: str | None, why: str) -> str:
    checkout = f"check out {commit[:10]} and run `corpus build`" if commit else "run `corpus build`"
    return f"Objects of this version are not in the DVC cache. {why} To have them again, {checkout}."
