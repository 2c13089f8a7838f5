"""Signals in the headers of an HTTP answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.rights.signals import MOST_SIGNALS, Place, Signal, signal

if TYPE_CHECKING:
    from collections.abc import Iterable

# In lower case: all headers that say something about rights.
NAMES: Final = ("content-signal", "content-usage", "tdm-reservation", "tdm-policy", "x-robots-tag", "link")
_LINK: Final = re.compile(
    r"<([^<>]{1,2000})>\s*((?:;\s*[\w*-]+\s*(?:=\s*(?:\"[^\"]{0,500}\"|[^\s;,\"]{0,500}))?\s*){0,20})"
)
_REL: Final = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)
_TYPE: Final = re.compile(r";\s*type\s*=\s*\"?application/rsl\+xml", re.IGNORECASE)


def signals_of_headers(headers: Iterable[tuple[str, str]]) -> tuple[Signal, ...]:
    """Return what the headers of an answer say of rights, to the letter.

    Args:
        headers: names and values, in order.
    """
    found: list[Signal] = []
    for name, value in headers:
        lowered = name.strip().lower()
        if lowered == "link":
            for link in _LINK.finditer(value[:8_000]):
                relations = _REL.search(link[2])
                if relations and "license" in (relations[1] or relations[2]).lower().split():
                    found.append(signal(Place.HEADER, "rsl" if _TYPE.search(link[2]) else "license", link[1]))
        elif lowered in NAMES and value.strip():
            found.append(signal(Place.HEADER, lowered, value))
        if len(found) >= MOST_SIGNALS:
            break
    return tuple(found)
