"""Collecting from a server on loopback: what is fetched, spooled, sealed and built, and how politely."""

from __future__ import annotations

import asyncio
import json
import shutil
from datetime import timedelta

import polars as pl
import pytest

import corpus
from corpus.app.collecting import Web
from corpus.batches import register
from corpus.cli.collect import announced, span
from corpus.errors import UsageError
from corpus.sources.web.collecting import Kind, Source
from corpus.sources.web.collector import groups_of
from corpus.sources.web.outcomes import Outcome
from corpus.sources.web.sealing import Size
from corpus.sources.web.spool import Spool
from tests.conftest import Corpus
from tests.flows.scenes import until
from tests.sources.web.scenes import START, Scene, feed, outcomes
from tests.website import Reply


def test_a_feed_becomes_a_batch_and_articles(site, scene):
    corpus_repo = Corpus(scene.root)
    site.feed("/feed.xml", [site.page("/a"), site.page("/b")])
    site["/robots.txt"] = Reply.text("User-agent: *\nContent-Signal: ai-train=no, search=yes\n\n"
                                     "User-agent: GPTBot\nDisallow: /b\n", "text/plain")  # fmt: skip
    site["/.well-known/tdmrep.json"] = Reply.text('[{"location": "/a", "tdm-reservation": 1}]', "application/json")
    scene.settings(feed(site, publisher="example.com", licence="CC BY 4.0"))
    report = scene.run()
    assert report.exit_code == 0
    assert outcomes(report) == {"new": 2}
    (sealed,) = report.sealed
    assert sealed.documents == 2
    rows = scene.documents()
    assert [row["url"] for row in rows] == [site.url("/a"), site.url("/b")]
    assert {row["licence"] for row in rows} == {"CC BY 4.0"}
    assert {row["captured_at"] for row in rows} == {START}
    assert {row["status"] for row in rows} == {200}
    found = {(seen.via.value, seen.url): seen for seen in scene.observations()}
    assert found["page", site.url("/a")].outcome is Outcome.NEW
    assert found["discovery", site.url("/feed.xml")].outcome is Outcome.NEW
    assert found["robots", site.url("/robots.txt")].status == 200
    assert found["page", site.url("/a")].address == "127.0.0.1"
    corpus_repo.build()
    corpus_repo.commit()
    frame = corpus.open("HEAD", repo=scene.root).scan("observations").collect()
    assert frame.height == len(found)
    assert [path.name for path in (scene.root / "data/observations").iterdir()] == ["20260504-0000.parquet"]
    assert frame.equals(pl.read_parquet(scene.root / "data/observations/*.parquet"))
    assert set(frame["batch"]) == {sealed.name}
    assert "body" not in frame.columns
    assert frame.filter(pl.col("via") == "page")["outcome"].to_list() == ["new", "new"]
    assert "last seen" in corpus_repo.run("history", "https://www.example.com/a").stdout
    assert corpus.open(repo=scene.root, as_of="2026-05-03").scan("observations").collect().height == 0
    assert corpus.open(repo=scene.root, as_of="2026-05-04").scan("observations").collect().height == len(found)
    articles = pl.read_parquet(corpus_repo.root / "data/articles/*.parquet")
    assert sorted(articles["url"]) == ["https://www.example.com/a", "https://www.example.com/b"]
    rights = articles.sort("url").select("ai_train", "search", "tdm_reservation", "ai_agents_closed").rows()
    assert rights == [("deny", "allow", True, []), ("deny", "allow", None, ["GPTBot"])]
    assert set(articles["title"]) == {"Council approves a", "Council approves b"}
    assert corpus_repo.git("status", "--porcelain", "--ignored").count(".corpus") == 1
    assert corpus_repo.run("verify").returncode == 0


