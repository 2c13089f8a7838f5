"""The server: one socket on the loopback interface, quiet, until it is asked to end."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING, Final

import uvicorn

from corpus.browse.application import application
from corpus.browse.protocol import Protocol
from corpus.browse.safety import TOKEN, Keys
from corpus.browse.watching import Watch
from corpus.errors import CorpusError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from corpus.browse.searching import Searches
    from corpus.browse.versions import Versions

HOST: Final = "127.0.0.1"
PORT: Final = 8001
# Where no port is given, so many are tried.
_TRIED: Final = 20
# How long requests that are being answered may take when the server ends.
_GRACE: Final = 2  # seconds


class Listening:
    """A socket that listens, and the pages that it will serve.

    Attributes:
        port: of the socket.
        address: of the first page, with the token that opens it.
    """

    def __init__(self, versions: Versions, searches: Searches, port: int | None) -> None:
        """Listen on a port of the loopback interface.

        Args:
            versions: whose pages are served.
            searches: the searches in them; they end with the server.
            port: 0 for any that is free; by default 8001, or the next that is free.

        Raises:
            UsageError: the port is in use or may not be used.
        """
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self._searches = searches
        self._watch = Watch(versions, searches)
        self._keys = Keys(self.port)
        self._app = application(versions, searches, self._keys, self.port)

    @property
    def address(self) -> str:
        """The address of the first page, with the token."""
        return self._with(self._keys.token)

    def _with(self, token: str) -> str:
        return f"http://{HOST}:{self.port}/?{TOKEN}={token}"

    def open_browser(self) -> None:
        """Open the first page in the user's browser, if this session has one with windows."""
        if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            return

        def show() -> None:
            with contextlib.suppress(webbrowser.Error, OSError):
                webbrowser.open(self._with(self._keys.once()))

        threading.Thread(target=show, daemon=True).start()

    def serve(self) -> None:
        """Answer requests until SIGINT or SIGTERM; then return."""
        config = uvicorn.Config(
            self._app, http=Protocol, ws="none", lifespan="off", log_config=None, log_level="critical",
            access_log=False, server_header=False, proxy_headers=False, timeout_graceful_shutdown=_GRACE,
        )  # fmt: skip
        self._watch.start()
        try:
            _Server(config).run([self._socket])
        finally:
            self._watch.end()
            self._searches.end()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End on the signals that ask for it, with status 0: uvicorn itself would raise them again."""
        ends = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            ends.append(signal.SIGHUP)
        before = {number: signal.signal(number, self.handle_exit) for number in ends}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; at once if asked twice."""
        del sig, frame
        self.force_exit = self.should_exit
        self.should_exit = True


def _bound(port: int | None) -> socket.socket:
    last: OSError | None = None
    for tried in range(PORT, PORT + _TRIED) if port is None else (port,):
        one = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind((HOST, tried))
            one.listen(128)
        except OSError as error:
            one.close()
            last = error
            if error.errno != errno.EADDRINUSE:
                break
        else:
            return one
    reason = last.strerror if last else "unknown"
    if last is not None and last.errno == errno.EADDRINUSE:
        shown = f"Port {port} is" if port is not None else f"The ports {PORT} to {PORT + _TRIED - 1} are"
        raise UsageError(f"{shown} in use. Give another one: --port 0 takes any that is free.")
    if last is not None and last.errno == errno.EACCES:
        raise UsageError(f"Port {port} may not be used: {reason}. Give one from 1024 on, or --port 0.")
    raise CorpusError(f"No socket on {HOST}: {reason}.")
