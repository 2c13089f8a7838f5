"""A Prefect server of our own: one process, on this machine, that ends with anyone who started it.

The socket is bound here and handed on: no two servers can mean the same port, and anyone who answers on it is ours.
"""

from __future__ import annotations

import base64
import fcntl
import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import Busy, CorpusError
from corpus.repo import room
from corpus.repo.lock import die_with_parent
from flows.access import listen
from flows.environment import API, AUTH, HOME, isolate, private
from flows.web import PARENT, SECRET

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

# Seen: 6 to 33 seconds, on a machine that was busy or compiled bytecode first.
_STARTUP_SECONDS: Final = 300.0
_SHUTDOWN_SECONDS: Final = 10.0
_POLL: Final = 0.1
# What a server keeps: finished runs for a month, its log of events for a week.
_SETTINGS: Final = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(30 * 24 * 3600),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P7D",
}


class Server:
    """A server process that is starting or up."""

    def __init__(self, root: Path, host: str, listening: socket.socket, secret: str, *, page: bool) -> None:
        self._host, self._port = listening.getsockname()[:2]
        self._secret = secret
        self._stopping = False
        named = "127.0.0.1" if self._host == "0.0.0.0" else "::1" if self._host == "::" else self._host  # noqa: S104
        self._connect = (named, self._port)
        self.address = f"http://{f'[{named}]' if ':' in named else named}:{self._port}"
        self._log = Path(os.environ[HOME]) / "server.log"
        _close_to_others(self._log.parent if self._log.parent.name == ".prefect" else None)
        self._log.unlink(missing_ok=True)
        environment = {name: value for name, value in os.environ.items() if name not in {API, AUTH}}
        for name, value in _SETTINGS.items():
            environment.setdefault(name, value)
        with open(self._log, "wb", opener=private) as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flows.web", "--fd", str(listening.fileno()), "--host", host],
                cwd=root,
                env={
                    **environment,
                    "PREFECT_UI_ENABLED": "true" if page else "false",
                    "PREFECT_SERVER_UI_ENABLED": "true" if page else "false",
                    "PREFECT_UI_API_URL": "/api",
                    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": self.address,
                    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
                    SECRET: secret,
                    PARENT: str(os.getpid()),
                    "NO_COLOR": "1",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=(listening.fileno(),),
                # Ctrl-C is for us: we end the server when its clients are done.
                start_new_session=True,
                preexec_fn=child,  # noqa: PLW1509 - two system calls, no lock of Python
            )

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def wait(self, stopped: Callable[[float], bool] | None = None) -> bool:
        """Wait until it answers.

        Args:
            stopped: waits the seconds it is given and returns whether to give up; None never does.

        Returns:
            Whether it answers; False if `stopped` returned True.

        Raises:
            CorpusError: it ended, or did not answer in time.
        """
        deadline = time.monotonic() + _STARTUP_SECONDS
        while time.monotonic() < deadline:
            self.require_alive()
            if self._answers():
                return True
            if stopped is None:
                time.sleep(_POLL)
            elif stopped(_POLL):
                return False
        raise CorpusError(f"The Prefect server did not answer within {_STARTUP_SECONDS:.0f} s. Its log: {self._log}")

    def require_alive(self) -> None:
        """Raise CorpusError if its process has ended."""
        if self._process.poll() is not None:
            raise CorpusError(self._epitaph())

    def end_with_it(self) -> None:
        """End this process, with one line of error and status 1, if the server ends before `stop`.

        Prefect's clients try again for minutes. What this process started dies with it.
        """

        def watch() -> None:
            self._process.wait()
            if not self._stopping:
                os.write(sys.stderr.fileno(), f"error: {self._epitaph()}\n".encode())
                os._exit(1)

        threading.Thread(target=watch, daemon=True, name="end-with-server").start()

    def _epitaph(self) -> str:
        last = self._last_words()
        if full := room.of_text(last, self._log.parent, "The database of the Prefect server"):
            return str(full)
        if number := room.tried(self._log.parent):
            # What it had to say may not have been written either.
            return str(room.not_written(number, self._log.parent, "The database of the Prefect server"))
        return f"The Prefect server has ended{f': {last}' if last else ''}. Its log is {self._log}. Run again."

    def _answers(self) -> bool:
        """Whether it answers to its password. Until then connections wait in the socket's queue."""
        connection = http.client.HTTPConnection(*self._connect, timeout=2)
        credentials = base64.b64encode(self._secret.encode()).decode()
        try:
            connection.request("GET", "/api/admin/version", headers={"Authorization": f"Basic {credentials}"})
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = [line.rstrip() for line in self._log.read_text(errors="replace").splitlines() if line.strip()]
            errors = [line for line in lines if "Error" in line and not line.startswith(" ")]
            return (errors or lines or [""])[-1].strip().rstrip(".")
        return ""

    def stop(self) -> None:
        """End it, in order if it will."""
        self._stopping = True
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, number)
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(_SHUTDOWN_SECONDS)


def child() -> None:
    """Make a new process die with its parent, and hear the signals that its parent blocks."""
    die_with_parent()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _close_to_others(home: Path | None) -> None:
    """Take from others what an older version left readable in a folder that is ours."""
    for path in home.rglob("*") if home else ():
        with suppress(OSError):
            if not path.is_symlink():
                path.chmod(0o700 if path.is_dir() else 0o600)


@contextmanager
def _only_server(named: str, wait: float) -> Iterator[None]:
    """Hold the folder of Prefect's state: two servers on one database get in each other's way.

    Raises:
        Busy: another process holds it, after waiting `wait` seconds.
    """
    path = Path(os.environ[HOME]) / "corpus-server.lock"
    deadline = time.monotonic() + wait
    with open(path, "a+", opener=private) as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    file.seek(0)
                    raise Busy(file.read().strip() or "another process") from None
                time.sleep(_POLL)
        file.truncate(0)
        file.write(f"`{named}` (process {os.getpid()})")
        file.flush()
        yield


@contextmanager
def server(
    root: Path,
    secret: str,
    host: str = "127.0.0.1",
    port: int | None = None,
    *,
    named: str,
    page: bool = False,
    wait: float = 0.0,
) -> Iterator[Server]:
    """Run a server that is starting; call its `wait` before its first use.

    The environment names it, with its password, to Prefect's clients here and in our children. Ends it on exit.

    Args:
        root: the corpus.
        secret: its password.
        host: where it listens.
        port: its port; None for any, or for a page the first free one from 4200.
        named: the command that runs it, for anyone who has to wait.
        page: whether it shows Prefect's page.
        wait: seconds to wait for another server of the same folder.

    Raises:
        CorpusError: it cannot listen there, or another server holds its folder after `wait` seconds.
    """
    with _only_server(named, wait):
        with listen(host, port, page=page) as listening:
            # Only the server keeps it: if it ends, requests are refused instead of waiting for ever.
            started = Server(root, host, listening, secret, page=page)
        isolate(started.address, secret)
        try:
            yield started
        finally:
            started.stop()
            os.environ.pop(API, None)
            os.environ.pop(AUTH, None)
