"""Count what a release changes: articles added, removed and corrected, by publisher and month, and the columns.

It works in columns and only counts; `diff` compares the articles themselves. Shards that both versions have are not
read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.releases.shape import ColumnChange, reshaped
from corpus.resolve.former import SAME, same_by_another_id
from schemas.tables import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corpus.snapshots.snapshot import Snapshot

# Where and when an article was found, and what follows from its text: not what it says.
_PROVENANCE: Final = frozenset({
    "article_id", "revision", "text", "word_count", "similarity", "containment", "first_seen", "captured_at",
    "document_id", "source", "batch", "parser",
})  # fmt: skip
_COUNTS: Final = ("added", "removed", "changed")
_HASH: Final = "#"
# Before a digest of what an article is known by again under another id.
_KEY: Final = "@"


@dataclass(frozen=True, slots=True)
class Count:
    """Articles added, removed and changed, of one publisher or month; `name` is None where it is not known."""

    name: str | None
    added: int
    removed: int
    changed: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed from one version to another.

    Attributes:
        added: articles that are new.
        removed: articles that are gone.
        changed: articles whose content changed.
        reidentified: articles that have another id, for example by another address; their document or text is the same.
        fields: the columns in which changed articles differ, with the number of articles; most first.
        publishers: counts by publisher, most changes first.
        months: counts by month of publication (`2026-05`), latest first.
        columns: the changes of the columns.
        tables: the published tables that differ in any byte.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0
    reidentified: int = 0
    fields: tuple[tuple[str, int], ...] = ()
    publishers: tuple[Count, ...] = ()
    months: tuple[Count, ...] = ()
    columns: tuple[ColumnChange, ...] = ()
    tables: tuple[str, ...] = ()


def between(old: Snapshot | None, new: Snapshot) -> Changes:
    """Return what changed from an older version, or from nothing, to a version.

    Raises:
        MissingObjects: the data of a version are not available.
    """
    tables = [table.name for table in PUBLISHED if old is None or old.md5(table.name) != new.md5(table.name)]
    if not tables:
        return Changes()
    columns = () if old is None else reshaped(old.any_file, new.any_file, tables)
    before, after = ([] if old is None else old.files("articles")), new.files("articles")
    shared = {file.md5 for file in before} & {file.md5 for file in after}
    gone = [] if old is None else old.paths([file for file in before if file.md5 not in shared])
    come = new.paths([file for file in after if file.md5 not in shared])
    # If one side is empty, there is nothing to compare the other with.
    left, right = (_rows(paths, compared=bool(gone and come)) for paths in (gone, come))
    common = [name for name in left.columns if name in right.columns and name.startswith(_HASH)]
    # An article may move between shards; only its own row says whether it changed.
    joined = left.join(right, on="article_id", how="full", suffix="_new", coalesce=False)
    absent, new_ = pl.col("article_id_new").is_null(), pl.col("article_id").is_null()
    same = _reidentified(joined.filter(absent), joined.filter(new_))
    # What refers to such an article refers to it as before.
    ids = same.select(pl.all().hash(seed=0))
    links = [name for name in (f"{_HASH}duplicate_of", f"{_HASH}contained_in") if name in common]
    joined = joined.with_columns(pl.col(name).replace(ids["old"], ids["new"]) for name in links)
    differs = {name: pl.col(name).ne(pl.col(f"{name}_new")).fill_null(value=False) for name in common}
    kinds = joined.select(
        added=new_ & ~pl.col("article_id_new").is_in(same["new"].implode()),
        removed=absent & ~pl.col("article_id").is_in(same["old"].implode()),
        changed=pl.any_horizontal(pl.lit(value=False), *differs.values()),
        publisher=pl.when(absent).then("publisher").otherwise("publisher_new"),
        month=pl.when(absent).then("month").otherwise("month_new"),
    ).filter(pl.any_horizontal(_COUNTS))
    added, removed, changed = kinds.select(pl.col(_COUNTS).sum()).row(0)
    fields = joined.select(pl.lit(0).alias(_HASH), *(one.sum().alias(name) for name, one in differs.items()))
    return Changes(
        added=added,
        removed=removed,
        changed=changed,
        reidentified=len(same),
        fields=_fields(fields.row(0, named=True)) if common and len(joined) else (),
        publishers=_counts(kinds, "publisher"),
        months=_counts(kinds, "month"),
        columns=columns,
        tables=tuple(tables),
    )


def _rows(paths: Sequence[Path], *, compared: bool) -> pl.DataFrame:
    """Return id, publisher and month of the articles of some shards; with `compared` a hash of each column too."""
    # A shard at a time, and 8 bytes a value: two versions that differ in every shard fit into memory.
    empty = pl.DataFrame(schema={"article_id": pl.String, "publisher": pl.String, "month": pl.String})
    return pl.concat([empty, *(_row(path, compared=compared) for path in paths)], how="diagonal")


def _row(path: Path, *, compared: bool) -> pl.DataFrame:
    frame = pl.scan_parquet(path, glob=False, hive_partitioning=False)
    columns = frame.collect_schema().names() if compared else []
    names = [name for name in columns if name not in _PROVENANCE]
    keys = [
        pl.struct(key).hash(seed=0).alias(f"{_KEY}{number}")
        for number, key in enumerate(SAME)
        if set(key) <= set(columns)
    ]
    hashes = [pl.col(name).hash(seed=0).alias(f"{_HASH}{name}") for name in names]
    return frame.select(
        "article_id", "publisher", *hashes, *keys, month=pl.col("published_date").dt.to_string("%Y-%m")
    ).collect()


def _reidentified(gone: pl.DataFrame, come: pl.DataFrame) -> pl.DataFrame:
    """Return the ids, `old` and `new`, of articles that only have another id in the new version."""
    keys = [name for name in gone.columns if name.startswith(_KEY) and not name.endswith("_new")]
    keys = [name for name in keys if f"{name}_new" in come.columns]
    old = gone.select("article_id", *keys).with_row_index("_at")
    new = come.select("article_id_new", *(pl.col(f"{name}_new").alias(name) for name in keys)).with_row_index("_at")
    i, j = same_by_another_id(old, new, [(name,) for name in keys])
    return pl.DataFrame({"old": old["article_id"].gather(i), "new": new["article_id_new"].gather(j)})


def _fields(counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
    named = ((name.removeprefix(_HASH).removesuffix("_hash"), number) for name, number in counts.items() if number)
    return tuple(sorted(named, key=lambda field: (-field[1], field[0])))


def _counts(kinds: pl.DataFrame, column: str) -> tuple[Count, ...]:
    counted = kinds.group_by(column).agg(pl.col(_COUNTS).sum())
    if column == "month":
        counted = counted.sort(column, descending=True, nulls_last=True)
    else:
        counted = counted.sort(-pl.sum_horizontal(_COUNTS).cast(pl.Int64), column, nulls_last=True)
    return tuple(Count(*row) for row in counted.iter_rows())
