"""Searching: what matches, its facets, and when it appeared; all of the same set."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from corpus.browse.opened import LISTED
from corpus.browse.page import RESULTS, Page, Paging, Wanted
from corpus.browse.seeking import COMPARE, NAMES, Sought, WrongQuery, chips, sought, value_in_words
from corpus.browse.text import Piece, marked
from corpus.browse.views.context import in_context, in_words
from corpus.browse.views.overtime import over_time
from corpus.errors import UsageError
from corpus.search.facets import FACETS
from corpus.search.marks import excerpt, marks

if TYPE_CHECKING:
    from collections.abc import Callable

    from markupsafe import Markup

    from corpus.browse.address import Asked
    from corpus.search.answers import Facet
    from corpus.search.query import Query
    from corpus.search.searching import Searcher

    View = Callable[[Wanted, Searcher, Sought, int], tuple[str, dict[str, Any], dict[str, Any]]]

_TOP: Final = 12
_ALL: Final = 1_000
# To pass over many articles takes memory for all of them.
_EARLY: Final = 50
_EXCERPT: Final = 280
_TITLE: Final = 240
# Of a text of megabytes so much is looked through for an excerpt.
_LOOKED_THROUGH: Final = 60_000
_LIST: Final = "list"
_LONG_ADDRESS: Final = 500
_OPEN: Final = frozenset({"publisher", "language", "month", "section"})


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: what it is called, how many articles have it, whether it is in use, and where it leads."""

    name: str
    count: int
    chosen: bool
    to: str


@dataclass(frozen=True, slots=True)
class Group:
    """The values of one facet.

    Attributes:
        facet: which.
        name: what it is called.
        values: those that are shown, the most frequent first.
        more: where all are shown; None if these are all.
        fewer: where the first ones alone are; None if these are they.
        opens: whether they are seen without opening the group.
        rest: whether there are still others.
    """

    facet: str
    name: str
    values: tuple[Value, ...]
    more: str | None
    fewer: str | None
    opens: bool
    rest: bool


def search(wanted: Wanted) -> Page:
    """Return the page of what matches; where the query is wrong, a sentence that says what is wrong and where."""
    asked = wanted.asked
    try:
        what = sought(asked)
    except WrongQuery as error:
        return error.page()
    view = asked.one("view") or _LIST
    if view != _LIST and view not in _VIEWS:
        raise UsageError(f"There is no view {view[:80]!r}. There are {', '.join((_LIST, *_VIEWS))}.")
    searcher = wanted.searcher()
    narrowing = _light(asked)
    with ThreadPoolExecutor(1) as pool:
        # The index finds the articles of the page while it counts facets; a page far on, once it is known to exist.
        early = view == _LIST and asked.number("page") <= _EARLY
        listing = pool.submit(_listed, wanted, searcher, what) if early else None
        # Facets first: where no filter is in use, their answer has the count.
        groups, counted = _groups(searcher, what, narrowing)
        total = searcher.count(what.query, what.filters)
    shared = {
        "what": what, "total": total, "groups": groups, "chips": chips(what, narrowing), "view": view,
        "in_use": sum(len(values) for values in what.filters.values()),
    }  # fmt: skip
    data = {
        "query": what.query.text, "filters": {name: list(values) for name, values in what.filters.items()},
        "total": total, "facets": counted,
    }  # fmt: skip
    title = what.query.text[:80] or "Articles"
    if view in _VIEWS:
        template, values, further = _VIEWS[view](wanted, searcher, what, total)
        return Page(template, title, {**shared, **values}, {**data, **further}, part="search")
    paging = Paging.of(asked, total, RESULTS)
    rows = _listed(wanted, searcher, what) if listing is None else listing.result()
    entries = [_entry(row, what, asked, number) for number, row in enumerate(rows, paging.offset + 1)]
    listed = [{**{name: one["row"][name] for name in LISTED}, "excerpt": one["plain"]} for one in entries]
    return Page(
        "search.html.jinja",
        title,
        {**shared, "entries": entries, "paging": paging},
        {**data, "order": what.order, **paging.data(), "articles": listed},
        part="search",
    )


