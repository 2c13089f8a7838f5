"""When a page says that it was published and modified: instants only where there is a time and an offset."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.formats import lines
from corpus.formats.html import jsonld, meta
from corpus.text import dates
from schemas import DateSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from selectolax.lexbor import LexborHTMLParser

_ISO: Final = re.compile(
    r"^(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(?:UTC|GMT)?(Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?\.?\d*$",
    re.IGNORECASE,
)
_UTC: Final = re.compile(r"(?:UTC|GMT)$", re.IGNORECASE)
_COMPACT: Final = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(Z|[+-]\d\d:?\d\d)?)?$")
# What says that it dates the publication, and what may date a teaser or a comment: so one `<time>` in eight on the
# pages of `benchmarks/html_pages.py`.
_MARKED: Final = ('[itemprop="datePublished"]',)
_SHOWN: Final = (
    "time[pubdate]", 'time[class*="publish" i]', '[class*="publish" i] time',
    "article header time[datetime]", "article time[datetime]", "header time[datetime]", "time[datetime]",
)  # fmt: skip
_MODIFIED_TIMES: Final = ('[itemprop="dateModified"]', 'time[class*="updat" i]', 'time[class*="modif" i]')
# A date that is printed beside the headline, which stands at most so many levels below the two.
_DATE: Final = '[class*="date" i]:not([class*="updat" i])'
_DATED: Final = f"{_DATE} time, {_DATE} span, {_DATE} strong, {_DATE}"
_MOST_DATED: Final = 12
_LEVELS: Final = 4
_LABEL: Final = re.compile(r"^[^\W\d_][^\d:]{0,40}:\s+")


class Said(NamedTuple):
    """What one source says: the moment as far as it is known, and what its clock shows, without the offset."""

    moment: dates.Moment
    clock: str | None = None


def published(
    tree: LexborHTMLParser, node: jsonld.Node, found: meta.Declared, hint: date | None, language: str | None
) -> dates.Moment | None:
    """When the page was first published.

    JSON-LD speaks first, then meta elements, then microdata: these say what they date. The first of them with a time
    and an offset is believed, if it is of the day that the first of all names. What may date anything, `<time>` and
    `date`, is believed where nothing else speaks; elsewhere it only adds the offset to a local time that it repeats.
    """
    explicit = [name for name in meta.PUBLISHED if name not in meta.VAGUE]
    keys = ("datePublished", "dateCreated", "uploadDate")
    linked = [said for key in keys for said in _read(_of_node(node, key), hint, language)]
    declared = [
        *_read(_of_meta(found, explicit), hint, language),
        *_read(_of_elements(tree, _MARKED), hint, language),
    ]
    first = _best([*linked, *declared])
    one_stamp = bool(linked) and jsonld.text(node.get("datePublished")) == jsonld.text(node.get("dateModified"))
    if first is not None and first.moment.instant is not None and not one_stamp:
        return first.moment
    vague = list(_read(_of_meta(found, meta.VAGUE), hint, language))
    shown = list(_read(_of_elements(tree, _SHOWN), hint, language))
    first = first or _best([*vague, *shown])
    if first is None:
        return dates.Moment(hint, source=DateSource.ADDRESS) if hint else _printed(tree, language)
    if first.moment.instant is None:
        return _with_offset(first, [*vague, *shown])
    # One stamp for publication and change is when the record was written; two others that agree know better.
    told, seen = _first_instant([*declared, *vague]), _first_instant(shown)
    return told if one_stamp and told and told == seen and told.day == first.moment.day else first.moment


def modified(
    tree: LexborHTMLParser, node: jsonld.Node, found: meta.Declared, hint: date | None, language: str | None
) -> dates.Moment | None:
    """When it was last changed."""
    ways = (_of_node(node, "dateModified"), _of_meta(found, meta.MODIFIED), _of_elements(tree, _MODIFIED_TIMES))
    best = _best([said for way in ways for said in _read(way, hint, language)])
    return best.moment if best else None


def _read(written: Iterator[str], hint: date | None, language: str | None) -> Iterator[Said]:
    for text in written:
        moment = read(text, hint, language)
        if moment is not None:
            yield Said(moment, _clock(text))


def _best(said: list[Said]) -> Said | None:
    """The first with an instant, if it dates the page to the same day as the first of all; else that."""
    for one in said:
        # The day is the source's own, as it dates the article there.
        if one.moment.instant is not None and abs((said[0].moment.day - one.moment.day).days) <= 1:
            return one
    return said[0] if said else None


def _with_offset(first: Said, others: list[Said]) -> dates.Moment:
    """A local time with the offset that the page states elsewhere for the same time; itself where it does not."""
    for other in others:
        if first.clock is not None and first.clock == other.clock and other.moment.instant is not None:
            return dates.Moment(first.moment.day, other.moment.instant)
    return first.moment


def _first_instant(said: list[Said]) -> dates.Moment | None:
    return next((one.moment for one in said if one.moment.instant is not None), None)


def _printed(tree: LexborHTMLParser, language: str | None) -> dates.Moment | None:
    """The date that stands beside the headline, by what its element is called."""
    heading = tree.css_first("h1")
    box = heading.parent if heading else None
    for _ in range(_LEVELS):
        if box is None or box.tag in {"body", "html"}:
            return None
        for element in box.css(_DATED)[:_MOST_DATED]:
            text = (element.text(separator=" ") or "")[: 2 * dates.LONGEST].strip()
            label = lines.dated(text)
            if label is not None and label.is_modified:
                continue
            moment = read(label.rest if label else _LABEL.sub("", text), None, language)
            if moment is not None:
                return moment._replace(source=DateSource.PRINTED)
        box = box.parent
    return None


def _clock(written: str) -> str | None:
    """Day and time to the second, as they are written."""
    iso = _ISO.match(written.strip())
    if iso is None or iso[4] is None:
        return None
    return " ".join(f"{int(part or 0):02}" for part in iso.groups()[:6])


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


def _of_node(node: jsonld.Node, key: str) -> Iterator[str]:
    written = jsonld.text(node.get(key))
    if written:
        yield written


def _of_meta(found: meta.Declared, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield from found.get(name, ())[:1]


def _of_elements(tree: LexborHTMLParser, selectors: tuple[str, ...]) -> Iterator[str]:
    for selector in selectors:
        for element in tree.css(selector)[:2]:
            attributes = element.attributes
            written = attributes.get("datetime") or attributes.get("content")
            if not written and element.tag == "abbr":
                # Microformats keep what is meant there, and show something shorter.
                written = attributes.get("title")
            written = written or element.text(separator=" ")
            if written:
                yield written[:100]
