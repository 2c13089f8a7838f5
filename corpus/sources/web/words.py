"""Tell whether the content of a page changed, by a digest of all its visible words and declared metadata.

Many pages change with each request in tokens, counters and scripts that nobody reads. All visible words count, and not
only what a parser takes for the article now, because a later parser may take more. The patterns of bytes need one pass
each, so no page can make them slow.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

_UNSEEN: Final = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style|template|svg)\b[^>]*>(.*?)(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG: Final = re.compile(rb"<[a-zA-Z/!?][^<>]*>?")
_META: Final = re.compile(rb"<(?:meta|link|time|html)\b[^<>]{0,8000}>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    rb"""([a-zA-Z:-]{1,40})\s{0,9}=\s{0,9}(?:"([^"]{0,8000})"|'([^']{0,8000})'|([^\s"'<>]{1,8000}))"""
)
_JSON_LD: Final = re.compile(rb"application/(?:ld\+json|json\+ld)", re.IGNORECASE)
_SCRIPT_HEAD: Final = re.compile(rb"<script\b[^>]{0,2000}>", re.IGNORECASE)
# Names of metadata that say something of the article or of rights; others are tokens, sizes and settings.
_DECLARED: Final = re.compile(
    rb"(?:og|article|twitter|dc|dcterms|dcterm|sailthru|parsely|cxenseparse|citation|book|news|rights|tdm|license|"
    rb"copyright|author|authors|byl|byline|creator|publisher|title|headline|description|abstract|keywords|news_keywords|"
    rb"date|pubdate|publishdate|publish-date|lastmod|last-modified|modified|robots|language|section|cre|ptime|utime|pdate|"
    rb"pubdate|dat|des|hdl)(?:[:._-][a-z:._-]{0,60})?",
    re.IGNORECASE,
)
_RELATIONS: Final = frozenset({b"canonical", b"license", b"author", b"amphtml", b"shortlink"})


def digest(body: bytes) -> str:
    """Return the sha256, in hex, of a page's visible words and declared metadata, in their order."""
    found = hashlib.sha256()
    scripts: list[bytes] = []

    def unseen(match: re.Match[bytes]) -> bytes:
        if match[1] and match[1].lower() == b"script":
            head = _SCRIPT_HEAD.match(match[0])
            if head and _JSON_LD.search(head[0]):
                scripts.append(match[2] or b"")
        return b" "

    rest = _UNSEEN.sub(unseen, body)
    for tag in _META.finditer(rest):
        if declared := _declared(tag[0]):
            found.update(declared + b"\1")
    for script in scripts:
        found.update(b" ".join(script.split()) + b"\2")
    found.update(b" ".join(_TAG.sub(b" ", rest).split()))
    return found.hexdigest()


def _declared(tag: bytes) -> bytes | None:
    """Return what a tag declares of the article; None if it declares something else, or nothing."""
    values = {match[1].lower(): (match[2] or match[3] or match[4] or b"").strip() for match in _ATTRIBUTE.finditer(tag)}
    kind = tag[1:5].lower()
    if kind == b"meta":
        name = values.get(b"property") or values.get(b"name") or values.get(b"itemprop") or b""
        return name + b"=" + values.get(b"content", b"") if _DECLARED.fullmatch(name) else None
    if kind == b"link":
        relations = set(values.get(b"rel", b"").lower().split()) & _RELATIONS
        return b"".join(sorted(relations)) + b"=" + values.get(b"href", b"") if relations else None
    if kind == b"time":
        return values.get(b"datetime")
    return values.get(b"lang")
