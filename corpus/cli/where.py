"""The option `--where FACET=VALUE`, of commands that search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


def values_of(where: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the values by facet, in the order in which they were given.

    Raises:
        UsageError: there is no `=` in one.
    """
    found: dict[str, tuple[str, ...]] = {}
    for one in where:
        name, equals, value = one.partition("=")
        if not equals:
            raise UsageError(f"--where {one!r} is not FACET=VALUE, as section=World.")
        found[name] = (*found.get(name, ()), value)
    return found
