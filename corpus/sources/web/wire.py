"""Send one request and read its answer, within bounds. Only this module sends anything.

No cookies, no proxy from the environment, TLS verified, HTTP/1.1. Redirects are not followed: the caller decides.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

import aiohttp
from aiohttp import http_exceptions
from yarl import URL

from corpus.sources.entries import Reason, Unreadable
from corpus.sources.inflate import undo
from corpus.sources.web.guard import BlockedAddressError
from corpus.sources.web.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from corpus.sources.web.guard import Guard

Headers = tuple[tuple[str, str], ...]

MOST_WIRE_BYTES: Final = 10_000_000
MOST_DECODED_BYTES: Final = 20_000_000
_MOST_ENCODINGS: Final = 2
# Some papers send over 128.
_MOST_HEADERS: Final = 256
_MOST_LINE: Final = 8_190
# A byte every half second beats `sock_read`; only the total ends it.
_SECONDS: Final = 60.0
_CONNECT_SECONDS: Final = 10.0
_READ_SECONDS: Final = 15.0
_CONNECTIONS: Final = 256
# Of so many bodies that are larger than this all bytes are in memory at once.
_LARGE: Final = 1_000_000
_LARGE_AT_ONCE: Final = 6
_IN_A_THREAD: Final = 200_000
_ENCODINGS: Final = "gzip, deflate, br"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered.

    Attributes:
        body: the decoded body; empty for redirects and errors, whose bodies are not read.
        address: the IP address that answered.
    """

    status: int
    headers: Headers
    body: bytes
    address: str | None = None

    def header(self, name: str) -> str | None:
        """Return the first header of a name; None without one."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no usable answer."""

    outcome: Outcome
    detail: str
    status: int | None = None
    address: str | None = None


@dataclass(slots=True)
class _Trail:
    """What was found while connecting: the connector cannot return it."""

    host: str
    blocked: str | None = None


_TRAIL: ContextVar[_Trail | None] = ContextVar("trail", default=None)


@dataclass(slots=True)
class Limits:
    """How long a request may take, in seconds."""

    total: float = _SECONDS
    connect: float = _CONNECT_SECONDS
    read: float = _READ_SECONDS


