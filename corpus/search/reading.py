"""The rows of hits: read from their shards, or from the day's articles where a shard has others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from corpus.search.asof import Dated
from corpus.tables import parquet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.objects.pins import Pinned
    from corpus.search.searching import Hit
    from corpus.search.sources import Searchable


def rows(version: Searchable | Dated, hits: Sequence[Hit], columns: Sequence[str]) -> pl.DataFrame:
    """Return columns of the articles that a searcher of a version found, with `article_id` first.

    Columns of the content are the same in every table; of a version as of a day, read those that were decided that day
    (`revision`, `duplicate_of` and so on) from its `articles`.

    Args:
        version: which was searched.
        hits: of the same version; the rows are in their order.
        columns: of its articles, besides `article_id`.

    Raises:
        MissingObjects: a shard is neither in the cache nor in a remote.
    """
    base = version.base if isinstance(version, Dated) else version
    files = {file.path: file for table in sorted({hit.table for hit in hits}) for file in base.files(table)}
    found: dict[str, dict[str, object]] = {}
    apart = [hit.article_id for hit in hits if hit.shard not in files]
    if apart:
        wanted = version.scan("articles").filter(pl.col("article_id").is_in(pl.Series(apart).implode()))
        found |= {
            row["article_id"]: row for row in wanted.select("article_id", *columns).collect().iter_rows(named=True)
        }
    for shard in sorted({hit.shard for hit in hits if hit.shard in files}):
        here = [hit for hit in hits if hit.shard == shard]
        taken = _taken(base, files[shard], [hit.row for hit in here], columns)
        found |= {hit.article_id: row | {"article_id": hit.article_id} for hit, row in zip(here, taken, strict=True)}
    order = ["article_id", *columns]
    schema = {"article_id": pl.String} | dict(version.scan("articles").select(columns).collect_schema())
    return pl.DataFrame([[found[hit.article_id][name] for name in order] for hit in hits], schema, orient="row")


def _taken(
    version: Searchable, file: Pinned, numbers: Sequence[int], columns: Sequence[str]
) -> list[dict[str, object]]:
    (path,) = version.shard_paths([file])
    wanted = np.array(numbers, np.int64)
    read = [parquet.take(path, name, wanted).to_pylist() for name in columns]
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*read, strict=True)]
