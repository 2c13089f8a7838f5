"""Makes a folder that is there completely or not at all: it is filled under another name, then renamed."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import UsageError
from corpus.repo.files import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of a corpus repository, what belongs to the pipeline, DVC and git.
_TAKEN = ("data", "seeds", "reports", ".dvc", ".git")
# Who names a file so expects a file of this kind.
_FILES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".zip", ".xlsx"})


def require_place(target: Path, root: Path, *, force: bool) -> None:
    """Check that a folder may be created or replaced.

    Args:
        target: the folder, resolved.
        root: the root of the corpus repository.
        force: whether an existing folder may be replaced.

    Raises:
        UsageError: Something is there that may not be replaced, or nothing may be written at this place.
    """
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target} is a file. Name a folder.")
    if not target.exists() and not _FILES.isdisjoint(map(str.lower, target.suffixes)):
        raise UsageError(
            f"{target.name} looks like the name of a file. An export is a folder with data files and their card: "
            f"name it {target.name.partition('.')[0] or 'export'}, and choose the kind of its files with --format."
        )
    inside = next((root / name for name in _TAKEN if target.is_relative_to(root / name)), None)
    if inside is not None:
        raise UsageError(f"{target} lies in {inside}, which the corpus itself uses. Choose another folder.")
    for kept, what in ((root, "the corpus repository"), (Path.cwd(), "this folder"), (Path.home(), "your home folder")):
        if kept.is_relative_to(target):
            raise UsageError(f"{target} has {what} in it and is never replaced. Choose another folder.")
    _require_empty(target, force=force)
    if (target / ".git").exists():
        raise UsageError(f"{target} is a git repository and is never replaced. Choose another folder.")


def _require_empty(target: Path, *, force: bool) -> None:
    if not force and target.exists() and any(target.iterdir()):
        raise UsageError(f"{target} is not empty. Choose another folder, or pass --force to replace it.")


@contextmanager
def made_aside(target: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield a folder to fill; it replaces `target` if no error occurs, and is removed otherwise.

    Raises:
        UsageError: Something has appeared at the place meanwhile and may not be replaced.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
    descriptor = os.open(aside, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Held as long as we live: who finds it free knows that we were killed.
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield aside
        _sync(aside)
        # What `mkdtemp` makes is for its owner alone; what `mkdir` would have made is what people expect.
        aside.chmod(0o777 & ~_umask())
        _require_empty(target, force=force)
        _swap(aside, target)
    finally:
        os.close(descriptor)
        shutil.rmtree(aside, ignore_errors=True)


def _swap(aside: Path, target: Path) -> None:
    old = None
    if target.exists():
        old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent))
        target.replace(old)
    try:
        aside.rename(target)
    except OSError:
        if old is not None:
            old.rename(target)
        raise
    sync_folder(target.parent)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove the files that a killed export to the same place has left."""
    for left in target.parent.iterdir():
        if not (left.name.startswith(f".{target.name}.") and left.name.endswith(".part")):
            continue
        with suppress(OSError):
            descriptor = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
            finally:
                os.close(descriptor)


def _sync(folder: Path) -> None:
    """Make sure that files and their names are on the disk."""
    for where, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(Path(where) / name, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(where))


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
