"""Read the authors of an article from values of a dataset: names in texts, lists and objects of many forms."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from corpus.formats import bylines, inverted
from corpus.formats.printed import is_nothing, is_printed, unprinted, without_escapes
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST_NAME: Final = 200
_MOST_LISTED: Final = 60
_MOST_DEEP: Final = 6
# Where objects name a person, the surest first; and in parts.
_FULL_NAMES: Final = (
    "name",
    "fullname",
    "displayname",
    "authorname",
    "author",
    "original",
    "title",
    "text",
    "value",
    "label",
    "$t",
    "#text",
    "_",
)
_GIVEN: Final = ("givenname", "firstname", "given", "first", "forename")
_MIDDLE: Final = ("middlename", "middle", "additionalname")
_FAMILY: Final = ("familyname", "lastname", "family", "last", "surname")
# Where they hold others.
_WITHIN: Final = ("list", "graph", "authors", "person", "persons", "people", "items", "creators", "contributors")
_NO_LETTER: Final = re.compile(r"[\W_]+")
# What a template left, an address, a handle.
_PLACEHOLDER: Final = re.compile(
    r"(?:\[\[(?!\s*['\"\[{])|\{\{(?!\s*['\"])"
    r"|\$\{|<%|<\?|%%|\{%|##|@@|\[%).*|%[\w.]+%|#\w+#|\{\w+\}|<\w+>|\$[\w.]+|__\w+__"
    r"|\[\s*(?i:author|byline|writer|name|reporter)[\w ]*\]"
)
_ACCOUNT: Final = re.compile(
    r"(?i:(?:(?:wp|web|site|super)?[ -]?admin(?:istrator|istrador|istrateur|istratore)?|webmaster|root|"
    r"(?:undefined|null|none|nan|admin)[ ,]+(?:undefined|null|none|nan|admin|user)|(?:super ?)?user(?:name)?)"
    r"[ _-]?\d{0,4}|админ(?:истратор)?|管理[员員者]|관리자|yönetici|beheerder|ylläpitäjä|адміністратор)"
)
_ADDRESS: Final = re.compile(
    r"(?:https?:)?//\S+|www\.\S+|mailto:\S+|\S+@\S+\.\S+|[\w.-]+\.[a-z]{2,}(?:/\S*)?|/\S+|@\S+"
)
_AGENCY: Final = re.compile(r"(.{3,80}?)\s*\(([^()]{2,40})\)")
_SEPARATOR: Final = re.compile(r"[,;|]")
_MAILED: Final = re.compile(r"\s*[<(\[]?\S+@\S+\.\w+[>)\]]?\s*")


def people(value: Any) -> tuple[tuple[str, ...], str | None]:
    """Return authors in order, and an agency."""
    if isinstance(value, str):
        return _of_text(value) if len(value) <= LONGEST_NAME else _of(value)
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return people(value[0])
    return _of(value)


@lru_cache(maxsize=8_192)
def _of_text(written: str) -> tuple[tuple[str, ...], str | None]:
    return _of(written)


def _of(value: Any) -> tuple[tuple[str, ...], str | None]:
    authors: list[str] = []
    agency: str | None = None
    for number, written in enumerate(texts(value, 0)):
        if number >= _MOST_LISTED:
            break
        found = _read(written)
        if found is not None:
            authors += found.authors
            agency = agency or found.agency
    return tuple(dict.fromkeys(authors)), agency


def texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the texts that name people, one after the other."""
    if depth > _MOST_DEEP:
        return
    if isinstance(value, str):
        people = unprinted(value) if is_printed(value) and not is_nobody(value.strip()) else value
        if isinstance(people, str):
            yield people
        else:
            yield from texts(people, depth + 1)
    elif isinstance(value, list):
        for one in value[:_MOST_LISTED]:
            yield from texts(one, depth + 1)
    elif isinstance(value, dict):
        yield from _of_object(value, depth)


def is_nobody(name: str) -> bool:
    """Return whether a text is not an author: the placeholder of a template, or a site's administrator."""
    return _PLACEHOLDER.fullmatch(name) is not None or _ACCOUNT.fullmatch(name) is not None


def _of_object(value: Mapping[str, Any], depth: int) -> Iterator[str]:
    fields = {_NO_LETTER.sub("", str(key).lower()) or str(key): member for key, member in value.items()}
    for name in _WITHIN:
        if isinstance(fields.get(name), (list, dict)) and not is_nothing(fields[name]):
            yield from texts(fields[name], depth + 1)
            return
    if value and all(str(key).isdigit() for key in value):
        yield from texts(list(value.values()), depth + 1)
        return
    parts = [_first(fields, names) for names in (_GIVEN, _MIDDLE, _FAMILY)]
    if parts[0] and parts[2]:
        yield " ".join(part for part in parts if part)
        return
    for name in _FULL_NAMES:
        if not is_nothing(member := fields.get(name)):
            yield from texts(member, depth + 1)
            return
    if only := parts[2] or parts[0]:
        yield only


def line_of(value: Any) -> Any:
    """Return the texts of a list as one text, or any other value unchanged."""
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return " ".join(value)
    return value


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next(
        (one for name in names if isinstance(one := line_of(fields.get(name)), str) and not is_nothing(one)), None
    )


@lru_cache(maxsize=8_192)
def _read(written: str) -> bylines.Byline | None:
    """Return the people in a text; None without any."""
    if len(written) > 5 * LONGEST_NAME:
        return None
    found = one_line(without_escapes(written))
    if is_nothing(found) or _PLACEHOLDER.fullmatch(found):
        return None
    found = found.strip("[]【】'\"").strip()
    if " " in found and "@" in found:
        # An address behind a name.
        found = _MAILED.sub(" ", found).strip(" -–—|,;:")
    if (
        is_nothing(found)
        or is_nobody(found)
        or _ADDRESS.fullmatch(found)
        or all(map(is_nothing, _SEPARATOR.split(found)))
    ):
        return None
    if (bracketed := _AGENCY.fullmatch(found)) and (agency := bylines.agency(bracketed[2])):
        byline = _read(bracketed[1])
        return bylines.Byline(byline.authors if byline else (), agency)
    found = bylines.undated(found)
    inverted = _inverted(found)
    if inverted is not None:
        return bylines.Byline(inverted)
    byline = bylines.read_line(found) or bylines.read_names(found)
    if byline is not None:
        return byline
    return bylines.Byline((found,)) if len(found) <= LONGEST_NAME else None


def _inverted(written: str) -> tuple[str, ...] | None:
    found = inverted.names(written)
    parts = re.split(r"[,;；|]", written) if found else ()
    return None if any(bylines.is_no_name(part.strip()) for part in parts) else found
