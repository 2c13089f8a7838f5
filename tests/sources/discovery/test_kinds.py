"""What feeds, sitemaps, robots.txt, REST answers, pages and lists name, as sites really write them."""

from __future__ import annotations

import gzip as gzip_module
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.sources.discovery import KINDS, Found, entries_of, first_address

BASE = "https://a.example/x/file"
RSS = '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>S</title>{}</channel></rss>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>S</title>{}</feed>'
URLSET = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" {}>{}</urlset>'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
ONE = ["https://a.example/1"]


def gzip(data: bytes) -> bytes:
    return gzip_module.compress(data, mtime=0)


def read(kind: str, body: str | bytes, base: str = BASE, media_type: str | None = None) -> Found:
    return entries_of(kind, body.encode() if isinstance(body, str) else body, base, media_type)


def urls(found: Found) -> list[str]:
    return [entry.url for entry in found.entries]


def urlset(*locs: str, attributes: str = "") -> str:
    return URLSET.format(attributes, "".join(f"<url><loc>{one}</loc></url>" for one in locs))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (RSS.format("<item><link>https://a.example/1</link></item>"), ONE),
        (RSS.format("<item><link>\n https://a.example/1 \n</link></item>"), ONE),
        (RSS.format("<item><link><![CDATA[https://a.example/1?a=1&b=2]]></link></item>"), ["https://a.example/1?a=1&b=2"]),
        (RSS.format("<item><link>https://a.example/1?a=1&b=2</link></item>"), ["https://a.example/1?a=1&b=2"]),
        (RSS.format("<item><link>/1</link></item>"), ONE),
        (RSS.format("<item><link>//a.example/1</link></item>"), ONE),
        (RSS.format("<item><link>https://a.example/1/?utm_source=rss#top</link></item>"), ONE),
        (RSS.format("<item><guid>https://a.example/1</guid></item>"), ONE),
        (RSS.format('<item><guid isPermaLink="false">https://a.example/1</guid></item>'), []),
        (RSS.format('<item><guid isPermaLink="false">77</guid><link>https://a.example/1</link></item>'), ONE),
        (
            RSS.format(
                '<item><link>https://feeds.example/r/1</link><feedburner:origLink xmlns:feedburner="x">https://a.example/1'
                "</feedburner:origLink></item>"
            ),
            ONE,
        ),
        ('<rss version="0.91"><channel><item><title>T</title><link>https://a.example/1</link></item></channel></rss>', ONE),
        ("\n\n<rss><channel><item><link>https://a.example/1</link></item><item><link>https://a.example/1/</link></item></channel></rss>", ONE),
        (
            ('<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
            '<channel rdf:about="https://a.example/"/><item rdf:about="https://a.example/1"><title>T</title></item></rdf:RDF>'),
            ONE,
        ),
        (ATOM.format('<entry><link href="https://a.example/1"/></entry>'), ONE),
        (ATOM.format('<entry><link rel="self" href="/s"/><link rel="alternate" href="/1"/></entry>'), ONE),
        (ATOM.format('<entry xml:base="https://a.example/"><link href="1"/></entry>'), ONE),
        ('<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/"><entry xml:base="y/"><link href="../1"/></entry></feed>', ONE),
        (ATOM.format("<entry><id>https://a.example/1</id></entry>"), ONE),
        (ATOM.format("<entry><id>tag:a.example,2024:1</id></entry>"), []),
        (json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "url": "/1"}]}), ONE),
        (json.dumps({"items": [{"id": "https://a.example/1"}, {"id": 3}, "x"]}), ONE),
        (json.dumps({"items": [{"id": "1", "external_url": "https://a.example/1"}]}), ONE),
        (urlset("https://a.example/1"), ONE),
    ],
)  # fmt: skip
def test_addresses_of_feeds(body: str, expected: list[str]) -> None:
    assert urls(read("feed", body)) == expected


