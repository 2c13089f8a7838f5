"""Read shards in place, some from the cache and some from a remote: only the wanted row groups and columns.

A cached shard was verified against its md5. Of a shard in a remote only ranges are read, and a range has no
md5. So it is compared with what else is known: size and rows with the pinned keys of the stage that made it, every page
with the checksum that was written with it. If anything is wrong, the file is fetched, and its md5 decides.
That finds a torn, swapped or decayed object. Against somebody who forges objects with their page checksums, only
complete files help: `Version.paths` fetches those.
"""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import MissingObjects, StorageError
from corpus.tables import shards as keyed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    import polars as pl

    from corpus.objects.pins import Pinned
    from corpus.snapshots.remote import Remote
    from corpus.snapshots.snapshot import Snapshot
    from corpus.tables.shards import ShardFile

# A remote answers slowly and many at a time; so many shards' row groups may be in memory.
_AT_A_TIME: Final = 4
_DATA: Final = "data/"

# Tells from the Parquet metadata of a row group whether it is wanted.
Keep: TypeAlias = "Callable[[Any], bool]"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of a table. `path` is where it is, verified; None if only the remote has it.

    `made` is what the stage that made it recorded about it, None if that is not known.
    """

    file: Pinned
    path: Path | None
    made: ShardFile | None = None


def made_files(snapshot: Snapshot, table: str) -> Mapping[str, ShardFile]:
    """Return what the stage that made a table wrote down about its files, by path; nothing where that is lost."""
    pin = snapshot.outputs[f"{_DATA}{table}"]
    try:
        path = snapshot.path(f"{_DATA}keys/{pin.stage}.json")
    except MissingObjects:
        # Then the shards have to do without; whether they are there is found out next.
        path = None
    if path is None:
        return {}
    return {
        f"{_DATA}{table}/{name}.parquet": shard.files[table]
        for name, shard in keyed.parse_keys(path.read_bytes()).items()
        if table in shard.files
    }


class Shards:
    """The shards of one table of one version, in order. Footers are read once."""

    def __init__(self, shards: Sequence[Shard], remote: Remote) -> None:
        self._shards = tuple(shards)
        self._remote = remote
        self._footers: dict[Pinned, Any] = {}

    @property
    def paths(self) -> list[Path] | None:
        """Return the paths of the files if all of them are here; otherwise None."""
        found = [shard.path for shard in self._shards if shard.path is not None]
        return found if len(found) == len(self._shards) else None

    def __len__(self) -> int:
        return len(self._shards)

    def read_footers(self) -> None:
        """Read the footers that are not known yet.

        Raises:
            MissingObjects: shards are neither here nor in a remote. The error names each.
            DamagedObject: a shard is not what was pinned.
        """
        unread = [shard for shard in self._shards if shard.file not in self._footers]
        with ThreadPoolExecutor(_AT_A_TIME) as pool:
            found = list(pool.map(self._footer, unread))
        lost = [shard.file for shard, footer in zip(unread, found, strict=True) if footer is None]
        if lost:
            raise self._remote.missing(lost)
        self._footers.update((shard.file, footer) for shard, footer in zip(unread, found, strict=True))

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema of the table in this version."""
        self.read_footers()
        return self._footers[self._shards[0].file].schema.to_arrow_schema().remove_metadata()

    def groups(self, keep: Keep | None = None) -> list[tuple[Shard, int]]:
        """Return the wanted row groups, in order. Reads footers only."""
        self.read_footers()
        return [
            (shard, number)
            for shard in self._shards
            for number in range(self._footers[shard.file].num_row_groups)
            if keep is None or keep(self._footers[shard.file].row_group(number))
        ]

    def tables(self, columns: Sequence[str] | None = None, keep: Keep | None = None) -> Iterator[pa.Table]:
        """Yield the rows in order, a row group at a time. The next few row groups are read meanwhile.

        Args:
            columns: the columns, in this order; all by default.
            keep: tells from its metadata whether a row group is wanted; all are by default.

        Raises:
            DamagedObject: an object in the remote is not what was pinned.
            CorpusError: the remote could not be read.
        """
        pool = ThreadPoolExecutor(_AT_A_TIME)
        try:
            waiting: deque[Future[pa.Table]] = deque()
            for shard, number in self.groups(keep):
                waiting.append(pool.submit(self._read, shard, number, columns))
                if len(waiting) >= _AT_A_TIME:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)

    def lazy(self, keep: Keep | None = None) -> pl.LazyFrame:
        """Return the rows as a LazyFrame, which reads only the columns of the query from the remote."""
        import polars as pl
        from polars.io.plugins import register_io_source

        schema = self.schema

        def source(
            columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, _: int | None
        ) -> Iterator[pl.DataFrame]:
            left = rows
            for table in self.tables(columns, keep):
                frame = pl.DataFrame(table)
                if left is not None:
                    frame = frame.head(left)
                    left -= frame.height
                yield frame if predicate is None else frame.filter(predicate)
                if left == 0:
                    return

        return register_io_source(source, schema=pl.DataFrame(_empty(schema)).schema)

    def _read(self, shard: Shard, number: int, columns: Sequence[str] | None) -> pa.Table:
        def read(file: Any) -> pa.Table:
            return file.read_row_group(number, columns=columns, use_threads=False)

        rows = self._use(shard, read)
        return rows if columns is None else rows.select(list(columns))

    def _footer(self, shard: Shard) -> Any:
        """Return a shard's footer; None if no place has the shard."""
        try:
            return self._use(shard, lambda file: file.metadata)
        except MissingObjects:
            return None

    def _use(self, shard: Shard, take: Callable[[Any], _T]) -> _T:
        """Return what a function takes from a shard, which is opened as a Parquet file."""
        if shard.path is not None:
            return self._taken(shard, shard.path, take)
        try:
            with self._remote.open(shard.file) as raw:
                _expect(shard, "bytes", raw.seek(0, os.SEEK_END))
                return self._taken(shard, raw, take)
        except MissingObjects:
            raise
        except Exception:  # noqa: BLE001 - any damage, and the errors of the remote's client
            # Damaged, or a server that gives no ranges: the digest of the complete file decides.
            return self._taken(shard, self._remote.fetch([shard.file])[shard.file.md5], take)

    def _taken(self, shard: Shard, source: Path | BinaryIO, take: Callable[[Any], _T]) -> _T:
        footer = self._footers.get(shard.file)
        try:
            with pq.ParquetFile(source, metadata=footer, page_checksum_verification=True, pre_buffer=True) as file:
                _expect(shard, "rows", file.metadata.num_rows)
                return take(file)
        except (pa.ArrowException, OSError) as error:
            message = " ".join(str(error).split())
            raise StorageError(f"{source} cannot be read: {message}. Delete it and run `dvc pull`.") from None


def _expect(shard: Shard, what: str, found: int) -> None:
    pinned = getattr(shard.made, what, found)
    if found != pinned:
        raise StorageError(f"{shard.file.path} has {found:,} {what}; pinned are {pinned:,}.")


def _empty(schema: pa.Schema) -> pa.Table:
    # Unlike `schema.empty_table()` this does not import pandas.
    return pa.Table.from_batches([], schema=schema)
