"""Read a value of a dataset: a text by paragraphs, people, a moment, words, a publisher.

Values are of any type that JSON has. What is of no use says nothing, and nothing here raises for it. Some are looked
up where they have been seen before; only short ones, for what is remembered must not grow with the values.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from corpus.formats import labelled, printed
from corpus.formats.article import Heading
from corpus.formats.persons import people
from corpus.formats.printed import is_nothing, is_printed, unprinted, without_escapes
from corpus.text import calendars, counted, dates, urls
from corpus.text.entities import unescape
from corpus.text.foreign import parse_foreign
from corpus.text.moment import is_nobodys
from corpus.text.normalise import normalise, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["address", "has_markup", "label", "line", "moment", "name", "people", "publisher", "text", "words"]

LONGEST_NAME: Final = 200
# What a printed list or object begins with.
_PRINTED: Final = frozenset("[{(")
# Where objects name a keyword, the surest first.
_CALLED: Final = ("name", "main", "title", "rendered", "text", "value", "id")
_NAMED_BY: Final = ("name", "value", "label", "term", "webtitle", "title", "text", "keyword", "tag")
# What the New York Times calls kinds of keywords.
_KINDS: Final = frozenset({"subject", "glocations", "persons", "organizations", "creative_works"})
_MOST_LISTED: Final = 60
# So many members of a list are looked at: what follows a thousand empty ones is not a name.
_MOST_SEEN: Final = 1_000
_MARKUP: Final = re.compile(r"<(?:p|br|div|li|h[1-6])\b", re.IGNORECASE)
_BLOCK_END: Final = re.compile(r"<(?:/p|/div|/li|/h[1-6]|br)\b[^<>]{0,300}>", re.IGNORECASE)
_DROPPED: Final = re.compile(r"<(script|style)\b[^<>]{0,300}>", re.IGNORECASE)
_DROPPED_END: Final = {kind: re.compile(rf"</{kind}\s*>", re.IGNORECASE) for kind in ("script", "style")}
_TAG: Final = re.compile(r"</?[a-zA-Z!][^<>]{0,2000}>")
_HOST: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LONGEST_HOST: Final = 253
# An address that begins with its host.
_NO_SCHEME: Final = re.compile(r"(?://)?((?:[a-zA-Z0-9-]{1,63}\.)+[a-zA-Z]{2,63})(?=[/?#]|$)")
_SEPARATOR: Final = re.compile(r"[,;|、，；｜]")
# What a date begins with that is no plain one, in the print of Python and its like.
_STRUCTURED: Final = frozenset("[{(\"'\\/INTDdnt")
_SPACED_CLOCK: Final = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?")
# A page or an accession number; Python takes long to write larger ones.
_MOST_NUMBER: Final = 10**30
_LONGEST_DATE: Final = dates.LONGEST + 20


def line(value: Any) -> str | None:
    """Return one line of text; None if it is not one. Of a list the one value, of an object what it is called."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, dict):
        value = next((member for name in _CALLED if isinstance(member := value.get(name), str)), None)
    if not isinstance(value, str) or is_nothing(value):
        return None
    return one_line(without_escapes(value)) or None


def address(value: Any) -> str | None:
    """Return an address as it is written, without the escapes of HTML; with a scheme where only that is missing."""
    found = line(value)
    if found is None:
        return None
    if "&amp;" in found:
        found = found.replace("&amp;", "&")
    if (bare := _NO_SCHEME.match(found)) and urls.registrable(bare[1].lower()):
        return f"https://{found.removeprefix('//')}"
    return found


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
    if isinstance(value, str) and value[:1] in _PRINTED:
        value = unprinted(value)
    if isinstance(value, dict):
        return _sections(value)
    if isinstance(value, list):
        value = "\n\n".join(part for part in value if isinstance(part, str))
    if not isinstance(value, str) or is_nothing(value):
        return "", ()
    return "\n\n".join(_paragraphs(without_escapes(value))), ()


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

    if isinstance(rendered := body.get("rendered", body.get("text")), str) and "sections" not in body:
        # As WordPress gives it.
        return text(rendered)
    add(body.get("summary"))
    sections = body.get("sections")
    for section in sections if isinstance(sections, list) else ():
        if isinstance(section, dict):
            add(section.get("headline"), heading=True)
            add(section.get("paragraphs"))
    return "\n\n".join(blocks), tuple(headings)


