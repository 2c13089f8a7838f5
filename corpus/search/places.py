"""Where indexes are: in the repository's `.dvc/tmp`, else in the user's cache folder, or in a folder that was named.

A withdrawal has to find them all, so folders that were named are on record.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.search import keeping

if TYPE_CHECKING:
    from corpus.repo.repository import Repository

_OURS: Final = "newscorpus"
NAME: Final = f"{keeping.PREFIX}{keeping.FORMAT}"
# A path a line, as JSON.
_RECORD: Final = "search-elsewhere.jsonl"
_PRIVATE: Final = 0o700


def folder_of(repository: Repository, named: Path | None = None) -> Path:
    """Return the folder of the index for the versions of a repository.

    It is in `.dvc/tmp/newscorpus`. For a repository that was cloned to be read, and for one that cannot be written to,
    it is in `$XDG_CACHE_HOME/newscorpus`, by the address or the path of the repository.

    Args:
        repository: whose.
        named: the folder to put it in instead.
    """
    own = repository.root / ".dvc" / "tmp" / _OURS
    writable = not repository.fetches and _is_writable(own)
    if named is not None:
        _record(named.absolute(), own if writable else cache())
        return named.absolute() / NAME
    if writable:
        return own / NAME
    where = repository.git("config", "remote.origin.url", check=False).strip() if repository.fetches else ""
    digest = hashlib.sha256((where or str(repository.root.resolve())).encode()).hexdigest()[:32]
    place = cache()
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        # An index gives the words of texts away.
        place.chmod(_PRIVATE)
    return place / NAME / digest


def cache() -> Path:
    """Return the folder for indexes among the user's caches."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named) / _OURS
    try:
        return Path.home() / ".cache" / _OURS
    except RuntimeError:
        # Without a home: a user of its own, as services have.
        return Path("/var/tmp") / f"{_OURS}-{os.getuid()}"  # noqa: S108 - made private before it is used


def indexes(repository: Repository) -> list[Path]:
    """Return the folders of all indexes that may have articles of a repository: its own, the user's, and others."""
    own = repository.root / ".dvc" / "tmp" / _OURS
    found = [*_folders(own), *(index for folder in _folders(cache()) for index in _in_folder(folder))]
    for place in (own, cache()):
        for named in _recorded(place):
            found += _folders(named)
    return list(dict.fromkeys(found))


def remove_all(repository: Repository) -> int:
    """Delete all indexes that may have articles of a repository; return how many there were.

    Those in the user's cache folder are all deleted, of other corpora too: they are made anew when they are needed.

    Raises:
        OSError: one cannot be deleted.
    """
    return sum(keeping.remove(folder) for folder in indexes(repository))


def _folders(place: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(path for path in place.glob(f"{keeping.PREFIX}*") if path.is_dir())
    return []


def _in_folder(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(path for path in folder.iterdir() if path.is_dir())
    return []


def _record(named: Path, place: Path) -> None:
    if named in _recorded(place):
        return
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        with (place / _RECORD).open("a", encoding="utf-8") as file:
            file.write(json.dumps(str(named)) + "\n")


def _recorded(place: Path) -> list[Path]:
    try:
        lines = (place / _RECORD).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return []
    found = []
    for line in lines:
        with suppress(ValueError):
            if isinstance(value := json.loads(line), str):
                found.append(Path(value))
    return found


def _is_writable(folder: Path) -> bool:
    return os.access(next(place for place in (folder, *folder.parents) if place.exists()), os.W_OK)
