"""The child processes of a worker: started for a run, kept for its next task, ended with it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from corpus.cluster.messages import Answer, Request, receive, send

if TYPE_CHECKING:
    from typing import IO

__fingerprint__ = False

# A child of a run whose client has gone without a word is kept no longer than this.
_IDLE_SECONDS: Final = 120.0
_END_SECONDS: Final = 5.0
# The kernel ends a child with the thread that started it. This one lives as long as the worker.
_STARTER: Final = ThreadPoolExecutor(1, thread_name_prefix="newscorpus-children")


class Child:
    """One child process, for one task at a time."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.idle_since = 0.0
        # multiprocessing refuses: a worker under a nanny is a daemon, and may have no children by it. No folder of the
        # worker is on the child's path (-P).
        self._process = _STARTER.submit(
            subprocess.Popen,
            [sys.executable, "-P", "-m", "corpus.cluster.child", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Workers have a thread for each core already.
            env={"POLARS_MAX_THREADS": "1", **os.environ},
        ).result()

    def ask(self, request: Request) -> Answer | None:
        """Have a request answered. Returns None if the process ended over it."""
        requests, answers = _pipes(self._process)
        try:
            send(requests, pickle.dumps(request))
            message = receive(answers)
        except OSError:
            message = None
        if message is None:
            self.end()
            return None
        answer: Answer = pickle.loads(message)  # noqa: S301 - from a process that we started
        return answer

    def end(self) -> None:
        """End the process, and wait for it."""
        requests, answers = _pipes(self._process)
        with suppress(OSError):
            requests.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        answers.close()


class Children:
    """The children of this worker that wait for a task."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[Child] = []

    def take(self, token: str) -> Child:
        """Return a child of a run: one that waits, or a new one."""
        latest = time.monotonic() - _IDLE_SECONDS
        with self._lock:
            old = [child for child in self._idle if child.token != token and child.idle_since < latest]
            own = [child for child in self._idle if child.token == token][-1:]
            self._idle = [child for child in self._idle if child not in old and child not in own]
        for child in old:
            child.end()
        return own[0] if own else Child(token)

    def give_back(self, child: Child) -> None:
        """Keep a child for the next task of its run."""
        child.idle_since = time.monotonic()
        with self._lock:
            self._idle.append(child)

    def end(self, token: str) -> None:
        """End the children of a run that wait."""
        with self._lock:
            over = [child for child in self._idle if child.token == token]
            self._idle = [child for child in self._idle if child.token != token]
        for child in over:
            child.end()


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("A child process was started without pipes.")
    return process.stdin, process.stdout
