"""Find which objects that a version names are missing from the cache of DVC, or damaged there."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError
from corpus.objects.entries import FOLDER
from corpus.objects.pins import Objects, Pinned

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from corpus.objects.pins import Pin
    from corpus.repo.repository import Repository

# Digests are computed outside the interpreter's lock.
_THREADS: Final = 2


@dataclass(frozen=True, slots=True)
class Wrong:
    """An object that the cache lacks, or has with other bytes, whose md5 is `found`."""

    path: str
    md5: str
    found: str | None

    def __str__(self) -> str:
        return f"{self.path} ({self.md5}{f': damaged, found {self.found}' if self.found else ': missing'})"


def verify(repository: Repository, pins: Iterable[Pin], *, trusted: Container[str] | None = None) -> list[Wrong]:
    """Find which objects of some pins the cache lacks, or has with other bytes.

    Args:
        repository: the corpus.
        pins: the pins. Outputs in git are not objects, and are left out.
        trusted: the md5s of objects that are read only if their files changed since they were last read. All others
            are read now. By default all are trusted.
    """
    objects = Objects(repository)

    def judge(one: Pinned) -> Wrong | None:
        found = objects.digest(one.md5, reread=trusted is not None and one.md5 not in trusted)
        return None if found == one.md5.removesuffix(FOLDER) else Wrong(one.path, one.md5, found)

    wrong: list[Wrong] = []
    files: dict[str, Pinned] = {}
    for pin in pins:
        if pin.cached:
            bad = judge(Pinned(pin.path, pin.md5)) if pin.is_folder else None
            wrong += [bad] if bad else []
            files |= {one.md5: one for one in (objects.files(pin) or () if not bad else ())}
    # To hand an object to a thread costs more than to see that it is unchanged.
    doubtful = [
        one for md5, one in files.items() if not ((trusted is None or md5 in trusted) and objects.is_known(md5))
    ]
    with ThreadPoolExecutor(_THREADS) as pool:
        wrong += [bad for bad in pool.map(judge, doubtful) if bad]
    objects.remember()
    return wrong


def names(repository: Repository, pins: Iterable[Pin]) -> set[str]:
    """Return the md5s of all objects that some pins name, as far as the cache has their complete listings."""
    objects = Objects(repository)
    found: set[str] = set()
    for pin in pins:
        if pin.cached:
            with suppress(CorpusError):
                found |= {pin.md5, *(file.md5 for file in objects.files(pin) or ())}
    return found
