"""A real Dask cluster on this machine, for tests: a scheduler and worker processes, ended one by one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cluster.address import parse
from corpus.cluster.connection import Connection
from tests.conftest import UNMEASURED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
# Far longer than anything here takes, on a machine that does much else.
SECONDS = 240.0
QUIET = {
    **UNMEASURED,
    "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "warning",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TERMINATE": "False",
    "DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE": "False",
    "DASK_DISTRIBUTED__WORKER__MEMORY__SPILL": "False",
    "DASK_DISTRIBUTED__WORKER__MEMORY__TARGET": "False",
}


class Machines:
    """A scheduler, and the workers that were started for it."""

    def __init__(self, folder: Path, *path: Path) -> None:
        self.folder = folder
        self.file = folder / "scheduler.json"
        self._path = path
        self._processes: list[subprocess.Popen[bytes]] = []
        folder.mkdir()
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", "127.0.0.1:0",
            "--scheduler-file", str(self.file),
        )  # fmt: skip
        until(lambda: self.file.exists() and self.file.read_text().strip().endswith("}"))

    def worker(self, *path: Path, nanny: bool = False, folder: Path | None = None) -> subprocess.Popen[bytes]:
        """Start a worker with one thread, with more folders in front of its import path, in a folder."""
        return self._start(
            "worker", "--scheduler-file", str(self.file), "--nthreads", "1", "--host", "127.0.0.1",
            "--dashboard-address", "127.0.0.1:0", "--memory-limit", "0", "--local-directory", str(self.folder),
            "--nanny" if nanny else "--no-nanny", path=path, folder=folder,
        )  # fmt: skip

    def end(self) -> None:
        """End what still runs, and wait for it."""
        for process in reversed(self._processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in reversed(self._processes):
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start(
        self, *arguments: str, path: tuple[Path, ...] = (), folder: Path | None = None
    ) -> subprocess.Popen[bytes]:
        imported = os.pathsep.join(map(str, [*path, *self._path, ROOT]))
        with (self.folder / f"{len(self._processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(Path(sys.executable).parent / "dask"), *arguments],
                cwd=folder or self.folder, env={**os.environ, **QUIET, "PYTHONPATH": imported},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self._processes.append(process)
        return process


@contextmanager
def machines(folder: Path, *path: Path, workers: int = 2, nanny: bool = False) -> Iterator[Machines]:
    """A cluster with some workers, ended with the block."""
    made = Machines(folder, *path)
    try:
        for _ in range(workers):
            made.worker(nanny=nanny)
        with Connection(parse(str(made.file))) as connection:
            until(lambda: len(connection.threads()) == workers)
        yield made
    finally:
        made.end()


def until(is_so: Callable[[], bool]) -> None:
    """Wait for a state, not for a time."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    """Whether a process runs: not one that has ended and is not waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False
