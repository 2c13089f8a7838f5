"""Who gets past the guard of a server of ours: its own page and clients, with the password; nobody else."""

from __future__ import annotations

import asyncio
import base64
import socket
import threading

import pytest

from corpus.errors import CorpusError, UsageError
from flows.access import PASSWORD, listen, password
from flows.web import Guard, names_of

SECRET = "correct-horse-battery"
OWN = "127.0.0.1:4200"


def basic(secret=SECRET):
    return ("Authorization", "Basic " + base64.b64encode(secret.encode()).decode())


def ask(path, *headers, method="GET", kind="http", host=OWN, names=None):
    """The status of an answer, or 0 where the request reached Prefect."""
    sent = []

    async def prefect(scope, receive, send):
        sent.append({"status": 0})

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    given = [("Host", host), *headers] if host is not None else list(headers)
    scope = {
        "type": kind, "path": path, "method": method,
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in given],
    }  # fmt: skip
    asyncio.run(Guard(prefect, names or names_of("127.0.0.1", 4200), SECRET)(scope, receive, send))
    first = sent[0]
    return first["status"] if "status" in first else first["type"]


def test_the_page_and_its_clients_get_in():
    assert ask("/") == 0
    assert ask("/assets/index.js") == 0
    assert ask("/ui-settings", host="localhost:4200") == 0
    assert ask("/api/health", basic()) == 0
    assert ask("/api/flows/filter", basic(), ("Origin", f"http://{OWN}"), method="POST") == 0
    assert ask("/api/flows/filter", basic(), ("Sec-Fetch-Site", "same-origin"), method="POST") == 0
    assert ask("/api/events/out", ("Origin", f"http://{OWN}"), kind="websocket") == 0
    # A link on another page may lead here: it is the page that asks for the password.
    assert ask("/runs", ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate")) == 0


@pytest.mark.parametrize(
    "path", ["/api", "/api/health", "/api/ready", "/api/admin/version", "/api/flows/filter", "/api/csrf-token"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "headers",
    [
        [],
        [basic("wrong")],
        [basic(SECRET.upper())],
        [basic(f"admin:{SECRET}")],
        [("Authorization", f"Bearer {SECRET}")],
        [("Authorization", SECRET)],
        [("Authorization", "Basic")],
        [("Authorization", "Basic !!!")],
        [("Authorization", "Basic \xff")],
        [basic("wrong"), basic()],
    ],
)
def test_without_the_password_nothing_of_the_api(path, method, headers):
    assert ask(path, *headers, method=method) == 401


@pytest.mark.parametrize(
    "host",
    [
        None, "", "evil.example", "evil.example:4200", "127.0.0.1", "127.0.0.1:4201", "127.0.0.1:4200:4200", "127.0.0.1.evil.example:4200",
        "127.0.0.1:04200x", "localhost", "localhost.:4200", "[::1", "[evil.example]:4200", "0.0.0.0:4200", "127.0.0.2:4200", "127.0.0.1:٤٢٠٠".encode().decode("latin-1"),
        "127.0.0.1@evil.example:4200", "169.254.169.254:4200",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/api/flows/filter"])
def test_other_names_are_unknown(host, path):
    assert ask(path, basic(), host=host) == 400
    assert ask(path, basic(), host=host, kind="websocket") == "websocket.close"


def test_two_host_headers_are_refused():
    assert ask("/api/health", ("Host", "evil.example"), basic()) == 400


@pytest.mark.parametrize(
    "header",
    [
        ("Origin", "http://evil.example"),
        ("Origin", "null"),
        ("Origin", "http://127.0.0.1"),
        ("Origin", "http://127.0.0.1:4201"),
        ("Origin", "http://localhost:4200"),
        ("Origin", "http://127.0.0.1:4200.evil.example"),
        ("Origin", ""),
        ("Origin", "file://"),
        ("Sec-Fetch-Site", "cross-site"),
        ("Sec-Fetch-Site", "same-site"),
    ],
)
def test_other_pages_are_refused_even_with_the_password(header):
    assert ask("/api/flows/filter", basic(), header, method="POST") == 403
    assert ask("/api/flows/filter", basic(), header, method="OPTIONS") == 403
    assert ask("/api/events/in", header, kind="websocket") == "websocket.close"


def test_what_else_is_closed():
    assert ask("/docs") == ask("/redoc") == ask("/openapi.json") == 404
    assert ask("/", method="POST") == 405
    assert ask("/socket", kind="websocket") == "websocket.close"


def test_names_of_other_hosts():
    everywhere = names_of("0.0.0.0", 4200, "corpus.example.org")
    # Any address means it, at any port, for a container's may be mapped; a name only if it is known.
    for host in (
        "192.0.2.7:4200",
        "127.0.0.1:8080",
        "localhost:8080",
        "[2001:db8::1]:4200",
        "Corpus.Example.Org",
        socket.gethostname(),
    ):
        assert ask("/", host=host, names=everywhere) == 0, host
    for host in ("evil.example:4200", "corpus.example.org.evil.example", "192.0.2.7.evil.example:4200"):
        assert ask("/", host=host, names=everywhere) == 400, host
    one = names_of("192.0.2.7", 4200)
    assert ask("/", host="192.0.2.7:4200", names=one) == 0
    assert ask("/", host="localhost:4200", names=one) == 400


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org", "127.0.0.1.evil.example", ""])
def test_other_hosts_need_a_password_of_the_users(monkeypatch, host):
    monkeypatch.delenv(PASSWORD, raising=False)
    with pytest.raises(UsageError, match=PASSWORD):
        password(host)
    monkeypatch.setenv(PASSWORD, SECRET)
    assert password(host) == (SECRET, True)


@pytest.mark.parametrize(
    "given", ["short", "with a space in it", "tab\tin-the-middle", "pässwörter-genug", "line\nbreak-in-it"]
)
def test_passwords_that_will_not_do(monkeypatch, given):
    monkeypatch.setenv(PASSWORD, given)
    with pytest.raises(UsageError, match="at least 12"):
        password("127.0.0.1")


def test_random_passwords_differ_and_are_long(monkeypatch):
    monkeypatch.delenv(PASSWORD, raising=False)
    found = [password(host) for host in ("127.0.0.1", "localhost", "::1", "127.8.8.8")]
    assert len({secret for secret, _ in found}) == 4
    assert all(len(secret) >= 40 and not own for secret, own in found)


@pytest.mark.parametrize("page", [True, False])
def test_many_that_start_at_once_listen_on_ports_of_their_own(page):
    found = []
    ready = threading.Barrier(16)

    def one():
        ready.wait()
        found.append(listen("127.0.0.1", None, page=page))

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert len({listening.getsockname()[1] for listening in found}) == 16
    finally:
        for listening in found:
            listening.close()


def test_a_port_that_is_taken_or_an_invalid_host():
    with listen("127.0.0.1", None, page=False) as taken, pytest.raises(CorpusError, match="cannot be used"):
        listen("127.0.0.1", taken.getsockname()[1], page=True)
    with pytest.raises(UsageError, match="cannot be resolved"):
        listen("no such host", None, page=True)
    with pytest.raises(CorpusError, match="cannot be used"):
        # TEST-NET: an address that this machine has not.
        listen("192.0.2.1", 4200, page=True)
