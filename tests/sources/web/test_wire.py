"""The client against servers that mean harm, and its manners, both from the server's own log."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import sys
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest

from corpus.sources.web.asking import Asker, Manners
from corpus.sources.web.guard import Guard
from corpus.sources.web.outcomes import Outcome
from corpus.sources.web.pacing import Host, Pacer
from corpus.sources.web.spool import Spool
from corpus.sources.web.state import State
from corpus.sources.web.wire import Answer, Failed, Limits, Wire
from tests.website import Reply, Website

START = datetime(2026, 5, 4, 9, tzinfo=UTC)
# For servers that never answer to the end. Others have the time that a busy machine needs.
QUICK = Limits(total=1.5, connect=1, read=1)
PATIENT = Limits(total=300, connect=300, read=300)


@pytest.fixture(scope="module")
def site():
    website = Website()
    yield website
    website.close()


def _name(one):
    """Names that are the same in every process."""
    return getattr(one, "__name__", None) or f"{str(one)[:60].encode('ascii', 'replace').decode()}"


def get(url, guard=None, tls=None, limits=PATIENT):
    async def work():
        async with Wire(
            "newscorpus (+https://example.org/bot)", guard or Guard(allow_loopback=True), limits, tls
        ) as wire:
            return await wire.get(url, {})

    return asyncio.run(work())


async def drip(request, writer):
    """A byte every tenth of a second, for ever: each read is soon answered."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


async def silent(request, writer):
    await asyncio.sleep(3_600)


async def many_headers(request, writer):
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        writer.write(b"X-%d: y\r\n" % number)
        await writer.drain()


async def long_header(request, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(1_000):
        writer.write(b"y" * 1_000)
        await writer.drain()


async def endless(request, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        writer.write(b"x" * 65_536)
        await writer.drain()


async def endless_chunks(request, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        await writer.drain()


async def hang_up(request, writer):
    writer.close()


async def half_a_body(request, writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort")
    await writer.drain()


async def no_http(request, writer):
    writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
    await writer.drain()


BOMB = gzip.compress(b"x" * 30_000_000, mtime=0)
HOSTILE = [
    (drip, Outcome.TIMEOUT),
    (silent, Outcome.TIMEOUT),
    (many_headers, Outcome.TOO_LARGE),
    (long_header, Outcome.TOO_LARGE),
    (endless, Outcome.TOO_LARGE),
    (endless_chunks, Outcome.TOO_LARGE),
    (hang_up, Outcome.UNREACHABLE),
    (half_a_body, Outcome.UNREACHABLE),
    (no_http, Outcome.UNREACHABLE),
    (Reply(b"", headers={"X-Pad": "y" * 9_000}), Outcome.TOO_LARGE),
    (Reply(BOMB, headers={"Content-Encoding": "gzip"}), Outcome.BOMB),
    (Reply(gzip.compress(BOMB, mtime=0), headers={"Content-Encoding": "gzip, gzip"}), Outcome.BOMB),
    (Reply(zlib.compress(b"x" * 30_000_000), headers={"Content-Encoding": "deflate"}), Outcome.BOMB),
    (Reply(b"x", headers={"Content-Encoding": "gzip, gzip, gzip"}), Outcome.BOMB),
    (Reply(b"x" * 10_000_001), Outcome.TOO_LARGE),
]


@pytest.mark.parametrize(("answer", "outcome"), HOSTILE, ids=_name)
def test_hostile_servers_are_bounded(site, answer, outcome):
    site["/hostile"] = answer
    failed = get(site.url("/hostile"), limits=QUICK if outcome is Outcome.TIMEOUT else PATIENT)
    assert isinstance(failed, Failed), failed
    assert failed.outcome is outcome, failed


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"<p>text</p>", mtime=0), "gzip"),
        (zlib.compress(b"<p>text</p>"), "deflate"),
        (zlib.compress(b"<p>text</p>")[2:-4], "deflate"),
        (gzip.compress(gzip.compress(b"<p>text</p>", mtime=0), mtime=0), "gzip, gzip"),
        (b"<p>text</p>", "identity"),
    ],
)
def test_encodings_are_undone(site, body, encoding):
    site["/encoded"] = Reply(body, headers={"Content-Encoding": encoding})
    answer = get(site.url("/encoded"))
    assert isinstance(answer, Answer)
    assert answer.body == b"<p>text</p>"


