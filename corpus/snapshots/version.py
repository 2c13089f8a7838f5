"""Read a version of a corpus in place: from the DVC cache, else from its remote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from corpus.errors import UsageError
from corpus.snapshots.policies import policy_of
from corpus.snapshots.scanning import Shard, Shards, made_files
from corpus.snapshots.selection import Filters, Selection, select
from schemas.observations import OBSERVATIONS
from schemas.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import datasets
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from corpus.objects.pins import Pinned
    from corpus.snapshots.snapshot import Snapshot


class Version:
    """One version of a corpus.

    Its tables are `articles` (read by default), `revisions` and `quarantine`, and those they are made
    from: `documents`, `verdicts` and `decisions`. `scan` reads `observations`, too: the requests of `corpus collect`,
    from the files of batches. What the cache lacks is read from the remote.

    Attributes:
        name: the name by which it was opened.
        commit: the git commit, or None for the working tree.
        repository: the repository.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self.name = snapshot.name
        self.commit = snapshot.commit
        self.repository = snapshot.repository
        self._snapshot = snapshot
        self._shards: dict[str, Shards] = {}
        self._paths: dict[str, list[Path]] = {}
        self._known: dict[str, list[str]] = {}

    def __repr__(self) -> str:
        return f"<corpus version {self.name}{f' ({self.commit[:10]})' if self.commit else ''}>"

    def text(self, path: str) -> str | None:
        """Return a small text file as this version has it in git, or the working tree on disk; None if it has none."""
        return self._snapshot.text(path)

    def md5(self, table: str = "articles") -> str:
        """Return what dvc.lock pins for a table: the md5 of the listing of its files."""
        return self._require(table)

    def digest(self) -> str:
        """Return the digest of the articles that a citation names: sha256 over the md5s and names of their files."""
        self._require("articles")
        return self._snapshot.digest()

    def searchable(self) -> Version:
        """Return the version that an index is made for."""
        return self

    def files(self, table: str = "articles") -> list[Pinned]:
        """Return the shards of a table with their md5s, sorted by path.

        Raises:
            UsageError: there is no such table.
            MissingObjects: the listing is neither in the cache nor in a remote.
        """
        self._require(table)
        return self._snapshot.files(table)

    def _require(self, table: str) -> str:
        """Return the md5 of the listing of a table. Raises UsageError if this version does not have the table."""
        if table not in TABLES:
            raise UsageError(f"No table {table!r}. There are {', '.join(TABLES)}.")
        md5 = self._snapshot.md5(table)
        if md5 is None:
            raise UsageError(f"Version {self.name} has no {table}: its dvc.lock does not pin them.")
        return md5

    def paths(self, table: str = "articles") -> list[Path]:
        """Return the Parquet files of a table, verified against their md5s.

        What the cache lacks is fetched completely from the remote, into a folder of this process.

        Raises:
            DamagedObject: a file has another digest than was pinned.
            MissingObjects: a file is neither in the cache nor in a remote.
        """
        if table not in self._paths:
            self._paths[table] = self._snapshot.paths(self.files(table))
        return self._paths[table]

    def shard_paths(self, files: Sequence[Pinned]) -> list[Path]:
        """Return the paths of some of the files that `files` gives, verified as by `paths`."""
        return self._snapshot.paths(files)

    def shards(self, table: str = "articles") -> Shards:
        """Return the shards of a table, to be read in place: verified ones in the cache, the others in the remote.

        Raises:
            DamagedObject: a file in the cache has another digest than was pinned.
        """
        if table not in self._shards:
            files = self.files(table)
            objects = self._snapshot.objects
            found = [objects.get(file.md5) for file in files]
            objects.remember()
            made = {} if None not in found else made_files(self._snapshot, table)
            self._shards[table] = Shards(
                [Shard(f, path, made.get(f.path)) for f, path in zip(files, found, strict=True)],
                self._snapshot.remote,
            )
        return self._shards[table]

    def scan(self, table: str = "articles") -> pl.LazyFrame:
        """Return a table as a Polars LazyFrame: filters and columns are pushed down into the files.

        Of shards in the remote only the columns of the query are read, in ranges. They are checked by size, row count
        and page checksums. `paths` gives complete files, verified by md5.

        Raises:
            MissingObjects: a shard is neither in the cache nor in a remote.
        """
        if table == OBSERVATIONS.name:
            return self._observations()
        return self._scan(table, Selection())

    def _observations(self) -> pl.LazyFrame:
        if self._snapshot.md5(OBSERVATIONS.name) is not None:
            return self._scan(OBSERVATIONS.name, Selection())
        from corpus.snapshots import observations

        return observations.scan(self._snapshot)

    def _scan(self, table: str, selection: Selection) -> pl.LazyFrame:
        import polars as pl

        shards = self.shards(table)
        if shards.paths is not None:
            return pl.scan_parquet(shards.paths, glob=False)
        return shards.lazy(selection.may_hold)

    def articles(self, *, columns: Sequence[str] | None = None, **filters: Unpack[Filters]) -> pl.LazyFrame:
        """Return the articles that meet every given filter. Shards and row groups without such articles are not read.

        Args:
            columns: the columns, in this order; all by default.
            **filters: `publisher` and `language`, one or several (`en` has `en-GB` too); `since` and `until`, days as
                dates or ISO strings, both inclusive, which leave undated articles out; `duplicates=False` leaves out
                articles that are marked as copies of others; `rights`, a purpose (`train`, `input` or `search`)
                that the publishers must allow.

        Raises:
            UsageError: a filter or column is invalid. The error shows valid ones.
            MissingObjects: a shard is neither in the cache nor in a remote.
        """
        selection = self.selection(**filters)
        if columns is not None:
            columns = self.columns(columns)
        frame = self._scan("articles", selection)
        for condition in selection.pushed():
            frame = frame.filter(condition)
        return frame if columns is None else frame.select(columns)

    def search(
        self, query: str, *, columns: Sequence[str] | None = None, where: Mapping[str, Sequence[str]] | None = None,
        index: Path | None = None, **filters: Unpack[Filters],
    ) -> pl.LazyFrame:  # fmt: skip
        """Return the articles that match a query and meet every filter: rows as `articles` gives them, in its order.

        The first search makes an index of the version; later ones take milliseconds.

        Args:
            query: as for `corpus search`: `"exact phrase"`, `OR`, `-not`, `prefix*`, `title:`, `author:`, `"a b"~3`.
            columns: which, in this order; all unless given.
            where: values by facet, as `{"section": ["World", ""]}`: any of them, and `""` for none.
            index: a folder for the index, instead of `.dvc/tmp`.
            **filters: as for `articles`.

        Raises:
            UsageError: a query that cannot be read, with the place of the mistake; or an unknown filter or value.
        """
        import polars as pl

        from corpus.snapshots.searched import matching

        found = pl.Series(matching(self.searchable(), self.repository, query, where, index)).implode()
        frame = self.articles(**filters).filter(pl.col("article_id").is_in(found))
        return frame if columns is None else frame.select(self.columns(columns))

    def selection(self, **filters: Unpack[Filters]) -> Selection:
        """Return the filters of `articles`, checked against the values of this version."""
        if (asked := filters.get("rights")) is not None:
            filters["rights"] = policy_of(self, asked)
        return select(filters, self.known)

    def columns(self, asked: Sequence[str] | None = None, table: str = "articles") -> list[str]:
        """Return the columns of a table, or the requested ones, each once.

        Raises:
            UsageError: there is no such column.
        """
        there = list(self.shards(table).schema.names)
        if asked is None:
            return there
        wanted = [asked] if isinstance(asked, str) else list(dict.fromkeys(asked))
        unknown = [name for name in wanted if name not in there]
        if unknown or not wanted:
            what = f"No column {unknown[0]!r} in {table}." if unknown else "No columns are asked for."
            raise UsageError(f"{what} There are {', '.join(there)}.")
        return wanted

    def known(self, column: str) -> list[str]:
        """Return the values of a column of the articles, sorted. Reads that column."""
        if column not in self._known:
            values = self.scan().select(column).unique().drop_nulls().collect()
            self._known[column] = sorted(values[column])
        return self._known[column]

    def splits(
        self,
        *,
        seed: int | str = 0,
        by: str = "article_id",
        shares: Mapping[str, float] | None = None,
        **filters: Unpack[Filters],
    ) -> dict[str, pl.LazyFrame]:
        """Return the articles in parts for training and testing, which stay the same in later versions.

        A hash of the seed and the id decides, so new or removed articles move no others. A family of duplicates stays
        in one part, that of its member that was seen first, regardless of filters. An article moves only if the first
        member of its family changes: if a correction makes it a copy of an article that was seen before, a copy joins
        two families, or the first member is withdrawn. Seeds have no time of capture; among them the least id is the
        first, and a later seed may have a lesser one. An article whose id changed with the rule of identity stays in
        its part.

        Args:
            seed: another seed gives other parts.
            by: `publisher` keeps each publisher in one part. It needs `duplicates=False`, because families of
                duplicates have several publishers.
            shares: the share of each part, in order; by default 0.8 train, 0.1 validation and 0.1 test.
            **filters: as for `articles`.

        Raises:
            UsageError: the shares do not add up to 1, or a filter is invalid.
        """
        from corpus.snapshots import splits

        duplicates = self.selection(**filters).duplicates
        cut = splits.Splits(seed, by, splits.SHARES if shares is None else shares, duplicates=duplicates)
        everything = self._everything()
        return cut.of(self.articles(**filters), everything.scan(), lambda: everything.scan("revisions"))

    def _everything(self) -> Version:
        """Return the version that families of duplicates are found in."""
        return self

    def arrow(self, table: str = "articles", columns: list[str] | None = None) -> pa.Table:
        """Return a table, or some of its columns, as an Arrow table."""
        import pyarrow as pa

        shards = self.shards(table)
        wanted = self.columns(columns, table)
        # To read every column transfers every byte: then the digests of the complete files can be checked.
        if shards.paths is None and columns is None:
            shards = Shards(
                [Shard(f, path) for f, path in zip(self.files(table), self.paths(table), strict=True)],
                self._snapshot.remote,
            )
        read = list(shards.tables(wanted))
        return pa.concat_tables(read) if read else TABLES[table].empty.select(wanted)

    def pandas(self, table: str = "articles", columns: list[str] | None = None) -> pd.DataFrame:
        """Return a table as a pandas DataFrame with Arrow-backed columns, which keep the types."""
        import pandas as pd

        return self.arrow(table, columns).to_pandas(types_mapper=pd.ArrowDtype)  # type: ignore[no-any-return]

    def duckdb(self, table: str = "articles") -> duckdb.DuckDBPyRelation:
        """Return a table as a relation of a DuckDB connection of its own. It is read when a query needs it."""
        import duckdb

        return duckdb.connect().read_parquet([str(path) for path in self.paths(table)])

    def to_huggingface(self, *, columns: Sequence[str] | None = None, **filters: Unpack[Filters]) -> datasets.Dataset:
        """Return the articles, filtered as by `articles`, as a Hugging Face dataset; needs the extra `huggingface`."""
        from corpus.snapshots.huggingface import dataset

        return dataset(self.articles(columns=columns, **filters), self.name)
