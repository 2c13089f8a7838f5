"""By what a search is narrowed and counted: each article has some values of a facet, or `""`, which means none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

NONE: Final = ""
# Longer values are cut. In characters; an index takes no value over 65,530 bytes.
_LONGEST: Final = 200

# What the values of the facets are made from.
COLUMNS: Final = (
    "publisher", "publication", "language", "published_date", "section", "authors", "agency", "licence_id",
    "licence_url", "ai_train", "ai_input", "search", "tdm_reservation", "duplicate_of", "contained_in", "revision",
    "date_source",
)  # fmt: skip


def _month(row: Mapping[str, Any]) -> list[str | None]:
    day = row["published_date"]
    return [None if day is None else f"{day.year:04}-{day.month:02}"]


def _rights(row: Mapping[str, Any]) -> list[str]:
    """Return what publishers allow and reserve, as `train: deny`; nothing if they note nothing."""
    found = [
        f"{purpose}: {row[column]}"
        for purpose, column in (("train", "ai_train"), ("input", "ai_input"), ("search", "search"))
        if row[column] is not None
    ]
    reserved = row["tdm_reservation"]
    return found if reserved is None else [*found, "text and data mining: " + ("reserved" if reserved else "open")]


def _duplicates(row: Mapping[str, Any]) -> list[str]:
    if row["duplicate_of"] is not None:
        return ["duplicate"]
    return ["contained"] if row["contained_in"] is not None else []


_FROM: Final[dict[str, Callable[[Mapping[str, Any]], Iterable[str | None]]]] = {
    "publisher": lambda row: [row["publisher"]],
    "publication": lambda row: [row["publication"]],
    "language": lambda row: [row["language"]],
    "month": _month,
    "section": lambda row: [row["section"]],
    "author": lambda row: row["authors"] or [],
    "agency": lambda row: [row["agency"]],
    "licence": lambda row: [row["licence_id"] or row["licence_url"]],
    "rights": _rights,
    "warning": lambda row: row["warnings"],
    "duplicates": _duplicates,
    "revisions": lambda row: [str(row["revision"])],
    "date_source": lambda row: [row["date_source"]],
}

# In the order in which people look at them.
FACETS: Final = tuple(_FROM)


def values(row: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    """Return the values of an article for each facet, each once; `[""]` where it has none.

    Args:
        row: an article with the columns of `COLUMNS`, and `warnings`, the names of its checks that warned.
    """
    return {name: _clean(found(row)) for name, found in _FROM.items()}


def _clean(found: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value[:_LONGEST] for value in found if value)) or [NONE]
