"""Exports the chosen articles into files, with the files that describe them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa

from corpus.errors import InvariantError
from corpus.export import describing
from corpus.export.files import DataFile, Sink
from corpus.export.folder import made_aside, require_place
from corpus.export.formats import format_of
from corpus.progress import progress
from corpus.report.counting import describe
from corpus.snapshots import searched, splits
from corpus.snapshots.about import about, committed
from corpus.snapshots.policies import declared_policy
from corpus.snapshots.selection import Filters, LeftOut, Selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from corpus.snapshots.version import Version

DATA = "data"


@dataclass(frozen=True, slots=True)
class Order:
    """The articles, columns and format of an export.

    Attributes:
        format: the name of the format of the data files.
        filters: the filters that `Version.articles` takes.
        columns: the columns to write, in this order; all by default.
        split_seed: the seed of a split into train, validation and test, each with its own files; None for no split.
        query: only articles that match it, as `Version.search` finds them; "" for all.
        where: only articles with these values of facets, as `Version.search` finds them.
        index: a folder for the search index.
    """

    format: str = "parquet"
    filters: Filters = field(default_factory=Filters)
    columns: Sequence[str] | None = None
    split_seed: str | None = None
    query: str = ""
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    index: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an export. The articles of the version = `articles` + those left out."""

    folder: Path
    version: str
    format: str
    articles: int
    left_out: dict[str, int]
    files: tuple[DataFile, ...]

    @property
    def bytes(self) -> int:
        """The size of the data files in bytes."""
        return sum(file.bytes for file in self.files)


def export(version: Version, target: Path, order: Order, *, force: bool = False) -> Outcome:
    """Write a folder with the chosen articles of a version and the files that describe them.

    Args:
        version: the version to export.
        target: the folder; it is there completely or not at all.
        order: the articles, columns and format.
        force: replace an existing folder.

    Raises:
        UsageError: A filter, a column or the place is not valid. Nothing was written.
        MissingObjects: The data of the version are neither in the cache nor in a remote.
    """
    version = committed(version)
    target = target.resolve()
    require_place(target, version.repository.root, force=force)
    filters: Filters = {**order.filters}
    if filters.get("rights") is None:
        filters["rights"] = declared_policy(version)
    selection = version.selection(**filters)
    columns = version.columns(order.columns)
    articles = version.articles(**filters)
    if order.query.strip() or order.where:
        found_ids = searched.matching(version.searchable(), version.repository, order.query, order.where, order.index)
        matching = pl.Series(found_ids)
        selection = replace(selection, query=order.query or None, where=dict(order.where), matching=matching)
        articles = articles.filter(pl.col("article_id").is_in(matching.implode()))
    found = describe(articles)
    left_out = _left_out(version, selection)
    with made_aside(target, force=force) as aside:
        (aside / DATA).mkdir()
        files = _write(version, aside / DATA, order, selection, columns)
        rows = sum(file.rows for file in files)
        if rows != found.articles or rows + sum(left_out.values()) != _rows(version):
            raise InvariantError(f"{rows:,} articles were written, but {found.articles:,} articles meet the filters.")
        contents = describing.Contents(
            about(version), found, format_of(order.format), selection, tuple(columns), order.split_seed, left_out, files
        )
        for name, text in describing.texts(contents).items():
            (aside / name).write_text(text, encoding="utf-8")
    return Outcome(target, contents.about.name, order.format, rows, left_out, files)


def _rows(version: Version) -> int:
    return int(version.scan().select(pl.len()).collect().item())


def _left_out(version: Version, selection: Selection) -> dict[str, int]:
    """Return the number of articles that are left out, by the first condition that they do not meet."""
    conditions = selection.conditions()
    if not conditions:
        return {}
    reason = pl.coalesce(pl.when(~met).then(pl.lit(why.value)) for why, met in conditions.items())
    counted = version.scan().select(reason=reason).group_by("reason").len().collect(engine="streaming")
    counts: dict[str | None, int] = dict(counted.iter_rows())
    return {why.value: counts[why.value] for why in LeftOut if why.value in counts}


def _write(
    version: Version, folder: Path, order: Order, selection: Selection, columns: list[str]
) -> tuple[DataFile, ...]:
    complete = version.shards().schema
    schema = pa.schema([complete.field(name) for name in columns])
    parts = _parts(version, order, selection)
    format_ = format_of(order.format)
    sinks = {stem: Sink(folder, stem, format_, schema) for stem in parts}
    needed = {name for part in parts.values() for name in part.meta.root_names()}
    groups = len(version.shards().groups(selection.may_hold))
    with progress("export", groups, "row groups") as advance:
        for table in version.shards().tables([*columns, *sorted(needed - set(columns))], selection.may_hold):
            for stem, rows in _parted(table, parts):
                sinks[stem].write(rows.select(columns).cast(schema))
            advance(1)
    return tuple(file for sink in sinks.values() for file in sink.finish())


def _parts(version: Version, order: Order, selection: Selection) -> Mapping[str, pl.Expr]:
    """Return the rows of each group of files, by the first part of the names of the files."""
    met = pl.all_horizontal(pl.lit(value=True), *selection.conditions().values())
    if order.split_seed is None:
        return {format_of(order.format).stem: met}
    cut = splits.Splits(order.split_seed, "article_id", splits.SHARES, duplicates=selection.duplicates)
    return {
        name: met & placed for name, placed in cut.conditions(version.scan(), lambda: version.scan("revisions")).items()
    }


def _parted(table: pa.Table, parts: Mapping[str, pl.Expr]) -> Iterator[tuple[str, pa.Table]]:
    names = sorted({name for part in parts.values() for name in part.meta.root_names()})
    frame = pl.DataFrame(table.select(names)) if names else pl.DataFrame({"": range(table.num_rows)})
    for stem, part in parts.items():
        # A literal alone is one value, for any number of rows.
        mask: Any = frame.with_columns(mask=part)["mask"]
        yield stem, table.filter(mask.to_arrow())
