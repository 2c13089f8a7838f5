"""`python -m flows.web`: Prefect's server on a socket that is bound already, behind a guard of our own.

Prefect's server trusts anyone who reaches its port. This one answers only to the names of its own page, only to its own
page's origin, and only with the password, so that neither a page in a browser nor another user of the machine gets in.
"""

from __future__ import annotations

import argparse
import base64
import hmac
import ipaddress
import os
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    Scope = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    App = Callable[[Scope, Receive, Send], Awaitable[None]]

SECRET: Final = "PREFECT_SERVER_API_AUTH_STRING"  # noqa: S105 - the name of a variable
PARENT: Final = "CORPUS_PARENT"
NAMES: Final = "CORPUS_SERVE_HOSTS"
_HEADERS: Final = (
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
# The schema of the API, and pages that load scripts from elsewhere to show it.
_HIDDEN: Final = ("/docs", "/redoc", "/openapi.json")


@dataclass(frozen=True, slots=True)
class Names:
    """The values of `Host` that mean this server.

    Attributes:
        port: the port it listens on.
        hosts: names and addresses that are its own, in lower case.
        anywhere: it listens on all addresses: any address then means it, at any port, for ports may be mapped.
    """

    port: int
    hosts: frozenset[str]
    anywhere: bool = False

    def allow(self, host: str) -> bool:
        """Return whether a `Host` header names this server."""
        name, port = _split(host.lower())
        if name is None:
            return False
        if self.anywhere:
            return name in self.hosts or _is_address(name)
        return name in self.hosts and port == self.port


def names_of(host: str, port: int, more: str = "") -> Names:
    """Return the names under which a server on `host` is reached; `more` lists others, with commas between them."""
    extra = {name.strip().lower() for name in more.split(",") if name.strip()}
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - a comparison
        return Names(port, frozenset({"localhost", socket.gethostname().lower(), *extra}), anywhere=True)
    loopback = {"localhost", "127.0.0.1", "::1"} if is_loopback(host) else set[str]()
    return Names(port, frozenset({host.lower(), *loopback, *extra}))


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine alone."""
    return host.lower() == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _split(host: str) -> tuple[str | None, int]:
    """A `Host` header's name and port; no name if it is malformed."""
    if host.startswith("["):
        name, closed, rest = host[1:].partition("]")
        if not closed or not _is_address(name):
            return None, 0
    else:
        name, colon, port = host.partition(":")
        rest = colon + port
    if not rest:
        return name or None, 80
    digits = rest[1:]
    if not rest.startswith(":") or not (digits.isascii() and digits.isdigit()) or len(digits) > 5:
        return None, 0
    return name or None, int(digits)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """Refuse requests of other names, of other origins, and without the password, before Prefect sees them."""

    def __init__(self, app: App, names: Names, secret: str) -> None:
        self._app = app
        self._names = names
        self._secret = secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refused = self._refuse(scope)
        if refused is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            await _answer(send, *refused)

    def _refuse(self, scope: Scope) -> tuple[int, str] | None:
        """The status and message of a refusal; None lets the request pass."""
        hosts = _all(scope, b"host")
        if len(hosts) != 1 or not self._names.allow(hosts[0]):
            return 400, "Unknown host. Open the page under the address that `corpus serve` prints."
        origins = _all(scope, b"origin")
        own = {f"http://{hosts[0].lower()}", f"https://{hosts[0].lower()}"}
        if any(origin.lower() not in own for origin in origins):
            return 403, "Requests of other pages are refused."
        path = scope["path"]
        api = path == "/api" or path.startswith("/api/")
        if (api or scope["type"] == "websocket") and _all(scope, b"sec-fetch-site")[:1] not in (
            [], ["same-origin"], ["none"],
        ):  # fmt: skip
            return 403, "Requests of other pages are refused."
        if path.rstrip("/") in _HIDDEN or path.startswith("/docs/"):
            return 404, "Not found."
        if scope["type"] == "websocket":
            # Browsers cannot send the password with it; Prefect asks for it in the first message, or closes.
            return None if api else (404, "Not found.")
        if api and not self._knows(_all(scope, b"authorization")):
            return 401, "Unauthorized."
        if not api and scope["method"] not in {"GET", "HEAD"}:
            return 405, "Method not allowed."
        return None

    def _knows(self, given: list[str]) -> bool:
        """Whether a request carries the password, as `Authorization: Basic`."""
        if len(given) != 1:
            return False
        scheme, _, encoded = given[0].partition(" ")
        try:
            decoded = base64.b64decode(encoded.strip(), validate=True)
        except ValueError:
            return False
        return scheme.lower() == "basic" and hmac.compare_digest(decoded, self._secret)


def _all(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1").strip() for key, value in scope["headers"] if key.lower() == name]


def _with_headers(send: Send) -> Send:
    async def wrapped(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
        await send(message)

    return wrapped


async def _answer(send: Send, status: int, message: str) -> None:
    body = message.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Serve until ended by SIGTERM, or with the process that started this."""
    parser = argparse.ArgumentParser(prog="python -m flows.web", description=__doc__)
    parser.add_argument("--fd", type=int, required=True, help="the descriptor of a listening socket")
    parser.add_argument("--host", required=True, help="where it listens, as the user named it")
    options = parser.parse_args()
    parent = os.environ.get(PARENT)
    if parent and str(os.getppid()) != parent:
        sys.exit("The process that started this server is gone.")
    # All that Prefect writes holds runs, parameters and tokens: for this user only.
    os.umask(0o077)

    import uvicorn
    from prefect.server.api.server import create_app

    listening = socket.socket(fileno=options.fd)
    names = names_of(options.host, listening.getsockname()[1], os.environ.get(NAMES, ""))
    app = Guard(create_app(final=True), names, os.environ[SECRET])
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, lifespan="on", timeout_graceful_shutdown=2,
        proxy_headers=False,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
