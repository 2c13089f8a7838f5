"""Find the feeds and sitemaps of a site: in its page, in robots.txt, and in the usual places."""

from __future__ import annotations

import json
import re
from typing import Final, NamedTuple
from urllib.parse import urljoin, urlsplit

from corpus.sources.discovery import lines, page
from corpus.sources.discovery.found import Collector
from corpus.text.tags import tags
from corpus.text.urls import canonical, publisher

_MOST: Final = 200
_MOST_TAGS: Final = 20_000
_MOST_BYTES: Final = 5_000_000
_FEEDS: Final = frozenset(
    {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml", "text/rss+xml",
     "application/json", "application/xml", "text/xml", "application/rss", "application/x.atom+xml"}
)  # fmt: skip
# Of these types alone nobody knows: oEmbed, APIs and translations are JSON and XML as well.
_VAGUE: Final = frozenset({"application/json", "application/xml", "text/xml"})
_FEED_NAME: Final = re.compile(r"(?:^|[/._-])(?:rss|atom|feeds?|rdf)(?:[/._?-]|$)|\.(?:rss|atom|rdf)$", re.IGNORECASE)
_NOT_FEED: Final = re.compile(r"oembed|xmlrpc|wlwmanifest|opensearch|/wp-json/(?!wp/v2/posts)", re.IGNORECASE)
_COMMENTS: Final = re.compile(r"/comments?/|comment-?feed|comments? feed|kommentar|commentaires", re.IGNORECASE)
_USUAL: Final = (
    ("feed", "/feed"), ("feed", "/rss"), ("feed", "/rss.xml"), ("feed", "/feed.xml"), ("feed", "/atom.xml"),
    ("feed", "/index.xml"), ("feed", "/feed.json"), ("sitemap", "/sitemap.xml"), ("sitemap", "/sitemap_index.xml"),
    ("sitemap", "/news-sitemap.xml"), ("sitemap", "/sitemap-news.xml"), ("sitemap", "/wp-sitemap.xml"),
)  # fmt: skip


class Candidate(NamedTuple):
    """A possible source.

    Attributes:
        kind: `feed`, `sitemap` or `wordpress`.
        url: its address.
        title: what the site calls it.
        found: where it was found: `link`, `anchor`, `robots.txt`, or `guess` for a usual place nobody named.
        name: a name for collect.yaml, unique among the candidates.
    """

    kind: str
    url: str
    title: str | None
    found: str
    name: str

    @property
    def line(self) -> str:
        """The source as a line to paste into collect.yaml."""
        publisher_ = publisher(canonical(self.url) or "")
        more = f", publisher: {publisher_}" if publisher_ else ""
        return f"  - {{name: {self.name}, kind: {self.kind}, url: {json.dumps(self.url, ensure_ascii=False)}{more}}}"


def find_sources(html: bytes, robots: bytes | None, base: str) -> tuple[Candidate, ...]:
    """Return the possible sources of a site, the surest first.

    Args:
        html: a page of the site, best its front page; may be empty.
        robots: its robots.txt, if there is one.
        base: the page's address.

    Returns:
        Those that the page links, then those that robots.txt names, then usual places, which must be tried; nothing
        if `base` is not a web address.
    """
    if canonical(base) is None:
        return ()
    notes = _Notes(base)
    notes.read(page.text_of(html[:_MOST_BYTES]) or "")
    notes.collector.base = base
    for written in lines.sitemaps_of(robots or b"")[:_MOST]:
        notes.add("sitemap", urljoin(urljoin(base, "/robots.txt"), written), None, "robots.txt")
    known = {kind for kind, *_ in notes.found.values()}
    for kind, place in _USUAL:
        if kind not in known:
            notes.add(kind, urljoin(base, place), None, "guess")
    for href, title in notes.comments:
        notes.add("feed", href, title, "link")
    return _named(list(notes.found.values()))


class _Notes:
    """What a page links that may be a source."""

    def __init__(self, base: str) -> None:
        self.collector = Collector(base)
        self.found: dict[str, tuple[str, str, str | None, str]] = {}
        self.comments: list[tuple[str, str | None]] = []

    def add(self, kind: str, written: object, title: str | None, where: str) -> None:
        """Note an address, if it is one."""
        address = self.collector.resolve(written)
        if address and canonical(address) and len(self.found) < _MOST:
            self.found.setdefault(address, (kind, address, (title or "").strip()[:200] or None, where))

    def read(self, text: str) -> None:
        """Note what the elements of a page link: its link elements first, then the anchors of its own site."""
        anchors: list[str] = []
        host = urlsplit(self.collector.base).hostname
        for tag in tags(text, {"link", "base", "a"}, _MOST_TAGS):
            href = tag.attributes.get("href", "")
            if tag.name == "base":
                page.apply_base(tag, self.collector)
            elif tag.name == "link":
                self._read_link(tag.attributes, href)
            elif _FEED_NAME.search(_path_of(href)) and (address := self.collector.resolve(href)):
                anchors.append(address)
        for address in anchors[:_MOST]:
            if urlsplit(address).hostname == host and not _COMMENTS.search(address):
                self.add("feed", address, None, "anchor")

    def _read_link(self, attributes: dict[str, str], href: str) -> None:
        title, relations = attributes.get("title"), attributes.get("rel", "").lower().split()
        if "https://api.w.org/" in relations:
            if api := self.collector.resolve(href):
                site = api.partition("?rest_route=")[0].rstrip("/").removesuffix("/wp-json")
                self.add("wordpress", site, title, "link")
        elif "sitemap" in relations:
            self.add("sitemap", href, title, "link")
        elif _is_feed(relations, attributes.get("type", ""), href):
            if _COMMENTS.search(f"{href} {title or ''}"):
                self.comments.append((href, title))
            else:
                self.add("feed", href, title, "link")


def _path_of(href: str) -> str:
    """Return the path and query of a link, as written."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _is_feed(relations: list[str], media_type: str, href: str) -> bool:
    kind = media_type.partition(";")[0].strip().lower()
    if (
        not {"alternate", "feed", "service.feed"} & set(relations)
        or "stylesheet" in relations
        or _NOT_FEED.search(href)
    ):
        return False
    if kind in _VAGUE:
        return _FEED_NAME.search(_path_of(href)) is not None
    return kind in _FEEDS or ("feed" in relations and not kind)


def _named(found: list[tuple[str, str, str | None, str]]) -> tuple[Candidate, ...]:
    """Return candidates with names that differ: of the host, and what tells them apart."""
    made: list[Candidate] = []
    names: set[str] = set()
    for kind, url, title, where in found:
        parts = urlsplit(url)
        host = (parts.hostname or "site").removeprefix("www.").rsplit(".", 1)[0]
        rest = re.sub(r"\.(?:xml|rss|json|php|atom)\b", "", parts.path)
        words = re.sub(r"[^a-z0-9]+", "-", f"{host} {rest}".lower()).strip("-")[:50].strip("-") or "site"
        name, number = words, 2
        while name in names:
            name, number = f"{words}-{number}", number + 1
        names.add(name)
        made.append(Candidate(kind, url, title, where, name))
    return tuple(made)
