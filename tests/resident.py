"""A process that runs one command of `corpus` after another, so that a test does not wait for the imports of each.

It is to a test what `corpus.prepared` is to a build: nothing is forked, nothing of ours is replaced, each command runs
with the arguments, folder, environment and streams that it would have, and ends with its exit status. What a command
of its own process could not inherit, our caches, is emptied after each. `CORPUS_TESTS_FRESH=1` starts all anew.
"""

from __future__ import annotations

import atexit
import json
import multiprocessing.spawn  # noqa: F401
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tests.warm import WARM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]
# These replace their process, or listen to signals.
_APART = frozenset({"update", "serve", "browse"})
# What decides how Python and the libraries start.
_AT_START = ("PYTHON", "LC_", "LANG", "TZ", "COVERAGE", "PREFECT_")
# Connections to remotes, which must not be dropped.
_KEPT = frozenset({"_database"})
# What a long series of commands holds in memory is given back now and then.
_MOST_COMMANDS = 200
_SECONDS = 300.0


class Resident:
    """The process of one worker; started by the first command, and again after one that ended it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: socket.socket | None = None
        self._commands = 0

    def run(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run `corpus …` and return what it printed and its exit status."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(os.devnull, "rb") as nothing:
            status = self._ask(arguments, folder, environment, (nothing, out, err))
            printed = []
            for file in (out, err):
                file.seek(0)
                printed.append(file.read().decode().replace("\r\n", "\n"))
            return subprocess.CompletedProcess(["corpus", *arguments], status, *printed)

    def _ask(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[IO[bytes]]
    ) -> int:
        if self._process is None or self._asked is None or self._process.poll() is not None:
            self.end()
            self._asked, other = socket.socketpair()
            with other:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.resident", str(other.fileno()), WARM.python],
                    cwd=ROOT, pass_fds=(other.fileno(),), stdin=subprocess.DEVNULL,
                )  # fmt: skip
            self._asked.settimeout(_SECONDS)
            self._commands = 0
        message = json.dumps({"arguments": arguments, "folder": str(folder), "environment": dict(environment)}).encode()
        socket.send_fds(self._asked, [len(message).to_bytes(8, "big")], [one.fileno() for one in streams])
        self._asked.sendall(message)
        try:
            answer = self._asked.recv(8, socket.MSG_WAITALL)
        except TimeoutError:
            self._process.kill()
            self.end()
            raise subprocess.TimeoutExpired(["corpus", *arguments], _SECONDS) from None
        self._commands += 1
        if answer and self._commands < _MOST_COMMANDS:
            return int.from_bytes(answer, "big", signed=True)
        ended = self.end()
        return int.from_bytes(answer, "big", signed=True) if answer else ended

    def end(self) -> int:
        """End the process, if it runs. Returns its exit status."""
        if self._asked is not None:
            self._asked.close()
        process, self._process, self._asked = self._process, None, None
        return process.wait(_SECONDS) if process is not None else 0


def may_stay(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether a command can run in a process that lives on, with these variables beside the worker's own."""
    return (
        os.environ.get("CORPUS_TESTS_FRESH") != "1"
        and not _APART.intersection(arguments[:1])
        and not any(value and name.startswith(_AT_START) for name, value in environment.items())
    )


def _serve(asked: socket.socket) -> None:
    while True:
        head, streams, _, _ = socket.recv_fds(asked, 8, 3)
        if not head:
            return
        request = json.loads(asked.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL))
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        status = _run(**request)
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in range(3):
            os.dup2(nothing, number)
        os.close(nothing)
        asked.sendall(status.to_bytes(8, "big", signed=True))


def _run(arguments: list[str], folder: str, environment: dict[str, str]) -> int:
    from corpus.__main__ import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [f"{ROOT}/corpus/__main__.py", *arguments]
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    mask, kept = signal.pthread_sigmask(signal.SIG_BLOCK, ()), os.umask(0o022)
    os.umask(kept)
    try:
        main()
        status = 0
    except SystemExit as ended:
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end of a process
        sys.excepthook(*sys.exc_info())
        status = 1
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    os.umask(kept)
    os.chdir("/")
    _empty_caches()
    return status


def _empty_caches() -> None:
    for name, module in list(sys.modules.items()):
        if name.startswith(("corpus.", "schemas.")):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear") and value.__name__ not in _KEPT:
                    value.cache_clear()


RESIDENT = Resident()
atexit.register(RESIDENT.end)

if __name__ == "__main__":
    # `python -m` puts the folder it starts in before all others; a command starts elsewhere.
    sys.path[:] = [str(ROOT), *(path for path in sys.path if Path(path or ".").resolve() != ROOT)]
    # What commands start are copies of a process that has the libraries. `multiprocessing` keeps the Python that it found.
    sys.executable = sys.argv[2]
    _serve(socket.socket(fileno=int(sys.argv[1])))