def test_two_hundred_headers_are_no_attack(site):
    site["/headers"] = Reply(b"x", headers={f"X-{number}": "y" for number in range(200)})
    assert isinstance(get(site.url("/headers")), Answer)


def test_no_cookies_no_proxy_and_who_asks(site, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.9:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.9:9")
    site["/cookie"] = Reply(b"x", headers={"Set-Cookie": "a=b; Path=/"})

    async def work():
        async with Wire("newscorpus (+https://example.org/bot)", Guard(allow_loopback=True), PATIENT) as wire:
            return [await wire.get(site.url("/cookie"), {}) for _ in range(2)]

    assert all(isinstance(one, Answer) for one in asyncio.run(work()))
    for one in site.asked("/cookie"):
        assert "cookie" not in one.headers
        assert one.headers["user-agent"] == "newscorpus (+https://example.org/bot)"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://localhost/"]
)
def test_connecting_is_guarded_though_the_url_was_not(url):
    """As where a name resolves to another address than a moment ago."""
    connects = []

    def hook(event, arguments):
        if event == "socket.connect":
            connects.append(arguments[1])

    sys.addaudithook(hook)
    failed = get(url, Guard())
    assert isinstance(failed, Failed)
    assert failed.outcome is Outcome.BLOCKED_ADDRESS
    assert not [one for one in connects if isinstance(one, tuple) and one[1] == 80]


def test_nothing_is_listening():
    failed = get("http://127.0.0.9:9/")
    assert isinstance(failed, Failed)
    assert failed.outcome is Outcome.UNREACHABLE


def test_a_name_that_does_not_resolve():
    failed = get(f"http://{'a' * 64}.example.com/")
    assert isinstance(failed, Failed)
    assert failed.outcome in {Outcome.DNS, Outcome.BLOCKED_ADDRESS}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key"), "-out", str(folder / "cert")],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def test_certificates_are_verified(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert", certificate / "key")
    secure = Website(context)
    try:
        secure["/"] = Reply(b"x")
        failed = get(secure.url("/"))
        assert isinstance(failed, Failed)
        assert failed.outcome is Outcome.TLS
        trusting = ssl.create_default_context(cafile=str(certificate / "cert"))
        assert isinstance(get(secure.url("/"), tls=trusting), Answer)
        # Another host's certificate.
        assert get(secure.url("/", "127.0.0.2"), tls=trusting).outcome is Outcome.TLS
    finally:
        secure.close()


class Scene:
    """An asker with a spool and a state of its own."""

    def __init__(self, root, known=()):
        self.root, self.now, self.known = root, START, known

    def ask(self, *urls, delay=0.0, limits=PATIENT):
        async def work():
            with Spool(self.root) as spool, State(self.root) as state:
                async with Wire("newscorpus", Guard(allow_loopback=True), limits) as wire:
                    pacer = Pacer(state.hosts() or self.known, self.now)
                    asker = Asker(wire, pacer, state, spool, "newscorpus", lambda: self.now)
                    manners = Manners("paper", timedelta(seconds=delay))
                    return await asyncio.gather(*(asker.ask(url, manners, {}) for url in urls))

        return asyncio.run(work())


def outcome(reply):
    return reply.result.outcome.value if isinstance(reply.result, Failed) else reply.result.status


@pytest.fixture
def website():
    made = Website()
    yield made
    made.close()


@pytest.fixture
def scene(tmp_path):
    return Scene(tmp_path)


