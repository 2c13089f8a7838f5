"""Processes that read untrusted files for this one. If one runs out of memory or time, or crashes, that costs a file.

A process gets an open file and a request over a socket, and answers over it. It is kept for the next file as long as it
works, because importing its libraries takes most of its start.
"""

from __future__ import annotations

import atexit
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from corpus.repo.lock import die_with_parent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CHUNK: Final = 1 << 20
_MOST_REQUEST_BYTES: Final = 1 << 16
_START: Final = (
    "import importlib, json, sys; sys.path[:] = json.loads(sys.argv[3]); "
    "importlib.import_module(sys.argv[1]).serve(int(sys.argv[2]))"
)
# Seconds that a process is given to end by itself once nobody listens.
PATIENCE: Final = 10


class Reader:
    """A process that reads files, one after the other.

    Attributes:
        answers: what it sends back.
    """

    def __init__(self, module: str, environment: Mapping[str, str]) -> None:
        self._peer, theirs = socket.socketpair()
        # What it prints would be a library's last words.
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, module, str(theirs.fileno()), json.dumps(sys.path)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **environment},
            )
        self.answers = self._peer.makefile("rb", _CHUNK)

    def is_alive(self) -> bool:
        """Return whether the process still runs."""
        return self._process.poll() is None

    def ask(self, file: BinaryIO, request: object) -> None:
        """Send a file, and what to read of it, as JSON."""
        file.seek(0)
        socket.send_fds(self._peer, [json.dumps(request).encode()], [file.fileno()])

    def end(self, patience: float = 0) -> int:
        """End the process; return its status, negative for the signal that ended it.

        Args:
            patience: how many seconds to wait for it to end by itself.
        """
        self.answers.close()
        self._peer.close()
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


class Readers:
    """The idle processes of one module.

    Args:
        module: the module whose `serve` is called in each process, with the descriptor of the socket.
        environment: the environment variables for the process.
    """

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        self._module = module
        self._environment = environment or {}
        self._idle: list[Reader] = []
        atexit.register(self._end_all)

    def take(self) -> Reader:
        """Return an idle process, or a new one."""
        while self._idle:
            reader = self._idle.pop()
            if reader.is_alive():
                return reader
            reader.end()
        return Reader(self._module, self._environment)

    def give_back(self, reader: Reader) -> None:
        """Keep a process, which has answered to the end, for the next file."""
        self._idle.append(reader)

    def _end_all(self) -> None:
        while self._idle:
            self._idle.pop().end(PATIENCE)


def serve(descriptor: int, answer: Callable[[socket.socket, BinaryIO, Any], None]) -> None:
    """Answer requests over a socket until it is closed. The reading process calls this.

    Args:
        descriptor: the descriptor of the socket.
        answer: called with the socket, an open file and the request. Memory limits that it sets end with it.
    """
    # Only the process that wants the answers ends it: Ctrl-C reaches the group.
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=descriptor) as peer:
        before = resource.getrlimit(resource.RLIMIT_AS)
        while True:
            asked, descriptors, _, _ = socket.recv_fds(peer, _MOST_REQUEST_BYTES, 1)
            if not asked or not descriptors:
                return
            try:
                with open(descriptors[0], "rb") as file:
                    answer(peer, file, json.loads(asked))
            except BrokenPipeError:
                return
            finally:
                resource.setrlimit(resource.RLIMIT_AS, before)
