"""Where a server of ours listens, and its password."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from corpus.errors import CorpusError, UsageError
from flows.environment import HOME
from flows.web import is_loopback

PASSWORD: Final = "CORPUS_SERVE_PASSWORD"  # noqa: S105 - the name of a variable
_SHORTEST_PASSWORD: Final = 12
_FIRST_PORT: Final = 4200
_BACKLOG: Final = 128


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
