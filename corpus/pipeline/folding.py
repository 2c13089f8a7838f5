"""Decide which row groups share a shard of documents: those of a file, and small batches of a day of capture.

A row group is closed at 2,048 documents or 32 MB, which is 75 pages of HTML. Up to eight neighbours in a file share a
shard, so that ten million pages make some 17,000 shards instead of 133,000. They are made in parts (`parting`).

A schedule of every quarter of an hour makes 35,000 batches a year, most of a few documents. Each batch of the last days
has shards of its own, so that a new batch rewrites no others. The small batches of an earlier day share shards of about
2,048 documents. So each document is written twice, and a year of batches makes some 750 shards.

The decision is a pure function of the register: of the names of the batches, and of how many documents and bytes they
had when they were sealed. A day that is too large for one shard is cut after some batches, by hashes of their names. So
a batch that comes late or is removed changes one shard or two. What `corpus forget` takes out moves no batch to another
shard.
"""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from corpus.batches.register import RAW
from corpus.pipeline.origins import RowGroup
from corpus.tables.layout import MOST_DOCUMENTS, TARGET
from corpus.tables.placement import FRESH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from corpus.batches.register import Batch

# Larger batches fill a shard of their own, as far as files are concerned.
SMALL: Final = TARGET // 2
# A page has perhaps 3 % of text, but all of a page may be text. A worker holds the texts of a shard in memory.
BYTES: Final = 32_000_000
MOST_BYTES: Final = 2 * BYTES
# All of a page may be text, and stages hold the texts of a shard in memory. So it is 256 MB of documents at most.
_MOST_GROUPS: Final = 8
_HASHES: Final = 1 << 64


def shards(root: Path, batches: Iterable[Batch]) -> dict[str, tuple[RowGroup, ...]]:
    """Return the row groups of all batches by the name of the shard that has their documents, in the order of names."""
    found: dict[str, tuple[RowGroup, ...]] = {}
    for name, part in parts(batches):
        groups = list(_groups(root, part))
        if name is not None and len(groups) > 1:
            found[name] = tuple(groups)
        else:
            found |= {f"{run[0].path.stem}-{run[0].number:04}": run for run in _runs(groups)}
    return dict(sorted(found.items()))


def parts(batches: Iterable[Batch]) -> Iterator[tuple[str | None, Sequence[Batch]]]:
    """Yield the batches that share a shard, with the name of that shard; None for a batch that shares none.

    Args:
        batches: all batches of the register, in any order.
    """
    ordered = sorted(batches, key=lambda batch: (_day(batch), batch.name))
    last = max(map(_day, ordered), default=None)
    small: list[Batch] = []
    for batch in ordered:
        if last is not None and last - _day(batch) > FRESH and _is_small(batch):
            small.append(batch)
        else:
            yield None, [batch]
    for _, of_day in groupby(small, key=_day):
        yield from ((f"{part[0].name}-day", part) for part in _cut(list(of_day)))


def _day(batch: Batch) -> date:
    return batch.captured_at.date()


def _documents(batch: Batch) -> int:
    """Return how many documents a batch had when it was sealed."""
    return batch.documents + batch.redacted


def _is_small(batch: Batch) -> bool:
    """Return whether a batch may share a shard. One without a record of its bytes may have any number of them."""
    return (
        batch.content is not None
        and batch.content <= BYTES
        and _documents(batch) <= SMALL
        and sum(file.groups for file in batch.files) <= 1
    )


def _cut(batches: list[Batch]) -> Iterator[list[Batch]]:
    if sum(map(_documents, batches)) <= 2 * TARGET and sum(batch.content or 0 for batch in batches) <= MOST_BYTES:
        yield batches
        return
    part: list[Batch] = []
    documents = size = 0
    for batch in batches:
        own = _documents(batch), batch.content or 0
        if part and (documents + own[0] > MOST_DOCUMENTS or size + own[1] > MOST_BYTES):
            yield part
            part, documents, size = [], 0, 0
        part.append(batch)
        documents, size = documents + own[0], size + own[1]
        # In the mean a shard ends after 2,048 documents, or after 32 MB.
        share = max(own[0] / TARGET, own[1] / BYTES)
        if int.from_bytes(hashlib.sha256(batch.name.encode()).digest()[:8], "big") < share * _HASHES:
            yield part
            part, documents, size = [], 0, 0
    if part:
        yield part


def _runs(groups: Iterable[RowGroup]) -> Iterator[tuple[RowGroup, ...]]:
    """Yield the row groups that share a shard: neighbours in a file, with about 2,048 documents, in even numbers."""
    for _, of_file in groupby(groups, key=attrgetter("path")):
        several = tuple(of_file)
        most = min(max(TARGET // max(several[0].documents, 1), 1), _MOST_GROUPS)
        each = -(-len(several) // -(-len(several) // most))
        yield from (several[begin : begin + each] for begin in range(0, len(several), each))


def _groups(root: Path, batches: Iterable[Batch]) -> Iterator[RowGroup]:
    folder = root / RAW
    for batch in batches:
        for file in batch.files:
            path = folder / file.name
            share = -(-file.documents // max(file.groups, 1))
            for number in range(file.groups):
                yield RowGroup(path, number, batch.name, share, file.sha256)
