"""The figures of a version's articles, kept beside the search index: a million articles take seconds to count.

What a version is made of tells which figures are its own. A withdrawal deletes them with the index.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from corpus import settings
from corpus.errors import UsageError
from corpus.report.counting import OPTIONAL
from corpus.report.figures import Group, Holdings
from corpus.snapshots.asof import AsOf
from schemas.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corpus.snapshots.version import Version

NAME: Final = "figures.json"
_GROUPS: Final = ("publishers", "languages", "batches")
# So many versions' figures are kept.
_MOST: Final = 16


class Figures:
    """The figures of one version's articles: kept ones, or counted when they are first asked for."""

    def __init__(self, version: Version, count: Callable[[], Holdings]) -> None:
        """Prepare to count.

        Args:
            version: whose figures.
            count: counts them.
        """
        self._version = version
        self._count = count
        self._found: Holdings | None = None
        self._kept = False

    def get(self, folder: Path | None) -> Holdings:
        """Return the figures; keep them where they can be kept, and are not yet.

        Args:
            folder: of the index, which may not be there yet; None to keep nothing.
        """
        if folder is None or self._kept:
            self._found = self._found or self._count()
            return self._found
        key = _key(self._version)
        if self._found is None:
            self._found = recall(folder, key)
            self._kept = self._found is not None
        if self._found is None:
            self._found = self._count()
        self._kept = self._kept or remember(folder, key, self._found)
        return self._found


def recall(folder: Path, key: str) -> Holdings | None:
    """Return figures that were kept; None if nothing is kept, or it was changed since.

    Args:
        folder: of the index.
        key: of the version.
    """
    # Deeply nested JSON is a RecursionError.
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        entry = json.loads((folder / NAME).read_text(encoding="utf-8"))[key]
        if entry["digest"] == _digest(key, entry["figures"]):
            return _read(json.loads(entry["figures"]))
    return None


def remember(folder: Path, key: str, holdings: Holdings) -> bool:
    """Keep figures, if the index is there; return whether they are kept. That they are not does no harm."""
    if not folder.is_dir():
        return False
    known: dict[str, Any] = {}
    with suppress(OSError, ValueError, TypeError, RecursionError):
        known = dict(json.loads((folder / NAME).read_text(encoding="utf-8")))
    known.pop(key, None)
    figures = json.dumps(asdict(holdings), default=date.isoformat)
    kept = dict([*known.items()][-_MOST + 1 :]) | {key: {"figures": figures, "digest": _digest(key, figures)}}
    aside = folder / f"{NAME}.{os.getpid()}-{threading.get_ident()}"
    with suppress(OSError):
        aside.write_text(json.dumps(kept), encoding="utf-8")
        aside.replace(folder / NAME)
        return True
    return False


def _key(version: Version) -> str:
    """Return what tells a version's articles, and the columns that are counted, from those of others."""
    if not isinstance(version, AsOf):
        parts = ["version", version.md5("articles")]
    else:
        # Which rows a day has follows from all tables and from how they are resolved.
        base = version.base
        parts = ["day", version.day.isoformat(), base.text(settings.PARAMS) or ""]
        for table in TABLES:
            with suppress(UsageError):
                parts.append(f"{table} {base.md5(table)}")
    return hashlib.sha256("\n".join((*OPTIONAL, *parts)).encode()).hexdigest()


def _digest(key: str, figures: str) -> str:
    return hashlib.sha256(f"{key} {figures}".encode()).hexdigest()


def _read(value: dict[str, Any]) -> Holdings:
    captured = value["captured"]
    groups = {name: tuple(Group(**group) for group in value[name]) for name in _GROUPS}
    return Holdings(
        articles=value["articles"],
        words=value["words"],
        median_words=value["median_words"],
        filled=tuple((column, number) for column, number in value["filled"]),
        duplicates=value["duplicates"],
        captured=None if captured is None else (date.fromisoformat(captured[0]), date.fromisoformat(captured[1])),
        days=tuple((date.fromisoformat(day), number) for day, number in value["days"]),
        **groups,
    )
