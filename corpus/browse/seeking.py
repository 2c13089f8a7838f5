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
    from collections.abc import Iterator, Mapping, Sequence

    from corpus.browse.address import Asked

# What the facets are called on a page.
NAMES: Final = {
    "publisher": "Publisher", "publication": "Publication", "language": "Language", "month": "Month",
    "section": "Section", "author": "Author", "agency": "Agency", "licence": "Licence", "rights": "Rights",
    "warning": "Warning", "duplicates": "Duplicates", "revisions": "Revisions", "date_source": "Date from",
    "since": "Since", "until": "Until",
}  # fmt: skip
_SHOWN: Final = 120
# The parameter of a query that is compared with the first one, and how many queries can be compared in all.
COMPARE: Final = "compare"
MOST_COMPARED: Final = 5


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a query or a filter.

    Attributes:
        message: one sentence.
        text: the query.
        place: the index of the character that is wrong; None if a filter is wrong.
        number: of the query among those that are compared, from 1 on; None if only one was asked for.
    """

    message: str
    text: str
    place: int | None = None
    number: int | None = None

    @property
    def around(self) -> tuple[str, str]:
        """The part of the query before the place, and the part from the place on."""
        at = len(self.text) if self.place is None else self.place
        return self.text[max(0, at - _SHOWN) : at], self.text[at : at + _SHOWN]


class WrongQuery(UsageError):
    """Queries or a filter that cannot be read.

    Attributes:
        text: the first query, as it was written.
        mistakes: all that is wrong, in order.
    """

    def __init__(self, text: str, mistakes: Sequence[Mistake]) -> None:
        self.text = text
        self.mistakes = tuple(mistakes)
        super().__init__(self.mistakes[0].message)

    def page(self) -> Page:
        """Return the page that names each mistake and its place."""
        first = self.mistakes[0]
        listed = [
            {"query": one.text, "number": one.number, "error": one.message, "place": one.place} for one in self.mistakes
        ]
        data = {"error": first.message, "place": first.place, "mistakes": listed}
        return Page("wrong.html.jinja", "Search", {"error": self}, data, "search", 400)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is searched for.

    Attributes:
        query: the query.
        filters: the values of each facet that narrow it, "" for none, and days.
        order: how the articles are listed.
        compared: further queries that are drawn beside the first one, in the same articles.
    """

    query: Query
    filters: Mapping[str, tuple[str, ...]]
    order: str
    compared: tuple[Query, ...] = ()

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of an address that mean the same set."""
        return {**({"q": self.query.text} if self.query.text else {}), **self.filters}

    @property
    def hidden(self) -> Iterator[tuple[str, str]]:
        """The filters as hidden fields of a form, so that another query is narrowed by them too."""
        return ((name, value) for name, values in self.filters.items() for value in values)

    @property
    def series(self) -> tuple[Query, ...]:
        """The queries that are drawn over time, each once: an empty first one only if it is the only one."""
        every = [self.query, *self.compared] if not self.query.is_empty or not self.compared else self.compared
        found: dict[str, Query] = {}
        for one in every:
            found.setdefault(one.text.strip(), one)
        return tuple(found.values())

    @property
    def is_everything(self) -> bool:
        """Whether every article of the version is meant."""
        return self.query.is_empty and not self.filters


def sought(asked: Asked) -> Sought:
    """Return what a request searches for.

    Raises:
        WrongQuery: a query or a filter cannot be read.
        UsageError: there is no such order.
    """
    text = asked.one("q")
    filters = {name: tuple(dict.fromkeys(asked.query[name])) for name in (*FACETS, *DAYS) if asked.query.get(name)}
    others = [one for one in asked.query.get(COMPARE, ()) if one.strip()]
    mistakes: list[Mistake] = []
    try:
        check(filters)
    except UsageError as error:
        mistakes.append(Mistake(str(error), text))
    first = 1 if text.strip() else 0
    if others and first + len(others) > MOST_COMPARED:
        message = f"There are {first + len(others):,} queries to compare; {MOST_COMPARED} is the most."
        raise WrongQuery(text, [*mistakes, Mistake(message, "")])
    found = [_parsed(one, number if others else None, mistakes) for number, one in enumerate([text, *others], first)]
    if mistakes:
        raise WrongQuery(text, mistakes)
    query, *compared = (one for one in found if one is not None)
    order = asked.one("order") or ("newest" if query.is_empty else "relevance")
    if order not in ORDERS:
        raise UsageError(f"There is no order {order[:80]!r}. There are {', '.join(ORDERS)}.")
    return Sought(query, filters, order, tuple(compared))


def _parsed(text: str, number: int | None, mistakes: list[Mistake]) -> Query | None:
    """Return a query; None if it cannot be read, which is added to the mistakes."""
    try:
        return parse(text)
    except QueryError as error:
        mistakes.append(Mistake(str(error), text, error.place, number))
        return None


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
