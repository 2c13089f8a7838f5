"""A Prefect server of our own: one process, on this machine, that ends with whoever started it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError
from corpus.store.lock import die_with_parent
from flows.environment import API

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Seen: 6 to 33 seconds, on a machine that was busy or compiled bytecode first.
_STARTUP_SECONDS: Final = 120.0
_SHUTDOWN_SECONDS: Final = 10.0
_POLL: Final = 0.1


def free_port(host: str, wanted: int | None, first: int = 4200) -> int:
    """A port to listen on: the wanted one, else the first free one from 4200 on.

    Raises:
        CorpusError: the wanted one is taken, or none is free.
    """
    for port in [wanted] if wanted else range(first, first + 100):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if wanted:
                    raise CorpusError(f"Port {port} of {host} cannot be used: {error.strerror}.") from None
                continue
        return port
    raise CorpusError(f"No port from {first} to {first + 99} is free on {host}. Name one with --port.")


class Server:
    """A server process that is starting or up."""

    def __init__(self, root: Path, host: str, port: int, *, page: bool) -> None:
        home = root / ".prefect"
        home.mkdir(exist_ok=True)
        self.address = f"http://{host}:{port}"
        self._health = f"{self.address}/api/health"
        self._log = home / "server.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "prefect", "server", "start", "--host", host, "--port", str(port)],
                cwd=root,
                env={
                    **{name: value for name, value in os.environ.items() if name != API},
                    "PREFECT_UI_ENABLED": "true" if page else "false",
                    "PREFECT_SERVER_UI_ENABLED": "true" if page else "false",
                    "NO_COLOR": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for us: we end the server when its clients are done.
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, no lock of Python
            )

    @property
    def api(self) -> str:
        """The address of its API."""
        return f"{self.address}/api"

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            CorpusError: it ended, or did not answer in time.
        """
        deadline = time.monotonic() + _STARTUP_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise CorpusError(f"The Prefect server did not start. Its log, {self._log}, ends:\n{self._tail()}")
            with suppress(OSError), urllib.request.urlopen(self._health, timeout=5) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
            time.sleep(_POLL)
        raise CorpusError(f"The Prefect server did not answer within {_STARTUP_SECONDS:.0f} s. Its log: {self._log}")

    def _tail(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-5:])

    def stop(self) -> None:
        """End it, in order if it will."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_SHUTDOWN_SECONDS)


@contextmanager
def server(root: Path, host: str = "127.0.0.1", port: int | None = None, *, page: bool = False) -> Iterator[Server]:
    """A server that is starting; call `wait` before its first use. PREFECT_API_URL names it for our children."""
    started = Server(root, host, free_port(host, port), page=page)
    os.environ[API] = started.api
    try:
        yield started
    finally:
        started.stop()
        os.environ.pop(API, None)
