"""Signals in `/.well-known/tdmrep.json` (https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/)."""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlsplit

from corpus.rights.robots import matches_path
from corpus.rights.signals import Place, Signal, signal

_MOST_BYTES: Final = 1_000_000
_MOST_RULES: Final = 5_000


def signals_of_tdmrep(body: bytes, url: str) -> tuple[Signal, ...]:
    """Return what a tdmrep.json says of a page: the rule whose location matches longest; of several, all.

    Args:
        body: the file.
        url: the page's address.
    """
    if len(body) > _MOST_BYTES:
        return ()
    try:
        rules = json.loads(body.lstrip(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return ()
    path = urlsplit(url).path or "/"
    best: list[dict[str, Any]] = []
    longest = 0
    for rule in (rules if isinstance(rules, list) else [rules])[:_MOST_RULES]:
        location = rule.get("location") if isinstance(rule, dict) else None
        if not isinstance(location, str) or not location or not matches_path(location, path):
            continue
        if len(location) > longest:
            best, longest = [], len(location)
        if len(location) == longest:
            best.append(rule)
    found: list[Signal] = []
    for rule in best[:5]:
        for name in ("tdm-reservation", "tdm-policy"):
            value = rule.get(name)
            if isinstance(value, str | int | float):
                found.append(signal(Place.TDMREP, name, str(int(value) if isinstance(value, bool) else value)))
    return tuple(found)
