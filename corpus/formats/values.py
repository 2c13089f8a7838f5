"""What a value of somebody's dataset says: a text by paragraphs, people, a moment, words, a publisher.

Values are of any type that JSON has. What is of no use says nothing, and nothing here raises for it. Some are looked
up where they have been seen before; only short ones, for what is remembered must not grow with the values.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from corpus.formats import bylines
from corpus.formats.article import Heading
from corpus.text import dates, urls
from corpus.text.foreign import parse_foreign
from corpus.text.normalise import normalise, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_NAME: Final = 200
_MOST_LISTED: Final = 60
# Of a list so many are looked at: what stands behind a thousand empty ones is no name.
_MOST_SEEN: Final = 1_000
_MARKUP: Final = re.compile(r"<(?:p|br|div|li|h[1-6])\b", re.IGNORECASE)
_BLOCK_END: Final = re.compile(r"<(?:/p|/div|/li|/h[1-6]|br)\b[^<>]{0,300}>", re.IGNORECASE)
_DROPPED: Final = re.compile(r"<(script|style)\b[^<>]{0,300}>", re.IGNORECASE)
_DROPPED_END: Final = {kind: re.compile(rf"</{kind}\s*>", re.IGNORECASE) for kind in ("script", "style")}
_TAG: Final = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LONGEST_HOST: Final = 253
_SEPARATOR: Final = re.compile(r"[,;|]")
_SPACED_CLOCK: Final = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?")
# Seconds from 1973 to 2030, or milliseconds from 2001: no day without separators, as 2020010215, looks like that.
_COUNTED: Final = re.compile(r"(?:1[0-8][0-9]{8}|[1-9][0-9]{8})(?:\.[0-9]{1,9})?|1[0-8][0-9]{11}")
# Seconds since 1970; larger numbers are milliseconds.
_MOST_SECONDS: Final = 100_000_000_000
# A page or an accession number; Python takes long to write larger ones.
_MOST_NUMBER: Final = 10**30
_LONGEST_DATE: Final = dates.LONGEST + 20


def line(value: Any) -> str | None:
    """One line of text; None if it is none. Of a list the one value, of an object its name."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name")
    return (one_line(value) or None) if isinstance(value, str) else None


def name(value: Any) -> str | None:
    """A line as short as names are."""
    return (line(value) or "")[:LONGEST_NAME] or None


