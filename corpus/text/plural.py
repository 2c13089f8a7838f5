"""Numbers with the noun that they count: `1 article`, `2 articles`."""

from __future__ import annotations

__fingerprint__ = False


def count(number: int, one: str, many: str | None = None, *, sign: str = "") -> str:
    """Return a number and what it counts.

    Args:
        number: how many.
        one: the noun for a single one.
        many: the noun for several; by default, `one` with an s.
        sign: "+" to print the sign of a positive number, too.
    """
    return f"{number:{sign},} {one if abs(number) == 1 else many or one + 's'}"
