"""Addresses of sitemaps: sets, indexes and news sitemaps, as XML or as lists of lines."""

from __future__ import annotations

import io
import re
from typing import Any, Final

from corpus.sources import feeds
from corpus.sources.discovery import feed, lines
from corpus.sources.discovery.found import Collector, is_html

# The protocol allows so many addresses in one file; more are read, and it is noted.
_ALLOWED: Final = 50_000
_ROOT: Final = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?(urlset|sitemapindex|rss|feed|RDF)[\s>/]", re.IGNORECASE)
_END: Final = re.compile(rb"</(?:[A-Za-z][\w.-]{0,30}:)?(?:urlset|sitemapindex)\s*>", re.IGNORECASE)
_LOC: Final = re.compile(rb"</?(?:sitemap:|ns\d:)?loc\s*>", re.IGNORECASE)
_HEAD: Final = 8_192
_FIELDS: Final = {"loc": "loc", "lastmod": "modified", "publication_date": "published", "title": "title"}


def is_sitemap(body: bytes) -> bool:
    """Return whether a file is a sitemap or an index of sitemaps, by its root."""
    root = _ROOT.search(body[:_HEAD].replace(b"\0", b""))
    return root is not None and root[1].lower() in {b"urlset", b"sitemapindex"}


def read(body: bytes, collector: Collector) -> None:
    """Read a sitemap.

    Args:
        body: the file, decompressed.
        collector: takes what is found.
    """
    head = body[:_HEAD].replace(b"\0", b"")
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    root = _ROOT.search(head)
    if not start:
        collector.problem("the sitemap is empty")
    elif root is None and is_html(body):
        collector.problem("this is an HTML page, not a sitemap")
    elif root is None and not start.startswith(b"<"):
        lines.read(body, collector)
    elif root is None:
        collector.problem("not a sitemap: no urlset or sitemapindex")
    elif root[1].lower() in {b"rss", b"feed", b"rdf"}:
        feed.read(body, collector)
    else:
        _read_xml(_as_utf8(body), collector)


def _as_utf8(body: bytes) -> bytes:
    """Return the file in UTF-8 from its root on: without what PHP printed before it, a declaration or a DOCTYPE."""
    try:
        body.decode()
        data = body
    except UnicodeDecodeError:
        data = feeds.decoded_xml(body).encode("utf-8", "replace")
    if b"\0" in data[:_HEAD]:
        data = feeds.decoded_xml(body).encode("utf-8", "replace")
    found = _ROOT.search(data[:_HEAD])
    return data[found.start() :] if found else data


def _read_xml(data: bytes, collector: Collector) -> None:
    from lxml import etree

    torn = _END.search(data, max(0, len(data) - _HEAD)) is None
    try:
        rows = _rows(data, recover=False)
    except etree.XMLSyntaxError:
        try:
            mended = feeds.mended_xml(data.decode("utf-8", "replace")).encode("utf-8", "replace")
            rows = _rows(mended, recover=True)
        except (etree.XMLSyntaxError, ValueError) as error:
            collector.problem(f"not a sitemap: {' '.join(str(error).split())[:200]}")
            return
    if torn:
        if rows and _is_open(data):
            rows.pop()
        collector.problem("the sitemap ends early")
    for kind, row in rows:
        if kind == "sitemap":
            collector.add_more(row.get("loc"))
        else:
            collector.add(row.get("loc"), row.get("published"), row.get("modified"), row.get("title"))
    if len(rows) > _ALLOWED:
        collector.problem(f"{len(rows):,} addresses in one sitemap; the protocol allows {_ALLOWED:,}")
    if not rows and not torn:
        collector.problem("the sitemap names nothing")


def _is_open(data: bytes) -> bool:
    """Return whether a file ends within an address."""
    ends = [found.group() for found in _LOC.finditer(data, max(0, len(data) - _HEAD))]
    return bool(ends) and not ends[-1].startswith(b"</")


def _rows(data: bytes, *, recover: bool) -> list[tuple[str, dict[str, str]]]:
    """Return the fields of each `url` and `sitemap`. Elements are dropped as they are read, so memory stays small."""
    from lxml import etree

    rows: list[tuple[str, dict[str, str]]] = []
    row: dict[str, str] = {}
    events: Any = etree.iterparse(
        io.BytesIO(data), events=("end",), encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, recover=recover, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    for _, element in events:
        name = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
        parent = element.getparent()
        if name in _FIELDS:
            above = parent.tag.rpartition("}")[2].lower() if parent is not None and isinstance(parent.tag, str) else ""
            # Pictures, videos and translations have addresses and titles too.
            if above in ({"url", "sitemap"} if name in {"loc", "lastmod"} else {"news"}):
                row.setdefault(_FIELDS[name], "".join(element.itertext()).strip())
        elif name in {"url", "sitemap"}:
            if row:
                rows.append((name, row))
            row = {}
            element.clear()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    return rows
