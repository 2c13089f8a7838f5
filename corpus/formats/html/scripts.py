"""Finds dates in a page's scripts: data layers, page states and settings of tools that count readers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.formats.html.outline import Outline

_MOST: Final = 60
_LARGEST: Final = 2_000_000
_LOOK_BACK: Final = 64
# Values that are dates; the key before them is looked at only then, since most of a script is neither.
# A quotation mark, or what is behind a colon or an equals sign: one class of characters is found faster than a choice.
_VALUE: Final = re.compile(
    r"[\"'\s1](?:(?<=[\"'])(?P<text>(?:19|20)\d\d(?:-[01]?\d-[0-3]?\d|/[01]?\d/[0-3]?\d|\.[01]?\d\.[0-3]?\d|[01]\d[0-3]\d)(?!\d)[^\"'\\<>{}]{0,24}"
    r"|[0-3]?\d[./-][0-3]?\d[./-](?:19|20)\d\d[^\"'\\<>{}]{0,20}"
    r"|(?:[A-Z][a-z]{2,8},? )?(?:[A-Z][a-z]{2,8}\.? [0-3]?\d,?|[0-3]?\d\.? [A-Z][a-zä]{2,8}\.?) (?:19|20)\d\d"
    r"[^\"'\\<>{}]{0,30})\\?[\"']"
    r"|(?:(?<=[:=]\s)\s*[\"']?1|(?<=[:=][\"'])1|(?<=[:=]1))(?P<unix>[0-7]\d{8}(?:\d{3})?)(?!\d))"
)
_KEY: Final = re.compile(r"([A-Za-z][\w.-]{2,40})\\?[\"']?\]?\s*[:=,]?\s*\\?$")
_FOLD: Final = re.compile(r"[_.-]")
_PUBLISHES: Final = re.compile(
    r"\w{0,12}?(?:first|original|article|page|content|story|post|news|doc|dc|display)?"
    r"(?:publish(?:ed|ing)?|publication|publicated|pub|posted|release|issued|display|editorial|online)"
    r"(?:date|at|time|on|day|dt|datetime|timestamp|stamp|datum)?(?:utc|iso|iso8601|gmt|full|string)?"
    r"|date(?:publi(?:shed|cation)|posted|issued|ofpublication)|contentdatum|ptime|uploaddate|"
    r"(?:article|content|page|story|post)(?:publish)?date(?:time)?"
)
_CREATES: Final = re.compile(r"(?:date)?created?(?:at|date|on|time)?|datecreated|creationdate|date|datum|dimension\d")


class Setting(NamedTuple):
    """A date that a script sets: its key, the date as it is written, and whether the key names the publication."""

    key: str
    written: str
    is_publication: bool


def settings(outline: Outline) -> Iterator[Setting]:
    """Return the dates in scripts other than JSON-LD, in the order of the page."""
    count = 0
    for script in outline.all("script"):
        attributes = script.attributes
        if "src" in attributes or "ld+json" in (attributes.get("type") or ""):
            continue
        text = script.text() or ""
        if len(text) > _LARGEST:
            continue
        for found in _VALUE.finditer(text):
            key = _KEY.search(text[max(0, found.start() - _LOOK_BACK) : found.start()])
            if key is None:
                continue
            folded = _FOLD.sub("", key[1].rpartition(".")[2]).lower()
            publishes = _PUBLISHES.fullmatch(folded) is not None
            if not publishes and (found["unix"] or _CREATES.fullmatch(folded) is None):
                continue
            yield Setting(key[1], found["text"] or _instant(f"1{found['unix']}"), publishes)
            count += 1
            if count >= _MOST:
                return


def _instant(unix: str) -> str:
    """Return seconds or milliseconds since 1970 as ISO 8601."""
    return datetime.fromtimestamp(int(unix[:10]), UTC).isoformat()
