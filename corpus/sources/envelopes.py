"""Find the rows in JSON files: in answers of APIs, and in what pandas writes in each of its orients."""

from __future__ import annotations

from typing import Any, Final

from corpus.formats.mapping import columns

# Where answers have their articles; what is not here is taken if it is the only list of objects.
_NAMES: Final = (
    "articles", "results", "data", "items", "docs", "documents", "hits", "entries", "news", "stories", "records",
    "rows", "posts", "response", "result", "content", "value", "feed", "payload", "list", "edges", "nodes", "features",
    "objects", "channel", "item", "d", "pages",
)  # fmt: skip
_MOST_DEEP: Final = 4
# What wraps each row: Elasticsearch, GraphQL, JSON:API, GeoJSON.
_WRAPPERS: Final = ("_source", "node", "attributes", "properties")
# A header and a row.
_SHORTEST: Final = 2


def rows_of(value: Any) -> list[dict[str, Any]] | None:
    """Return the rows of a JSON value; None if it is one document or of an unknown form.

    Known forms are a list of objects; an answer with such a list, as `{"status": "ok", "articles": […]}`; and a table
    as pandas writes it by columns, by index, split or tight.
    """
    if isinstance(value, list):
        return value if value and all(isinstance(row, dict) for row in value) else _below_header(value)
    if not isinstance(value, dict) or _is_article(value) or "jsonfeed.org" in str(value.get("version")):
        return None
    return _split(value) or _by_column(value) or _by_index(value) or _within(value, 0)


def _is_article(value: dict[str, Any]) -> bool:
    """Return whether an object is an article itself: its title or text is a text."""
    found = columns(value, {})
    names = [name for field in ("title", "text") for name in found.get(field, ())]
    return any(isinstance(value[name], str) for name in names)


def _within(value: dict[str, Any], depth: int) -> list[dict[str, Any]] | None:
    if depth > _MOST_DEEP:
        return None
    lowered = {str(key).lower(): inner for key, inner in value.items()}
    lists = [inner for inner in value.values() if isinstance(inner, list) and inner and isinstance(inner[0], dict)]
    only = list(value.values()) if len(value) == 1 else []
    for inner in (*(lowered[name] for name in _NAMES if name in lowered), *(lists if len(lists) == 1 else only)):
        if isinstance(inner, list) and inner and all(isinstance(row, dict) for row in inner):
            return _pages(inner, depth) or [_unwrapped(row) for row in inner]
        if isinstance(inner, dict) and (found := _by_index(inner) or _within(inner, depth + 1)):
            return found
    return None


def _pages(rows: list[dict[str, Any]], depth: int) -> list[dict[str, Any]] | None:
    """Return the rows of a list of answers; None if one of them is not an answer with rows."""
    if any(_is_article(_unwrapped(row)) for row in rows):
        return None
    found = [_within(row, depth + 1) for row in rows]
    return [row for some in found if some for row in some] if all(found) else None


def _unwrapped(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a search or an API found, without its data about the search."""
    for name in _WRAPPERS:
        inner = row.get(name)
        if isinstance(inner, dict) and (name == _WRAPPERS[0] or (_is_article(inner) and not _is_article(row))):
            return inner
    return row


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
    if not (found.get("title") or found.get("text")):
        return None
    lengths = {len(cells) if isinstance(cells, list) else 0 for cells in value.values()}
    if len(lengths) == 1 and min(lengths) and len(value) > 1:
        # {"title": ["A", "B"], "text": ["one", "two"]}
        return [dict(zip(value, row, strict=True)) for row in zip(*value.values(), strict=True)]
    if not all(isinstance(cells, dict) for cells in value.values()):
        return None
    numbers = list(next(iter(value.values())))
    if not numbers or any(list(cells) != numbers for cells in value.values()):
        return None
    # An article whose title and text are objects is not such a table.
    if set(map(str, numbers)) & {"rendered", "main", "sections", "name", "summary"}:
        return None
    return [{name: cells[number] for name, cells in value.items()} for number in numbers]


def _by_index(value: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return rows of `{"0": {"title": "A"}, "1": {"title": "B"}}`."""
    rows = list(value.values())
    if not rows or not all(isinstance(row, dict) for row in rows):
        return None
    is_numbered = all(str(key).isdigit() for key in value)
    alike = len(rows) > 1 and all(list(row) == list(rows[0]) for row in rows)
    return rows if (is_numbered or alike) and all(_is_article(row) for row in rows) else None
