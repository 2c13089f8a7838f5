"""Read part of the cache again in each scheduled run, so that every object is read within four weeks.

A build reads what it makes, a release what it newly names. Neither notices a bit that flips on disk a
year later, because size and time of the file do not change. So each run reads the folders of the cache that are due.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import DamagedObjects
from corpus.objects import pins, soundness
from corpus.repo.files import write_text
from corpus.repo.releases import releases

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from corpus.repo.repository import Repository

DAYS: Final = 28
MEMORY: Final = ".dvc/tmp/corpus/reread.json"
# The cache has a folder for each first byte of an md5.
_FOLDERS: Final = tuple(f"{number:02x}" for number in range(256))
_REST: Final = re.compile(r"[0-9a-f]{30}(\.dir)?")


class Rereading:
    """Which folders of the cache are to be read, and on which days they were read last.

    Args:
        repository: the repository of the cache.
        today: the day of the run. A folder that was never read is read when it is next due, within `DAYS`.
    """

    def __init__(self, repository: Repository, today: date) -> None:
        self._repository = repository
        self._today = today.toordinal()
        # A clock that was ahead leaves no folder unread.
        self._read = {name: min(day, self._today) for name, day in _load(repository).items()}

    def due(self) -> list[str]:
        """Return the folders that became due since they were read last."""
        return [name for number, name in enumerate(_FOLDERS) if self._read.get(name, self._today) < self._turn(number)]

    def _turn(self, number: int) -> int:
        """Return the latest day, up to today, on which a folder was due."""
        return self._today - (self._today - number) % DAYS

    def damaged(self) -> list[str]:
        """Return the md5s of damaged objects in the folders that are due. Remembers the sound folders."""
        objects = pins.Objects(self._repository)
        self._read = {name: self._read.get(name, self._today) for name in _FOLDERS}
        wrong: list[str] = []
        for name in self.due():
            folder = objects.path(name + "0" * 30).parent
            rest = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
            found = [name + one for one in rest if _REST.fullmatch(one) and not _is_sound(objects, name + one)]
            wrong += found
            if not found:
                self._read[name] = self._today
        objects.remember()
        with suppress(OSError):
            # Without it the folders are read again.
            write_text(self._repository.root / MEMORY, json.dumps(self._read, indent=0) + "\n")
        return wrong


def require_sound(repository: Repository, damaged: Iterable[str]) -> None:
    """Require that some objects of the cache have the bytes of their md5s.

    Raises:
        DamagedObjects: some objects do not. The error says which releases need them.
    """
    objects = pins.Objects(repository)
    wrong = {md5 for md5 in damaged if objects.path(md5).exists() and not _is_sound(objects, md5)}
    if not wrong:
        return
    named = {
        one.version: soundness.names(repository, pins.of_commit(repository, one.commit)) for one in releases(repository)
    }
    raise DamagedObjects(sorted(wrong), [version for version, md5s in named.items() if wrong & md5s])


def _is_sound(objects: pins.Objects, md5: str) -> bool:
    return objects.digest(md5, reread=True) == md5.removesuffix(".dir")


def _load(repository: Repository) -> dict[str, int]:
    try:
        stored: Any = json.loads((repository.root / MEMORY).read_bytes())
    except (OSError, ValueError):
        return {}
    return {name: day for name, day in stored.items() if isinstance(day, int)} if isinstance(stored, dict) else {}