def _listed(wanted: Wanted, searcher: Searcher, what: Sought) -> list[dict[str, Any]]:
    """Return the articles of a page of the list."""
    offset = (wanted.asked.number("page") - 1) * RESULTS
    hits = searcher.page(what.query, what.filters, what.order, offset, RESULTS)
    return wanted.opened.rows_of(hits, (*LISTED, "text")) if hits else []


def _light(asked: Asked) -> Asked:
    """Return what is asked without the queries to compare with if they are long: each filter's address has them."""
    if len(asked.here) <= _LONG_ADDRESS:
        return asked
    return replace(asked, query={name: values for name, values in asked.query.items() if name != COMPARE})


def _entry(row: dict[str, Any], what: Sought, asked: Asked, number: int) -> dict[str, Any]:
    text = row["text"][:_LOOKED_THROUGH]
    spans = marks(what.query, text)
    start, end = excerpt(text, spans, _EXCERPT)
    to = asked.address.to("article", row["article_id"], **what.parameters, order=what.order, hit=number)
    return {
        "row": row,
        "to": to,
        "title": _marked_title(row["title"], what.query),
        "excerpt": marked(Piece(start, text[start:end]), spans),
        "plain": text[start:end],
        "begins": start == 0,
        "ends": end == len(row["text"]),
    }


def _marked_title(title: str, query: Query) -> Markup:
    flat = " ".join(title[: 20 * _TITLE].split())
    shown = flat if len(flat) <= _TITLE else f"{flat[:_TITLE]}…"
    return marked(Piece(0, shown), marks(query, shown, "title"))


def _groups(searcher: Searcher, what: Sought, asked: Asked) -> tuple[list[Group], dict[str, dict[str, int]]]:
    """Return the groups of facets for the page, and what they count for programs.

    A facet that is in use shows its other values as well: they can be added.
    """
    everything = set(asked.query.get("all", ())) & set(FACETS)
    found: dict[str, Facet] = {}
    plain = [name for name in FACETS if name not in what.filters and name not in everything]
    single = next((name for name in FACETS if len(what.filters.get(name, ())) == 1 and name not in everything), None)
    if plain and single:
        found |= searcher.facets_beside(what.query, what.filters, single, plain, _TOP)
    elif plain:
        found |= searcher.facets(what.query, what.filters, plain, _TOP)
    for name in FACETS:
        if name not in found:
            others = {facet: values for facet, values in what.filters.items() if facet != name}
            found |= searcher.facets(what.query, others, [name], _ALL if name in everything else _TOP)
    groups, counted = [], {}
    for name in FACETS:
        facet, chosen = found[name], what.filters.get(name, ())
        known = dict(facet.values)
        # What is in use is shown even where it is not among the most frequent.
        lacking = [one for one in chosen if one not in known]
        if lacking:
            known |= {one: searcher.count(what.query, {**what.filters, name: (one,)}) for one in lacking}
        counted[name] = known
        if not known or (set(known) == {""} and not chosen):
            continue
        values = tuple(_value(name, one, number, chosen, asked) for one, number in known.items())
        rest = tuple(one for one in asked.query.get("all", ()) if one != name)
        groups.append(
            Group(
                name,
                NAMES[name],
                values,
                asked.but(all=(*rest, name)) + f"#facet-{name}" if facet.more and name not in everything else None,
                asked.but(all=rest or None) + f"#facet-{name}" if name in everything else None,
                bool(chosen) or name in _OPEN or name in everything,
                facet.more,
            )
        )
    return groups, counted


def _value(facet: str, one: str, number: int, chosen: tuple[str, ...], asked: Asked) -> Value:
    others = tuple(value for value in chosen if value != one)
    values = others if one in chosen else (*chosen, one)
    return Value(
        value_in_words(facet, one), number, one in chosen, asked.but(**{facet: values or None}, page=None, hit=None)
    )


_VIEWS: Final[dict[str, View]] = {"kwic": in_context, "time": over_time, "words": in_words}