def test_sitemaps_and_files_of_addresses(site, scene):
    urls = [site.page(f"/news/{number}") for number in range(3)]
    site["/map.xml"] = Reply.text(
        f"<sitemapindex><sitemap><loc>{site.url('/one.xml')}</loc></sitemap></sitemapindex>", "application/xml"
    )
    site["/one.xml"] = Reply.text(
        "<urlset>" + "".join(f"<url><loc>{url}</loc></url>" for url in urls[:2]) + "</urlset>", "application/xml"
    )
    (scene.root / "list.txt").write_text(urls[2] + "\n")
    scene.settings(
        {"name": "map", "kind": "sitemap", "url": site.url("/map.xml"), "exclude": ["*/0"]},
        {"name": "list", "kind": "urls", "path": "list.txt"},
    )
    report = scene.run()
    assert {run.name: dict(run.outcomes) for run in report.sources} == {
        "map": {Outcome.NEW: 1, Outcome.BUDGET: 0},
        "list": {Outcome.NEW: 1, Outcome.BUDGET: 0},
    }
    assert report.sources[0].excluded == 1
    assert [row["url"] for row in scene.documents()] == urls[1:]


def test_full_batches_are_closed_while_a_run_still_fetches(site, scene):
    urls = [site.page(f"/{number}") for number in range(10)]

    async def last(request, writer):
        # It answers when a batch of the others is on record, or not at all.
        await asyncio.to_thread(until, lambda: register.load(scene.root), "a batch of the others is on record")
        body = b"<html><title>The last</title><p>It came when others were sealed.</p></html>"
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    site["/last"] = last
    site.feed("/feed.xml", [*urls, site.url("/last")])
    scene.settings(feed(site, seal="day"))
    report = scene.run(size=Size(documents=4))
    assert outcomes(report) == {"new": 11}
    assert [sealed.documents for sealed in report.sealed] == [4, 4]
    # The rest waits for its day, as far as it fills no batch.
    assert report.backlog.documents == 3
    sealed = scene.run(seal_now=True, size=Size(documents=4)).sealed
    assert [one.documents for one in sealed] == [3]
    assert sorted(row["url"] for row in scene.documents()) == sorted([*urls, site.url("/last")])


def test_a_run_says_how_long_it_and_the_rest_will_take(site, scene):
    site.feed("/feed.xml", [site.page(f"/{number}") for number in range(7)])
    scene.settings(feed(site, max_new=2, every="12h", delay="100ms"))
    begun = []
    report = scene.run(begun=lambda run: begun.append(announced(run)))
    assert outcomes(report) == {"new": 2, "budget": 5}
    assert begun == ["2 pages to fetch, about 1 minute; 5 more in later runs, about 36 hours in all"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 minute"), (90, "2 minutes"), (7_199, "120 minutes"), (7_200, "2 hours"), (86_400 * 33.2, "33 days")],
)
def test_spans(seconds, words):
    assert span(seconds) == words


def test_sources_are_grouped_by_publisher_and_a_group_is_done_by_whoever_wants_to(site, scene):
    site.feed("/one.xml", [site.page("/a")])
    site.feed("/two.xml", [site.page("/b")])
    scene.settings(*(feed(site, f"/{name}.xml", name=name) for name in ("one", "two")))
    names = []

    async def group(name, work):
        names.append(name)
        return await work()

    report = scene.run(group=group)
    assert [run.name for run in report.sources] == ["one", "two"]
    assert outcomes(report) == {"new": 2}
    assert len(names) == 1


def test_of_many_publishers_several_share_a_group():
    sources = [Source(f"paper-{number}", Kind.FEED, f"https://paper{number}.example/feed.xml") for number in range(120)]
    found = groups_of(sources)
    assert len(found) == 40
    assert sorted(source.name for group in found.values() for source in group) == sorted(one.name for one in sources)


def test_nothing_is_asked_for_before_it_is_due(site, scene):
    site.feed("/feed.xml", [site.page("/a")])
    scene.settings(feed(site, seal="day"))
    scene.run()
    asked = len(site.log)
    scene.later(minutes=30)
    assert outcomes(scene.run()) == {}
    assert len(site.log) == asked


def test_how_often_counts_from_the_last_look_as_it_is_set_now(site, scene):
    site.feed("/feed.xml", [site.page("/a")])
    scene.settings(feed(site, seal="day"), every="7d")
    scene.run()
    scene.later(hours=1)
    assert not scene.run().sources[0].looked
    scene.settings(feed(site, seal="day"), every="1h")
    assert scene.run().sources[0].looked