def test_one_request_at_a_time_and_the_gap_from_the_end_of_the_answer(website, scene):
    async def slow(request, writer):
        await asyncio.sleep(0.15)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
        await writer.drain()

    for number in range(3):
        website[f"/{number}"] = slow
    urls = [website.url(f"/{n}", host) for n in range(3) for host in ("127.0.0.1", "127.0.0.2", "127.0.0.3")]
    assert {outcome(one) for one in scene.ask(*urls, delay=0.2)} == {200}
    for host in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
        assert len(website.asked(host=host)) == 3
        # robots.txt and tdmrep.json count as well. The server notes the end a moment after it is received.
        assert website.smallest_gap(host) >= 0.19


def test_a_new_run_keeps_the_gap_to_the_last(website, scene):
    website["/a"], website["/b"] = Reply(b"x"), Reply(b"x")
    scene.ask(website.url("/a"), delay=0.4)
    scene.now += timedelta(milliseconds=1)
    scene.ask(website.url("/b"), delay=0.4)
    assert website.smallest_gap() >= 0.3


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        (Reply(status=404), True),
        (Reply(status=403), True),
        (Reply(status=410), True),
        (Reply(status=429), False),
        (Reply(status=500), False),
        (Reply(status=503), False),
        (hang_up, False),
        (silent, False),
        (endless, False),
        (Reply(b""), True),
        (Reply(b"\xef\xbb\xbfUser-agent: *\nDisallow: /"), False),
        (Reply(b"User-agent: *\nDisallow: /"), False),
        (Reply(b"User-agent: newscorpus\nDisallow: /a"), False),
        (Reply(b"User-agent: NewsCorpus/2.0\nDisallow: /\n\nUser-agent: *\nAllow: /"), False),
        (Reply(b"User-agent: other\nDisallow: /"), True),
        (Reply(b"User-agent: *\nDisallow: /*?x="), True),
        (Reply(b"User-agent: *\nDisallow: /b\nAllow: /a"), True),
        (Reply(b"User-agent: *\nDisallow: /" + b"\n# padding" * 60_000), False),
        (Reply(b"# padding\n" * 60_000 + b"User-agent: *\nDisallow: /"), True),
        (
            Reply(
                b"User-agent: *\r\n" + b"".join(b"Disallow: /*%d*x$\r\n" % n for n in range(2_000)) + b"Disallow: /a"
            ),
            False,
        ),
        (Reply(b"<html>not found</html>", headers={"Content-Type": "text/html"}), True),
        (Reply(status=301, headers={"Location": "/elsewhere.txt"}), False),
        (Reply(status=301, headers={"Location": "/robots.txt"}), True),
        (Reply(status=302, headers={"Location": "http://10.0.0.1/robots.txt"}), False),
    ],
    ids=_name,
)
def test_robots(website, scene, robots, allowed):
    website["/robots.txt"] = robots
    website["/elsewhere.txt"] = Reply(b"User-agent: *\nDisallow: /a")
    website["/a"] = Reply(b"x")
    (reply,) = scene.ask(website.url("/a"), limits=QUICK if robots is silent else PATIENT)
    assert outcome(reply) == (200 if allowed else "robots" if robots != Reply(status=429) else outcome(reply))
    assert bool(website.asked("/a")) is allowed


def test_robots_is_asked_for_once_a_day(website, scene):
    website["/a"] = Reply(b"x")
    website["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /b\nCrawl-delay: 0.2")
    scene.ask(website.url("/a"), website.url("/a"))
    scene.now += timedelta(hours=23)
    scene.ask(website.url("/a"))
    assert len(website.asked("/robots.txt")) == 1
    scene.now += timedelta(hours=2)
    scene.ask(website.url("/a"))
    assert len(website.asked("/robots.txt")) == 2
    with Spool(scene.root) as spool:
        kinds = [seen.outcome.value for _, seen in spool.after(0) if seen.via.value == "robots"]
    assert kinds == ["new", "unchanged-bytes"]


