"""Addresses of files with one a line: text sitemaps, lists that people write, and robots.txt."""

from __future__ import annotations

import re
from typing import Final

from corpus.sources.discovery.found import MOST_MORE, Collector, is_html
from corpus.text.decode import decode

# As crawlers do, RFC 9309 asks for at least 500 KiB.
MOST_ROBOTS_BYTES: Final = 512_000
_LINE: Final = re.compile(r"[\r\n\x85\u2028\u2029]+")
# Google takes the second spelling, too.
_SITEMAP: Final = re.compile(r"[\s\ufeff]*site-?map\s*:\s*(\S[^\r\n]{0,4200})", re.IGNORECASE)
_ADDRESS: Final = re.compile(r"https?://[^\s,;|\"'<>]+", re.IGNORECASE)
_COMMENT: Final = re.compile(r"\s+#.*$")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?")


def read(body: bytes, collector: Collector) -> None:
    """Read a list of addresses; a date behind an address is that of its last change.

    Args:
        body: the file, decompressed.
        collector: takes what is found.
    """
    if is_html(body):
        collector.problem("this is an HTML page, not a list of addresses")
        return
    text, encoding, _ = decode(body)
    if encoding is None:
        collector.problem("not a text file" if body.strip() else "the list is empty")
        return
    wrong: list[int] = []
    for number, line in enumerate(_LINE.split(text.lstrip("\ufeff")), 1):
        written = line.strip().strip("\ufeff")
        if not written or written.startswith(("#", "//", ";")):
            continue
        found = _ADDRESS.search(written)
        if found is None:
            wrong.append(number)
            continue
        day = _DAY.search(_COMMENT.sub("", written[found.end() :]))
        collector.add(found[0] if found.end() < len(written) else written[found.start() :], None, day and day[0])
    if wrong:
        collector.problem(f"{len(wrong):,} lines hold no web address, the first of them line {wrong[0]:,}")
    if collector.is_empty and not wrong:
        collector.problem("the list is empty")


def read_robots(body: bytes, collector: Collector) -> None:
    """Read the sitemaps that a robots.txt names, as `more`.

    Args:
        body: the file, decompressed.
        collector: takes what is found.
    """
    if is_html(body):
        collector.problem("this is an HTML page, not a robots.txt")
        return
    if len(body) > MOST_ROBOTS_BYTES:
        collector.problem(f"a robots.txt of {len(body):,} bytes; only the first {MOST_ROBOTS_BYTES:,} are read")
    for written in sitemaps_of(body)[:MOST_MORE]:
        collector.add_more(written)
    if collector.is_empty:
        collector.problem("robots.txt names no sitemap")


def sitemaps_of(body: bytes) -> list[str]:
    """Return what is behind `Sitemap:` in a robots.txt."""
    text = _decoded(body[:MOST_ROBOTS_BYTES])
    found = (_SITEMAP.match(line) for line in _LINE.split(text))
    return [_COMMENT.sub("", one[1]).strip() for one in found if one]


def _decoded(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return decode(body).text or body.decode("latin-1")
