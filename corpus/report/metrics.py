"""Writes metrics.json for `dvc metrics`: the ledger and the most important figures, one number for each key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from schemas.tables import PUBLISHED

if TYPE_CHECKING:
    from corpus.report.figures import Figures


def text(found: Figures, version: str = "") -> str:
    """Return the file's content. A key without a value is null, never absent or NaN.

    Args:
        found: the figures.
        version: a digest of the content of the tables, in hex.
    """
    ledger = found.ledger
    values: dict[str, Any] = {
        "content": version or None,
        "ledger": {
            "documents": ledger.documents,
            "articles": ledger.articles,
            "superseded": ledger.superseded,
            "repeats": ledger.repeats,
            "duplicates": ledger.duplicates,
            "quarantined": ledger.quarantined,
        },
        "articles": {
            "publishers": sum(group.name is not None for group in found.publishers),
            "languages": sum(group.name is not None for group in found.languages),
            "first_published": found.days[0][0].isoformat() if found.days else None,
            "last_published": found.days[-1][0].isoformat() if found.days else None,
            "words": found.words,
            "median_words": None if found.median_words is None else round(found.median_words, 1),
            "duplicates": found.duplicates,
        },
        "share_with": {name: share(count, ledger.articles) for name, count in found.filled},
        "quarantined": dict(sorted(found.quarantined)),
        "warnings": {
            v.check: v.documents for v in sorted(found.verdicts, key=lambda v: v.check) if v.severity == "warn"
        },
        "schema": {table.name: table.fingerprint for table in PUBLISHED},
    }
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def share(part: int, total: int) -> float | None:
    """Return a share with four decimals; None if the total is 0."""
    return round(part / total, 4) if total else None