def test_crawl_delay_is_obeyed_up_to_a_minute(website, scene):
    website["/robots.txt"] = Reply(b"User-agent: *\nCrawl-delay: 0.3")
    website["/a"], website["/b"] = Reply(b"x"), Reply(b"x")
    scene.ask(website.url("/a"), website.url("/b"))
    assert website.smallest_gap() >= 0.28
    pacer = Pacer((), START)
    pacer.slow_down("host", 3_600.0)
    assert pacer._queues["host"].gap == 60


def test_redirects_are_requests_of_the_other_host(website, scene):
    website["127.0.0.1", "/a"] = Reply(status=301, headers={"Location": website.url("/b", "127.0.0.2")})
    website["127.0.0.2", "/b"] = Reply(b"x")
    website["127.0.0.2", "/robots.txt"] = Reply(b"User-agent: *\nDisallow: /b")
    (reply,) = scene.ask(website.url("/a"))
    assert outcome(reply) == "robots"
    assert [(hop.url, hop.status) for hop in reply.redirects] == [(website.url("/a"), 301)]
    assert not website.asked("/b")


@pytest.mark.parametrize("hops", [5, 6])
def test_five_redirects_are_followed(website, scene, hops):
    for number in range(hops):
        website[f"/{number}"] = Reply(status=302, headers={"Location": f"/{number + 1}"})
    website[f"/{hops}"] = Reply(b"x")
    (reply,) = scene.ask(website.url("/0"))
    assert outcome(reply) == (200 if hops == 5 else "redirects")


def test_retry_after_puts_the_host_off_and_no_other(website, scene):
    website["127.0.0.1", "/a"] = Reply(status=429, headers={"Retry-After": "120"})
    website["/b"] = Reply(b"x")
    first, second, other = scene.ask(website.url("/a"), website.url("/b"), website.url("/b", "127.0.0.2"))
    assert (outcome(first), outcome(second), outcome(other)) == (429, "deferred", 200)
    scene.now += timedelta(seconds=119)
    assert outcome(scene.ask(website.url("/b"))[0]) == "deferred"
    scene.now += timedelta(seconds=2)
    assert outcome(scene.ask(website.url("/b"))[0]) == 200


def test_back_off_grows_and_reaches_the_domain():
    pacer = Pacer([Host("www.example.co.uk")], START)
    pacer.answered("www.example.co.uk", 403, None, START)
    assert pacer.off_until("www.example.co.uk", START) == START + timedelta(minutes=10)
    assert pacer.off_until("m.example.co.uk", START) is None
    pacer.answered("m.example.co.uk", 429, None, START)
    assert pacer.off_until("static.example.co.uk", START) is not None
    assert pacer.off_until("example.co.uk", START) is not None
    assert pacer.off_until("other.co.uk", START) is None
    later = START + timedelta(days=2)
    assert pacer.off_until("static.example.co.uk", later) is None
    for _ in range(20):
        pacer.answered("www.example.co.uk", 429, None, later)
    assert pacer.off_until("www.example.co.uk", later) == later + timedelta(hours=24)
    pacer.answered("www.example.co.uk", 200, None, later + timedelta(hours=25))
    assert pacer.off_until("www.example.co.uk", later + timedelta(hours=25)) is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30), (" 30 ", 30), ("Mon, 04 May 2026 09:02:00 GMT", 120), ("0", 0), ("99999999999", 86_400), ("-5", 600),
     ("soon", 600), ("", 600), ("Mon, 04 May 2020 09:02:00 GMT", 0)],
)  # fmt: skip
def test_retry_after_in_all_its_forms(value, seconds):
    pacer = Pacer((), START)
    pacer.answered("a.example.com", 429, value, START)
    until = pacer.off_until("a.example.com", START) or START
    assert until - START == timedelta(seconds=seconds)


def test_a_clock_that_was_set_back_makes_nobody_wait():
    pacer = Pacer([Host("a", last=START + timedelta(days=400))], START)

    async def work():
        async with pacer.turn("a", timedelta(0)):
            return time.monotonic()

    assert asyncio.run(asyncio.wait_for(work(), 300))
