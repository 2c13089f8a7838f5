"""What protects the pages: who may read them, by which name of this machine, and how.

The server listens on the loopback interface alone. Other users of the machine can reach that, and so can pages of other
sites that are open in the same browser. So every request must name this machine (or another site could rebind its own
name), must carry the key that only the user has, and can only read.
"""

from __future__ import annotations

import logging
import secrets
import time
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG: Final = logging.getLogger("corpus.browse")
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
METHODS: Final = ("GET", "HEAD")
TOKEN: Final = "token"  # noqa: S105 - the name of a parameter
# These hold nothing of the corpus, and the page that refuses looks better with them.
PUBLIC: Final = ("/style.css", "/icon.svg")
# A query of 1,000 characters takes twelve bytes for each at most.
_LONGEST: Final = 32_000  # bytes of path and query
_BRIEFLY: Final = 120.0  # seconds


class Keys:
    """The secrets of one server: the token in its address, and the cookie that a browser gets for it.

    Attributes:
        token: opens the pages until the server ends.
        cookie: the value of the cookie.
        name: the name of the cookie; ports share the cookies of a host, so it has the port in it.
    """

    def __init__(self, port: int) -> None:
        self.token = secrets.token_urlsafe(32)
        self.cookie = secrets.token_urlsafe(32)
        self.name = f"corpus-browse-{port}"
        self._once: dict[str, float] = {}

    def once(self) -> str:
        """Return a token that opens the pages once, within two minutes.

        A browser is started with it: other users can see the arguments of processes.
        """
        token = secrets.token_urlsafe(32)
        self._once[token] = time.monotonic() + _BRIEFLY
        return token

    def opens(self, token: str) -> bool:
        """Return whether a token opens the pages. One that opens them once is spent."""
        if _same(token, self.token):
            return True
        until = self._once.pop(token, None)
        return until is not None and time.monotonic() < until

    def is_known(self, cookies: str) -> bool:
        """Return whether a Cookie header has our cookie."""
        found: SimpleCookie = SimpleCookie()
        try:
            found.load(cookies)
        except CookieError:
            return False
        return self.name in found and _same(found[self.name].value, self.cookie)


class Guard:
    """An ASGI application around another one, which passes on what the user's own browser reads."""

    def __init__(self, app: ASGIApp, keys: Keys, port: int, refuse: Callable[[int, str], Response]) -> None:
        """Protect an application.

        Args:
            app: the pages.
            keys: who may read them.
            port: of the server.
            refuse: makes a response of a status and a sentence.
        """
        self._app = app
        self._keys = keys
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name.lower() for name, _ in message["headers"]}
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *(pair for pair in added if pair[0] not in there)]
            await send(message)

        try:
            answer = self._judged(scope)
        except Exception:  # noqa: BLE001 - the server would answer by itself, without the headers
            _LOG.exception("A request could not be judged.")
            answer = self._refuse(500, "The fault is ours. The terminal shows it; please report it.")
        await (self._app if answer is None else answer)(scope, receive, protected)

    def _judged(self, scope: Scope) -> Response | None:
        """Return the answer to a request that is not passed on; None if it is."""
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        if len(hosts := headers.get("host", [])) != 1 or hosts[0].lower() not in self._hosts:
            return self._refuse(400, "This server answers to its own address alone. Open the address that it printed.")
        if scope["method"] not in METHODS:
            refused = self._refuse(405, "Pages can only be read here: by GET and HEAD.")
            refused.headers["Allow"] = ", ".join(METHODS)
            return refused
        path, query = scope.get("raw_path") or scope["path"].encode(), scope.get("query_string", b"")
        if len(path) + len(query) > _LONGEST:
            return self._refuse(414, "The address is too long. Shorten the query, or take away some filters.")
        if scope["path"] in PUBLIC:
            return None
        return self._admitted(headers, path.decode("latin-1"), query.decode("latin-1"))

    def _admitted(self, headers: dict[str, list[str]], path: str, query: str) -> Response | None:
        asked = parse_qsl(query, keep_blank_values=True)
        tokens = [value for name, value in asked if name == TOKEN]
        if tokens:
            if not self._keys.opens(tokens[0]):
                return self._refuse(403, "The token in this address is of another server, or was used already.")
            rest = urlencode([(name, value) for name, value in asked if name != TOKEN])
            # Two slashes at the beginning would name another host.
            to = "/" + path.lstrip("/") + (f"?{rest}" if rest else "")
            done = Response(status_code=303, headers={"Location": to})
            done.set_cookie(self._keys.name, self._keys.cookie, httponly=True, samesite="lax", path="/")
            return done
        if any(self._keys.is_known(cookies) for cookies in headers.get("cookie", [])):
            return None
        bearers = [value[7:].strip() for value in headers.get("authorization", []) if value[:7].lower() == "bearer "]
        if any(_same(token, self._keys.token) for token in bearers):
            return None
        return self._refuse(403, "Open the address that `corpus browse` printed: the token in it lets you in.")


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode("utf-8", "surrogateescape"), other.encode())