def test_a_run_that_begins_a_little_earlier_than_the_last_is_no_run_too_early(site, scene):
    """A schedule as frequent as `every`: runs need some seconds to begin, now more and now less."""
    site.feed("/feed.xml", [site.page("/a")])
    scene.settings(feed(site, seal="day"), every="15m")
    for run in range(6):
        scene.now = START + timedelta(minutes=15 * run, seconds=(run % 2) * -20)
        assert scene.run().sources[0].looked
    scene.later(minutes=10)
    assert not scene.run().sources[0].looked
    # A clock that was set back makes nobody wait for years.
    scene.now = START - timedelta(days=400)
    assert scene.run().sources[0].looked


def test_unchanged_changed_and_reverted(site, scene):
    site.feed("/feed.xml", [site.page("/a", token="1")])
    scene.settings(feed(site, seal="day"), recrawl=["1h", "2h", "3h", "4h", "5h"])
    scene.run()
    scene.later(hours=1)
    assert outcomes(scene.run()) == {"unchanged-bytes": 1}
    site.page("/a", token="2")
    scene.later(hours=1)
    assert outcomes(scene.run()) == {"unchanged-text": 1}
    site.page(
        "/a", body="The town council took it all back on Tuesday, after hours of debate that nobody had foreseen."
    )
    scene.later(hours=1)
    assert outcomes(scene.run()) == {"changed": 1}
    site.page("/a", token="1")
    scene.later(hours=1)
    assert outcomes(scene.run()) == {"changed": 1}
    scene.later(days=40)
    assert outcomes(scene.run()) == {"unchanged-bytes": 1}
    scene.run(seal_now=True)
    rows = scene.documents()
    assert len(rows) == 3
    assert rows[0]["document_id"] == rows[2]["document_id"] != rows[1]["document_id"]


def test_conditional_requests_echo_validators_to_the_letter(site, scene):
    url = site.page("/a")
    page = site._answers["127.0.0.1", "/a"]
    page.headers["ETag"] = 'W/"odd, quoted"'
    site.feed("/feed.xml", [url], ETag='"feed-1"')
    scene.settings(feed(site, seal="day"), recrawl=["1h", "2h", "30h"])
    scene.run()
    assert all("if-none-match" not in one.headers for one in site.log)
    scene.later(hours=1)
    assert outcomes(scene.run()) == {"unchanged-304": 1}
    assert site.asked("/a")[-1].headers["if-none-match"] == 'W/"odd, quoted"'
    assert site.asked("/feed.xml")[-1].headers["if-none-match"] == '"feed-1"'
    # Once a day without: some servers answer 304 for ever.
    scene.later(hours=29)
    assert outcomes(scene.run()) == {"unchanged-bytes": 1}
    assert "if-none-match" not in site.asked("/a")[-1].headers
    assert "if-none-match" not in site.asked("/feed.xml")[-1].headers


def test_gone_pages_end_after_two_sightings_and_nothing_is_withdrawn(site, scene):
    site.feed("/feed.xml", [site.page("/a")])
    scene.settings(feed(site, seal="day"), recrawl=["1h", "2h", "3h", "4h"])
    scene.run()
    site["127.0.0.1", "/a"] = Reply(status=410)
    for _ in range(4):
        scene.later(hours=1)
        scene.run()
    scene.run(seal_now=True)
    assert len(site.asked("/a")) == 3
    assert [seen.outcome for seen in scene.observations() if seen.url.endswith("/a")].count(Outcome.GONE_410) == 2
    assert len(scene.documents()) == 1
    repo = Corpus(scene.root)
    repo.build()
    found = json.loads(repo.run("history", "https://www.example.com/a", "--json").stdout)["seen"]
    assert found["gone_since"] == (START + timedelta(hours=1)).isoformat()
    assert found["times"] == 1


