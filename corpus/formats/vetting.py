"""What another package's parser gave, held to what a parser promises: nothing of it is taken on trust."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from corpus.formats.article import Heading, Link, Parsed, Problem
from corpus.rights import Signal
from corpus.text import urls
from schemas.dates import DateSource
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Callable

# Of anything but the text, in characters; and of a list, in members.
_LONGEST: Final = 100_000
_MOST_MEMBERS: Final = 10_000


class Broken(Exception):
    """Raised within vetting only: a promise that is not kept, in words."""


def vetted(given: object, name: str, most: int) -> Parsed:
    """Return what a parser gave, with every value of the type that its column has.

    Args:
        given: what its `parse` returned.
        name: the parser's name, which it cannot give otherwise.
        most: bytes that a text may have.

    Returns:
        The same, or where a promise is not kept nothing but a problem that says which.
    """
    try:
        return _vetted(given, name, most)
    except Broken as broken:
        return Parsed(parser=name, problems=(Problem(Check.UNREADABLE, f"its parser gave {broken}"),))


def _vetted(given: object, name: str, most: int) -> Parsed:
    if type(given) is not Parsed:
        raise Broken(f"{_a(given)}, not a Parsed")
    values: dict[str, Any] = {}
    for field in fields(Parsed):
        value = getattr(given, field.name)
        values[field.name] = _value(field.name, field.type, value, most)
    url = values["url"]
    return replace(Parsed(), **{**values, "parser": name, "url": urls.canonical(url) if url else None})


def _value(name: str, type_: object, value: object, most: int) -> object:
    if name == "text":
        return _string(name, value, most)
    # The parser's name is not its own to give.
    return None if name == "parser" else _BY_TYPE[str(type_)](name, value)


def _string(name: str, value: object, most: int = _LONGEST) -> str:
    if not isinstance(value, str):
        raise Broken(f"{_a(value)} as `{name}`, not a text")
    try:
        data = str.encode(value, "utf-8")
    except UnicodeEncodeError:
        raise Broken(f"a `{name}` with half of a surrogate pair in it") from None
    if len(data) > most:
        raise Broken(f"a `{name}` of {len(data):,} bytes; {most:,} are allowed")
    # A text of its own: some libraries' texts are more than that, and hold on to a page.
    return data.decode()


def _members(name: str, value: object) -> list[object]:
    if not isinstance(value, (tuple, list)):
        raise Broken(f"{_a(value)} as `{name}`, not a tuple")
    if len(value) > _MOST_MEMBERS:
        raise Broken(f"`{name}` with {len(value):,} members; {_MOST_MEMBERS:,} are allowed")
    return list(value)


def _string_or_none(name: str, value: object) -> str | None:
    return None if value is None else _string(name, value)


def _strings(name: str, value: object) -> tuple[str, ...]:
    return tuple(_string(name, one) for one in _members(name, value))


def _instant(name: str, value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime):
        raise Broken(f"{_a(value)} as `{name}`, not a datetime")
    try:
        if value.utcoffset() is None:
            raise Broken(f"a `{name}` without an offset")
        return value.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        raise Broken(f"a `{name}` whose time zone is unknown") from None


def _day(name: str, value: object) -> date | None:
    if value is None:
        return None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise Broken(f"{_a(value)} as `{name}`, not a date")
    return date(value.year, value.month, value.day)


def _date_source(name: str, value: object) -> DateSource | None:
    if value is None:
        return None
    try:
        return DateSource(str(value))
    except ValueError:
        raise Broken(f"a `{name}` that is not one of {', '.join(DateSource)}") from None


def _headings(name: str, value: object) -> tuple[Heading, ...]:
    found = []
    for one in _members(name, value):
        start, text = _parts(name, one)
        if type(start) is not int or not 0 <= start < 1 << 31:
            raise Broken(f"`{name}` with an invalid offset")
        found.append(Heading(start, _string(name, text)))
    return tuple(found)


def _links(name: str, value: object) -> tuple[Link, ...]:
    found = []
    for one in _members(name, value):
        title, url = _parts(name, one)
        found.append(Link(_string(name, title), None if url is None else _string(name, url)))
    return tuple(found)


def _signals(name: str, value: object) -> tuple[Signal, ...]:
    found = []
    for one in _members(name, value):
        if not isinstance(one, tuple) or len(one) != 3:
            raise Broken(f"{_a(one)} among `{name}`, not three texts")
        found.append(Signal(*(_string(name, part) for part in one)))
    return tuple(found)


def _problems(name: str, value: object) -> tuple[Problem, ...]:
    found = []
    for one in _members(name, value):
        check, what = _parts(name, one)
        try:
            known = Check(check)
        except ValueError:
            raise Broken(f"`{name}` with a check that nobody knows") from None
        found.append(Problem(known, None if what is None else _string(name, what)))
    return tuple(found)


def _parts(name: str, value: object) -> tuple[Any, Any]:
    if not isinstance(value, tuple) or len(value) != 2:
        raise Broken(f"{_a(value)} among `{name}`, not a pair")
    return value[0], value[1]


def _a(value: object) -> str:
    """Return what a value is, in words: the name of its type, which is a stranger's too."""
    name = type(value).__name__
    return f"a value of type {name[:100] if name.isprintable() else 'unknown'}"


# By the type of a field of `Parsed`, so that a new column needs no line here.
_BY_TYPE: Final[dict[str, Callable[[str, object], object]]] = {
    "str | None": _string_or_none,
    "tuple[str, ...]": _strings,
    "datetime | None": _instant,
    "date | None": _day,
    "DateSource | None": _date_source,
    "tuple[Heading, ...]": _headings,
    "tuple[Link, ...]": _links,
    "tuple[Problem, ...]": _problems,
    "tuple[Signal, ...]": _signals,
}
