"""A web server on loopback for tests: it says what it is told to, misbehaves as asked, and keeps a log of arrivals."""

from __future__ import annotations

import asyncio
import errno
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.conftest import BODY

if TYPE_CHECKING:
    import ssl

HOSTS = tuple(f"127.0.0.{number}" for number in range(1, 10))
PAGE = """<!doctype html><html lang="en"><head><title>{title}</title>
<meta property="article:published_time" content="{day}T08:00:00Z"><link rel="canonical" href="{url}"></head>
<body><article><h1>{title}</h1><p>{body}</p><p>It was the {title} of many that the town has heard since then.</p></article>
<script>token = "{token}"</script></body></html>"""


@dataclass(frozen=True)
class Request:
    """A request as it arrived; `ended` is when the last of its answer was handed over to be sent."""

    host: str
    method: str
    path: str
    headers: dict[str, str]
    began: float
    ended: float = 0.0


@dataclass
class Reply:
    """What to answer. Validators in `headers` are honoured."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def text(cls, body: str, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> Reply:
        return cls(
            body.encode(), status, {"Content-Type": kind, **{k.replace("_", "-"): v for k, v in headers.items()}}
        )


Answer = "Reply | Callable[[Request], Reply] | Callable[[Request, asyncio.StreamWriter], Awaitable[None]]"


class _Sent:
    """A writer that knows when it was last written to.

    The time is read before the bytes leave: read after it, on a busy machine, it may be later than the client's next
    request, and a gap that was kept would seem too short.
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.at = 0.0

    def write(self, data: bytes) -> None:
        self.at = time.monotonic()
        self._writer.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


def _listening() -> list[socket.socket]:
    """Sockets that listen at one port of all hosts. A port that was free a moment ago may be somebody's by now."""
    while True:
        sockets: list[socket.socket] = []
        try:
            for host in HOSTS:
                sockets.append(socket.socket())
                sockets[-1].bind((host, sockets[0].getsockname()[1] if sockets[1:] else 0))
                sockets[-1].listen(100)
        except OSError as error:
            for one in sockets:
                one.close()
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return sockets


class Website:
    """The server. `site[path]` or `site["127.0.0.2", path]` is what it answers; anything else is a 404."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self._answers: dict[object, object] = {}
        self.log: list[Request] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._sockets = _listening()
        self.port = self._sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(300)

    def __setitem__(self, key: object, answer: object) -> None:
        self._answers[key] = answer

    def __delitem__(self, key: object) -> None:
        del self._answers[key]

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def page(
        self, path: str, *, title: str | None = None, body: str = BODY, token: str = "", host: str = "127.0.0.1"
    ) -> str:
        """Have an article at a path; returns its address."""
        url = self.url(path, host)
        shown = title or f"Council approves {path.strip('/').replace('/', ' ')}"
        text = PAGE.format(title=shown, url=f"https://www.example.com{path}", body=body, token=token, day="2026-05-04")
        self[host, path] = Reply.text(text)
        return url

    def feed(self, path: str, urls: list[str], **headers: str) -> str:
        """Have an RSS feed at a path; returns its address."""
        items = "".join(f"<item><title>{n}</title><link>{url}</link></item>" for n, url in enumerate(urls))
        self[path] = Reply.text(
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed</title>{items}</channel></rss>',
            "application/rss+xml", **headers,
        )  # fmt: skip
        return self.url(path)

    def asked(self, path: str | None = None, host: str | None = None) -> list[Request]:
        """The requests that arrived for a path, or for pages other than robots.txt and tdmrep.json."""
        return [
            one for one in list(self.log)
            if (host is None or one.host == host)
            and (one.path == path if path else one.path not in {"/robots.txt", "/.well-known/tdmrep.json"})
        ]  # fmt: skip

    def smallest_gap(self, host: str = "127.0.0.1") -> float:
        """Seconds between the end of an answer and the next arrival, at least, for one host."""
        mine = sorted((one for one in self.log if one.host == host), key=lambda one: one.began)
        return min((later.began - earlier.ended for earlier, later in pairwise(mine)), default=1e9)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        servers = [
            self._loop.run_until_complete(asyncio.start_server(self._talk, sock=one, ssl=self._tls, limit=1 << 20))
            for one in self._sockets
        ]
        self._ready.set()
        self._loop.run_forever()
        for server in servers:
            server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        with suppress(asyncio.CancelledError, RuntimeError):
            self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
                began = time.monotonic()
                method, path, _ = head[0].split(" ")
                headers = {
                    name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])
                }
                host = headers.get("host", "").rpartition(":")[0]
                request = Request(host, method, path, headers, began)
                number = len(self.log)
                self.log.append(request)
                answer = self._answers.get((host, path), self._answers.get(path, Reply(status=404)))
                sent = _Sent(writer)
                try:
                    if not await self._answer(answer, request, sent):
                        break
                finally:
                    self.log[number] = Request(host, method, path, headers, began, sent.at or time.monotonic())
        with suppress(Exception):
            writer.close()

    async def _answer(self, answer: object, request: Request, writer: _Sent) -> bool:
        if not isinstance(answer, Reply):
            try:
                answer = answer(request)  # type: ignore[operator]
            except TypeError:
                await answer(request, writer)  # type: ignore[operator]
                return False
        assert isinstance(answer, Reply)
        status, body = answer.status, answer.body
        etag, since = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
        asked = request.headers
        if status == 200 and (
            (etag and asked.get("if-none-match") == etag)
            or (not etag and since and asked.get("if-modified-since") == since)
        ):
            status, body = 304, b""
        lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)
        await writer.drain()
        return True
