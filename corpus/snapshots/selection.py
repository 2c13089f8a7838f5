"""Check which articles a user asks for (publishers, days, languages, duplicates), and turn that into conditions.

A selection gives three things: the rows that meet it (an expression that Polars pushes down into the files), the row
groups that cannot have such rows (by their statistics), and the reason why an article is left out.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypedDict

from corpus.errors import UsageError
from corpus.rights.policy import EVERYTHING, Policy
from schemas.rights import Purpose

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

Names: TypeAlias = "str | Iterable[str] | None"
Day: TypeAlias = "date | str | None"
_SHOWN: Final = 12


class Filters(TypedDict, total=False):
    """The filters of `Version.articles`."""

    publisher: Names
    since: Day
    until: Day
    language: Names
    duplicates: bool
    rights: str | Policy | None


class LeftOut(StrEnum):
    """Why an article is not in a selection: the first of these conditions that it does not meet."""

    PUBLISHER = "publisher"
    LANGUAGE = "language"
    SINCE = "since"
    UNTIL = "until"
    DUPLICATE = "duplicate"
    RIGHTS_DENIED = "rights: denied"
    RIGHTS_UNKNOWN = "rights: unknown"
    TDM_RESERVED = "rights: tdm-reserved"
    AGENTS_CLOSED = "rights: agents-closed"
    NOINDEX = "rights: noindex"
    NOARCHIVE = "rights: noarchive"
    NOSNIPPET = "rights: nosnippet"
    NOAI = "rights: noai"
    PAYWALLED = "rights: paywalled"
    NON_COMMERCIAL = "rights: non-commercial"
    NO_DERIVATIVES = "rights: no-derivatives"
    NO_LICENCE = "rights: no-licence"
    QUERY = "query"


@dataclass(frozen=True, slots=True)
class Selection:
    """The articles to select. None means no condition. Days are inclusive; no range of days has undated articles."""

    publishers: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    since: date | None = None
    until: date | None = None
    duplicates: bool = True
    rights: Policy = EVERYTHING
    query: str | None = None
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    # The ids of the articles that match the query and have the values of facets.
    matching: pl.Series | None = field(default=None, compare=False)

    def conditions(self) -> dict[LeftOut, pl.Expr]:
        """Return the conditions that an article must meet, by the reason for leaving it out. They are never null."""
        import polars as pl

        from corpus.columnar.among import one_of

        day = pl.col("published_date")
        found: dict[LeftOut, pl.Expr] = {}
        if self.publishers is not None:
            found[LeftOut.PUBLISHER] = pl.col("publisher").is_in(list(self.publishers)).fill_null(value=False)
        if self.languages is not None:
            found[LeftOut.LANGUAGE] = pl.col("language").is_in(list(self.languages)).fill_null(value=False)
        if self.since is not None:
            found[LeftOut.SINCE] = (day >= self.since).fill_null(value=False)
        if self.until is not None:
            found[LeftOut.UNTIL] = (day <= self.until).fill_null(value=False)
        if not self.duplicates:
            found[LeftOut.DUPLICATE] = pl.col("duplicate_of").is_null()
        found |= {LeftOut(why): met for why, met in self.rights.conditions().items()}
        if self.matching is not None:
            found[LeftOut.QUERY] = one_of("article_id", self.matching)
        return found

    def pushed(self) -> list[pl.Expr]:
        """Return the conditions for `filter` in a form by which Parquet readers can prune."""
        import polars as pl

        day = pl.col("published_date")
        found = []
        if self.publishers is not None:
            found.append(_one_of(pl.col("publisher"), self.publishers))
        if self.languages is not None:
            found.append(_one_of(pl.col("language"), self.languages))
        if self.since is not None:
            found.append(day >= self.since)
        if self.until is not None:
            found.append(day <= self.until)
        if not self.duplicates:
            found.append(pl.col("duplicate_of").is_null())
        return [*found, *self.rights.conditions().values()]

    def may_hold(self, group: Any) -> bool:
        """Return whether a row group can have an article of this selection, by the statistics in its metadata."""
        found = {}
        for number in range(group.num_columns):
            column = group.column(number)
            if column.path_in_schema in {"publisher", "language", "published_date", "duplicate_of"}:
                found[column.path_in_schema] = column.statistics
        lowest, highest = _bounds(found.get("published_date"))
        if self.since is not None and highest is not None and highest < self.since:
            return False
        if self.until is not None and lowest is not None and lowest > self.until:
            return False
        for name, wanted in (("publisher", self.publishers), ("language", self.languages)):
            low, high = _bounds(found.get(name))
            if wanted is not None and low is not None and not any(low <= value <= high for value in wanted):
                return False
        marked = found.get("duplicate_of")
        return self.duplicates or marked is None or not marked.has_null_count or marked.null_count > 0

    def as_dict(self) -> dict[str, Any]:
        """Return the conditions as plain values under the names in `Filters`; unused filters are absent."""
        values = {
            "publisher": None if self.publishers is None else list(self.publishers),
            "language": None if self.languages is None else list(self.languages),
            "since": None if self.since is None else self.since.isoformat(),
            "until": None if self.until is None else self.until.isoformat(),
            "duplicates": None if self.duplicates else False,
            "rights": str(self.rights) or None,
            "query": self.query,
            "where": [f"{name}={value}" for name, values in self.where.items() for value in values] or None,
        }
        return {name: value for name, value in values.items() if value is not None}


def select(filters: Filters, known: Callable[[str], Sequence[str]]) -> Selection:
    """Check what a user asks for.

    Args:
        filters: the filters as given.
        known: returns the values of a column of the corpus, sorted; called only for columns of a filter.

    Raises:
        UsageError: no article has the publisher or language, or a day is invalid. The error shows valid values.
    """
    unknown = sorted(filters.keys() - Filters.__annotations__.keys())
    if unknown:
        raise UsageError(f"No filter {unknown[0]!r}. There are {', '.join(Filters.__annotations__)}.")
    since, until = _day("since", filters.get("since")), _day("until", filters.get("until"))
    if since and until and since > until:
        raise UsageError(f"since {since} is after until {until}: no day is in this range.")
    duplicates = filters.get("duplicates", True)
    if not isinstance(duplicates, bool):
        raise UsageError(f"duplicates must be True or False, found {duplicates!r}.")
    return Selection(
        _names("publisher", filters.get("publisher"), known, _is_publisher),
        _names("language", filters.get("language"), known, _is_language),
        since,
        until,
        duplicates,
        _policy(filters.get("rights")),
    )


def _policy(asked: str | Policy | None) -> Policy:
    if asked is None or isinstance(asked, Policy):
        return asked or EVERYTHING
    try:
        return Policy(Purpose(asked))
    except ValueError:
        raise UsageError(f"rights={asked!r} is not a purpose. Choose from {', '.join(Purpose)}.") from None


def _names(
    column: str, asked: Names, known: Callable[[str], Sequence[str]], matches: Callable[[str, str], bool]
) -> tuple[str, ...] | None:
    if asked is None:
        return None
    if not isinstance(asked, Iterable):
        raise UsageError(f"{column} must be a string or several strings, found {asked!r}.")
    wanted = [asked] if isinstance(asked, str) else list(asked)
    if not wanted:
        raise UsageError(f"The list of {column} is empty. Leave {column} out to keep all values.")
    there = known(column)
    found: set[str] = set()
    for name in wanted:
        if not isinstance(name, str):
            raise UsageError(f"A {column} must be a string, found {name!r}.")
        taken = [value for value in there if matches(name.strip().lower(), value.lower())]
        if not taken:
            raise UsageError(f"No article has the {column} {name!r}. {_there_are(name, there)}")
        found.update(taken)
    return tuple(sorted(found))


def _is_publisher(asked: str, value: str) -> bool:
    return value in {asked, asked.removeprefix("www.")}


def _is_language(asked: str, value: str) -> bool:
    """Match languages by the basic filtering of RFC 4647: `en` includes `en-GB`, but `en-GB` does not include `en`."""
    return value == asked or value.startswith(f"{asked}-")


def _there_are(name: str, there: Sequence[str]) -> str:
    if not there:
        return "The column is empty."
    close = difflib.get_close_matches(name.lower(), there, _SHOWN, 0.75) if len(there) <= 10_000 else []
    shown = [*close, *(value for value in there if value not in close)][:_SHOWN]
    more = f" and {len(there) - len(shown):,} more" if len(there) > len(shown) else ""
    return f"There are {', '.join(shown)}{more}."


def _day(name: str, value: Day) -> date | None:
    match value:
        case None:
            return None
        case datetime():
            return value.date()
        case date():
            return value
        case str():
            try:
                return date.fromisoformat(value.strip())
            except ValueError:
                pass
    raise UsageError(f"{name}: {value!r} is not a day. Write it as 2026-11-24.")


def _one_of(column: pl.Expr, values: Sequence[str]) -> pl.Expr:
    # Readers prune by comparisons; `is_in` alone makes them read every row group.
    return column.is_in(list(values)) & (column >= min(values)) & (column <= max(values))


def _bounds(statistics: Any) -> tuple[Any, Any]:
    """Return the least and the greatest value of a column chunk; None if they are not known or not valid days."""
    if statistics is None or not statistics.has_min_max:
        return None, None
    try:
        return statistics.min, statistics.max
    except (ValueError, OverflowError):
        return None, None