def _paragraphs(written: str) -> list[str]:
    if has_markup(written):
        written = unescape(_TAG.sub("", _BLOCK_END.sub("\n\n", "".join(_without_scripts(written)))))
    written = normalise(written)
    # Where blank lines part paragraphs, a single line end is only a fold.
    parts = re.split(r"\n[ ]*\n", written) if "\n\n" in written else written.split("\n")
    # White space is only spaces and line ends here, and mostly nothing must be folded.
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


def words(value: Any) -> tuple[str, ...]:
    """Return keywords: of a list, printed or not, or of a text in which commas, semicolons or bars part them."""
    if isinstance(value, str):
        if is_printed(value):
            value = unprinted(value)
        if isinstance(value, str):
            value = _SEPARATOR.split(value, _MOST_SEEN)[:_MOST_SEEN]
    if isinstance(value, dict):
        # Words with their counts or weights, or one word.
        value = list(value) if value and all(isinstance(one, (int, float)) for one in value.values()) else [value]
    if not isinstance(value, list):
        return ()
    if any(isinstance(one, list) for one in value):
        value = [inner for one in value[:_MOST_SEEN] for inner in (one if isinstance(one, list) else [one])]
    found = (
        _word(one) if len(one) <= LONGEST_NAME else one_line(one)
        for one in map(_word_of, value[:_MOST_SEEN])
        if isinstance(one, str)
    )
    return tuple(dict.fromkeys(one[:LONGEST_NAME] for one in found if one))[:_MOST_LISTED]


def _word_of(value: Any) -> Any:
    """Return what names a keyword: itself, or a member of an object, as APIs have them."""
    if isinstance(value, dict):
        lowered = {str(key).lower(): member for key, member in value.items()}
        if isinstance(kind := lowered.get("name"), str) and kind in _KINDS:
            del lowered["name"]
        if isinstance(label := lowered.get("label"), dict):
            lowered["label"] = label.get("eng") or next(iter(label.values()), None)
        value = next((member for name in _NAMED_BY if isinstance(member := lowered.get(name), str)), None)
    return None if is_nothing(value) else value


@lru_cache(maxsize=16_384)
def _word(written: str) -> str:
    return one_line(written)


def publisher(written: str | None) -> tuple[str | None, str | None]:
    """Return what a row says of its publisher: the registrable domain of a host or URL, else the paper's name.

    Args:
        written: a host, a URL or a name, as a line.

    Returns:
        The domain and the name; at most one of them is not null.
    """
    if not written:
        return None, None
    try:
        host = (urlsplit(written).hostname if "//" in written else written.lower()) or ""
    except ValueError:
        host = ""
    if len(host) <= _LONGEST_HOST and _HOST.fullmatch(host):
        return urls.registrable(host) or host, None
    return None, written[:LONGEST_NAME]


def moment(value: Any, numeric: dates.NumericDates, tongue: str | None, url: str | None) -> dates.Moment | None:
    """Return when something was: a date as people write it, as machines do, or as a number; see `corpus.text.counted`.

    Args:
        value: what is there.
        numeric: how to read 03/04/2020 where nothing else decides.
        tongue: the language of the article.
        url: its address, whose date decides before both.
    """
    found = _moment(value, numeric, tongue, url)
    return None if found is None or is_nobodys(found) else found


def _moment(value: Any, numeric: dates.NumericDates, tongue: str | None, url: str | None) -> dates.Moment | None:
    if not isinstance(value, str) or value[:1] in _STRUCTURED:
        value = printed.moment(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return counted.of_number(value)
    if not isinstance(value, str) or not (written := value.strip()):
        return None
    if len(written) > _LONGEST_DATE:
        return labelled.published(written, tongue, dates.in_url(url))
    if counted.is_number(written):
        # As a number that CSV cannot tell from a text.
        return counted.of_text(written)
    clock = _SPACED_CLOCK.fullmatch(written)
    if clock is None:
        hint = dates.in_url(url)
        found = dates.parse(written, numeric, tongue, hint)
        if found is None and not calendars.is_of_another(written, tongue):
            found = parse_foreign(written, tongue) or labelled.published(written, tongue, hint)
        return found
    if calendars.is_of_another(written, tongue):
        return dates.parse(written, numeric, tongue, None)
    day, time, zone = clock.groups()
    # Datasets write midnight where they know the day only.
    known = zone is not None and not (time in _MIDNIGHT and zone in _ZERO)
    return dates.stamp(day, time if known else None, ("Z" if zone in _ZERO else zone) if known else None)


_MIDNIGHT: Final = frozenset({"00:00", "00:00:00"})
_ZERO: Final = frozenset({"Z", "UTC", "GMT", "+00:00"})