def test_what_a_feed_says_of_an_entry() -> None:
    item = (
        "<item><title>A &amp;amp; B</title><link>/1/?utm_medium=x</link><pubDate>Wed, 01 May 2024 10:00:00 +0200</pubDate>"
        '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">&lt;p&gt;Words&lt;/p&gt;</content:encoded></item>'
    )
    (entry,) = read("feed", RSS.format("<language>en</language>" + item)).entries
    assert entry.url == "https://a.example/1"
    assert entry.address == "https://a.example/1/?utm_medium=x"
    assert entry.title == "A & B"
    assert entry.published == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert entry.content is not None
    row = json.loads(entry.content)
    assert (row["url"], row["content_html"], row["language"]) == (entry.address, "<p>Words</p>", "en")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (ATOM.format('<link rel="next" href="?page=2"/><entry><link rel="next" href="/no"/></entry>'), "https://a.example/x/file?page=2"),
        (RSS.format('<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="https://a.example/feed?paged=2"/>'),
         "https://a.example/feed?paged=2"),
        (json.dumps({"items": [], "next_url": "https://a.example/2.json"}), "https://a.example/2.json"),
    ],
)  # fmt: skip
def test_the_next_page_of_a_feed(body: str, expected: str) -> None:
    assert read("feed", body).more == (expected,)


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("", "empty"), ("<!DOCTYPE html><html>404</html>", "HTML page"), ("not xml", "not a feed"), ("{", "not a JSON Feed"),
        ("[1]", "not a JSON Feed"), (RSS.format(""), "no entries"), ("<svg/>", "its root is <svg>"),
        (RSS.format("<item><link>https://a.example/1</link></item>")[:-40], "ends early"),
        (RSS.format("<item><title>T</title></item>"), "an entry has no address"),
        (RSS.format("<item><link>javascript:alert(1)</link></item>"), "no address"),
        ("[" * 100_000, "not a JSON Feed"), (b"\x00" * 100, "empty"),
    ],
)  # fmt: skip
def test_problems_of_feeds_in_words(body: str | bytes, problem: str) -> None:
    assert any(problem in one for one in read("feed", body).problems), read("feed", body).problems


def test_entities_are_not_expanded() -> None:
    levels = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY a0 "ha"><!ENTITY f SYSTEM "file:///etc/passwd">{levels}]>'
    feed = bomb + RSS.format("<item><title>&a11;&f;</title><link>https://a.example/1</link></item>")
    found = read("feed", feed)
    assert "root:" not in str(found)
    assert len(str(found)) < 5_000
    sitemap = (
        bomb
        + "<urlset><url><loc>https://a.example/&a11;&f;</loc></url><url><loc>https://a.example/1</loc></url></urlset>"
    )
    found = read("sitemap", sitemap)
    assert "https://a.example/1" in urls(found)
    assert "root:" not in str(found)
    assert len(str(found)) < 5_000


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (urlset("https://a.example/1"), ONE),
        (urlset("https://a.example/1").replace('xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" ', ""), ONE),
        (urlset("https://a.example/1").replace("0.9", "0.84"), ONE),
        (urlset("\n  https://a.example/1\n  "), ONE),
        (urlset("<![CDATA[https://a.example/1]]>"), ONE),
        (urlset("https://a.example/1?a=1&amp;b=2"), ["https://a.example/1?a=1&b=2"]),
        (urlset("https://a.example/1?a=1&b=2", "https://a.example/2"), ["https://a.example/1?a=1&b=2", "https://a.example/2"]),
        (urlset("/1"), ONE),
        (urlset("https://a.example/a b"), ["https://a.example/a%20b"]),
        (urlset("https://a.example/ä"), ["https://a.example/%C3%A4"]),
        (urlset("https://a.example/1").encode("utf-16"), ONE),
        (b"\xef\xbb\xbf" + urlset("https://a.example/1").encode(), ONE),
        (b"\n<br /><b>Warning</b>: x\n" + urlset("https://a.example/1").encode(), ONE),
        (urlset("https://a.example/\xe4").replace('"1.0"', '"1.0" encoding="iso-8859-1"').encode("latin-1"), ["https://a.example/%C3%A4"]),
        (urlset("https://a.example/\xe4").encode("latin-1"), ["https://a.example/%C3%A4"]),
        (gzip(urlset("https://a.example/1").encode()), ONE),
        (gzip(gzip(urlset("https://a.example/1").encode())), ONE),
        (urlset("https://a.example/1", "https://a.example/1/", "https://a.example/1?utm_source=s"), ONE),
        (URLSET.format(NEWS, "<url><loc>https://a.example/1</loc><image:image><image:loc>https://a.example/i.jpg</image:loc></image:image></url>"), ONE),
        ("https://a.example/1\nhttps://a.example/2\r\n", [*ONE, "https://a.example/2"]),
        ("<s:urlset xmlns:s='x'><s:url><s:loc>https://a.example/1</s:loc></s:url></s:urlset>", ONE),
        ("<URLSET><URL><LOC>https://a.example/1</LOC></URL></URLSET>", ONE),
        (RSS.format("<item><link>https://a.example/1</link></item>"), ONE),
        (ATOM.format('<entry><link href="https://a.example/1"/></entry>'), ONE),
        ('<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><!-- c -->' + urlset("https://a.example/1")[21:], ONE),
    ],
)  # fmt: skip
def test_addresses_of_sitemaps(body: str | bytes, expected: list[str]) -> None:
    found = read("sitemap", body)
    assert urls(found) == expected, found


