"""JSON files that hold rows in something: what APIs answer, and what pandas writes in each of its orients."""

from __future__ import annotations

from typing import Any, Final

from corpus.formats.mapping import columns

# Where answers have their articles; what is not here is taken if it is the only list of objects.
_NAMES: Final = (
    "articles", "results", "data", "items", "docs", "documents", "hits", "entries", "news", "stories", "records",
    "rows", "posts", "response", "result", "content", "value", "feed", "payload", "list",
)  # fmt: skip
_MOST_DEEP: Final = 4
# A header and a row.
_SHORTEST: Final = 2


def rows_of(value: Any) -> list[dict[str, Any]] | None:
    """Return the rows that a JSON value holds; None if it is one document, or none that is known.

    A list of objects; an answer with such a list in it, as `{"status": "ok", "articles": […]}`; and a table as pandas
    writes it by columns, by index, split or tight.
    """
    if isinstance(value, list):
        return value if value and all(isinstance(row, dict) for row in value) else _below_header(value)
    if not isinstance(value, dict) or _is_article(value) or "jsonfeed.org" in str(value.get("version")):
        return None
    return _split(value) or _by_column(value) or _by_index(value) or _within(value, 0)


def _is_article(value: dict[str, Any]) -> bool:
    """Whether an object is an article itself: its title or text is one."""
    found = columns(value, {})
    names = [name for field in ("title", "text") for name in found.get(field, ())]
    return any(isinstance(value[name], str) for name in names)


def _within(value: dict[str, Any], depth: int) -> list[dict[str, Any]] | None:
    if depth > _MOST_DEEP:
        return None
    lowered = {str(key).lower(): held for key, held in value.items()}
    lists = [held for held in value.values() if isinstance(held, list) and held and isinstance(held[0], dict)]
    for held in (*(lowered[name] for name in _NAMES if name in lowered), *(lists if len(lists) == 1 else ())):
        if isinstance(held, list) and held and all(isinstance(row, dict) for row in held):
            return [_source_of(row) for row in held]
        if isinstance(held, dict) and (found := _within(held, depth + 1)):
            return found
    return None


def _source_of(row: dict[str, Any]) -> dict[str, Any]:
    """Return what Elasticsearch found, without what it says of finding it."""
    inner = row.get("_source")
    return inner if isinstance(inner, dict) else row


def _below_header(value: list[Any]) -> list[dict[str, Any]] | None:
    """Return rows of `[["title", "text"], ["A", "B"]]`; without a header nothing says what the columns are."""
    if len(value) < _SHORTEST or not all(isinstance(row, list) and len(row) == len(value[0]) for row in value):
        return None
    header = value[0]
    if not all(isinstance(name, str) for name in header) or len(set(header)) < len(header):
        return None
    found = columns(header, {})
    if not (found.get("title") or found.get("text")):
        return None
    return [dict(zip(header, row, strict=True)) for row in value[1:]]


def _split(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    names, rows = value.get("columns"), value.get("data")
    if not isinstance(names, list) or not isinstance(rows, list) or not rows:
        return None
    if not all(isinstance(row, list) and len(row) == len(names) for row in rows):
        return None
    return [dict(zip(map(str, names), row, strict=True)) for row in rows]


def _by_column(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return rows of `{"title": {"0": "A"}, "text": {"0": "B"}}`."""
    found = columns(value, {})
    if not (found.get("title") or found.get("text")) or not all(isinstance(held, dict) for held in value.values()):
        return None
    numbers = list(next(iter(value.values())))
    if not numbers or any(list(held) != numbers for held in value.values()):
        return None
    # An article whose title and text are objects is none of these.
    if set(map(str, numbers)) & {"rendered", "main", "sections", "name", "summary"}:
        return None
    return [{name: held[number] for name, held in value.items()} for number in numbers]


def _by_index(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return rows of `{"0": {"title": "A"}, "1": {"title": "B"}}`."""
    rows = list(value.values())
    if not rows or not all(isinstance(row, dict) for row in rows):
        return None
    is_numbered = all(str(key).isdigit() for key in value)
    alike = len(rows) > 1 and all(list(row) == list(rows[0]) for row in rows)
    return rows if (is_numbered or alike) and all(_is_article(row) for row in rows) else None
