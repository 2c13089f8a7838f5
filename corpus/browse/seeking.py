"""What a request searches for: the one value that list, facets, chart, export and code are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.browse.page import Page
from corpus.errors import UsageError
from corpus.search.facets import FACETS
from corpus.search.narrowing import DAYS, check
from corpus.search.query import Query, QueryError, parse
from corpus.search.searching import ORDERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corpus.browse.address import Asked

# What the facets are called on a page.
NAMES: Final = {
    "publisher": "Publisher", "publication": "Publication", "language": "Language", "month": "Month",
    "section": "Section", "author": "Author", "agency": "Agency", "licence": "Licence", "rights": "Rights",
    "warning": "Warning", "duplicates": "Duplicates", "revisions": "Revisions", "date_source": "Date from",
    "since": "Since", "until": "Until",
}  # fmt: skip
_SHOWN: Final = 120


class WrongQuery(UsageError):
    """A query or a filter that cannot be read.

    Attributes:
        text: the query.
        place: the index of the character that is wrong; None if a filter is wrong.
    """

    def __init__(self, message: str, text: str, place: int | None = None) -> None:
        self.text = text
        self.place = place
        super().__init__(message)

    def page(self) -> Page:
        """Return the page that names the mistake and its place."""
        at = len(self.text) if self.place is None else self.place
        values = {"error": self, "before": self.text[max(0, at - _SHOWN) : at], "wrong": self.text[at : at + _SHOWN]}
        return Page("wrong.html.jinja", "Search", values, {"error": str(self), "place": self.place}, "search", 400)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is searched for.

    Attributes:
        query: the query.
        filters: the values of each facet that narrow it, "" for none, and days.
        order: how the articles are listed.
    """

    query: Query
    filters: Mapping[str, tuple[str, ...]]
    order: str

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of an address that mean the same set."""
        return {**({"q": self.query.text} if self.query.text else {}), **self.filters}

    @property
    def hidden(self) -> Iterator[tuple[str, str]]:
        """The filters as hidden fields of a form, so that another query is narrowed by them too."""
        return ((name, value) for name, values in self.filters.items() for value in values)

    @property
    def is_everything(self) -> bool:
        """Whether every article of the version is meant."""
        return self.query.is_empty and not self.filters


def sought(asked: Asked) -> Sought:
    """Return what a request searches for.

    Raises:
        WrongQuery: the query or a filter cannot be read.
        UsageError: there is no such order.
    """
    text = asked.one("q")
    filters = {name: tuple(dict.fromkeys(asked.query[name])) for name in (*FACETS, *DAYS) if asked.query.get(name)}
    try:
        check(filters)
        query = parse(text)
    except QueryError as error:
        raise WrongQuery(str(error), text, error.place) from None
    except UsageError as error:
        raise WrongQuery(str(error), text) from None
    order = asked.one("order") or ("newest" if query.is_empty else "relevance")
    if order not in ORDERS:
        raise UsageError(f"There is no order {order[:80]!r}. There are {', '.join(ORDERS)}.")
    return Sought(query, filters, order)


def value_in_words(facet: str, value: str) -> str:
    """Return a value of a facet as it is called on a page."""
    if not value:
        return "no date" if facet == "month" else "none"
    if facet == "duplicates":
        return {"duplicate": "marked as duplicates", "contained": "part of another"}.get(value, value)
    if facet == "revisions":
        return f"revision {value}"
    return value


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is in use, and the address without it."""

    name: str
    value: str
    to: str


def chips(what: Sought, asked: Asked) -> list[Chip]:
    """Return what a set is narrowed by, the query first, each with the address of the set without it."""
    found = [Chip("", what.query.text, asked.but(q=None, page=None, order=None))] if what.query.text else []
    for name, values in what.filters.items():
        for value in values:
            rest = tuple(one for one in values if one != value)
            found.append(Chip(NAMES[name], value_in_words(name, value), asked.but(**{name: rest or None}, page=None)))
    return found
