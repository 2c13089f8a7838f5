"""Links and full texts of RSS, Atom and JSON Feed; how feeds are read is `corpus.sources.feeds`' matter."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import urljoin

from corpus.sources import feeds
from corpus.sources.discovery.found import MOST_FEED_BYTES, Collector, is_html, text_of

_MOST_ENTRIES: Final = 50_000
_XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
_ADDRESS: Final = re.compile(r"https?://\S+", re.IGNORECASE)
_ROOTS: Final = frozenset({"rss", "feed", "rdf", "channel"})


def read(body: bytes, collector: Collector) -> None:
    """Read a feed.

    Args:
        body: the file, decompressed.
        collector: takes what is found.
    """
    if len(body) > MOST_FEED_BYTES:
        collector.problem(f"a feed of {len(body):,} bytes; at most {MOST_FEED_BYTES:,} are read")
        return
    start = body[:64].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if not start:
        collector.problem("the feed is empty")
    elif start.startswith((b"{", b"[")):
        _read_json(body, collector)
    elif is_html(body):
        collector.problem("this is an HTML page, not a feed")
    else:
        _read_xml(body, collector)


def _read_json(body: bytes, collector: Collector) -> None:
    try:
        feed = json.loads(body.lstrip(b"\xef\xbb\xbf"))
        rows = list(feeds.json_rows(feed))
    except (ValueError, RecursionError) as error:
        collector.problem(f"not a JSON Feed: {' '.join(str(error).split())[:200]}")
        return
    ids = [one.get("id") for one in feed["items"] if isinstance(one, dict)]
    for row, name in zip(rows[:_MOST_ENTRIES], ids, strict=False):
        if not text_of(row.get("url")) and isinstance(name, str) and _ADDRESS.fullmatch(name):
            row["url"] = name
        _add(row, row.get("url"), collector)
    _bound(len(rows), collector)
    if isinstance(feed.get("next_url"), str):
        collector.add_more(feed["next_url"])


def _read_xml(body: bytes, collector: Collector) -> None:
    try:
        root, elements, torn = feeds.xml_entries(body)
    except (ValueError, RecursionError) as error:
        collector.problem(f"not a feed: {' '.join(str(error).split())[:200]}")
        return
    if _local(root) not in _ROOTS and not elements:
        collector.problem(f"not a feed: its root is <{ascii(_local(root))[1:-1][:50]}>")
        return
    language = next((text for one in root.iter("{*}language") if (text := (one.text or "").strip())), None)
    for element in elements[:_MOST_ENTRIES]:
        row = feeds.row_of(element)
        if language:
            row.setdefault("language", language)
        written = _address(element, row)
        if written and (bases := _bases(element)):
            written = _joined(bases, written)
        _add(row, written, collector)
    _bound(len(elements), collector)
    if torn:
        collector.problem(torn)
    for link in root.iter("link", "{*}link"):
        # RFC 5005: the next page of a feed.
        if link.get("rel") in {"next", "prev-archive"} and link.get("href") and _local(link.getparent()) in _ROOTS:
            collector.add_more(_joined(_bases(link), link.get("href")))


def _add(row: dict[str, Any], written: object, collector: Collector) -> None:
    address = collector.resolve(written)
    if address is None and not row:
        return
    if address is None:
        collector.problem("an entry has no address")
        return
    row["url"] = address
    content = None
    if text_of(row.get("content_html")):
        content = feeds.document(row)
    collector.add(written, row.get("date"), row.get("modified"), row.get("title"), content)


def _address(element: Any, row: dict[str, Any]) -> str | None:
    """Return the address of an entry: its own page's before a proxy's, else a guid that is one."""
    for one in element:
        if isinstance(one.tag, str) and _local(one) == "origLink" and (text := (one.text or "").strip()):
            return text
    if text := text_of(row.get("url")):
        return text
    for one in element:
        if isinstance(one.tag, str) and _local(one) in {"guid", "id"}:
            text = (one.text or "").strip()
            if one.get("isPermaLink", "true").lower() != "false" and _ADDRESS.fullmatch(text):
                return text
    # RSS 1.0 names the entry's address in the element itself.
    about = element.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about")
    return about if about and _ADDRESS.fullmatch(about) else None


def _bases(element: Any) -> list[str]:
    """Return the `xml:base` of an element and of those around it, from the outside in."""
    found: list[str] = []
    while element is not None:
        if base := element.get(_XML_BASE):
            found.append(base)
        element = element.getparent()
    return found[::-1]


def _joined(bases: list[str], written: str) -> str:
    found = ""
    try:
        for base in (*bases, written):
            found = urljoin(found, base.strip())
    except ValueError:
        return written
    return found


def _bound(count: int, collector: Collector) -> None:
    if count > _MOST_ENTRIES:
        collector.problem(f"{count - _MOST_ENTRIES:,} entries after the first {_MOST_ENTRIES:,} are left out")
    elif not count:
        collector.problem("the feed has no entries")


def _local(element: Any) -> str:
    tag = element.tag if element is not None and isinstance(element.tag, str) else ""
    name = tag.rpartition("}")[2]
    return name.lower() if name.lower() in _ROOTS else name
