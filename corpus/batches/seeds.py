"""List and read the documents in `seeds/`, which is batch zero: plain files, without hidden ones.

The folder is listed before anything is read or given to DVC, because some things in a folder would stop both: a named
pipe blocks every process that opens it, and a name that is not UTF-8 cannot be recorded.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.errors import ChangedWhileRead, InputError
from corpus.repo import paths
from corpus.repo.digest import Stamp, stamp_of
from corpus.tables.layout import Member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEEDS: Final = paths.SEEDS
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SeedFile:
    """The file of a document. A symbolic link is never followed: its content is the name of its target, as in git."""

    path: Path
    source: str
    stamp: Stamp
    is_link: bool

    @property
    def size(self) -> int:
        """Return its size in bytes when it was listed."""
        return self.stamp[0]

    @property
    def member(self) -> Member:
        """Return what the layout needs to know of the file."""
        return Member(self.source, self.size)


def list_seeds(root: Path) -> list[SeedFile]:
    """Return the documents in `seeds/`, sorted by name.

    Raises:
        InputError: the folder is missing, or has things that can be neither read nor recorded. The error names each.
    """
    folder = root / SEEDS
    if not folder.is_dir():
        raise InputError(f"There is no folder {SEEDS}/ in {root}. Make it and put articles into it.")
    faults: list[str] = []
    files = sorted(_walk(folder, f"{SEEDS}/", faults), key=lambda file: file.source)
    _refuse(f"{SEEDS}/ holds what cannot be read. Move it elsewhere and run again; nothing was changed.", faults)
    return files


def _refuse(message: str, faults: list[str]) -> None:
    shown = sorted(faults)[:_SHOWN]
    if len(faults) > len(shown):
        shown.append(f"and {len(faults) - len(shown)} more")
    if shown:
        raise InputError(message, shown)


def _walk(folder: Path, prefix: str, faults: list[str]) -> Iterator[SeedFile]:
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        faults.append(f"{prefix}: {error.strerror}")
        return
    for entry in found:
        if entry.name.startswith("."):
            continue
        path, source = folder / entry.name, prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, f"{source}/", faults)
        else:
            yield from find(path, source, faults)


def find(path: Path, source: str, faults: list[str]) -> list[SeedFile]:
    """Return the document at a path, or None and the fault."""
    try:
        source.encode()
        info = path.lstat()
    except UnicodeEncodeError:
        faults.append(f"{os.fsencode(source)!r}: the name is no UTF-8")
        return []
    except OSError as error:
        faults.append(f"{source}: {error.strerror}")
        return []
    if stat.S_ISLNK(info.st_mode):
        trouble = _link_trouble(path)
    elif not stat.S_ISREG(info.st_mode):
        trouble = f"{_kind(info.st_mode)}, not a file"
    else:
        trouble = None if os.access(path, os.R_OK) else "no permission to read it"
    if trouble:
        faults.append(f"{source}: {trouble}")
        return []
    return [SeedFile(path, source, stamp_of(info), stat.S_ISLNK(info.st_mode))]


def _link_trouble(path: Path) -> str | None:
    """Return why DVC, which follows links to hash them, would fail on a link; None if it would not."""
    try:
        target = path.stat()
    except OSError as error:
        return f"a symbolic link that leads nowhere ({error.strerror})"
    if stat.S_ISDIR(target.st_mode):
        return "a symbolic link to a folder"
    return None if stat.S_ISREG(target.st_mode) else f"a symbolic link to {_kind(target.st_mode)}"


def _kind(mode: int) -> str:
    names = {
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFBLK: "a block device",
        stat.S_IFCHR: "a character device",
        stat.S_IFDIR: "a folder",
    }
    return names.get(stat.S_IFMT(mode), "something special")


def read_document(file: SeedFile, limit: int) -> bytes | None:
    """Return the bytes of a document; None if it has more than `limit` bytes.

    Raises:
        ChangedWhileRead: it is no longer the file that was listed.
    """
    if file.is_link:
        return os.fsencode(file.path.readlink())
    if file.size > limit:
        return None
    try:
        # Not to block on a pipe, nor to follow a link, that took the file's place since it was listed.
        descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise ChangedWhileRead(file.source) from None
    with open(descriptor, "rb", buffering=0) as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ChangedWhileRead(file.source)
        data = opened.read(file.size + 1)
        # Written to since it was listed, or while it was read.
        if len(data) != file.size or stamp_of(os.fstat(descriptor)) != file.stamp:
            raise ChangedWhileRead(file.source)
    return data
