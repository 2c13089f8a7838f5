"""Find the addresses and full texts in feeds, sitemaps, robots.txt, REST answers, pages and lists.

The functions take bytes and return values. They fetch nothing and raise nothing for bad input, and their time and
memory are bounded. `problems` lists what could not be read.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from corpus.sources.discovery import feed, lines, page, sitemap, wordpress
from corpus.sources.discovery.found import MOST_BYTES, Collector, Entry, Found
from corpus.sources.discovery.sites import Candidate, find_sources
from corpus.sources.discovery.unpack import unpack

__all__ = ["KINDS", "Candidate", "Entry", "Found", "entries_of", "find_sources", "first_address"]

KINDS: Final = ("feed", "sitemap", "robots", "urls", "wordpress", "page")
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)


def entries_of(kind: str, body: bytes, base: str, media_type: str | None = None) -> Found:
    """Return what a file of a source names.

    Args:
        kind: the source's kind, one of `KINDS`.
        body: the file as it came. gzip is recognised by its magic bytes, not by the header.
        base: the address that gave it, or the path of a file of addresses.
        media_type: the `Content-Type`, for its charset; what the file is, its bytes say.

    Returns:
        Entries in the order of the file, each address once; further files (of a `robots.txt` and of an index they are
        sitemaps, else of the same kind), which may loop; and problems in words.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in KINDS:
        raise ValueError(f"No kind {kind!r}; choose from {', '.join(KINDS)}")
    data, problem = unpack(body, MOST_BYTES)
    collector = Collector(base)
    if problem:
        collector.problem(problem)
    if kind == "feed":
        # A sitemap may be a feed, and people confuse them.
        (sitemap if sitemap.is_sitemap(data) else feed).read(data, collector)
    elif kind == "sitemap":
        sitemap.read(data, collector)
    elif kind == "robots":
        lines.read_robots(data, collector)
    elif kind == "urls":
        lines.read(data, collector)
    elif kind == "wordpress":
        wordpress.read(data, collector)
    else:
        found = _CHARSET.search(media_type or "")
        page.read(data, collector, found[1] if found else None)
    return collector.found()


def first_address(kind: str, url: str) -> str:
    """Return the address that a run asks first for the entries of a source.

    This is robots.txt of the site for the kind `robots`, the REST API for `wordpress`, and the source's own address for
    all others.

    Args:
        kind: the source's kind.
        url: its address in collect.yaml.
    """
    if kind == "wordpress":
        return wordpress.first_page(url)
    if kind == "robots":
        parts = urlsplit(url)
        return urlunsplit((parts.scheme, parts.netloc, "/robots.txt", "", ""))
    return url