def test_dates_and_titles_of_a_news_sitemap() -> None:
    news = "<news:news><news:publication_date>2024-05-01T10:00:00+02:00</news:publication_date><news:title>T &amp; U</news:title></news:news>"
    (entry,) = read(
        "sitemap", URLSET.format(NEWS, f"<url><loc>/1</loc><lastmod>2024-05-02</lastmod>{news}</url>")
    ).entries
    assert entry[:4] == (
        "https://a.example/1",
        datetime(2024, 5, 1, 8, tzinfo=UTC),
        datetime(2024, 5, 2, tzinfo=UTC),
        "T & U",
    )


def test_an_index_names_further_sitemaps_even_itself() -> None:
    index = f"<sitemapindex><sitemap><loc>{BASE}</loc></sitemap><sitemap><loc>/b.xml.gz?x=1</loc><lastmod>2024</lastmod></sitemap></sitemapindex>"
    found = read("sitemap", index)
    assert found.entries == ()
    assert found.more == (BASE, "https://a.example/b.xml.gz?x=1")


@pytest.mark.parametrize(
    ("body", "problem", "count"),
    [
        ("", "empty", 0), ("<html><body>Not found</body></html>", "HTML page", 0), ("<a/>", "not a sitemap", 0),
        (URLSET.format("", ""), "names nothing", 0), (gzip(urlset("https://a.example/1").encode())[:-12], "damaged", 1),
        (urlset("https://a.example/1", "https://a.example/22")[:-30], "ends early", 1),
        (urlset("https://a.example/1", "ftp://x/")[:-9], "ends early", 1), (urlset("mailto:a@b", "https://a.example/1"), "not a web address", 1),
        (gzip(gzip(gzip(b"x"))), "compressed more than 2 times", 0), (b"\x1f\x8b\x08broken", "damaged", 0),
    ],
)  # fmt: skip
def test_problems_of_sitemaps_in_words(body: str | bytes, problem: str, count: int) -> None:
    found = read("sitemap", body)
    assert any(problem in one for one in found.problems), found.problems
    assert len(found.entries) == count


def test_large_sitemaps() -> None:
    found = read("sitemap", urlset(*(f"https://a.example/{n}" for n in range(50_001))))
    assert len(found.entries) == 50_001
    assert found.problems == ("50,001 addresses in one sitemap; the protocol allows 50,000",)
    bomb = gzip(b"<urlset>" + b" " * 60_000_000)
    assert any("larger than" in one or "compressed size" in one for one in read("sitemap", bomb).problems)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("User-agent: *\nSitemap: https://a.example/s.xml\n", ["https://a.example/s.xml"]),
        ("\ufeffSitemap: https://a.example/s.xml", ["https://a.example/s.xml"]),
        ("sitemap:https://a.example/s.xml # news", ["https://a.example/s.xml"]),
        ("SITEMAP : /s.xml", ["https://a.example/s.xml"]),
        ("Site-map: /s.xml", ["https://a.example/s.xml"]),
        ("a: b\rSitemap: /s.xml\rSitemap: /t.xml", ["https://a.example/s.xml", "https://a.example/t.xml"]),
        ("Sitemap: /s.xml\nSitemap: /s.xml", ["https://a.example/s.xml"]),
        ("#Sitemap: /no.xml\nDisallow: /Sitemap: x", []),
        ("Sitemap:\nSitemap: https://a.example/s.xml?x=a#b", ["https://a.example/s.xml?x=a"]),
        ("Sitemap: /s.xml\n" + "Disallow: /*a*b*c$\n" * 20_000, ["https://a.example/s.xml"]),
        ("User-agent: \xe4\nSitemap: /s.xml".encode("latin-1"), ["https://a.example/s.xml"]),
        ("Sitemap: /s.xml".encode("utf-16"), ["https://a.example/s.xml"]),
        ("<!doctype html>Sitemap: /s.xml", []),
    ],
)  # fmt: skip
def test_sitemaps_of_robots(body: str | bytes, expected: list[str]) -> None:
    assert list(read("robots", body, "https://a.example/robots.txt").more) == expected


