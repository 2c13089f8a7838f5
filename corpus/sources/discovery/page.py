"""Links of a section page. Which of them are articles, patterns decide."""

from __future__ import annotations

from typing import Final

from corpus.sources.discovery.found import MOST_FEED_BYTES, Collector
from corpus.text.decode import declared_encoding, decode
from corpus.text.tags import Tag, tags
from corpus.text.urls import canonical

_MOST_LINKS: Final = 20_000
# What pages carry in `href` that no reader follows.
_OTHER: Final = ("javascript:", "mailto:", "tel:", "data:", "#", "whatsapp:", "sms:", "about:", "blob:", "file:")


def read(body: bytes, collector: Collector, charset: str | None = None) -> None:
    """Read the links of a page.

    Args:
        body: the page, decompressed.
        collector: takes what is found; its base is the page's address, which `<base href>` may change.
        charset: the encoding that the HTTP header declares.
    """
    if len(body) > MOST_FEED_BYTES:
        collector.problem(f"a page of {len(body):,} bytes; only the first {MOST_FEED_BYTES:,} are read")
    text = text_of(body[:MOST_FEED_BYTES], charset)
    if text is None:
        collector.problem("not a text file" if body.strip() else "the page is empty")
        return
    here = canonical(collector.base)
    seen = 0
    for tag in tags(text, {"a", "area", "base"}, _MOST_LINKS):
        written = tag.attributes.get("href", "").strip()
        if tag.name == "base":
            apply_base(tag, collector)
        elif written and not written.lower().startswith(_OTHER):
            seen += 1
            address = collector.resolve(written)
            if address and canonical(address) not in {here, None}:
                collector.add(address)
    if seen >= _MOST_LINKS:
        collector.problem(f"links after the first {_MOST_LINKS:,} are left out")
    if collector.is_empty:
        collector.problem("the page has no links")


def apply_base(tag: Tag, collector: Collector) -> None:
    """Resolve later links against the address of a `base` element, if it is one of the web."""
    base = collector.resolve(tag.attributes.get("href"))
    if base is not None and canonical(base):
        collector.base = base


def text_of(body: bytes, charset: str | None = None) -> str | None:
    """Return the text of a page; None if it is not text. The header's encoding holds if the bytes are of it."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    name = declared_encoding(charset)
    if name:
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            pass
    found = decode(body)
    return found.text if found.encoding else None
