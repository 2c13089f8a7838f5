"""The folder `.corpus/`, which git ignores: the state of collecting, the spool, and the lock around both."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from corpus.errors import Busy, DiskFull, StorageError
from corpus.repo import room

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDER: Final = ".corpus"
_LOCK: Final = "collect.lock"
_POLL: Final = 0.1
_BUSY_SECONDS: Final = 30.0


def folder_of(root: Path) -> Path:
    """Return the folder. If it did not exist, it is made with a rule by which git ignores it."""
    folder = root / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    return folder


def connect(root: Path, name: str, schema: str) -> sqlite3.Connection:
    """Open a database in the folder. What is deleted from it is overwritten.

    Raises:
        StorageError: the file is damaged, or cannot be opened.
        NotWritten: the disk is full.
    """
    path = folder_of(root) / name
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")
        connection.executescript(schema)
    except sqlite3.OperationalError as error:
        # The file is as it was.
        connection.close()
        raise room.of_error(error, path.parent) or StorageError(f"{path} cannot be opened: {error}.") from None
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StorageError(
            f"{path} cannot be read: {error}. Delete it and its -wal file: what was not sealed yet is requested again."
        ) from None
    return connection


@contextmanager
def collect_lock(root: Path, wait: float = 0.0) -> Iterator[None]:
    """Allow only one process to collect for a corpus. Builds can run meanwhile.

    Args:
        root: the repository.
        wait: seconds to wait for another holder.

    Raises:
        Busy: another process collects.
    """
    descriptor = os.open(folder_of(root) / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    deadline = time.monotonic() + wait
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"
                    raise Busy(f"`corpus collect` (process {holder})") from None
                time.sleep(_POLL)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def require_room(root: Path, spare: int) -> None:
    """Raise DiskFull if less than `spare` bytes are free, so that collecting stops before builds must stop."""
    import shutil

    free = shutil.disk_usage(root).free
    if free < spare:
        raise DiskFull(root, free, spare)
