"""What a running server answers over a raw socket: to bytes that are not HTTP, and to more connections than it takes."""

from __future__ import annotations

import signal
import socket
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from corpus.browse.protocol import MOST_CONNECTIONS
from corpus.browse.safety import HEADERS
from tests.browse.test_browse import ended, started

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Generous: it only ends what hangs.
_SECONDS = 600.0
GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"


@pytest.fixture(scope="module")
def port(hostile_root: Path) -> Iterator[int]:
    process, printed = started(hostile_root)
    number = int(str(printed["port"]))
    # It prints its port before it answers, and before it ends in order.
    assert answer_to(number, style(number)).startswith(b"HTTP/1.1 200 ")
    yield number
    assert ended(process, signal.SIGTERM) == (0, "", "")


def style(port: int) -> bytes:
    """A request for what is answered without a token."""
    return f"GET /style.css HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n".encode()


def answer_to(port: int, sent: bytes, patience: float = _SECONDS) -> bytes:
    """What the server sends until it closes the connection; it is closed from here if nothing more comes in time."""
    found = b""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as peer:
        try:
            peer.sendall(sent)
            while part := peer.recv(65_536):
                found += part
        except (ConnectionError, TimeoutError):
            # It was closed before all was sent; or the request is not complete, and the server waits.
            pass
    return found


def is_protected(answer: bytes) -> bool:
    """Whether each answer has all headers; none at all is protected as well."""
    if not answer:
        return True
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:])
    return all(headers.get(name) == value.lower() for name, value in HEADERS.items())


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n\r\n", b"GET\r\n\r\n", b"GET /\r\n\r\n", b"hello\r\n\r\n", b"\x00" * 100 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) + b"\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        GET + b"bad header\r\n\r\n", GET + b": empty\r\n\r\n", GET + b"a: b\r\n folded\r\n\r\n", GET + b"a: \x00\r\n\r\n",
        GET + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n", GET + b"Content-Length: -1\r\n\r\n",
        GET + b"Transfer-Encoding: gzip\r\n\r\n", GET + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", GET + b"a: " + b"x" * 300_000,
        GET + b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n", GET + b"Expect: 100-continue\r\n\r\n",
        GET + b"\r\n" + b"nonsense\r\n\r\n", b"OPTIONS * HTTP/1.0\r\nHost: x\r\n\r\n", b"CONNECT evil:80 HTTP/1.0\r\nHost: x\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.0\r\nHost: evil.example\r\n\r\n", GET + b"Cookie: \xff\xfe=;=,\r\n\r\n",
        GET + b"Authorization: Bearer \xff\r\n\r\n", b"GET /?token=%ff%00 HTTP/1.0\r\nHost: x\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_not_http_gets_protected_answers_or_none(port: int, sent: bytes) -> None:
    answer = answer_to(port, sent, patience=2)
    assert is_protected(answer), answer
    assert answer[:13] in {b"", b"HTTP/1.1 400 ", b"HTTP/1.1 405 ", b"HTTP/1.1 403 "}
    assert b"uvicorn" not in answer.lower()
    assert b"Invalid HTTP" not in answer


def test_what_follows_a_request_does_not_change_its_answer(port: int) -> None:
    request = f"GET /style.css HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    answer = answer_to(port, request + b"nonsense\r\n\r\n", patience=10)
    assert answer == b"" or (answer.startswith(b"HTTP/1.1 200 ") and is_protected(answer))


def test_connections_too_many_get_protected_answers_or_none(port: int) -> None:
    request = style(port)
    assert answer_to(port, request).startswith(b"HTTP/1.1 200 ")
    with ExitStack() as stack:
        for _ in range(MOST_CONNECTIONS + 5):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=_SECONDS))
        answer = answer_to(port, request)
        assert answer.startswith(b"HTTP/1.1 503 ")
        assert is_protected(answer)
        for _ in range(120):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=_SECONDS))
        assert answer_to(port, request) == b""
    until = time.monotonic() + _SECONDS
    while not answer_to(port, request).startswith(b"HTTP/1.1 200 "):
        assert time.monotonic() < until
