"""Write files atomically: a reader, or a power cut, finds the old file or the new one, and never a part."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.repo import room

if TYPE_CHECKING:
    from collections.abc import Iterator

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False


# Within a repository. What a killed process leaves there does no harm, and the next writer removes it.
ASIDE: Final = ".dvc/tmp/corpus/aside"


def aside_of(target: Path, root: Path | None = None) -> Path:
    """Return where to write a file before it is moved into place: on the same disk, where git and DVC do not look.

    Args:
        target: the final path of the file.
        root: the repository of the file; by default the nearest one around it. Outside of a repository, or on another
            disk, the result is a hidden name beside the target.
    """
    if root is None:
        root = next((folder for folder in target.parents if (folder / ".dvc").is_dir()), None)
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    if root is None:
        return beside
    folder = root / ASIDE
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_dev == target.parent.stat().st_dev:
            return folder / f"{target.name}.{os.getpid()}"
    return beside


@contextmanager
def scratch(prefix: str, place: Path | None = None) -> Iterator[Path]:
    """Make a temporary folder, which is removed afterwards if the system allows that.

    `tempfile.TemporaryDirectory` recurses without end if a folder cannot be removed (Python 3.11).

    Args:
        prefix: the beginning of its name.
        place: the folder around it; by default that of the system.
    """
    folder = tempfile.mkdtemp(prefix=prefix, dir=place)
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(aside: Path, target: Path, *, sync: bool = True) -> None:
    """Move a finished file into place: its bytes, and with `sync` its name, are on disk when this returns."""
    descriptor = os.open(aside, os.O_RDONLY)
    try:
        with room.writing(target):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside.replace(target)
    if sync:
        sync_folder(target.parent)


def write_text(target: Path, text: str) -> None:
    """Write a small text file atomically. A file that already has this text is not written."""
    with suppress(OSError, UnicodeDecodeError):
        if target.read_text(encoding="utf-8") == text:
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(target)
    try:
        with room.writing(target):
            aside.write_text(text, encoding="utf-8")
            # DVC may have made the old one read-only; the new one is a file of its own.
            publish(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def copy(source: Path, target: Path, *, read_only: bool = False) -> None:
    """Copy a file to a path, completely or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(target)
    try:
        with room.writing(target):
            shutil.copyfile(source, aside)
            aside.chmod(0o444 if read_only else 0o644)
            publish(aside, target)
    finally:
        aside.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make renames within a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
