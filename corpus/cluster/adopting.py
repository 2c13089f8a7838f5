"""Take over what an attempt wrote, once this machine sees the bytes that the worker wrote."""

from __future__ import annotations

import hashlib
import shutil
import time
from typing import TYPE_CHECKING, Final

from corpus.cluster.messages import Written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__fingerprint__ = False

# A network's folder may show a file of another machine some seconds late.
_LATE_SECONDS: Final = 15.0
_PAUSE: Final = 0.1


def adopt(attempt: Path, folder: Path, files: Iterable[tuple[str, Written]]) -> str | None:
    """Move the files of an attempt into the folder of the run.

    Args:
        attempt: the folder of the attempt.
        folder: the folder of the run.
        files: what the worker wrote, by name.

    Returns:
        Why not, if a file is not there or has other bytes; then nothing was moved.
    """
    deadline = time.monotonic() + _LATE_SECONDS
    for name, expected in files:
        while (found := _seen(attempt / name)) != expected:
            if time.monotonic() > deadline:
                return f"{name} has {_words(found)} here, {_words(expected)} there"
            time.sleep(_PAUSE)
    for name, _ in files:
        (attempt / name).replace(folder / name)
    shutil.rmtree(attempt, ignore_errors=True)
    return None


def _seen(path: Path) -> Written | None:
    try:
        with path.open("rb") as file:
            return Written(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
    except OSError:
        return None


def _words(file: Written | None) -> str:
    return f"{file.size:,} bytes with sha256 {file.sha256[:16]}" if file else "no bytes"
