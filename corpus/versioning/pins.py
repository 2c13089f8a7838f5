"""What a dvc.lock pins: for each output its md5, and for a folder the md5 of each file in it.

A version is read by these pins, from the cache or a remote, and never from the pipeline's workspace.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import CorpusError, DamagedObject
from corpus.store.digest import FileDigests
from corpus.text import plain_yaml
from corpus.versioning.repository import LOCK, PIPELINE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corpus.versioning.repository import Repository

_FOLDER: Final = ".dir"
_SETTLING_SECONDS: Final = 2.0
_POLL_SECONDS: Final = 0.02


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
        """Whether the output is a folder."""
        return self.md5.endswith(_FOLDER)


@dataclass(frozen=True, slots=True)
class Pinned:
    """One file that a pin stands for."""

    path: str
    md5: str


def parse(text: str, where: str, pipeline: str | None = None) -> list[Pin]:
    """The pins in the text of a dvc.lock.

    Args:
        text: the file's content.
        where: what to call it in an error.
        pipeline: the text of its dvc.yaml, which says what is kept in git rather than in the cache.

    Raises:
        CorpusError: it is no dvc.lock.
    """
    kept_in_git = _kept_in_git(pipeline)
    try:
        stages = plain_yaml.load(text, aliases=True)["stages"]
        return [
            Pin(name, out["path"], out["md5"], int(out.get("size", 0)), out["path"] not in kept_in_git)
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
    """The pins of the working tree; none if nothing was built yet.

    DVC writes dvc.lock in place. Beside a build a reader may catch a part of it: one that was just written and is not
    whole is read again.
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
    """The pins of a commit; none if it has no dvc.lock."""
    text = repository.read_at(commit, LOCK)
    return [] if text is None else parse(text, f"{LOCK} of {commit[:10]}", repository.read_at(commit, "dvc.yaml"))


def _cache(root: Path) -> Path:
    """The folder of the repository's DVC cache."""
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
        self._memory = FileDigests(repository.root / ".dvc" / "tmp" / "corpus" / "md5.json", "md5")

    def path(self, md5: str) -> Path:
        """Where the cache would keep an object."""
        return self.folder / md5[:2] / md5[2:]

    def get(self, md5: str) -> Path | None:
        """A verified object, or None if the cache does not have it.

        Raises:
            DamagedObject: it has another digest.
        """
        path = self.path(md5)
        try:
            found = self._memory.of(path)
        except OSError:
            return None
        expected = md5.removesuffix(_FOLDER)
        if found != expected:
            raise DamagedObject(path, expected, found)
        return path

    def files(self, pin: Pin) -> list[Pinned] | None:
        """The files a pin stands for, sorted; None if the cache lacks the listing of a folder."""
        if not pin.is_folder:
            return [Pinned(pin.path, pin.md5)]
        listing = self.get(pin.md5)
        return None if listing is None else listed(pin, listing.read_bytes())

    def remember(self) -> None:
        """Keep what was verified for the next time."""
        self._memory.save()


def listed(pin: Pin, listing: bytes) -> list[Pinned]:
    """The files in the listing of a pinned folder, sorted. Paths that would leave it are refused."""
    entries: list[dict[str, Any]] = json.loads(listing)
    found = []
    for entry in entries:
        inside = PurePosixPath(entry["relpath"])
        if inside.is_absolute() or ".." in inside.parts:
            raise CorpusError(f"The listing of {pin.path} names {str(inside)!r}, which lies outside it.")
        found.append(Pinned(f"{pin.path}/{inside}", entry["md5"]))
    return sorted(found, key=lambda file: file.path)


def verify(repository: Repository, pins: Iterable[Pin]) -> list[str]:
    """Which objects of some pins the cache lacks, or has with another size than the workspace's file."""
    objects = Objects(repository)
    wrong: list[str] = []
    for pin in pins:
        if not pin.cached:
            continue
        try:
            files = objects.files(pin)
        except DamagedObject:
            files = None
        if files is None:
            wrong.append(f"{pin.path} ({pin.md5})")
            continue
        for file in files:
            here = repository.root / file.path
            try:
                size = objects.path(file.md5).stat().st_size
            except OSError:
                wrong.append(f"{file.path} ({file.md5})")
                continue
            if here.is_file() and here.stat().st_size != size:
                wrong.append(f"{file.path} ({file.md5}: {size:,} bytes)")
    objects.remember()
    return wrong
