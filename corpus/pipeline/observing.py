"""Make the table `observations`: what the batches of `corpus collect` observed, in about one shard for each day.

A year of batches, one every quarter of an hour, makes 365 shards. Which batches share a shard follows from their
capture times and row counts, as the register has them, so a clean build gives the same files as many small ones.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa

from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.errors import InvariantError
from corpus.repo.digest import digest
from corpus.tables import parquet
from corpus.tables.shards import KeyedShards
from schemas.observations import OBSERVATIONS, OBSERVED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corpus.batches.withdrawals import Tombstones

STAGE: Final = OBSERVATIONS.name
# A worker's memory bounds a shard: these are about 60 MB.
_MOST_ROWS: Final = 200_000
_STORED: Final = [name for name in OBSERVED.names if name != "body"]


def observe(root: Path, batches: Sequence[raw.Batch], tombstones: Tombstones, code: str) -> None:
    """Bring `data/observations` up to date with the batches.

    Args:
        root: the repository.
        batches: all batches.
        tombstones: the withdrawals; rows that name what was withdrawn are left out.
        code: fingerprint of the code that makes the rows.

    Raises:
        MissingObjects: a batch is not here.
        DamagedObject: a file has other bytes than the register says.
        InvariantError: rows are not what the pandera model of the table says.
    """
    parts = shares(batches)
    # Which addresses a withdrawal concerns is in no hash that is known beforehand: each has a say in every shard.
    rules = [digest(tombstones.ranks)] if tombstones else []
    keys = {name: digest([code, *rules, *map(_line, part)]) for name, part in parts.items()}
    with KeyedShards(root, STAGE, [OBSERVATIONS]) as shards:
        stale = shards.stale(keys)
        batchfiles.require(root, {batch.name: batch for name in stale for batch in parts[name]}.values())
        for name in stale:
            rows = pa.concat_tables([_read(root, batch) for batch in parts[name]])
            rows = _without(rows, tombstones) if tombstones else rows
            _require_promised(rows)
            shards.put(name, keys[name], [(OBSERVATIONS, rows)])
        shards.finish(keys)


def shares(batches: Sequence[raw.Batch]) -> Mapping[str, list[raw.Batch]]:
    """Return the batches with observations by the shard that has their rows, in the order of their names."""
    found: dict[str, list[raw.Batch]] = {}
    observed = sorted((batch for batch in batches if batch.observations is not None), key=lambda batch: batch.name)
    for day, of_day in groupby(sorted(observed, key=_day), key=_day):
        before = 0
        for batch in of_day:
            found.setdefault(f"{day}-{before // _MOST_ROWS:04}", []).append(batch)
            before += batch.observations.documents if batch.observations else 0
    return found


def _day(batch: raw.Batch) -> str:
    return f"{batch.captured_at:%Y%m%d}"


def _line(batch: raw.Batch) -> str:
    return f"{batch.name}\0{batch.observations.sha256 if batch.observations else ''}"


def _read(root: Path, batch: raw.Batch) -> pa.Table:
    if batch.observations is None:
        return OBSERVATIONS.empty
    rows = parquet.read(batchfiles.path_of(root, batch.observations), _STORED, batch.observations.sha256)
    if rows.num_rows != batch.observations.documents:
        raise InvariantError(
            f"Batch {batch.name} has {rows.num_rows:,} observations, not {batch.observations.documents:,}."
        )
    names = pl.Series([batch.name], dtype=pl.String).new_from_index(0, rows.num_rows)
    return rows.append_column(OBSERVATIONS.arrow.field("batch"), names.to_arrow().cast(pa.string()))


def _without(rows: pa.Table, tombstones: Tombstones) -> pa.Table:
    """Leave out the rows that name what was withdrawn, by an address or by the bytes there."""
    frame = pl.DataFrame(rows.select(["url", "final_url", "redirects", "sha256"]))
    hops = frame.select(pl.col("redirects").list.eval(pl.element().struct.field("url")).alias("hops"))
    asked = pl.concat([frame["url"], frame["final_url"], hops["hops"].explode()]).drop_nulls().unique()
    urls = [url for url in asked if tombstones.refused("", url) is not None]
    bodies = [one for one in frame["sha256"].drop_nulls().unique() if tombstones.refused(one, None) is not None]
    gone = (
        pl.col("url").is_in(urls)
        | pl.col("final_url").is_in(urls).fill_null(value=False)
        | pl.col("sha256").is_in(bodies).fill_null(value=False)
        | pl.col("redirects").list.eval(pl.element().struct.field("url").is_in(urls)).list.any()
    )
    return rows.filter(frame.select(~gone).to_series().to_arrow())


def _require_promised(rows: pa.Table) -> None:
    """Raise InvariantError unless the rows are what the pandera model of the table says."""
    import pandera.errors  # it takes a third of a second to import, and most builds have no observations

    from schemas.models import observations

    try:
        observations(OBSERVATIONS).validate(pl.DataFrame(rows.select(OBSERVATIONS.names)), lazy=True)
    except pandera.errors.SchemaErrors as errors:
        found = errors.failure_cases.select("column", "check", "failure_case").head(5).rows()
        raise InvariantError(f"The observations do not match their schema: {found}") from None