def test_a_robots_of_10_mb() -> None:
    found = read("robots", "Sitemap: /s.xml\n" + "Disallow: /x\n" * 800_000)
    assert found.more == ("https://a.example/s.xml",)
    assert "only the first 512,000 are read" in found.problems[0]


def post(**more: Any) -> dict[str, Any]:
    return {
        "id": 1, "date": "2024-05-01T12:00:00", "date_gmt": "2024-05-01T10:00:00", "modified_gmt": "2024-05-02T10:00:00",
        "status": "publish", "link": "https://a.example/1/", "title": {"rendered": "A &#8211; B"},
        "content": {"rendered": "<p>Words</p>", "protected": False}, "excerpt": {"rendered": "<p>S</p>"},
    } | more  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (json.dumps([post()]), ONE), (json.dumps(post()), ONE), ("\ufeff" + json.dumps([post()]), ONE),
        ("<br /><b>Notice</b>: x\n" + json.dumps([post()]), ONE), (json.dumps([post(link="/1")]), ONE),
        (json.dumps([post(title="T", content="<p>x</p>")]), ONE), (json.dumps([post(status="private")]), []),
        (json.dumps([post(content={"rendered": "", "protected": True})]), ONE), (json.dumps([post(link=None)]), []),
        (json.dumps([post(date_gmt="0000-00-00T00:00:00")]), ONE), (json.dumps([1, None, post()]), ONE), ("[]", []),
        ('{"code":"rest_no_route"}', []), ("<html>", []), ('{"code":"rest_post_invalid_page_number"}', []),
    ],
)  # fmt: skip
def test_posts_of_wordpress(body: str, expected: list[str]) -> None:
    assert urls(read("wordpress", body)) == expected


def test_what_wordpress_says_of_a_post() -> None:
    (entry,) = read("wordpress", json.dumps([post(yoast_head_json={"author": "Jo Doe"})])).entries
    assert (entry.title, entry.published, entry.modified) == (
        "A – B",
        datetime(2024, 5, 1, 10, tzinfo=UTC),
        datetime(2024, 5, 2, 10, tzinfo=UTC),
    )
    assert entry.content is not None
    row = json.loads(entry.content)
    assert (row["content_html"], row["authors"], row["date"]) == ("<p>Words</p>", ["Jo Doe"], "2024-05-01T10:00:00Z")
    (locked,) = read("wordpress", json.dumps([post(content={"rendered": "", "protected": True})])).entries
    assert locked.content is None


