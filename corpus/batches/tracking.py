"""Record new files of data/raw in DVC, as `dvc add` would, at a cost that hardly depends on the files that are there.

`dvc add` looks at every file of the folder: 14 s of processor time after a year of a batch every quarter of an hour.
What was there before is in the listing of the folder, and the caller has just compared it with the register. So the
new files are copied into the cache, and are added to the listing and to `data/raw.dvc`. Of the first batch both are
made: to start DVC takes longer than all the rest of adding a small batch.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import yaml

from corpus.errors import CorpusError
from corpus.objects import entries, pins
from corpus.objects.listing import listing
from corpus.repo.files import aside_of, copy, publish, write_text
from corpus.repo.room import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from corpus.repo.repository import Repository

# More is copied by DVC, which can share a file's blocks with the cache.
MOST_BYTES: Final = 32_000_000
_TYPE: Final = re.compile(r"(?m)^\s*type\s*=(.*)$")


def track_new(repository: Repository, pin_file: Path, folder: str, known: Iterable[str], new: Sequence[Path]) -> bool:
    """Record new files of a folder in DVC. The caller holds the write lock.

    Args:
        repository: the corpus.
        pin_file: the `.dvc` file of the folder, which need not be there before the first files are.
        folder: the folder's path from the root.
        known: the names of the files that were there before, which must be those of the listing.
        new: the paths of the new files.

    Returns:
        Whether it did. False if `dvc add` must do it: what is recorded is not what is there, the new files are large,
        git does not ignore the folder, or the repository has settings for the cache that only DVC follows.

    Raises:
        NotWritten: the disk is full.
    """
    if _has_own_rules(repository) or sum(path.stat().st_size for path in new) > MOST_BYTES:
        return False
    objects = pins.Objects(repository)
    values = _recorded(repository, pin_file, folder)
    try:
        (out,) = values["outs"]
        size = int(out["size"])
        files = _files(objects, folder, out)
    except (CorpusError, KeyError, TypeError, ValueError):
        return False
    if files is None or files.keys() != {f"{folder}/{name}" for name in known}:
        return False
    for path in new:
        with path.open("rb") as opened:
            found = hashlib.file_digest(opened, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if objects.digest(found) != found:
            copy(path, objects.path(found), read_only=True)
        if objects.digest(found, reread=True) != found:
            raise CorpusError(f"The DVC cache has other bytes of {path.name} than were written. Run again.")
        files[f"{folder}/{path.name}"] = found
        size += path.stat().st_size
    made = listing(files, folder)
    _put(objects.path(made.md5), made.data)
    out.update({"md5": made.md5, "size": size, "nfiles": len(files)})
    write_text(pin_file, yaml.safe_dump(values, sort_keys=False))
    objects.remember()
    return True


def _recorded(repository: Repository, pin_file: Path, folder: str) -> Any:
    """Return what a `.dvc` file says; before there is one, what `dvc add` would write of an empty folder."""
    try:
        return yaml.safe_load(pin_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        # Where git does not ignore the folder, `dvc add` writes a .gitignore.
        if not repository.git("check-ignore", "--", folder, check=False).strip():
            return None
        path = PurePosixPath(folder).name
        return {"outs": [{"md5": None, "size": 0, "nfiles": 0, "hash": "md5", "path": path}]}
    except (OSError, ValueError, yaml.YAMLError):
        return None


def _files(objects: pins.Objects, folder: str, out: dict[str, Any]) -> dict[str, str] | None:
    """Return the md5s of the recorded files by path; None if the cache lacks the listing, or it is not of a folder."""
    if out["md5"] is None:
        return {}
    md5 = entries.md5_of(out, folder=True)
    before = objects.files(pins.Pin("raw", folder, md5, int(out["size"]), cached=True))
    if before is None or not md5.endswith(entries.FOLDER):
        return None
    return {one.path: one.md5 for one in before}


def _has_own_rules(repository: Repository) -> bool:
    """Return whether the repository's settings ask for links to the cache, or for modes of its files."""
    for name in ("config", "config.local"):
        try:
            text = (repository.root / ".dvc" / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if "shared" in text or any("link" in kinds.replace("reflink", "") for kinds in _TYPE.findall(text)):
            return True
    return False


def _put(target: Path, data: bytes) -> None:
    """Write an object of the cache, read-only as DVC's own are."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(target)
    try:
        with writing(target):
            aside.write_bytes(data)
            aside.chmod(0o444)
            publish(aside, target)
    finally:
        aside.unlink(missing_ok=True)
