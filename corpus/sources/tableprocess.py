"""The process that reads tables, as seen from the one that wants their rows."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.sources.tableworker import FRAME

if TYPE_CHECKING:
    from corpus.sources.arrow import Request

_CHUNK: Final = 1 << 20
PATIENCE: Final = 10
_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from corpus.sources.tableworker import serve; serve(int(sys.argv[1]))"
)
# One thread each: a thread reserves addresses, and those are what is limited. Arrow's own allocator reserves many too.
_ENVIRONMENT: Final = {
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
}


class Worker:
    """A process that reads tables, one after the other; it is kept while it is well."""

    def __init__(self) -> None:
        self._peer, theirs = socket.socketpair()
        # Much of its start is libraries; what it prints would be a library's last words.
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, str(theirs.fileno()), json.dumps(sys.path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **_ENVIRONMENT},
            )
        self._answers = self._peer.makefile("rb", _CHUNK)

    def is_alive(self) -> bool:
        """Return whether the process still runs."""
        return self._process.poll() is None

    def ask(self, file: BinaryIO, request: Request) -> None:
        """Send the file and what to read of it."""
        file.seek(0)
        socket.send_fds(self._peer, [json.dumps(asdict(request)).encode()], [file.fileno()])

    def frame(self) -> tuple[bytes, int, int, bytes]:
        """Return the next frame.

        Raises:
            EOFError: the process is gone.
        """
        head = self._answers.read(FRAME.size)
        if len(head) < FRAME.size:
            raise EOFError
        kind, first, second, length = FRAME.unpack(head)
        data = self._answers.read(length)
        if len(data) < length:
            raise EOFError
        return kind, first, second, data

    def end(self, patience: float = 0) -> int:
        """End the process; returns its status, negative for the signal that ended it.

        Args:
            patience: seconds that it is given to end by itself once nobody listens.
        """
        self._answers.close()
        self._peer.close()
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


_idle: list[Worker] = []


def take() -> Worker:
    """Return a process that is idle, or a new one."""
    while _idle:
        worker = _idle.pop()
        if worker.is_alive():
            return worker
        worker.end()
    return Worker()


def give_back(worker: Worker) -> None:
    """Keep a process for the next table: its start is libraries for the most part."""
    _idle.append(worker)


@atexit.register
def _end_all() -> None:
    while _idle:
        _idle.pop().end(PATIENCE)
