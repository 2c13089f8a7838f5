"""Find what `corpus init` wrote when a repository was made, file by file. The user's edits start from there."""

from __future__ import annotations

import hashlib
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from corpus.repo import layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.repo.repository import Repository


def origin(repository: Repository, path: str, yours: bytes, noted: str | None) -> bytes:
    """Return the template that a file was made from.

    It is the template that engine.yaml notes; else the one that equals the file, now or last in git's history; else the
    most similar one.

    Args:
        repository: the corpus.
        path: the file, from the root.
        yours: its content now.
        noted: the digest of a template, as engine.yaml has it.
    """
    known = layout.earlier(path)
    found = next((one for one in known if layout.digest(one) == noted), None)
    if found is not None:
        return found
    if yours in known:
        return yours
    history = _history(repository, path)
    for blob in history:
        found = next((one for one in known if _blob(one, len(blob)) == blob), None)
        if found is not None:
            return found
    if noted is not None:
        # A version between two releases, whose templates were not kept: git has what it wrote.
        for blob in history:
            content = repository.git("cat-file", "blob", blob, check=False).encode("utf-8", "surrogateescape")
            if layout.digest(content) == noted:
                return content
    return _nearest(known, yours)


def _history(repository: Repository, path: str) -> list[str]:
    """Return the blobs of a file in git's history, the newest first."""
    asked = ("log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--max-count=1000", "--", path)
    lines = repository.git(*asked, check=False).splitlines()
    return [line.split(" ")[3] for line in lines if line.startswith(":")]


def _blob(content: bytes, length: int) -> str:
    """Return git's name for a content, in a repository with names of this length."""
    made = hashlib.sha1(usedforsecurity=False) if length == len(hashlib.sha1().hexdigest()) else hashlib.sha256()  # noqa: S324
    made.update(b"blob %d\0" % len(content))
    made.update(content)
    return made.hexdigest()


def _nearest(known: Sequence[bytes], yours: bytes) -> bytes:
    """Return the template with the most lines in common; the later one of several."""
    lines = yours.splitlines()
    return max(reversed(known), key=lambda one: SequenceMatcher(None, lines, one.splitlines(), autojunk=False).ratio())
