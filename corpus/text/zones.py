"""Reads the names of time zones in words and in brackets: `8:41 a.m. Eastern Time`, `12:00 (JST)`."""

from __future__ import annotations

import re
from typing import Final

from corpus.text.months import AMERICAN_ZONES, ZONES

# Of each zone its standard time and its summer time as offsets from UTC; a dash for a time that it has not.
_TABLE: Final = """
eastern: -05:00 -04:00
central: -06:00 -05:00
mountain: -07:00 -06:00
pacific: -08:00 -07:00
atlantic: -04:00 -03:00
alaska: -09:00 -08:00
hawaii: -10:00 -
newfoundland: -03:30 -02:30
western european: +00:00 +01:00
central european: +01:00 +02:00
eastern european: +02:00 +03:00
greenwich mean: +00:00 -
coordinated universal: +00:00 -
british: - +01:00
moscow: +03:00 -
israel: +02:00 +03:00
arabia: +03:00 -
arabian: +03:00 -
gulf: +04:00 -
india: +05:30 -
indian: +05:30 -
pakistan: +05:00 -
bangladesh: +06:00 -
china: +08:00 -
hong kong: +08:00 -
singapore: +08:00 -
philippine: +08:00 -
japan: +09:00 -
korea: +09:00 -
korean: +09:00 -
western indonesia: +07:00 -
australian eastern: +10:00 +11:00
australian central: +09:30 +10:30
australian western: +08:00 -
new zealand: +12:00 +13:00
south africa: +02:00 -
south african: +02:00 -
west africa: +01:00 -
central africa: +02:00 -
east africa: +03:00 -
brasilia: -03:00 -
"""
_OFFSETS: Final[dict[str, tuple[str | None, str | None]]] = {
    name: (None if standard == "-" else standard, None if summer == "-" else summer)
    for name, standard, summer in re.findall(r"^([a-z ]+): (\S+) (\S+)$", _TABLE, re.MULTILINE)
}
# Zones of the United States, which people name alone: standard or summer time, whichever the day is in.
_ALONE: Final = {"eastern": "et", "central": "ct", "mountain": "mt", "pacific": "pt"}
_NAMES: Final = "|".join(sorted(_OFFSETS, key=len, reverse=True))
# The name of a zone in a text of any case, behind a time of day.
IN_WORDS: Final = (
    rf"(?:(?:{_NAMES})(?: (?:standard|daylight|summer))? time\b|(?:{'|'.join(_ALONE)})\b(?!\s?-|\s+[^\W\d_]))"
)
_IN_WORDS: Final = re.compile(
    rf"(?:(?<=:\d\d)|(?<=[ap]m)|(?<=[ap]m\.))[\s,]*\(?\b(?P<name>{_NAMES})(?: (?P<kind>standard|daylight|summer))?"
    r"(?P<time> time)?\b\)?"
)
_IN_BRACKETS: Final = re.compile(r"\s*[(\[]\s*([A-Za-z]{1,4})\s*[)\]]\s*$")


def in_letters(folded: str) -> str:
    """Return a text in small letters with the name of a zone behind its time as letters or as an offset."""
    return _IN_WORDS.sub(_written, folded) if "time" in folded or any(name in folded for name in _ALONE) else folded


def _written(found: re.Match[str]) -> str:
    name, kind = found["name"], found["kind"]
    if name not in _ALONE and not found["time"]:
        return found[0]
    if kind is None and name in _ALONE:
        return f" {_ALONE[name]} "
    standard, summer = _OFFSETS[name]
    # Where there is a summer time, the name alone may mean either.
    alone = standard if summer is None else None
    offset = {None: alone, "standard": standard}.get(kind, summer)
    return f" {offset or ''} "


def named_in_brackets(text: str) -> str | None:
    """Return the letters of a known zone in brackets at the end of a text; None without such letters."""
    found = _IN_BRACKETS.search(text)
    return found[1] if found and found[1].casefold() in {*ZONES, *AMERICAN_ZONES} else None
