"""When a page says that it was published and modified: instants only where there is a time and an offset."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.formats.html import jsonld, meta
from corpus.text import dates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from selectolax.lexbor import LexborHTMLParser

_ISO: Final = re.compile(
    r"^(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(?:UTC|GMT)?(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?\.?\d*$",
    re.IGNORECASE,
)
_UTC: Final = re.compile(r"(?:UTC|GMT)$", re.IGNORECASE)
_COMPACT: Final = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?$")
_PUBLISHED_TIMES: Final = (
    '[itemprop="datePublished"]', "time[pubdate]", 'time[class*="publish" i]', '[class*="publish" i] time',
    "article header time[datetime]", "article time[datetime]", "header time[datetime]", "time[datetime]",
)  # fmt: skip
_MODIFIED_TIMES: Final = ('[itemprop="dateModified"]', 'time[class*="updat" i]', 'time[class*="modif" i]')


def published(
    tree: LexborHTMLParser, node: jsonld.Node, found: meta.Declared, hint: date | None, language: str | None
) -> dates.Moment | None:
    """When the page was first published, by the first source with a time and an offset, else to the day."""
    ways = (
        _of_node(node, ("datePublished", "dateCreated", "uploadDate")),
        _of_meta(found, meta.PUBLISHED),
        _of_elements(tree, _PUBLISHED_TIMES),
    )
    return _best(ways, hint, language)


def modified(
    tree: LexborHTMLParser, node: jsonld.Node, found: meta.Declared, hint: date | None, language: str | None
) -> dates.Moment | None:
    """When it was last changed."""
    ways = (
        _of_node(node, ("dateModified",)),
        _of_meta(found, meta.MODIFIED),
        _of_elements(tree, _MODIFIED_TIMES),
    )
    return _best(ways, hint, language)


def _best(ways: tuple[Iterator[str], ...], hint: date | None, language: str | None) -> dates.Moment | None:
    day: dates.Moment | None = None
    for way in ways:
        for written in way:
            moment = read(written, hint, language)
            if moment is None:
                continue
            if moment.instant is not None and (day is None or abs((day.day - moment.day).days) <= 1):
                # The day is the source's own, as it dates the article there.
                return moment
            day = day or moment
    return day


def read(written: str, hint: date | None = None, language: str | None = None) -> dates.Moment | None:
    """Read a machine's date, or a human one."""
    text = written.strip()
    iso = _ISO.match(text) or _COMPACT.match(text)
    if iso is None:
        return dates.parse(text, dates.NumericDates.BY_LANGUAGE, language, hint)
    year, month, day, hour, minute, second, zone = iso.groups()
    zone = "Z" if _UTC.search(text) else zone
    clock = f"T{int(hour):02}:{minute}:{second or '00'}" if hour is not None else ""
    return dates.parse(f"{year}-{int(month):02}-{int(day):02}{clock}{zone or '' if clock else ''}")


def _of_node(node: jsonld.Node, keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        written = jsonld.text(node.get(key))
        if written:
            yield written


def _of_meta(found: meta.Declared, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        yield from found.get(name, ())[:1]


def _of_elements(tree: LexborHTMLParser, selectors: tuple[str, ...]) -> Iterator[str]:
    for selector in selectors:
        for element in tree.css(selector)[:2]:
            attributes = element.attributes
            written = attributes.get("datetime") or attributes.get("content") or element.text(separator=" ")
            if written:
                yield written[:100]
