"""The kinds of sources, and what `corpus collect` prints, by the real discovery of feeds and sitemaps."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from corpus.app.sources import offers, plan, status
from corpus.cli.outputs import OUTPUTS
from corpus.sources.web.example import EXAMPLE
from corpus.sources.web.outcomes import Outcome
from corpus.sources.web.schedule import silent_since
from corpus.sources.web.spool import Spool
from corpus.sources.web.state import State
from tests.conftest import Corpus
from tests.sources.web.scenes import START, WEB, feed, outcomes
from tests.website import Reply


def spooled(scene):
    with Spool(scene.root) as spool:
        return [row for row in spool.until(2**62) if row.capture is not None]


def test_wordpress_texts_are_taken_from_its_api_and_corrections_with_them(site, scene):
    def posts(text):
        return json.dumps(
            [
                {
                    "id": 1, "link": site.url("/post"), "date_gmt": "2026-05-04T08:00:00", "status": "publish",
                    "title": {"rendered": "Council approves tram"}, "content": {"rendered": f"<p>{text}</p>"},
                }
            ]
        )  # fmt: skip

    where = "/wp-json/wp/v2/posts?per_page=50&orderby=date&order=desc"
    site[where] = Reply.text(posts("One. " * 30), "application/json")
    scene.settings({"name": "blog", "kind": "wordpress", "url": site.url("/")}, seal="day")
    assert outcomes(scene.run()) == {"new": 1}
    site[where] = Reply.text(posts("Two. " * 30), "application/json")
    scene.later(hours=1)
    assert outcomes(scene.run()) == {"changed": 1}
    scene.later(hours=1)
    assert outcomes(scene.run()) == {}
    assert site.asked("/post") == []
    assert [row.capture.media_type for row in spooled(scene)] == ["application/json"] * 2


def test_a_text_in_a_feed_is_taken_where_its_page_is_refused(site, scene):
    site.page("/open")
    items = "".join(
        f"<item><title>Council approves {name}</title><link>{site.url(f'/{name}')}</link>"
        f"<content:encoded><![CDATA[<p>{'The council approved it. ' * 20}</p>]]></content:encoded></item>"
        for name in ("open", "closed")
    )
    site["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /closed")
    site["/feed.xml"] = Reply.text(
        f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>{items}</channel></rss>',
        "application/rss+xml",
    )
    scene.settings(feed(site), seal="day")
    assert outcomes(scene.run()) == {"new": 1, "robots": 1}
    assert {(row.capture.url, row.capture.media_type) for row in spooled(scene)} == {
        (site.url("/open"), "text/html"),
        (site.url("/closed"), "application/json"),
    }


def test_section_pages_robots_and_wrongly_zipped_sitemaps(site, scene):
    urls = [site.page(f"/news/{number}") for number in range(3)]
    site["/section"] = Reply.text(
        f'<a href="/news/0">Zero</a><a href="/about">About</a><a href="{urls[0]}#top">Again</a>'
    )
    site["/robots.txt"] = Reply.text(f"User-agent: *\nAllow: /\nSitemap: {site.url('/map.xml')}", "text/plain")
    body = f"<urlset><url><loc>{urls[1]}</loc></url><url><loc>{urls[2]}</loc></url></urlset>".encode()
    # Twice compressed, and said to be plain.
    site["/map.xml"] = Reply(gzip.compress(gzip.compress(body)), headers={"Content-Type": "application/xml"})
    scene.settings(
        {"name": "section", "kind": "page", "url": site.url("/section"), "include": ["*/news/*"]},
        {"name": "robots", "kind": "robots", "url": site.url("/")},
        seal="day",
    )
    report = scene.run()
    assert [run.outcomes[Outcome.NEW] for run in report.sources] == [1, 2], report


def test_sitemaps_that_loop_and_nest_end(site, scene):
    for number in range(8):
        index = f"<sitemapindex><sitemap><loc>{site.url(f'/{number + 1}.xml')}</loc></sitemap><sitemap><loc>{site.url('/0.xml')}</loc></sitemap></sitemapindex>"
        site[f"/{number}.xml"] = Reply.text(index, "application/xml")
    scene.settings({"name": "map", "kind": "sitemap", "url": site.url("/0.xml")}, seal="day")
    report = scene.run()
    assert any("deeper than 3" in one for one in report.sources[0].problems)
    assert not site.asked("/5.xml")
    assert len(site.asked("/0.xml")) == 1


def test_a_large_sitemap_is_bounded_newest_first_and_goes_on(site, scene):
    count, each = 20_000, 3
    rows = "".join(
        f"<url><loc>{site.url(f'/{number}')}</loc><lastmod>2026-05-{1 + number % 4:02d}T00:00:{number % 60:02d}Z</lastmod></url>"
        for number in range(count)
    )
    site["/map.xml"] = Reply.text(f"<urlset>{rows}</urlset>", "application/xml")
    for number in range(count):
        if number % 4 == 3 and number % 60 == 59:
            site.page(f"/{number}")
    scene.settings(
        {"name": "map", "kind": "sitemap", "url": site.url("/map.xml")}, max_new=each, max_age="2d", seal="day"
    )
    report = scene.run()
    assert outcomes(report) == {"new": each, "budget": count // 2 - each}
    # Those of the first of May are too old, and of the second.
    assert report.sources[0].excluded == count // 2
    assert {one.path for one in site.asked() if one.path != "/map.xml"} <= {
        f"/{number}" for number in range(count) if number % 60 == 59
    }
    scene.later(minutes=5)
    assert outcomes(scene.run())["new"] == each
    (planned,) = plan(scene.repository, (), scene.now)
    assert len(planned.fetches) == each
    assert planned.left == {"beyond max_new": count // 2 - 3 * each, "not due yet": 2 * each}
    assert not planned.looks


def test_one_source_that_fails_stops_no_other(site, scene):
    site.feed("/good.xml", [site.page("/a")])
    site["/broken.xml"] = Reply.text("<html>not a feed</html>")
    scene.settings(
        feed(site, "/good.xml", name="good"),
        feed(site, "/gone.xml", name="gone"),
        feed(site, "/broken.xml", name="broken"),
        seal="day",
    )
    report = scene.run()
    assert {run.name: bool(run.failure) for run in report.sources} == {"good": False, "gone": True, "broken": True}
    assert report.exit_code == 0
    for _ in range(3):
        scene.later(hours=13)
        report = scene.run()
    assert set(report.failing) == {"gone", "broken"}
    assert report.exit_code == 1
    assert {one.name for one in status(scene.repository, scene.now).sources if one.failing} == {"gone", "broken"}


def test_a_source_that_fell_silent(site, scene):
    scene.settings(feed(site), seal="day")
    urls = []
    for number in range(5):
        urls.insert(0, site.page(f"/{number}"))
        site.feed("/feed.xml", urls)
        report = scene.run()
        scene.later(hours=12)
    assert report.silent == {}
    scene.later(hours=20)
    assert scene.run().silent == {}
    scene.later(hours=24)
    report = scene.run()
    assert set(report.silent) == {"paper"}
    assert report.exit_code == 1


def test_what_the_first_run_found_at_once_makes_no_source_silent(site, scene):
    """A weekly paper: twelve articles come with the first run, and the next a week later."""
    urls = [site.page(f"/{number}") for number in range(12)]
    site.feed("/feed.xml", urls)
    (scene.root / "list.txt").write_text(site.page("/listed") + "\n")
    scene.settings(feed(site), {"name": "list", "kind": "urls", "path": "list.txt"}, seal="day", recrawl=["90d"])
    scene.run()
    for _ in range(2):
        scene.later(days=6)
        assert scene.run().silent == {}
        scene.later(days=1)
        urls.insert(0, site.page(f"/{len(urls)}"))
        site.feed("/feed.xml", urls)
        assert scene.run().silent == {}
    scene.later(days=27)
    assert scene.run().silent == {}
    scene.later(days=2)
    assert set(scene.run().silent) == {"paper"}


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("hours", "every", "later", "silent"),
    [
        ([], HOUR, 1000, False),
        ([0, 0.01, 0.02], HOUR, 1000, False),
        # New at each look, for longer than a day: a day without anything is much.
        ([number / 4 for number in range(200)], HOUR / 4, 23, False),
        ([number / 4 for number in range(200)], HOUR / 4, 25, True),
        # Twenty at once each morning, fetched one after the other: four days.
        ([24 * day + number / 60 for day in range(9) for number in range(20)], HOUR, 94, False),
        ([24 * day + number / 60 for day in range(9) for number in range(20)], HOUR, 95, True),
        # Looked at once a day, and a day has several.
        ([24 * day + number / 60 for day in range(9) for number in range(20)], 24 * HOUR, 94, False),
    ],
)
def test_gaps_are_between_what_came_at_different_times(hours, every, later, silent):
    times = [START + number * HOUR for number in hours]
    last = max(times, default=START)
    assert silent_since(times, last + later * HOUR, every) == (last if silent else None)


def test_a_site_says_what_it_has(site):
    site["/"] = Reply.text(
        '<html><head><link rel="alternate" type="application/rss+xml" href="/news.rss"></head></html>'
    )
    site.feed("/news.rss", [site.url("/a"), site.url("/b")])
    site["/robots.txt"] = Reply.text(f"Sitemap: {site.url('/maps/all.xml')}", "text/plain")
    site["/maps/all.xml"] = Reply.text(f"<urlset><url><loc>{site.url('/a')}</loc></url></urlset>", "application/xml")
    found = offers(site.url("/"), web=WEB)
    assert {(one.kind, one.url, one.entries) for one in found} >= {
        ("feed", site.url("/news.rss"), 2),
        ("sitemap", site.url("/maps/all.xml"), 1),
    }
    assert all(one.line.startswith("  - {name: ") for one in found)


def test_the_command(site, scene):
    corpus = Corpus(scene.root)
    site.feed("/feed.xml", [site.page("/a"), site.url("/missing")])
    scene.settings(feed(site))
    refused = corpus.run("collect", check=False)
    assert refused.returncode == 1
    assert "127.0.0.1 is not a public address" in refused.stderr
    assert site.log == []
    (scene.root / ".corpus/collect.sqlite").unlink()
    done = corpus.run("collect", "--allow-loopback", "--json")
    values = json.loads(done.stdout)
    assert values.keys() == {"schema", *OUTPUTS["collect"].keys}
    assert values["sources"][0]["outcomes"] == {"new": 1, "gone-404": 1}
    assert len(values["sealed"]) == 1
    shown = corpus.run("collect", "--allow-loopback")
    assert shown.stdout.startswith("paper  new 0  changed 0  unchanged 0  next ")
    assert "paper" in corpus.run("collect", "status").stdout
    assert "not due before" in corpus.run("collect", "--dry-run").stdout
    (scene.root / "collect.yaml").write_text("agent: {name: x}\nsources:\n  - {name: a, kind: none}\n")
    broken = corpus.run("collect", check=False)
    assert broken.returncode == 2
    assert "agent.contact is missing" in broken.stderr
    assert "kind" in broken.stderr


def test_what_a_run_would_not_fetch_and_why(site, scene):
    """Each page that is known is fetched, or left out for a reason."""
    site["/robots.txt"] = Reply.text("User-agent: *\nDisallow: /closed", "text/plain")
    urls = [site.page("/kept"), site.page("/gone"), site.url("/closed"), site.page("/waits"), site.page("/excluded")]
    site.feed("/feed.xml", urls)
    scene.settings(feed(site, seal="day"), recrawl=["1h", "2h", "30h"])
    scene.run()
    del site["127.0.0.1", "/gone"]
    for _ in range(2):
        scene.later(hours=1)
        scene.run("paper")
    scene.later(hours=1)
    (planned,) = plan(scene.repository, (), scene.now)
    assert (planned.fetches, planned.looks) == ((), True)
    assert planned.left == {"not due yet": 4, "gone": 1}
    assert planned.next_page == START + timedelta(hours=24)
    shown = Corpus(scene.root).run("collect", "--dry-run").stdout
    assert "not 1: gone" in shown
    scene.settings(feed(site, seal="day", exclude=["/excluded"]), recrawl=["1h", "2h", "30h"])
    scene.later(hours=28)
    (planned,) = plan(scene.repository, (), scene.now)
    # A day later robots.txt itself would be requested anew.
    assert planned.fetches == tuple(site.url(path) for path in ("/closed", "/kept", "/waits"))
    assert planned.left == {"excluded": 1, "gone": 1}
    site.feed("/feed.xml", [])
    scene.run()
    assert len(site.asked("/closed")) == 0
    with State(scene.root) as state:
        for page in list(state.pages()):
            state.discover([replace(page, published=scene.now + timedelta(minutes=1))], scene.now)
    (planned,) = plan(scene.repository, (), scene.now)
    assert planned.fetches == tuple(site.url(path) for path in ("/kept", "/waits"))


def test_the_example_is_never_fetched(scene):
    (scene.root / "collect.yaml").write_text(EXAMPLE)
    (planned,) = plan(scene.repository, (), scene.now)
    assert planned.is_example
    assert "write a source of your own" in Corpus(scene.root).run("collect", "--dry-run").stdout


def test_a_disk_that_is_nearly_full_stops_collecting(site, scene):
    from corpus.errors import DiskFull

    site.feed("/feed.xml", [site.page(f"/{number}") for number in range(3)])
    scene.settings(feed(site))
    with pytest.raises(DiskFull):
        scene.run(spare=1 << 62)
    assert site.log == []
