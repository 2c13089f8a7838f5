"""Refuse what was withdrawn: it is reported as skipped, from every kind of source."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from corpus.sources.entries import Item, Reason, Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.batches.withdrawals import Tombstones


def without_withdrawn(entries: Iterable[Item | Skipped], tombstones: Tombstones) -> Iterator[Item | Skipped]:
    """Yield the same entries, with those of withdrawn bytes or addresses as skipped.

    A page that names its address only in its own markup is not recognised here; `ingest` empties and quarantines it.
    """
    if not tombstones:
        yield from entries
        return
    for entry in entries:
        if isinstance(entry, Item):
            found = tombstones.refused(hashlib.sha256(entry.data).hexdigest(), entry.url)
            if found is not None:
                yield Skipped(entry.source, Reason.WITHDRAWN, f"on {found.date}")
                continue
        yield entry
