"""Filters: by the values of facets and by days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

from tantivy import FieldType, Occur
from tantivy import Query as Compiled

from corpus.errors import UsageError
from corpus.search import compiling, documents, facets

# The name of a facet with values: an article must have one of them, "" means that it has no value. `since` and `until`
# have one day each, as 2026-03-01, both inclusive; they leave undated articles out. An article must meet all names.
Narrowing: TypeAlias = Mapping[str, Sequence[str]]
DAYS: Final = ("since", "until")
# A value that no article has.
NOTHING: Final = "\x00"


def check(filters: Narrowing) -> None:
    """Check filters.

    Raises:
        UsageError: there is no facet of a name, or a day is invalid.
    """
    for name, values in filters.items():
        if name in DAYS:
            for value in values:
                day(name, value)
        elif name not in facets.FACETS:
            raise UsageError(f"There is no filter {name!r}. There are {', '.join((*facets.FACETS, *DAYS))}.")


def day(name: str, value: str) -> date:
    """Return a day of a filter.

    Raises:
        UsageError: the day is invalid.
    """
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UsageError(f"{name}: {value!r} is not a day. Write it as 2026-11-24.") from None


def narrowed(filters: Narrowing) -> list[tuple[Occur, Compiled]]:
    """Return the clauses that an article has to meet. They do not change how relevant it is.

    Raises:
        UsageError: there is no facet of a name, or a day is invalid.
    """
    check(filters)
    schema = documents.schema()
    found: list[tuple[Occur, Compiled]] = []
    for name, values in filters.items():
        if not values:
            continue
        if name in DAYS:
            found += [(Occur.Must, Compiled.const_score_query(_days(name, value), 0.0)) for value in values]
        else:
            terms = [Compiled.term_query(schema, documents.FACET[name], value) for value in dict.fromkeys(values)]
            found.append((Occur.Must, Compiled.const_score_query(compiling.any_of(terms), 0.0)))
    return found


def admits(filters: Narrowing, row: Mapping[str, Any]) -> bool:
    """Return whether an article meets the filters: the reference, as `corpus.search.plain` is for queries.

    Args:
        filters: which.
        row: as `corpus.search.facets.values` takes it.
    """
    check(filters)
    has = facets.values(row)
    for name, values in filters.items():
        if name in DAYS:
            published = row["published_date"]
            for value in values:
                bound = day(name, value)
                if published is None or (published < bound if name == "since" else published > bound):
                    return False
        elif values and not set(values) & set(has[name]):
            return False
    return True


def _days(name: str, value: str) -> Compiled:
    number = documents.day_number(day(name, value))
    low, high = (number, None) if name == "since" else (None, number)
    return Compiled.range_query(documents.schema(), "day", FieldType.Integer, low, high)