@dataclass(slots=True)
class Wire:
    """Sends requests. Use as an asynchronous context manager.

    Args:
        agent: the User-Agent of every request.
        guard: decides which addresses may be connected to.
        limits: how long a request may take.
        tls: how certificates are verified; by default as the system does.
    """

    agent: str
    guard: Guard
    limits: Limits = field(default_factory=Limits)
    tls: ssl.SSLContext | None = None
    _session: aiohttp.ClientSession | None = None
    _addresses: dict[str, str] = field(default_factory=dict)
    _large: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_LARGE_AT_ONCE))

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=_CONNECTIONS,
            family=socket.AF_UNSPEC,
            ssl=self.tls or True,
            socket_factory=self._socket,
            keepalive_timeout=15,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self.agent, "Accept-Encoding": _ENCODINGS},
            timeout=aiohttp.ClientTimeout(
                total=self.limits.total, sock_connect=self.limits.connect, sock_read=self.limits.read
            ),
            auto_decompress=False,
            trust_env=False,
            max_line_size=_MOST_LINE,
            max_field_size=_MOST_LINE,
            max_headers=_MOST_HEADERS,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def _socket(self, info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        trail = _TRAIL.get()
        family, kind, protocol, _, sockaddr = info
        try:
            made = self.guard.open_socket(family, kind, protocol, sockaddr)
        except BlockedAddressError as error:
            if trail is not None:
                trail.blocked = str(error)
            raise
        if trail is not None:
            self._addresses[trail.host] = str(sockaddr[0])
        return made

    async def get(self, url: str, headers: Mapping[str, str]) -> Answer | Failed:
        """Request one address. Never raises for what a server does.

        Args:
            url: the address. `Guard.refusal` must have allowed it.
            headers: further headers, such as validators.

        Returns:
            The answer, or why there is no answer.
        """
        if self._session is None:
            raise RuntimeError("use `async with`")
        target = URL(url)
        host = f"{target.host}:{target.port}"
        trail = _Trail(host)
        token = _TRAIL.set(trail)
        try:
            async with self._session.get(target, headers=headers, allow_redirects=False) as response:
                found = tuple((_text(name), _text(value)) for name, value in response.raw_headers)
                address = self._addresses.get(host)
                if not _has_body(response.status):
                    # The connection is not used again: nobody reads what is left in it.
                    response.close()
                    return Answer(response.status, found, b"", address)
                body = await self._body(response)
                if isinstance(body, Failed):
                    response.close()
                    return Failed(body.outcome, body.detail, response.status, address)
                return await _decoded(Answer(response.status, found, body, address))
        except Exception as error:
            failed = _failure(error, trail)
            if failed is None:
                raise
            return failed
        finally:
            _TRAIL.reset(token)

    async def _body(self, response: aiohttp.ClientResponse) -> bytes | Failed:
        length = response.content_length
        if length is not None and length > MOST_WIRE_BYTES:
            return Failed(Outcome.TOO_LARGE, f"{length:,} bytes")
        body = bytearray()
        waiting = False
        try:
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > MOST_WIRE_BYTES:
                    return Failed(Outcome.TOO_LARGE, f"more than {MOST_WIRE_BYTES:,} bytes")
                if len(body) > _LARGE and not waiting:
                    await self._large.acquire()
                    waiting = True
            return bytes(body)
        finally:
            if waiting:
                self._large.release()


def _has_body(status: int) -> bool:
    """Return whether to read the body of an answer. Bodies of redirects and errors are not read."""
    return 200 <= status < 300


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


async def _decoded(answer: Answer) -> Answer | Failed:
    encodings = [part.strip() for part in (answer.header("content-encoding") or "").split(",") if part.strip()]
    if not encodings:
        return answer
    if len(encodings) > _MOST_ENCODINGS:
        return Failed(Outcome.BOMB, f"{len(encodings)} content encodings", answer.status, answer.address)

    def work() -> bytes:
        body = answer.body
        for encoding in reversed(encodings):
            body = undo(body, encoding, MOST_DECODED_BYTES)
        return body

    try:
        body = work() if len(answer.body) < _IN_A_THREAD else await asyncio.to_thread(work)
    except Unreadable as error:
        outcome = {Reason.BOMB: Outcome.BOMB, Reason.TOO_LARGE: Outcome.BOMB}.get(error.reason, Outcome.NOT_HTML)
        detail = f"content encoding: {error.detail or error.reason}"
        return Failed(outcome, detail, answer.status, answer.address)
    return Answer(answer.status, answer.headers, body, answer.address)


def _failure(error: Exception, trail: _Trail) -> Failed | None:
    """Return what an exception of the client means; None if it is a fault of this program."""
    detail = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    if trail.blocked is not None and isinstance(error, (OSError, aiohttp.ClientError)):
        return Failed(Outcome.BLOCKED_ADDRESS, trail.blocked)
    outcome: Outcome | None = None
    if isinstance(error, TimeoutError):
        outcome, detail = Outcome.TIMEOUT, "no complete answer in time"
    elif isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError, ssl.CertificateError)):
        outcome = Outcome.TLS
    elif isinstance(error, aiohttp.ClientConnectorDNSError):
        outcome = Outcome.DNS
    elif isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
        outcome = Outcome.BLOCKED_ADDRESS
    elif isinstance(error, (aiohttp.ClientResponseError, http_exceptions.HttpProcessingError)):
        outcome = Outcome.TOO_LARGE if _is_too_long(error) else Outcome.UNREACHABLE
    elif isinstance(error, (aiohttp.ClientError, OSError)):
        outcome = Outcome.UNREACHABLE
        with suppress(AttributeError, TypeError):
            if isinstance(error.__cause__, (ssl.SSLError, ssl.CertificateError)):
                outcome = Outcome.TLS
    elif isinstance(error, UnicodeError):
        # A host that cannot be looked up, as one with a label of 64 letters.
        outcome = Outcome.DNS
    return None if outcome is None else Failed(outcome, detail)


def _is_too_long(error: Exception) -> bool:
    message = str(error).lower()
    return any(part in message for part in ("got more than", "too many headers", "too long", "exceeded", "too large"))
