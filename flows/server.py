"""A Prefect server of our own: one process, on this machine, that ends with whoever started it.

The socket is bound here and handed on: no two servers can mean the same port, and whoever answers on it is ours.
"""

from __future__ import annotations

import base64
import fcntl
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import Busy, CorpusError, UsageError
from corpus.store.lock import die_with_parent
from flows.environment import API, AUTH, HOME, isolate, private
from flows.web import PARENT, SECRET, is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PASSWORD: Final = "CORPUS_SERVE_PASSWORD"  # noqa: S105 - the name of a variable
_SHORTEST_PASSWORD: Final = 12
# Seen: 6 to 33 seconds, on a machine that was busy or compiled bytecode first.
_STARTUP_SECONDS: Final = 300.0
_SHUTDOWN_SECONDS: Final = 10.0
_POLL: Final = 0.1
_FIRST_PORT: Final = 4200
_BACKLOG: Final = 128
# What a server keeps: finished runs for a month, its log of events for a week.
_SETTINGS: Final = {
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs,orphans",
    "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(30 * 24 * 3600),
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P7D",
}


def listen(host: str, port: int | None, *, page: bool) -> socket.socket:
    """Return a socket that listens: on the port asked for; for a page on the first free one from 4200; else on any.

    Raises:
        CorpusError: the host is unknown, the port is taken or not allowed, or none is free.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise UsageError(f"--host {host!r} cannot be resolved: {getattr(error, 'strerror', None) or error}.") from None
    ports = [port] if port else [*range(_FIRST_PORT, _FIRST_PORT + 100)] if page else [0]
    for number in ports:
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Two that reuse an address may both bind it; only one of them may listen.
            listening.bind((place[0], number, *place[2:]))
            listening.listen(_BACKLOG)
        except OSError as error:
            listening.close()
            if len(ports) == 1:
                raise CorpusError(f"Port {number} of {host} cannot be used: {error.strerror}.") from None
            continue
        return listening
    raise CorpusError(f"No port from {ports[0]} to {ports[-1]} is free on {host}. Name one with --port.")


def random_secret() -> str:
    """Return a password that nobody knows."""
    return secrets.token_urlsafe(32)


def password(host: str) -> tuple[str, bool]:
    """Return the password of a page on a host, and whether it is the user's own rather than a random one.

    Raises:
        UsageError: other machines can reach the host and the user gave no password, or a password that will not do.
    """
    given = os.environ.pop(PASSWORD, "")
    if not given:
        if not is_loopback(host):
            raise UsageError(
                f"--host {host} can be reached from other machines. Give a password of at least {_SHORTEST_PASSWORD} "
                f"characters in the environment variable {PASSWORD}."
            )
        return random_secret(), False
    if len(given) < _SHORTEST_PASSWORD or not all("!" <= character <= "~" for character in given):
        raise UsageError(f"{PASSWORD} must have at least {_SHORTEST_PASSWORD} characters of ASCII, and no spaces.")
    return given, True


def secret_path() -> Path:
    """Return the file that holds the random password of a page while it is served, for this user only."""
    return Path(os.environ[HOME]) / "password"


def known_password() -> str | None:
    """Return the password of a page that is being served from here: the user's own, or the one in its file."""
    with suppress(OSError):
        return secret_path().read_text(encoding="ascii").strip()
    return os.environ.get(PASSWORD)


class Server:
    """A server process that is starting or up."""

    def __init__(self, root: Path, host: str, listening: socket.socket, secret: str, *, page: bool) -> None:
        self._host, self._port = listening.getsockname()[:2]
        self._secret = secret
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
            Whether it answers; False if `stopped` said to give up.

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
            last = self._last_words()
            raise CorpusError(
                f"The Prefect server has ended{f': {last}' if last else ''}. Its log is {self._log}. Run again."
            )

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
        named: the command that runs it, for whoever has to wait.
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
