"""The feeds and sitemaps of a site, found and ready to paste."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.sources.discovery import find_sources
from corpus.sources.web.config import parse

BASE = "https://www.a.example/"


def sure(html: str, robots: str = "") -> list[tuple[str, str]]:
    return [(one.kind, one.url) for one in find_sources(html.encode(), robots.encode(), BASE) if one.found != "guess"]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed/">', [("feed", f"{BASE}feed/")]),
        ("<LINK REL=alternate TYPE=application/atom+xml HREF=/atom>", [("feed", f"{BASE}atom")]),
        ('<link rel="alternate feed" type="application/feed+json" href="f.json">', [("feed", f"{BASE}f.json")]),
        ('<link rel="alternate" type="application/json" href="/wp-json/wp/v2/pages/7">', []),
        ('<link rel="alternate" type="application/json+oembed" href="/oembed?url=x">', []),
        ('<link rel="alternate" type="text/xml" href="/news.rss">', [("feed", f"{BASE}news.rss")]),
        ('<link rel="alternate" hreflang="de" href="/de/">', []),
        ('<link rel="alternate stylesheet" type="application/rss+xml" href="/x">', []),
        ('<link rel="sitemap" href="/s.xml">', [("sitemap", f"{BASE}s.xml")]),
        ('<link rel="https://api.w.org/" href="https://www.a.example/wp-json/">', [("wordpress", "https://www.a.example")]),
        ('<base href="/en/"><link rel="alternate" type="application/rss+xml" href="rss">', [("feed", f"{BASE}en/rss")]),
        ('<a href="/rss/politics.xml">RSS</a><a href="https://b.example/rss">other</a>', [("feed", f"{BASE}rss/politics.xml")]),
        ('<a href="/feedback">no</a><a href="/essays/atomic">no</a>', []),
        ('<!-- <link rel="alternate" type="application/rss+xml" href="/old"> -->', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:x">', []),
    ],
)  # fmt: skip
def test_what_a_page_links(html: str, expected: list[tuple[str, str]]) -> None:
    assert sure(html) == expected


def test_comments_come_last_and_robots_before_guesses() -> None:
    link = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'
    html = link.format("Site » Comments Feed", "/comments/feed/") + link.format("Site", "/feed/")
    found = find_sources(html.encode(), b"Sitemap: /a.xml\nSitemap: https://cdn.example/b.xml\n", BASE)
    assert [one.url.removeprefix(BASE) for one in found] == [
        "feed/",
        "a.xml",
        "https://cdn.example/b.xml",
        "comments/feed/",
    ]
    assert found[0].title == "Site"


def test_usual_places_where_nothing_is_named() -> None:
    found = find_sources(b"", None, BASE)
    assert {one.found for one in found} == {"guess"}
    assert {one.kind for one in found} == {"feed", "sitemap"}


def test_lines_to_paste() -> None:
    html = '<link rel=alternate type="application/rss+xml" href="/feed?a=&quot;b"><link rel="https://api.w.org/" href="/wp-json/">'
    found = find_sources(html.encode(), b"Sitemap: /a.xml\nSitemap: /a.rss", BASE)
    text = "agent: {name: bot, contact: a@b.example}\nsources:\n" + "\n".join(one.line for one in found)
    made = parse(text.encode(), Path("collect.yaml"))
    assert [(one.kind.value, one.url) for one in made.sources] == [(one.kind, one.url) for one in found]


@given(st.binary(max_size=300), st.binary(max_size=100), st.sampled_from([BASE, "", "http://[", "x"]))
def test_nothing_raises(html: bytes, robots: bytes, base: str) -> None:
    names = [
        one.name for one in find_sources(b"<link rel=alternate type=application/rss+xml href=" + html, robots, base)
    ]
    assert len(names) == len(set(names))