def test_pages_of_wordpress() -> None:
    start = first_address("wordpress", "https://a.example/blog/")
    assert start == "https://a.example/blog/wp-json/wp/v2/posts?per_page=50&orderby=date&order=desc"
    full = json.dumps([post(link=f"/{n}") for n in range(50)])
    assert read("wordpress", full, start).more == (start + "&page=2",)
    assert read("wordpress", full, start + "&page=2").more == (start + "&page=3",)
    assert read("wordpress", json.dumps([post()]), start).more == ()
    assert read("wordpress", full, start + "&page=1000").more == ()
    assert first_address("robots", "https://a.example/x?y") == "https://a.example/robots.txt"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('<a href="/1">x</a>', ONE), ("<a href=/1>x</a>", ONE), ("<A HREF='/1'>x</A>", ONE), ('<a class="a>b" href="/1">x</a>', ONE),
        ('<base href="https://a.example/"><a href="1">x</a>', ONE), ('<base href="javascript:x"><a href="/1">x</a>', ONE),
        ('<a href="/1#c">x</a><a href="/1?utm_source=y">y</a>', ONE), ('<!-- <a href="/2"> --><a href="/1">', ONE),
        ('<script>"<a href=/2>"</script><a href="/1">', ONE), ('<a href="#top">x</a><a href="mailto:a@b">m</a>', []),
        ('<a href="https://a.example/1?a=1&amp;b=2">x</a>', ["https://a.example/1?a=1&b=2"]), ("<a name=x><a href='/x/file'>self</a>", []),
        ('<a\nhref="/1"\n>x', ONE), ('<abbr href="/2"><a href="/1">', ONE), ('<area href="/1">', ONE), ("", []), ('<a href="http://[">x</a>', []),
        ('<a href="/\xe4">x</a>'.encode("latin-1"), ["https://a.example/%C3%A4"]), ('<a href=" /1 ">x</a>', ONE),
    ],
)  # fmt: skip
def test_links_of_a_page(body: str | bytes, expected: list[str]) -> None:
    assert urls(read("page", body)) == expected


def test_the_charset_of_the_header() -> None:
    body = '<a href="/ж">x</a>'.encode("koi8-r")
    assert urls(read("page", body, media_type="text/html; charset=KOI8-R")) == ["https://a.example/%D0%B6"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("https://a.example/1", ONE), ("\ufeffhttps://a.example/1\r\n", ONE), ("# c\n\nhttps://a.example/1\n", ONE),
        ("  https://a.example/1  # why", ONE), ("https://a.example/1\thttps://a.example/2", ONE), ("1,https://a.example/1,2024-05-01", ONE),
        ('"https://a.example/1"', ONE), ("<https://a.example/1>", ONE), ("https://a.example/1\nhttps://a.example/1/", ONE),
        ("https://a.example/1".encode("utf-16"), ONE), ("nothing\nhere", []), ("", []), (gzip(b"https://a.example/1"), ONE),
        ("HTTPS://A.example/1", ONE), ("a.example/1\nhttps://a.example/1", ONE), (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, []),
    ],
)  # fmt: skip
def test_lists_of_addresses(body: str | bytes, expected: list[str]) -> None:
    assert urls(read("urls", body, "addresses.txt")) == expected


def test_a_date_behind_an_address() -> None:
    (entry,) = read("urls", "https://a.example/1 2024-05-01T10:00Z").entries
    assert entry.modified == datetime(2024, 5, 1, 10, tzinfo=UTC)
    assert read("urls", "x\nhttps://a.example/1\ny").problems == (
        "2 lines hold no web address, the first of them line 1",
    )


PIECES = st.sampled_from(
    ["<rss>", "<item>", "<link>", "</link>", "<urlset>", "<url><loc>", "</loc></url>", "</urlset>", "<feed>", "<entry>", "<![CDATA[",
     "]]>", "<!--", "&x;", "https://a.example/", "http://[", "<a href=", '"', "'", ">", "{", "[", '"link":', "Sitemap:", "\n", "\x00",
     "\ud800", "<!DOCTYPE x [", "<base href=", "ä", "\x1f\x8b"]
)  # fmt: skip


@given(
    st.sampled_from(KINDS),
    st.binary(max_size=400) | st.lists(PIECES, max_size=40).map(lambda p: "".join(p).encode("utf-8", "surrogatepass")),
    st.sampled_from([BASE, "", "http://[", "x"]),
)
def test_nothing_raises(kind: str, body: bytes, base: str) -> None:
    found = entries_of(kind, body, base, "text/html; charset=utf-99")
    assert len(urls(found)) == len(set(urls(found)))
    assert all(entry.url.startswith(("http://", "https://")) and entry.address for entry in found.entries)
    assert all(len(problem) < 500 for problem in found.problems)


def test_no_such_kind() -> None:
    with pytest.raises(ValueError, match="choose from feed, sitemap"):
        entries_of("rss", b"", BASE)
