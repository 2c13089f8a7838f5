"""Find the bytes of captures that are kept once, in another batch, and put them back into the rows that lack them.

The content of a row follows from its document id, which is the digest of its bytes. So the shards of `documents` do not
depend on which batch has the bytes.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa


class Group(NamedTuple):
    """A row group of a batch's file."""

    path: Path
    number: int


def holders_of(root: Path, groups: Mapping[Group, str], batches: Sequence[raw.Batch]) -> dict[Group, tuple[Group, ...]]:
    """Return for each row group those that hold the bytes of its captures, if there are any.

    Args:
        root: the repository.
        groups: the row groups to be read, each with its batch.
        batches: all batches.

    Raises:
        StorageError: the bytes of a capture are in no batch. The error names the first capture.
    """
    lacking: dict[Group, dict[str, str]] = {}
    wanted: dict[str, set[str]] = defaultdict(set)
    for path in dict.fromkeys(group.path for group in groups):
        for number, rows in enumerate(batchfiles.groups(path, ["document_id", "held_by"])):
            group = Group(path, number)
            if group in groups and rows["held_by"].null_count < rows.num_rows:
                some = pl.DataFrame(rows).drop_nulls("held_by")
                lacking[group] = {one: holder or groups[group] for one, holder in some.iter_rows()}
                for one, holder in lacking[group].items():
                    wanted[holder].add(one)
    places = _places(root, wanted, batches)
    found: dict[Group, tuple[Group, ...]] = {}
    for group, documents in lacking.items():
        for document_id, holder in documents.items():
            if (holder, document_id) not in places:
                raise StorageError(
                    f"{group.path.name} has a capture without bytes: document {document_id}. Batch {holder} should "
                    f"hold them. `git checkout -- {raw.BATCHES} {raw.RAW}.dvc`, then `dvc checkout {raw.RAW}.dvc` "
                    "to restore it."
                )
        found[group] = tuple(sorted({places[holder, one] for one, holder in documents.items()}))
    return found


def _places(root: Path, wanted: Mapping[str, set[str]], batches: Iterable[raw.Batch]) -> dict[tuple[str, str], Group]:
    """Return where each wanted document's bytes are, by batch and document id."""
    places: dict[tuple[str, str], Group] = {}
    for batch in batches:
        if batch.name not in wanted:
            continue
        batchfiles.require(root, [batch])
        asked = pl.Series(sorted(wanted[batch.name]), dtype=pl.String)
        for file in batch.files:
            path = batchfiles.path_of(root, file)
            for number, rows in enumerate(batchfiles.groups(path, ["document_id", "held_by"])):
                frame = pl.DataFrame(rows)
                own_bytes = frame.filter(pl.col("held_by").is_null() & pl.col("document_id").is_in(asked.implode()))
                for document_id in own_bytes["document_id"]:
                    places.setdefault((batch.name, document_id), Group(path, number))
    return places


def with_bytes(rows: pa.Table, holders: Sequence[Group]) -> pa.Table:
    """Return rows of `schemas.RAW` with the bytes of those that other row groups hold.

    Raises:
        StorageError: a row group cannot be read, or does not hold what it should.
    """
    if not rows["held_by"].null_count < rows.num_rows:
        return rows
    frame = pl.DataFrame(rows.select(["document_id", "data", "held_by"]))
    asked = frame.filter(pl.col("held_by").is_not_null())["document_id"].unique()
    parts = []
    for holder in holders:
        kept = pl.DataFrame(batchfiles.read_group(holder.path, holder.number).select(["document_id", "data"]))
        parts.append(kept.filter(pl.col("data").is_not_null() & pl.col("document_id").is_in(asked.implode())))
    found = pl.concat([frame.select("document_id", "data").clear(), *parts]).unique("document_id")
    for document_id, data in found.iter_rows():
        if hashlib.sha256(data).hexdigest() != document_id:
            raise StorageError(f"The bytes of document {document_id} do not match its id.")
    if missing := set(asked) - set(found["document_id"]):
        raise StorageError(f"The bytes of document {min(missing)} are missing from their batch.")
    full = frame.join(found, on="document_id", how="left", maintain_order="left", suffix="_held")
    data = full.select(pl.coalesce("data", "data_held")).to_series().to_arrow()
    place = rows.column_names.index("data")
    return rows.set_column(place, rows.schema.field("data"), data.cast(rows.schema.field("data").type))