def label(value: Any) -> str | None:
    """Return a name or a number as a short line; None for anything else, and for an empty one."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < _MOST_NUMBER else None
    return name(value)


def text(value: Any) -> tuple[str, tuple[Heading, ...]]:
    """A text by paragraphs, and its subheadings where the row tells them, as Fundus does."""
    if isinstance(value, dict):
        return _sections(value)
    if isinstance(value, list):
        value = "\n\n".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str):
        return "", ()
    return "\n\n".join(_paragraphs(value)), ()


def _sections(body: dict[str, Any]) -> tuple[str, tuple[Heading, ...]]:
    blocks: list[str] = []
    headings: list[Heading] = []
    offset = 0

    def add(written: Any, *, heading: bool = False) -> None:
        nonlocal offset
        for one in written if isinstance(written, list) else [written]:
            if isinstance(one, str) and (found := one_line(one)):
                if heading:
                    headings.append(Heading(offset, found))
                blocks.append(found)
                offset += len(found) + 2

    add(body.get("summary"))
    sections = body.get("sections")
    for section in sections if isinstance(sections, list) else ():
        if isinstance(section, dict):
            add(section.get("headline"), heading=True)
            add(section.get("paragraphs"))
    return "\n\n".join(blocks), tuple(headings)


def _paragraphs(written: str) -> list[str]:
    if has_markup(written):
        import html

        written = html.unescape(_TAG.sub("", _BLOCK_END.sub("\n\n", "".join(_without_scripts(written)))))
    written = normalise(written)
    # Where blank lines part paragraphs, a single line end is only a fold.
    parts = re.split(r"\n[ ]*\n", written) if "\n\n" in written else written.split("\n")
    # White space is spaces and line ends by now, and mostly there is none to fold.
    trimmed = (part.strip(" \n") for part in parts)
    return [" ".join(part.split()) if "  " in part or "\n" in part else part for part in trimmed if part]


def has_markup(written: str) -> bool:
    """Whether a text is one of a page, with its tags."""
    return "<" in written and _MARKUP.search(written) is not None


def _without_scripts(written: str) -> Iterator[str]:
    """The pieces between scripts and styles. One pattern for both ends would search from each beginning to the end."""
    kept, closed = 0, dict.fromkeys(_DROPPED_END, True)
    at = 0
    while found := _DROPPED.search(written, at):
        kind = found[1].lower()
        end = _DROPPED_END[kind].search(written, found.end()) if closed[kind] else None
        closed[kind] = end is not None
        at = found.end()
        if end is not None:
            yield written[kept : found.start()]
            kept = at = end.end()
    yield written[kept:]


def people(value: Any) -> tuple[tuple[str, ...], str | None]:
    """Authors in order, and an agency."""
    if isinstance(value, str):
        return _people(value) if len(value) <= LONGEST_NAME else _people_of([value])
    if isinstance(value, list) and len(value) == 1:
        return people(value[0]) if isinstance(value[0], str) else _people_of(value)
    return _people_of(value if isinstance(value, list) else [value])


@lru_cache(maxsize=8_192)
def _people(written: str) -> tuple[tuple[str, ...], str | None]:
    return _people_of([written])


def _people_of(written: list[Any]) -> tuple[tuple[str, ...], str | None]:
    authors: list[str] = []
    agency: str | None = None
    for one in written[:_MOST_LISTED]:
        said = one.get("name") if isinstance(one, dict) else one
        if not isinstance(said, str) or not (found := one_line(said)) or len(found) > 5 * LONGEST_NAME:
            continue
        found = found.strip("[]'\"")
        byline = _byline(found)
        if byline is None:
            authors += [found] if len(found) <= LONGEST_NAME else []
        else:
            authors += byline.authors
            agency = agency or byline.agency
    return tuple(dict.fromkeys(authors)), agency


@lru_cache(maxsize=8_192)
def _byline(written: str) -> bylines.Byline | None:
    return bylines.read_line(written) or bylines.read_names(written)


def words(value: Any) -> tuple[str, ...]:
    """Keywords: a list, or a text in which commas, semicolons or bars part them."""
    if isinstance(value, str):
        value = _SEPARATOR.split(value, _MOST_SEEN)[:_MOST_SEEN]
    if not isinstance(value, list):
        return ()
    found = (
        _word(one) if len(one) <= LONGEST_NAME else one_line(one) for one in value[:_MOST_SEEN] if isinstance(one, str)
    )
    return tuple(dict.fromkeys(one[:LONGEST_NAME] for one in found if one))[:_MOST_LISTED]


@lru_cache(maxsize=16_384)
def _word(written: str) -> str:
    return one_line(written)


def publisher(written: str | None) -> str | None:
    """A publisher by the registrable domain of its host or URL, else as it is called."""
    if not written:
        return None
    try:
        host = (urlsplit(written).hostname if "//" in written else written.lower()) or ""
    except ValueError:
        host = ""
    if len(host) <= _LONGEST_HOST and _HOST.fullmatch(host):
        return urls.registrable(host) or host
    return written[:LONGEST_NAME]


def moment(value: Any, numeric: dates.NumericDates, tongue: str | None, url: str | None) -> dates.Moment | None:
    """When something was: a date as people write it, as machines do, or in seconds or milliseconds since 1970.

    Args:
        value: what stands there.
        numeric: how to read 03/04/2020 where nothing else decides.
        tongue: the language of the article.
        url: its address, whose date decides before both.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # So asked, NaN and numbers of any size are none.
        if not 0 < value < _MOST_SECONDS * 1_000:
            return None
        instant = datetime.fromtimestamp(value if value < _MOST_SECONDS else value / 1_000, UTC)
        return dates.Moment(instant.date(), instant)
    if not isinstance(value, str) or not (written := value.strip()) or len(written) > _LONGEST_DATE:
        return None
    if _COUNTED.fullmatch(written):
        # As a number that CSV cannot tell from a text.
        return moment(float(written), numeric, tongue, url)
    clock = _SPACED_CLOCK.fullmatch(written)
    if clock is None:
        return dates.parse(written, numeric, tongue, dates.in_url(url)) or parse_foreign(written)
    day, time, zone = clock.groups()
    # Datasets write midnight where they know the day only.
    known = zone is not None and not (time in _MIDNIGHT and zone in _ZERO)
    return dates.stamp(day, time if known else None, ("Z" if zone in _ZERO else zone) if known else None)


_MIDNIGHT: Final = frozenset({"00:00", "00:00:00"})
_ZERO: Final = frozenset({"Z", "UTC", "GMT", "+00:00"})
