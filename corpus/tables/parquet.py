"""Write and read shards of tables. This is the only place that writes Parquet for tables."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.columnar.arrays import in_one_piece, numbers_of, of_numbers
from corpus.errors import DamagedObject, InvariantError, StorageError
from corpus.repo import room

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from schemas.table import Table

# Readers prune by row group; 10,000 articles are about 10 MB of zstd.
ROW_GROUP: Final = 10_000
# Of documents single texts are fetched, to be compared.
_ROW_GROUPS: Final = {"documents": 1_024}
# Stragglers were published so long before most of their file.
_LATE_DAYS: Final = 31
_REPEATING: Final = frozenset(
    {
        "agency", "batch", "check", "date_source", "decision", "edition", "encoding", "language", "media_type",
        "parser", "publication", "publisher", "rule", "section", "severity",
        "address", "ai_input", "ai_train", "copyright_holder", "licence_id", "licence_url", "outcome", "robots_sha256",
        "search", "tdm_policy", "usage_info", "via",
    }
)  # fmt: skip

# Long, or nested.
_UNFILTERED: Final = frozenset(
    {
        "authors", "description", "detail", "excerpt", "found", "headings", "image_credits", "keywords", "links",
        "ai_agents_closed", "problems", "reasons", "redirects", "rights_signals", "robots_tags", "text", "title",
    }
)  # fmt: skip


def conform(table: Table, rows: pa.Table) -> pa.Table:
    """Return rows with exactly the columns and types of a table, sorted by its sort columns, in one chunk.

    Raises:
        InvariantError: a column is missing, has another type, or has nulls that are not allowed.
    """
    missing = [name for name in table.names if name not in rows.column_names]
    if missing:
        raise InvariantError(f"Rows for '{table.name}' lack the columns {', '.join(missing)}.")
    try:
        # pyarrow's bytes depend on chunking, so there is one chunk.
        rows = rows.select(table.names).cast(table.arrow).combine_chunks()
        if table.sort:
            order = pc.sort_indices(rows, [(name, "ascending") for name in table.sort])
            # Moving the texts costs more than finding out that they are in order.
            if not (np.diff(numbers_of(order, np.uint64)) == 1).all():
                rows = rows.take(order).combine_chunks()
        # Not in full: that rows are UTF-8 is Polars' promise, and is kept by the checksums of what was written of them.
        rows.validate()
    except (pa.ArrowInvalid, ValueError) as error:
        raise InvariantError(f"Rows for '{table.name}' do not fit its schema: {error}") from error
    for column in table.columns:
        if not column.nullable and rows[column.name].null_count:
            raise InvariantError(f"{table.name}.{column.name} has nulls, which are not allowed.")
    return rows


def write(path: Path, table: Table, rows: pa.Table) -> int:
    """Write rows as a shard of a table; the same rows give the same bytes. Returns the number of rows."""
    rows = conform(table, rows)
    late = _late(rows["published_date"]) if table.sort[:1] == ("published_date",) else 0
    with room.writing(path), pq.ParquetWriter(path, rows.schema, **options(table.names)) as writer:
        for part in (rows[:late], rows[late:]) if late else (rows,):
            writer.write_table(part, row_group_size=_ROW_GROUPS.get(table.name, ROW_GROUP))
    return int(rows.num_rows)


def _late(days: pa.ChunkedArray) -> int:
    """Return how many of the first rows were published long before most others. They get a row group of their own.

    Otherwise one article that was found a year late would extend the range of days of its file over all months between.
    """
    dated = numbers_of(in_one_piece(days).drop_null().view(pa.int32()), np.int32)
    if not len(dated):
        return 0
    late = int(np.searchsorted(dated, dated[len(dated) // 2] - _LATE_DAYS))
    return late if late <= len(days) // 10 else 0


def options(columns: Sequence[str]) -> dict[str, Any]:
    """Return the arguments of pyarrow's writers for all our Parquet files."""
    return {
        # A dictionary of what hardly repeats costs time and is thrown away.
        "use_dictionary": [name for name in columns if name in _REPEATING],
        "compression": "zstd",
        "compression_level": 3,
        # Of what readers filter by. Statistics of texts would put the beginnings of the texts into each file's footer.
        "write_statistics": [name for name in columns if name not in _UNFILTERED],
        # A flipped byte is noticed on reading only with checksums.
        "write_page_checksum": True,
        "write_page_index": True,
    }


def read(path: Path, columns: list[str] | None = None, sha256: str | None = None) -> pa.Table:
    """Read a shard of ours, with its page checksums verified.

    Args:
        path: the file.
        columns: which columns; by default all.
        sha256: the expected digest of its bytes, in hex. With it, every byte is read and compared.

    Raises:
        StorageError: the file is not Parquet, or a page is not what was written.
        DamagedObject: its bytes have another sha256.
    """
    with _opened(path, sha256) as file:
        return file.read(columns=columns, use_threads=False)


def rows(path: Path) -> int:
    """Return the number of rows of a shard.

    Raises:
        StorageError: the file cannot be read, as in `read`.
    """
    with _opened(path) as file:
        return int(file.metadata.num_rows)


def take(path: Path, column: str, rows: NDArray[np.int64], sha256: str | None = None) -> pa.Array:
    """Return some rows of a column of a shard, in the given order. Only the row groups with these rows are decoded.

    Args:
        path: the file.
        column: which column.
        rows: which rows.
        sha256: the expected digest of its bytes, in hex. With it, every byte is read and compared.

    Raises:
        StorageError: the file cannot be read, as in `read`.
        DamagedObject: its bytes have another sha256.
    """
    with _opened(path, sha256) as file:
        counts = np.array([file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)])
        ends = np.cumsum(counts)
        group = np.searchsorted(ends, rows, side="right")
        wanted = np.flatnonzero(np.bincount(group, minlength=len(counts)))
        read = file.read_row_groups(wanted.tolist(), columns=[column], use_threads=False)[column]
        # Where the groups that were read begin there, less where they begin in the file.
        moved = np.zeros(len(counts), np.int64)
        moved[wanted] = np.cumsum(counts[wanted]) - ends[wanted]
        numbers = of_numbers(rows + moved[group], pa.int64())
    return in_one_piece(read.take(numbers))


@contextmanager
def _opened(path: Path, sha256: str | None = None) -> Iterator[pq.ParquetFile]:
    try:
        source = path if sha256 is None else pa.BufferReader(_verified(path, sha256))
        with pq.ParquetFile(source, page_checksum_verification=True) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"{path} cannot be read: {error}. Delete it and run `corpus build`.") from None


def _verified(path: Path, sha256: str) -> bytes:
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        with suppress(OSError):
            # Damage that no time of change betrays: touched, the file is looked at by the next build.
            os.utime(path)
        raise DamagedObject(path, sha256, found)
    return data
