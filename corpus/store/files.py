"""Writing files so that a reader or a power cut sees the old one or the new one, never a part."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False


def publish(aside: Path, target: Path, *, sync: bool = True) -> None:
    """Move a finished file into place: its bytes, and with `sync` its name, are on disk when this returns."""
    descriptor = os.open(aside, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside.replace(target)
    if sync:
        sync_folder(target.parent)


def write_text(target: Path, text: str) -> None:
    """Write a small text file atomically. A file that already says this is left alone."""
    with suppress(OSError, UnicodeDecodeError):
        if target.read_text(encoding="utf-8") == text:
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        aside.write_text(text, encoding="utf-8")
        # DVC may have made the old one read-only; the new one is a file of its own.
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
