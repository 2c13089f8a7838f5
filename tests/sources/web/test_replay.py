"""Discovery and rights are replayed from batches alone."""

from __future__ import annotations

import json

import pytest

from corpus.app.replaying import replay
from corpus.errors import UsageError
from tests.conftest import Corpus
from tests.sources.web.scenes import feed
from tests.website import Reply

ROBOTS = "User-agent: *\nContent-Signal: ai-train=no\n\nUser-agent: GPTBot\nDisallow: /b\n"


@pytest.fixture
def collected(site, scene):
    site.feed("/feed.xml", [site.page("/a"), site.page("/b")])
    site["/robots.txt"] = Reply.text(ROBOTS, "text/plain")
    site["/.well-known/tdmrep.json"] = Reply.text('[{"location": "/a", "tdm-reservation": 1}]', "application/json")
    site["/map.xml"] = Reply.text(
        f"<sitemapindex><sitemap><loc>{site.url('/one.xml')}</loc></sitemap></sitemapindex>", "application/xml"
    )
    site["/one.xml"] = Reply.text(f"<urlset><url><loc>{site.page('/c')}</loc></url></urlset>", "application/xml")
    scene.settings(feed(site), {"name": "map", "kind": "sitemap", "url": site.url("/map.xml"), "exclude": ["*/c"]})
    scene.run()
    return scene


def test_what_was_named_and_which_rights_held(collected, site):
    asked = len(site.log)
    found = replay(collected.repository)
    assert len(site.log) == asked
    assert {(one.source, one.url, len(one.entries), one.captured, len(one.more)) for one in found.files} == {
        ("paper", site.url("/feed.xml"), 2, 2, 0),
        ("map", site.url("/map.xml"), 0, 0, 1),
        ("map", site.url("/one.xml"), 1, 0, 0),
    }
    assert (found.confirmed, found.differing) == (2, ())
    assert [one.source for one in replay(collected.repository, ["paper"]).files] == ["paper"]
    with pytest.raises(UsageError, match="No source 'other'"):
        replay(collected.repository, ["other"])


def test_the_command(collected):
    corpus_repo = Corpus(collected.root)
    lines = corpus_repo.run("collect", "replay").stdout.splitlines()
    assert len(lines) == 4
    assert "2 articles named, 2 captured" in "\n".join(lines)
    assert lines[-1] == "rights  2 pages as the evidence says, 0 otherwise"
    shown = json.loads(corpus_repo.run("collect", "replay", "paper", "--json").stdout)
    assert [entry["url"] for entry in shown["files"][0]["entries"]] == [row["url"] for row in collected.documents()]
    assert corpus_repo.git("status", "--porcelain", "data").count("observations") == 0


def test_without_batches(scene):
    assert replay(scene.repository).files == ()
    assert "No batch holds" in Corpus(scene.root).run("collect", "replay").stderr
