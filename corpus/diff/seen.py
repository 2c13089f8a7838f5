"""What collecting observed of an article at its source after its capture: unchanged, or gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from schemas.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection

    from corpus.snapshots.version import Version

_GONE = [Outcome.GONE_404.value, Outcome.GONE_410.value]
_THERE = [
    Outcome.NEW.value, Outcome.CHANGED.value, Outcome.UNCHANGED_304.value, Outcome.UNCHANGED_BYTES.value,
    Outcome.UNCHANGED_TEXT.value,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """The observations of an article's page.

    Attributes:
        last: the last time at which the page was there.
        times: how often a request found the page.
        gone_since: the first time at which the page was gone, if it did not come back; otherwise None.
    """

    last: datetime | None
    times: int
    gone_since: datetime | None


def seen(version: Version, documents: Collection[str]) -> Seen | None:
    """Return the observations of the pages of some documents; None if no document was collected.

    Args:
        version: the version whose observations are read.
        documents: ids of documents: the sha256 of their bytes.
    """
    rows = version.scan("observations").filter(pl.col("via") == "page")
    urls = rows.filter(pl.col("sha256").is_in(sorted(documents))).select("url").unique().collect()["url"]
    if urls.is_empty():
        return None
    mine = rows.filter(pl.col("url").is_in(urls.implode())).select("at", "outcome").sort("at").collect()
    there = mine.filter(pl.col("outcome").is_in(_THERE))["at"]
    last = there.max()
    gone = mine.filter(pl.col("outcome").is_in(_GONE))
    if isinstance(last, datetime):
        gone = gone.filter(pl.col("at") > last)
    since = gone["at"].min()
    return Seen(
        last if isinstance(last, datetime) else None, len(there), since if isinstance(since, datetime) else None
    )
