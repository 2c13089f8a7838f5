"""Checks for entries of dvc.lock, .dvc files and listings, which may be untrusted: md5s, and paths within a folder."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any, Final

# What DVC adds to the md5 of a folder's listing.
FOLDER: Final = ".dir"
_MD5: Final = re.compile(r"[0-9a-f]{32}")


def md5_of(entry: dict[str, Any], *, folder: bool) -> str:
    """Return the md5 of an entry of a dvc.lock, a .dvc file or a listing. A path is made from it later.

    Args:
        entry: the entry. It is untrusted.
        folder: allow the md5 of a folder's listing, which ends in `.dir`.

    Raises:
        KeyError: the entry has no md5.
        ValueError: the value is not an md5.
    """
    md5 = entry["md5"]
    if not isinstance(md5, str) or not _MD5.fullmatch(md5.removesuffix(FOLDER) if folder else md5):
        raise ValueError(f"not an md5: {md5!r:.60}")
    return md5


def path_of(entry: dict[str, Any]) -> str:
    """Return the path of an entry of a dvc.lock, from the root.

    Raises:
        KeyError: the entry has no path.
        ValueError: the path is outside of the repository.
    """
    path = entry["path"]
    if not isinstance(path, str) or not is_inside(path):
        raise ValueError(f"not a path in the repository: {path!r:.60}")
    return path


def is_inside(path: str) -> bool:
    """Return whether a path is relative and does not leave the folder that it is in."""
    if not path or "\0" in path or path.startswith("/"):
        return False
    return ".." not in path or ".." not in PurePosixPath(path).parts
