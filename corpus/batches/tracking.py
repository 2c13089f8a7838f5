"""What DVC records of the files of batches, in `data/raw.dvc`: an output for each folder of `data/raw/`.

`dvc add` and `dvc commit` look at every file of a folder: 14 s of processor time after a year of a batch every quarter
of an hour. What was there before is in the listing of the folder, and the caller has just compared it with the
register. So `track_new` copies the new files into the cache, and adds them to the listing and to `data/raw.dvc`. Of the
first batch both are made: to start DVC takes longer than all the rest of adding a small batch. `track` leaves all of it
to DVC.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import yaml

from corpus.batches import batchfiles
from corpus.batches.register import RAW
from corpus.errors import CorpusError, MissingObjects
from corpus.objects import dvc_process, entries, pins, soundness
from corpus.objects.listing import listing
from corpus.repo import room
from corpus.repo.files import aside_of, copy, publish, write_text
from corpus.repo.room import writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus.repo.repository import Repository

PIN: Final = f"{RAW}.dvc"
# More is copied by DVC, which can share a file's blocks with the cache.
MOST_BYTES: Final = 32_000_000
_TYPE: Final = re.compile(r"(?m)^\s*type\s*=(.*)$")
_CACHE: Final = ".dvc/cache"


def pinned(text: str) -> list[pins.Pin]:
    """Return what the text of data/raw.dvc pins: the folder of each month, or data/raw itself.

    Raises:
        KeyError, TypeError, ValueError, yaml.YAMLError: it is damaged.
    """
    return [
        pins.Pin("raw", _path_of(out), entries.md5_of(out, folder=True), int(out.get("size", 0)), cached=True)
        for out in yaml.safe_load(text)["outs"]
    ]


def _path_of(out: dict[str, Any]) -> str:
    """Return the path of an output of data/raw.dvc from the root. The file is untrusted."""
    path = f"{PurePosixPath(RAW).parent}/{out['path']}"
    if path != RAW and not (path.startswith(f"{RAW}/") and entries.is_inside(path)):
        raise ValueError(f"not a folder of {RAW}: {out['path']!r:.60}")
    return path


def track(repository: Repository) -> None:
    """Let DVC record what is in data/raw, and check that the cache really has the files.

    Raises:
        CorpusError: DVC failed. What is recorded is what was recorded before.
        MissingObjects: the cache lacks a file.
    """
    root = repository.root
    path = root / PIN
    before = path.read_bytes() if path.exists() else None
    try:
        write_text(path, yaml.safe_dump(_outputs(repository), sort_keys=False))
        _commit(root)
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_text(path, before.decode())
        raise
    if wrong := soundness.verify(repository, pinned(path.read_text(encoding="utf-8"))):
        if number := room.tried(root):
            raise room.not_written(number, root, f"{_CACHE}, the copy of the batch,")
        lost = [str(one) for one in wrong]
        raise MissingObjects("The DVC cache lacks the batch. Nothing was added; run again.", lost)


def _commit(root: Path) -> None:
    done = dvc_process.run(root, "commit", "--force", PIN)
    if done.returncode != 0:
        if full := dvc_process.full(root, done, f"{_CACHE}, the copy of the batch,"):
            raise full
        raise CorpusError(f"`dvc commit {PIN}` failed; nothing was added.\n{dvc_process.complaint(done)}")


def _outputs(repository: Repository) -> dict[str, Any]:
    """Return data/raw.dvc with an output for each folder that has files; a new one pins an empty folder.

    So it pins what is there at any moment, even if DVC is killed before it has recorded the rest.
    """
    found = _recorded(repository, repository.root / PIN)
    values = found if isinstance(found, dict) else {}
    known = {out["path"]: out for out in values.get("outs") or () if _is_sound(out)}
    there = batchfiles.folders(repository.root)
    flat = there.pop("")
    folders = sorted(folder for folder in there.values() if folder.is_dir() and os.listdir(folder))  # noqa: PTH208 - as in batchfiles
    if not folders or any(path.is_file() for path in flat.iterdir()):
        # All of it: files of months would be in two outputs.
        folders = [flat]
    base = repository.root / PurePosixPath(RAW).parent
    paths = [folder.relative_to(base).as_posix() for folder in folders]
    empty = listing({})
    if any(path not in known for path in paths):
        put(pins.Objects(repository).path(empty.md5), empty.data)
    new = {"md5": empty.md5, "size": 0, "nfiles": 0, "hash": "md5"}
    return {**values, "outs": [known.get(path, {**new, "path": path}) for path in paths]}


def _is_sound(out: Any) -> bool:
    """Return whether an output of data/raw.dvc has a path and the md5 of a folder's listing."""
    try:
        return bool(_path_of(out)) and entries.md5_of(out, folder=True).endswith(entries.FOLDER)
    except (KeyError, TypeError, ValueError):
        return False


def track_new(repository: Repository, folder: str, known: Iterable[str], new: Sequence[Path]) -> bool:
    """Record new files of a folder in DVC. The caller holds the write lock.

    Args:
        repository: the corpus.
        folder: the folder's path from the root: that of a month, or data/raw.
        known: the names of the files of the folder that were there before, which must be those of the listing.
        new: the paths of the new files.

    Returns:
        Whether it did. False if `track` must do it: what is recorded is not what is there, the new files are large,
        git does not ignore the folder, or the repository has settings for the cache that only DVC follows.

    Raises:
        NotWritten: the disk is full.
    """
    if _has_own_rules(repository) or sum(path.stat().st_size for path in new) > MOST_BYTES:
        return False
    objects = pins.Objects(repository)
    values = _recorded(repository, repository.root / PIN)
    try:
        out = _output(values["outs"], folder)
        size = int(out["size"])
        files = _files(objects, folder, out)
    except (CorpusError, KeyError, TypeError, ValueError, AttributeError):
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
    put(objects.path(made.md5), made.data)
    out.update({"md5": made.md5, "size": size, "nfiles": len(files)})
    write_text(repository.root / PIN, yaml.safe_dump(values, sort_keys=False))
    objects.remember()
    return True


def _recorded(repository: Repository, pin_file: Path) -> Any:
    """Return what data/raw.dvc says; before there is one, what it says of nothing; None if it cannot be read."""
    try:
        return yaml.safe_load(pin_file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        # Where git does not ignore the folder, DVC writes a .gitignore.
        return {"outs": []} if repository.git("check-ignore", "--", RAW, check=False).strip() else None
    except (OSError, ValueError, yaml.YAMLError):
        return None


def _output(outs: list[dict[str, Any]], folder: str) -> dict[str, Any]:
    """Return the output of a folder, after adding an empty one to the others if it is new.

    Raises:
        ValueError: another output is damaged, is in the folder, or has it in it.
    """
    if not all(map(_is_sound, outs)):
        raise ValueError("damaged")
    path = PurePosixPath(folder).relative_to(PurePosixPath(RAW).parent).as_posix()
    for out in outs:
        if out["path"] == path:
            return out
        if f"{out['path']}/".startswith(f"{path}/") or f"{path}/".startswith(f"{out['path']}/"):
            raise ValueError(f"{out['path']} and {path} overlap")
    made = {"md5": None, "size": 0, "nfiles": 0, "hash": "md5", "path": path}
    outs.append(made)
    outs.sort(key=lambda one: str(one["path"]))
    return made


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


def put(target: Path, data: bytes) -> None:
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
