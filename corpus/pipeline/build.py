"""Build: run the DVC pipeline under our lock, from a mended workspace to verified objects."""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from corpus import settings, stages
from corpus.batches import adding as raw
from corpus.batches import stored
from corpus.batches.seeds import list_seeds
from corpus.errors import DiskFull, MissingObjects
from corpus.objects import dvc_process, pins, recovery, rereading, soundness
from corpus.pipeline import mending
from corpus.pipeline.preparing import Prepared
from corpus.pipeline.reproducing import Reproduction
from corpus.repo import room
from corpus.repo.files import sync_folder
from corpus.repo.lock import write_lock
from corpus.repo.repository import LOCK, Repository
from corpus.tables import engine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from corpus.batches.seeds import SeedFile
    from corpus.pipeline.reproducing import Step

_SPARE_BYTES: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Build:
    """A finished and verified build."""

    steps: tuple[Step, ...]
    mended: tuple[str, ...]
    engine_changed: tuple[str, ...]
    changed: bool
    seconds: float


def build(
    repository: Repository,
    *,
    wait: float = 0.0,
    workers: int | None = None,
    show: Callable[[Step], None] = lambda _: None,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Build:
    """Bring the corpus up to date with its documents, parameters and engine.

    Args:
        repository: the corpus.
        wait: seconds to wait for another writer.
        workers: how many processes parse; None for one for each core.
        show: called with each stage when it ends.
        variables: variables of the environment for the stages, which can change no byte.

    Raises:
        CorpusError: the build failed. The error says what to do next; the next build continues from what was built.
    """
    began = time.monotonic()
    with writing(repository, "corpus build", wait, variables) as session:
        steps = session.run_all(workers, show)
        session.verify()
        return Build(tuple(steps), session.mended, session.engine_changed, session.changed, time.monotonic() - began)


class Session:
    """A build session: the write lock is held, the workspace mended and the engine pinned."""

    def __init__(
        self,
        repository: Repository,
        descriptor: int,
        seeds: Sequence[SeedFile] = (),
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.repository = repository
        self._variables = variables
        self._descriptor = descriptor
        self._prepared = Prepared()
        self._running: Reproduction | None = None
        self._seeds = seeds
        self._began = time.time()
        self.mended = (*recovery.clear(repository), *raw.restore(repository), *mending.mend(repository, seeds))
        self._before = _pinned(repository)
        self._named = soundness.names(repository, stored.pins_of(repository, None))
        self.engine_changed = tuple(engine.pin(repository.root))

    @property
    def changed(self) -> bool:
        """Return whether the pins changed since the session began."""
        return _pinned(self.repository) != self._before

    def close(self) -> None:
        """End what was started for the stages."""
        if self._running is not None:
            self._running.end()
        self._prepared.close()

    def run(self, stage: str, workers: int | None = None) -> Step:
        """Run the out-of-date stages up to one stage. One DVC process runs all stages.

        Args:
            stage: its name.
            workers: processes that parse; None for one a core.

        Raises:
            StageFailed: a stage failed. The error is the stage's own; the next call starts DVC again.
            NotWritten: the disk is full.
        """
        if self._running is None:
            root = self.repository.root
            self._running = Reproduction(root, self._prepared, self._descriptor, workers, self._variables)
        try:
            return self._running.until(stage)
        except BaseException:
            self._running = None
            raise

    def run_all(self, workers: int | None, show: Callable[[Step], None]) -> list[Step]:
        """Run the complete pipeline; `show` is called with each stage as it ends."""
        steps = []
        for name in stages.NAMES:
            steps.append(self.run(name, workers))
            show(steps[-1])
        return steps

    def verify(self) -> None:
        """Make sure that the cache has every object that dvc.lock and data/raw.dvc name, undamaged and on disk.

        DVC reports success even if the disk was full. So the objects of this build are read, and others if they changed
        since they were last read. Missing and damaged objects are restored from the workspace.

        Raises:
            DiskFull: an object could not be restored because the disk is full.
            MissingObjects: an object could not be restored.
        """
        repository = self.repository
        wrong = soundness.verify(repository, stored.pins_of(repository, None), trusted=self._named)
        if wrong:
            objects = pins.Objects(repository)
            for one in wrong:
                objects.path(one.md5).unlink(missing_ok=True)
            dvc_process.run(repository.root, "commit", "--force")
            wrong = soundness.verify(repository, stored.pins_of(repository, None), trusted=self._named)
        if wrong:
            free = shutil.disk_usage(repository.root).free
            if free < _SPARE_BYTES:
                raise DiskFull(repository.root, free, _SPARE_BYTES)
            if number := room.tried(repository.root):
                raise room.not_written(number, repository.root, ".dvc/cache, the copy of what was just built,")
            lost = [str(one) for one in wrong]
            raise MissingObjects("The DVC cache lacks what was just built. Run `corpus build` again.", lost)
        mending.remember(repository, self._seeds)
        named = soundness.names(repository, stored.pins_of(repository, None))
        pins.Objects(repository).remember(among=named)
        self._sync(named)

    def reread(self, today: date) -> None:
        """Read the part of the cache that is due, and mend the objects that the working tree pins.

        Raises:
            DamagedObjects: objects of an earlier version are damaged.
        """
        damaged = rereading.Rereading(self.repository, today).damaged()
        if damaged:
            self.verify()
            rereading.require_sound(self.repository, damaged)

    def _sync(self, named: Iterable[str]) -> None:
        """Flush objects and the lock file to the disk, because DVC does not: a version must survive a power cut."""
        objects = pins.Objects(self.repository)
        folders = set()
        for path in (str(self.repository.root / LOCK), *map(objects.place, named)):
            with suppress(FileNotFoundError):
                if os.stat(path).st_ctime < self._began - 1:  # noqa: PTH116 - of 100,000 objects after some years
                    continue
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
                folders.add(Path(path).parent)
        for folder in folders:
            sync_folder(folder)


class writing:  # noqa: N801 - reads as a verb: `with writing(…) as session`
    """Take the write lock, repair the workspace, and hold the lock until the block ends.

    Faults that the user can mend, as in params.yaml, raise an error before anything is locked or changed.
    """

    def __init__(
        self,
        repository: Repository,
        purpose: str,
        wait: float = 0.0,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._repository = repository
        self._variables = variables
        self._lock = write_lock(repository.root, purpose, wait)
        self._session: Session | None = None

    def __enter__(self) -> Session:
        # Faults that a user can mend are reported before anything is locked or changed.
        settings.load(self._repository.root)
        seeds = list_seeds(self._repository.root)
        descriptor = self._lock.__enter__()
        try:
            _require_room(self._repository, sum(file.size for file in seeds))
            self._session = Session(self._repository, descriptor, seeds, self._variables)
        except BaseException:
            self._lock.__exit__(*sys.exc_info())
            raise
        return self._session

    def __exit__(self, *error: object) -> None:
        if self._session is not None:
            # Before the lock: no stage may work without it.
            self._session.close()
        self._lock.__exit__(*error)  # type: ignore[arg-type]  # the three of a context manager


def _pinned(repository: Repository) -> str | None:
    path = repository.root / LOCK
    return path.read_text(encoding="utf-8") if path.exists() else None


def _require_room(repository: Repository, seeds: int) -> None:
    """Raise DiskFull unless workspace and cache have room for documents and articles."""
    built = (repository.root / "data" / "keys" / "write.json").exists()
    needed = _SPARE_BYTES + (seeds // 2 if built else 2 * seeds)
    free = shutil.disk_usage(repository.root).free
    if free < needed:
        raise DiskFull(repository.root, free, needed)