ANSWERS = [
    (Reply(status=404), "gone-404"),
    (Reply(status=410), "gone-410"),
    (Reply(status=400), "http-4xx"),
    (Reply(status=418), "http-4xx"),
    (Reply(status=403), "http-4xx"),
    (Reply(status=401), "login-wall"),
    (Reply(status=402), "login-wall"),
    (Reply(status=429), "rate-limited"),
    (Reply(status=500), "http-5xx"),
    (Reply(status=503), "http-5xx"),
    (Reply(status=304), "http-4xx"),
    (Reply(status=302), "redirects"),
    (Reply(status=301, headers={"Location": "/12"}), "redirects"),
    (Reply(status=302, headers={"Location": "http://10.0.0.1/x"}), "blocked-address"),
    (Reply(status=302, headers={"Location": "http://169.254.169.254/latest"}), "blocked-address"),
    (Reply(status=302, headers={"Location": "http://[::ffff:127.0.0.1]/"}), "blocked-address"),
    (Reply(status=302, headers={"Location": "file:///etc/passwd"}), "blocked-address"),
    (Reply.text("", "text/html"), "not-html"),
    (Reply(b"%PDF-1.7 x", headers={"Content-Type": "text/html"}), "not-html"),
    (Reply(b"\x89PNG\r\n\x1a\n", headers={"Content-Type": "image/png"}), "not-html"),
    (Reply(b"{}", headers={"Content-Type": "application/json"}), "not-html"),
    (Reply(b"x", headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}), "not-html"),
    (Reply(b"x", headers={"Content-Type": "text/html", "Content-Encoding": "gzip, gzip, gzip"}), "bomb"),
    (Reply.text('<html><body><form><input type="password"></form>Sign in</body></html>'), "login-wall"),
]


def test_every_answer_has_one_outcome(site, scene):
    urls = {}
    for number, (answer, outcome) in enumerate(ANSWERS):
        # Some put their host off: each of those has one of its own.
        host = f"127.0.0.{2 + number % 7}" if answer.status in {403, 429, 503} else "127.0.0.1"
        site[host, f"/{number}"] = answer
        urls[site.url(f"/{number}", host)] = outcome
    site.feed("/feed.xml", list(urls))
    scene.settings(feed(site, seal="day"))
    report = scene.run()
    assert report.outcomes.total() == len(ANSWERS)
    with Spool(scene.root) as spool:
        seen = [one for _, one in spool.after(0) if one.via.value == "page"]
        assert {one.url: one.outcome.value for one in seen} == urls
        assert len(seen) == len(urls)
        assert spool.backlog().documents == 0


def test_settings_are_refused_and_sources_unknown(scene, site):
    (scene.root / "collect.yaml").write_text("sources: []\n")
    with pytest.raises(UsageError):
        scene.run()
    scene.settings(feed(site))
    with pytest.raises(UsageError, match="No source 'nope'"):
        scene.run("nope")


def test_loopback_is_refused_unless_it_is_allowed(site, scene):
    site.feed("/feed.xml", [site.page("/a")])
    scene.settings(feed(site))
    report = scene.run(web=Web())
    assert report.exit_code == 1
    assert report.sources[0].failure is not None
    assert site.log == []


def test_two_seals_of_one_spool_are_equal(site, scene, tmp_path):
    site.feed("/feed.xml", [site.page(f"/{number}") for number in range(5)])
    scene.settings(feed(site, seal="day"))
    scene.run()
    assert not register.load(scene.root)
    other = tmp_path / "other"
    shutil.copytree(scene.root, other, symlinks=True)
    names = []
    for root in (scene.root, other):
        one = Scene(root)
        one.later(minutes=1)
        one.run(seal_now=True)
        names.append([(batch.name, [file.sha256 for file in batch.all_files]) for batch in register.load(root)])
    assert names[0] == names[1] != []


def test_a_lost_state_costs_requests_and_no_document(site, scene):
    site.feed("/feed.xml", [site.page(f"/{number}") for number in range(3)])
    scene.settings(feed(site))
    scene.run()
    for name in ("collect.sqlite", "collect.sqlite-wal", "collect.sqlite-shm"):
        (scene.root / ".corpus" / name).unlink(missing_ok=True)
    scene.later(hours=2)
    report = scene.run(seal_now=True)
    assert outcomes(report) == {"unchanged-bytes": 3}
    assert len(scene.documents()) == 3


