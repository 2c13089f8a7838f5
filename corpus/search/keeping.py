"""What is known of an index beside its own files: the shards that it has, and the lock of the process that writes."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError
from corpus.search import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Raised when other fields or values are indexed.
FORMAT: Final = 2
# The folder of an index has this and the format in its name, or in the name of the folder that it is in.
PREFIX: Final = "search-"
STATE: Final = "state.json"
# The folder of the library's own files.
FILES: Final = "index"
_REMOVAL_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.1
_LOCKS: Final = ".lock"
# Files beside the index are written under names that end in the number of a process, then moved into place.
_UNFINISHED: Final = re.compile(r"\.\d+(-\d+)?$")
_UNFINISHED_SECONDS: Final = 3600


class IndexBusy(CorpusError):
    """Another process writes the index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"Another process is writing the search index in {folder}. Wait for it to end, then try again."
        )


@dataclass(slots=True)
class State:
    """What is in an index: the number and the rows of each shard by key, and the files after the last change.

    Attributes:
        next: the next number to give.
        shards: number and rows of each shard that is there completely, by key.
        adding: numbers whose documents may be there in part: a process adds them, or was killed.
        files: size and time of change of each file; None while a process writes, or after it was killed.
    """

    next: int = 1
    shards: dict[str, tuple[int, int]] = field(default_factory=dict)
    adding: list[int] = field(default_factory=list)
    files: dict[str, list[int]] | None = None

    @classmethod
    def load(cls, path: Path) -> State | None:
        """Return the state that a file has; None if it cannot be read, or other code wrote it."""
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            if value["made_by"] != _made_by():
                return None
            shards = {str(key): (int(number), int(rows)) for key, (number, rows) in value["shards"].items()}
            files = value["files"]
            if files is not None:
                files = {str(name): [int(size), int(changed)] for name, (size, changed) in files.items()}
            return cls(int(value["next"]), shards, [int(number) for number in value["adding"]], files)
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def save(self, path: Path) -> None:
        """Write the state, complete or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        value = {
            "made_by": _made_by(),
            "next": self.next,
            "shards": self.shards,
            "adding": self.adding,
            "files": self.files,
        }
        aside = path.with_suffix(".new")
        aside.write_text(json.dumps(value), encoding="utf-8")
        aside.replace(path)


@cache
def _made_by() -> str:
    return f"{FORMAT} {tokens.VERSION} {version('tantivy')}"


def listed(folder: Path) -> dict[str, list[int]]:
    """Return the files in a folder, with size and time of change; without those that only lock."""
    found = {}
    # Closed also where a file is deleted meanwhile.
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.endswith(_LOCKS):
                state = entry.stat()
                found[entry.name] = [state.st_size, state.st_mtime_ns]
    return found


def lock_file(folder: Path) -> Path:
    """Return the file that a process locks to write an index; it is beside the folder, which may be deleted."""
    return folder.with_name(f"{folder.name}.lock")


def size(folder: Path) -> int:
    """Return the bytes that an index takes on disk."""
    found = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            found += path.lstat().st_size if not path.is_dir() else 0
    return found


def remove(folder: Path) -> bool:
    """Delete an index; return whether there was one. A process that reads it goes on with what it has."""
    there = folder.exists()
    try:
        with locked(folder, _REMOVAL_SECONDS):
            clear(folder)
    except IndexBusy:
        # The other process cannot finish its work without these files.
        clear(folder)
    lock_file(folder).unlink(missing_ok=True)
    return there


def remove_older(folder: Path) -> None:
    """Delete the indexes of earlier formats that an index replaces: beside it, in folders named by their formats."""
    for format_ in range(1, FORMAT):
        if folder.name == f"{PREFIX}{FORMAT}":
            older = folder.with_name(f"{PREFIX}{format_}")
        else:
            older = folder.parent.with_name(f"{PREFIX}{format_}") / folder.name
        if (older / STATE).is_file():
            remove(older)


def sweep(folder: Path) -> None:
    """Delete what killed processes began to write beside the files of an index."""
    for path in folder.iterdir():
        with suppress(OSError):
            if _UNFINISHED.search(path.name) and time.time() - path.stat().st_mtime > _UNFINISHED_SECONDS:
                path.unlink()


def clear(folder: Path) -> None:
    """Delete the files of an index."""
    if folder.exists():
        # First out of the way, so that no reader finds half of it.
        aside = folder.with_name(f"{folder.name}.old-{os.getpid()}")
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        shutil.rmtree(aside)


@contextmanager
def locked(folder: Path, wait: float | None) -> Iterator[None]:
    """Hold the lock of those who write an index.

    Args:
        folder: of the index.
        wait: seconds to wait for another holder; None for as long as it takes.

    Raises:
        IndexBusy: another process still holds it.
        CorpusError: there is no place for it.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(lock_file(folder), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise CorpusError(
            f"The search index cannot be made in {folder}: {error.strerror}. Name another folder with --index DIR."
        ) from None
    end = None if wait is None else time.monotonic() + wait
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if end is not None and time.monotonic() >= end:
                    raise IndexBusy(folder) from None
                time.sleep(_POLL_SECONDS)
        yield
    finally:
        os.close(descriptor)
