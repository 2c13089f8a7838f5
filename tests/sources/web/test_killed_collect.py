"""Killed at any moment, a run asks again only for what was in flight, and no page becomes two documents."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta

import pytest

from corpus.batches import register
from corpus.sources.web.schedule import Page, advance
from tests.conftest import UNMEASURED
from tests.sources.web.scenes import START, feed, outcomes

PROGRAM = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from corpus.app.collecting import Web, collect
from corpus.repo.repository import Repository
report = collect(Repository(Path(sys.argv[1])), web=Web(allow_loopback=True), seal_now=sys.argv[2] == "seal")
print(dict(report.outcomes))
"""
PAGES = 60
KILLS = 20


@pytest.mark.trial
def test_kill_9_at_twenty_moments(site, scene):
    # How many requests are answered before the next kill: who fetches cannot end before it.
    answered = 0

    async def slow(request, writer):
        await asyncio.sleep(0.01)
        while len(site.log) > answered:  # noqa: ASYNC110 - another thread changes it
            await asyncio.sleep(0.01)
        body = f"<html><title>Page {request.path}</title><p>{'Words of it. ' * 30}</p></html>".encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    for number in range(PAGES):
        site[f"/{number}"] = slow
    site.feed("/feed.xml", [site.url(f"/{number}") for number in range(PAGES)])
    scene.settings(feed(site, seal="day"))
    choose = random.Random(14)
    environment = {**os.environ, **UNMEASURED}

    def start(how="no"):
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(scene.root), how],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    kills = 0
    for _ in range(KILLS):
        before = len(site.log)
        process = start()
        # At some number of requests after it has begun: what it is at then differs.
        after = before + choose.randint(1, 5)
        answered = after + 1
        while process.poll() is None and len(site.log) < after:
            time.sleep(0.001)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.communicate()
    assert kills >= KILLS // 2
    answered = sys.maxsize
    output, errors = start("seal").communicate(timeout=300)
    assert output, errors.decode()
    asked = Counter(one.path for one in site.asked() if one.path != "/feed.xml")
    assert set(asked) == {f"/{number}" for number in range(PAGES)}
    # One request was in flight at each kill, at most.
    assert sum(asked.values()) <= PAGES + kills
    rows = scene.documents()
    assert len(rows) == len({row["url"] for row in rows}) == PAGES


def test_killed_between_the_register_and_the_spool(site, scene):
    """The batch is on record, and its rows are still in the spool: as a kill between the two leaves them."""
    site.feed("/feed.xml", [site.page("/a"), site.page("/b")])
    scene.settings(feed(site, seal="day"))
    scene.run()
    spool = {path: path.read_bytes() for path in (scene.root / ".corpus").glob("spool.sqlite*")}
    scene.run(seal_now=True)
    (batch,) = register.load(scene.root)
    for path in (scene.root / ".corpus").glob("spool.sqlite*"):
        path.unlink()
    for path, data in spool.items():
        path.write_bytes(data)
    from corpus.sources.web.spool import Spool

    with Spool(scene.root) as again:
        again.sealing(batch.name, 10**9)
    scene.later(minutes=1)
    scene.run(seal_now=True)
    assert len(scene.documents()) == 2
    assert len([one for one in scene.observations() if one.via.value == "page"]) == 2


def test_a_day_with_a_clock_of_its_own(site, scene):
    """Every quarter of an hour, from a feed whose articles come, are corrected and go."""
    scene.settings(feed(site, seal="day"), every="15m", recrawl=["1h", "6h"])
    urls, seen = [], Counter()
    for quarter in range(96):
        if quarter % 8 == 0:
            urls.insert(0, site.page(f"/{quarter}"))
            site.feed("/feed.xml", urls)
        if quarter == 10:
            site.page("/8", body="The council corrected itself on Monday afternoon, and the tram line comes after all.")
        if quarter == 40:
            del site["127.0.0.1", "/16"]
        seen.update(outcomes(scene.run()))
        scene.later(minutes=15)
    assert seen["new"] == 12
    assert seen["changed"] == 1
    assert seen["gone-404"] == 1
    # Two looks at each that had the time for them, but for the one that was corrected and the one that went.
    expected = sum((quarter + 4 < 96) + (quarter + 24 < 96) for quarter in range(0, 96, 8))
    assert seen["unchanged-bytes"] == expected - 2
    assert len(site.asked("/robots.txt")) == 1
    assert len(site.asked("/feed.xml")) == 96
    scene.run(seal_now=True)
    assert len(scene.documents()) == 13


def test_the_schedule_is_a_function_of_what_was_observed():
    from corpus.sources.web.outcomes import Observation, Outcome, Via

    ages = [timedelta(hours=1), timedelta(hours=6)]
    page = Page("k", "u", "s", due=START)

    def after(known, outcome, **span):
        return advance(known, Observation("s", Via.PAGE, "u", START + timedelta(**span), outcome, sha256="a"), ages)

    first = after(page, Outcome.NEW)
    assert (first.first_seen, first.due) == (START, START + timedelta(hours=1))
    # Late: the moment that was missed is left out.
    assert after(first, Outcome.UNCHANGED_BYTES, hours=5).due == START + timedelta(hours=6)
    assert after(first, Outcome.UNCHANGED_BYTES, hours=7).due is None
    waiting = after(first, Outcome.TIMEOUT, hours=1)
    assert waiting.due == START + timedelta(hours=1, minutes=15)
    assert waiting.sha256 == "a"
    for _ in range(9):
        waiting = after(waiting, Outcome.HTTP_5XX, hours=2)
    assert waiting.due is None
    gone = after(first, Outcome.GONE_404, hours=1)
    assert gone.due == START + timedelta(hours=6)
    assert after(gone, Outcome.GONE_410, hours=6).due is None
    assert after(after(gone, Outcome.CHANGED, hours=2), Outcome.GONE_404, hours=3).due is not None
    assert after(page, Outcome.WITHDRAWN).due is None
    assert after(page, Outcome.ROBOTS).due == START + timedelta(days=1)