def test_a_spool_that_was_not_applied_is_applied(site, scene):
    site.feed("/feed.xml", [site.page("/a")])
    scene.settings(feed(site, seal="day"))
    scene.run()
    for path in (scene.root / ".corpus").glob("collect.sqlite*"):
        path.unlink()
    scene.run()
    assert len(site.asked("/a")) == 1
    with Spool(scene.root) as spool:
        assert spool.backlog().documents == 1


def _everything(root):
    """All bytes of a corpus but git's own and its settings: Parquet as its values."""
    for path in sorted(root.rglob("*")):
        if not path.is_file() or ".git" in path.parts[len(root.parts) :] or path.name == "collect.yaml":
            continue
        data = path.read_bytes()
        if data.startswith(b"PAR1"):
            data = repr(pl.read_parquet(path).rows()).encode()
        yield path, data


def test_forget_reaches_spool_state_observations_and_evidence(site, scene):
    repo = Corpus(scene.root)
    secret = "The mayor of the forgotten town resigned on Thursday after the council had asked him to do so twice."
    site["/robots.txt"] = Reply.text("User-agent: *\nDisallow: /x\nLicense: /licence.xml", "text/plain")
    site["/licence.xml"] = Reply.text(
        '<rsl xmlns="https://rslstandard.org/rsl"><content url="https://www.example.com/forgotten-page"><license>'
        '<permits type="usage">search</permits></license></content></rsl>',
        "application/xml",
    )
    site.feed("/feed.xml", [site.page("/forgotten-page", title="Forgotten headline", body=secret), site.page("/kept")])
    scene.settings(feed(site))
    scene.run()
    scene.later(hours=1)
    scene.settings(feed(site, seal="day"))
    scene.run()
    with Spool(scene.root) as spool:
        assert spool.backlog().rows
    site["127.0.0.1", "/forgotten-page"] = Reply(status=404)
    scene.later(hours=6)
    scene.run(seal_now=True)
    scene.later(days=1)
    scene.run()
    marks = (b"forgotten-page", b"Forgotten headline", b"mayor of the forgotten")
    assert any(mark in data for _, data in _everything(scene.root) for mark in marks)
    repo.build()
    repo.commit()
    repo.run("forget", "https://www.example.com/forgotten-page", "--reason", "Test", "--yes", "--everywhere")
    left = [(str(path), mark) for path, data in _everything(scene.root) for mark in marks if mark in data]
    assert left == []
    assert [row["url"] for row in scene.documents()] == [site.url("/kept")]
    assert repo.run("verify").returncode == 0
    del site["/robots.txt"]
    # What was withdrawn is not asked for again, and does not come back with a feed that still names it.
    asked = len(site.asked("/forgotten-page"))
    site.page("/forgotten-page", body=secret, token="another")
    site["/feed.xml"] = Reply.text(
        "<rss><channel>"
        + "".join(
            f"<item><title>Forgotten headline</title><link>{url}</link><description>{secret * 5}</description></item>"
            for url in (site.url("/forgotten-page"), "https://www.example.com/forgotten-page")
        )
        + f"<item><link>{site.page('/later')}</link></item></channel></rss>",
        "application/rss+xml",
    )
    scene.later(days=1)
    assert outcomes(scene.run(seal_now=True)) == {"new": 1, "withdrawn": 2}
    assert len(site.asked("/forgotten-page")) == asked
    assert [row["url"] for row in scene.documents()] == [site.url("/kept"), site.url("/later")]
    assert [(str(path), mark) for path, data in _everything(scene.root) for mark in marks if mark in data] == []
    # Also where what was found out about its addresses is lost: it is fetched, and not kept.
    for path in (scene.root / ".corpus").glob("collect.sqlite*"):
        path.unlink()
    scene.later(days=1)
    assert outcomes(scene.run(seal_now=True))["withdrawn"] == 2
    site.page("/forgotten-page", body=secret, token="a third")
    scene.later(days=1)
    scene.run(seal_now=True)
    assert len(site.asked("/forgotten-page")) == asked + 1
    assert [row["url"] for row in scene.documents()] == [site.url("/kept"), site.url("/later")]
