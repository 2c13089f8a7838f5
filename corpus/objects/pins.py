"""Read what a dvc.lock pins: for each output its md5, and for a folder the md5 of each file in it.

A version is read by these pins, from the cache or a remote, and never from the pipeline's workspace.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError, DamagedObject
from corpus.objects import entries
from corpus.objects.entries import FOLDER
from corpus.repo.digest import FileDigests, stamp_of
from corpus.repo.repository import LOCK, PIPELINE
from corpus.text import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.repo.repository import Repository

_SETTLING_SECONDS: Final = 2.0
_POLL_SECONDS: Final = 0.02
# Of so many objects it is remembered that they are sound: 30 MB of memory, and a quarter of a second to read.
_MOST_KNOWN: Final = 200_000
# Listings of at least so many bytes are kept in memory after they were read, with so many files in all: 30 MB.
_LARGE_BYTES: Final = 50_000
_MOST_LISTED: Final = 150_000
# A name that is a path as it is.
_PLAIN: Final = re.compile(r"[\w-][\w.-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Pin:
    """One output of a stage: a file, or a folder if `md5` ends in `.dir`."""

    stage: str
    path: str
    md5: str
    size: int
    cached: bool

    @property
    def is_folder(self) -> bool:
        """Return whether the output is a folder."""
        return self.md5.endswith(FOLDER)


@dataclass(frozen=True, slots=True)
class Pinned:
    """One file that a pin represents."""

    path: str
    md5: str


def parse(text: str, where: str, pipeline: str | None = None) -> list[Pin]:
    """Return the pins in the text of a dvc.lock.

    Args:
        text: the content of the file.
        where: the name of the file for an error.
        pipeline: the text of its dvc.yaml, which says what is kept in git and not in the cache.

    Raises:
        CorpusError: the text is not a dvc.lock.
    """
    kept_in_git = _kept_in_git(pipeline)
    try:
        stages = plain_yaml.load(text, aliases=True)["stages"]
        return [
            Pin(
                name,
                entries.path_of(out),
                entries.md5_of(out, folder=True),
                int(out.get("size", 0)),
                out["path"] not in kept_in_git,
            )
            for name, stage in stages.items()
            for out in stage.get("outs", ())
        ]
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise CorpusError(
            f"{where} is damaged ({type(error).__name__}). `git checkout -- {LOCK}` brings the committed one back."
        ) from None


def _kept_in_git(pipeline: str | None) -> set[str]:
    if pipeline is None:
        return set()
    kept: set[str] = set()
    try:
        for stage in plain_yaml.load(pipeline, aliases=True)["stages"].values():
            for kind in ("outs", "metrics", "plots"):
                for out in stage.get(kind, ()):
                    if isinstance(out, dict):
                        kept |= {path for path, options in out.items() if options and options.get("cache") is False}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        why = type(error).__name__
        raise CorpusError(
            f"{PIPELINE} is damaged ({why}). `git checkout -- {PIPELINE}` brings the committed one back."
        ) from None
    return kept


def of_working_tree(repository: Repository) -> list[Pin]:
    """Return the pins of the working tree; an empty list if nothing was built yet.

    DVC writes dvc.lock in place. A reader may see a part of the file while a build runs. So a file that was just
    written and is not complete is read again.
    """
    path = repository.root / LOCK
    if not path.exists():
        return []
    pipeline = (repository.root / PIPELINE).read_text(encoding="utf-8")
    while True:
        try:
            settled = time.time() - path.stat().st_mtime > _SETTLING_SECONDS
            found = parse(path.read_text(encoding="utf-8"), LOCK, pipeline)
        except FileNotFoundError:
            return []
        except (CorpusError, UnicodeDecodeError):
            if settled:
                raise
        else:
            if settled or {pin.stage for pin in found} >= _stages(pipeline):
                return found
        time.sleep(_POLL_SECONDS)


def _stages(pipeline: str) -> set[str]:
    return set(plain_yaml.load(pipeline, aliases=True)["stages"])


def of_commit(repository: Repository, commit: str) -> list[Pin]:
    """Return the pins of a commit; an empty list if it has no dvc.lock."""
    text = repository.read_at(commit, LOCK)
    return [] if text is None else parse(text, f"{LOCK} of {commit[:10]}", repository.read_at(commit, "dvc.yaml"))


def _cache(root: Path) -> Path:
    """Return the folder of the repository's DVC cache."""
    from dvc import dirs

    usual = root / ".dvc" / "cache"
    own = (root / ".dvc" / "config", root / ".dvc" / "config.local")
    others = (Path(dirs.global_config_dir()) / "config", Path(dirs.system_config_dir()) / "config")
    if not any(_says_dir(path) for path in (*own, *others)):
        return usual
    from dvc.config import Config  # a tenth of a second, so only for those who have moved their cache

    return Path(Config(str(root / ".dvc"))["cache"].get("dir") or usual)


