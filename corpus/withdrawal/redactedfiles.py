"""Writes new shards and batch files without the rows of some documents.

The same writers write them, so that the other rows stay the same. The name of a file follows from its content.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.errors import StorageError
from corpus.tables import parquet
from corpus.tables.shards import ShardFile
from schemas.table import Column, Table
from schemas.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pyarrow as pa

# What tells a redacted file of a batch from the one that it takes the place of.
_REDACTED: Final = re.compile(r"-r[0-9a-f]{12}$")
DOCUMENT: Final = "document_id"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A file of a batch without some documents: its entry in the manifest, or None if no document is left."""

    file: raw.RawFile | None
    gone: int


def of_documents(documents: frozenset[str]) -> Callable[[pa.Table], pa.Array]:
    """Return a function that finds the rows of a table that belong to other documents."""
    import pyarrow as pa
    import pyarrow.compute as pc

    gone = pa.array(sorted(documents), pa.string())
    return lambda rows: pc.invert(pc.is_in(rows[DOCUMENT], gone))


def shard(path: Path, stays: Callable[[pa.Table], pa.Array], aside: Path, table: str) -> ShardFile | None:
    """Write the rows of a shard that stay.

    Args:
        path: the shard.
        stays: a function that says which of its rows stay.
        aside: the path of the new file.
        table: the name of the table.

    Returns:
        What was written; None if no row is left and nothing was.

    Raises:
        StorageError: the shard cannot be read.
    """
    rows = parquet.read(path)
    kept = rows.filter(stays(rows))
    if not kept.num_rows:
        return None
    count = parquet.write(aside, _table_of(table, rows.schema), kept)
    data = aside.read_bytes()
    return ShardFile(hashlib.sha256(data).hexdigest(), count, len(data))


def empty(aside: Path, table: str, like: Path) -> None:
    """Write a table without rows, with the columns of one of its shards."""
    made = _table_of(table, parquet.read(like).schema)
    parquet.write(aside, made, made.empty)


def _table_of(name: str, schema: pa.Schema) -> Table:
    """Return the table of that name. A shard of another engine keeps its columns and the order of its rows."""
    known = TABLES.get(name)
    if known is not None and known.arrow.equals(schema):
        return known
    return Table(name, "", tuple(Column(field.name, field.type, "", nullable=field.nullable) for field in schema))


def batch_file(path: Path, drops: Callable[[pa.Table], pa.Array], folder: Path) -> Redacted:
    """Write a file of a batch without some of its documents, row group by row group.

    Args:
        path: the file.
        drops: a function that says which rows of a table with `document_id` and `url` are removed.
        folder: where to write; the file there has its final name.

    Raises:
        StorageError: The file cannot be read.
        OSError: The new file cannot be written.
    """
    import pyarrow.compute as pc

    aside = folder / f"{path.name}.redacted"
    name = hashlib.sha256()
    documents = groups = gone = 0
    try:
        with batchfiles.writer(aside) as writer:
            for group in _readable(path):
                going = drops(group)
                kept = group.filter(pc.invert(going))
                gone += group.num_rows - kept.num_rows
                if kept.num_rows:
                    for document_id, source in zip(kept[DOCUMENT].to_pylist(), kept["source"].to_pylist(), strict=True):
                        name.update(f"{document_id}\0{source}\0".encode())
                    writer.write_table(kept.combine_chunks(), row_group_size=kept.num_rows)
                    documents += kept.num_rows
                    groups += 1
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if not documents:
        aside.unlink()
        return Redacted(None, gone)
    target = folder / f"{_REDACTED.sub('', path.stem)}-r{name.hexdigest()[:12]}.parquet"
    aside.replace(target)
    with target.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return Redacted(raw.RawFile(target.name, sha256, documents, target.stat().st_size, groups), gone)


def _readable(path: Path) -> Iterator[pa.Table]:
    """Yield a batch file's row groups; an error of the caller, such as a full disk, is not one of reading."""
    import pyarrow as pa

    try:
        yield from batchfiles.groups(path)
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from None
