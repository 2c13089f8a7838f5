"""The fingerprints of all stages, found in our source files once and remembered until one of these changes.

The memory is a file beside the compiled bytecode, or in the user's folder of caches where that cannot be written. It
holds for source files of the same size, times and inode, and for the versions of the packages that they use.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from corpus.fingerprints import libraries
from corpus.fingerprints.files import files_of
from corpus.fingerprints.parts import Covered, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PACKAGES: Final = ("corpus", "schemas")


@cache
def installed() -> Covered:
    """Return the code and packages that decide the bytes of each stage, for the installed code."""
    return of({name: Path(__file__).parents[2] / name for name in _PACKAGES}, _places())


def of(packages: Mapping[str, Path], places: Iterable[Path]) -> Covered:
    """Return the code and packages that decide the bytes of each stage, for the source files of some packages.

    Args:
        packages: the folder of each package, by its name.
        places: files that may store the result, the best first; a file that cannot be written is no error.
    """
    stamps = _stamps(packages.values())
    for place in places:
        known = _remembered(place, stamps)
        if known is not None:
            return known
    from corpus.fingerprints.finding import find  # reads all of our source: only where nothing is remembered

    found = find(packages)
    stored = {"stamps": stamps, **asdict(found)}
    for place in places:
        with suppress(OSError):
            _write(place, json.dumps(stored))
            break
    return found


def _stamps(folders: Iterable[Path]) -> dict[str, list[int]]:
    """Return size, times and inode of every source file and of the files beside it."""
    found: dict[str, list[int]] = {}
    for folder in folders:
        for path in files_of(folder):
            info = path.stat()
            found[str(path)] = [info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino]
    return found


def _places() -> list[Path]:
    name = f"fingerprints.{sys.implementation.cache_tag}.json"
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    here = hashlib.sha256(str(Path(__file__)).encode()).hexdigest()[:16]
    places = [caches / "newscorpus" / f"{here}.{name}"]
    return places if sys.dont_write_bytecode else [Path(cache_from_source(__file__)).with_name(name), *places]


def _remembered(place: Path, stamps: dict[str, list[int]]) -> Covered | None:
    """Return the stored result if it is for the same files and the same versions of packages."""
    try:
        stored: dict[str, Any] = json.loads(place.read_bytes())
        if stored["stamps"] != stamps:
            return None
        stages = {name: Part(**part) for name, part in stored["stages"].items()}
        kinds = {name: Part(**part) for name, part in stored["kinds"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    known = {name: version for part in (*stages.values(), *kinds.values()) for name, version in part.versions.items()}
    return Covered(stages, kinds) if libraries.versions(known) == known else None


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        aside.write_text(text)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)