def _says_dir(settings: Path) -> bool:
    try:
        return "dir" in settings.read_text(errors="replace")
    except OSError:
        return False


class Objects:
    """The objects of a repository's DVC cache, each verified once per change of its file."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.folder = _cache(repository.root) / "files" / "md5"
        self._prefix = str(self.folder)
        self._memory = FileDigests(repository.root / ".dvc" / "tmp" / "corpus" / "md5.json", "md5")

    def path(self, md5: str) -> Path:
        """Return the path at which the cache keeps an object."""
        return self.folder / md5[:2] / md5[2:]

    def get(self, md5: str) -> Path | None:
        """Return the path of a verified object; None if the cache does not have it.

        Raises:
            DamagedObject: the object has another digest.
        """
        path = self.path(md5)
        try:
            found = self._memory.of(path)
        except OSError:
            return None
        expected = md5.removesuffix(FOLDER)
        if found != expected:
            raise DamagedObject(path, expected, found)
        return path

    def digest(self, md5: str, *, reread: bool = False) -> str | None:
        """Return the md5 that the bytes of an object have; None if the cache does not have it.

        Args:
            md5: the object.
            reread: read it now. By default it is read only if its file changed since it was last read.
        """
        try:
            return self._memory.read(self.place(md5)) if reread else self._memory.of(self.place(md5))
        except OSError:
            return None

    def is_known(self, md5: str) -> bool:
        """Return whether an object is sound, and its file unchanged since it was last read. Reads nothing."""
        place = self.place(md5)
        try:
            found = self._memory.recall(place, stamp_of(os.stat(place)))  # noqa: PTH116 - asked of 100,000 objects
        except OSError:
            return False
        return found == md5.removesuffix(FOLDER)

    def place(self, md5: str) -> str:
        """Return `path` as text. A build asks for each object several times, and a path takes longer than its file."""
        return f"{self._prefix}/{md5[:2]}/{md5[2:]}"

    def files(self, pin: Pin) -> list[Pinned] | None:
        """Return the files that a pin represents, sorted; None if the cache lacks the listing of a folder."""
        if not pin.is_folder:
            return [Pinned(pin.path, pin.md5)]
        listing = self.get(pin.md5)
        return None if listing is None else listed(pin, listing.read_bytes())

    def remember(self, among: Iterable[str] | None = None) -> None:
        """Keep what was verified for the next time.

        Args:
            among: the md5s of the objects of the present version. A year of versions has a million objects. Then only
                these are kept; by default all.
        """
        if among is not None:
            self._memory.keep_only(map(self.place, among), _MOST_KNOWN)
        self._memory.save()


def listed(pin: Pin, listing: bytes) -> list[Pinned]:
    """Return the files in the listing of a pinned folder, sorted.

    Raises:
        CorpusError: the listing is damaged, or has an invalid md5 or a path outside of the folder.
    """
    return _read_last.files(pin, listing) if len(listing) >= _LARGE_BYTES else _listed(pin, listing)


def _listed(pin: Pin, listing: bytes) -> list[Pinned]:
    found = []
    prefix = f"{pin.path}/"
    try:
        for entry in json.loads(listing):
            inside = entry["relpath"]
            if not isinstance(inside, str) or not (_PLAIN.fullmatch(inside) or entries.is_inside(inside)):
                raise CorpusError(f"The listing of {pin.path} names {inside!r:.60}, which is outside of it.")
            name = inside if _PLAIN.fullmatch(inside) else str(PurePosixPath(inside))
            found.append(Pinned(prefix + name, entries.md5_of(entry, folder=False)))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CorpusError(f"The listing of {pin.path} ({pin.md5}) cannot be read: {type(error).__name__}.") from None
    return sorted(found, key=attrgetter("path"))


class _ReadLast:
    """The files of the large listings that were read last.

    After a year of small batches twelve listings have 70,000 files, and a build asks for each of them eight times.
    They are kept by their bytes, so a changed one is read anew.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[tuple[str, bytes], tuple[Pinned, ...]] = {}
        self._lock = threading.Lock()

    def files(self, pin: Pin, listing: bytes) -> list[Pinned]:
        key = pin.path, hashlib.sha256(listing).digest()
        with self._lock:
            found = self._found.pop(key, None)
        if found is None:
            found = tuple(_listed(pin, listing))
        with self._lock:
            self._found[key] = found
            while len(self._found) > 1 and sum(map(len, self._found.values())) > self._most:
                del self._found[next(iter(self._found))]
        return list(found)


_read_last = _ReadLast(_MOST_LISTED)
