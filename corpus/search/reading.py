"""The rows of hits: read from their shards, or from the day's articles where a shard has others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.errors import StorageError
from corpus.search.asof import Dated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.objects.pins import Pinned
    from corpus.search.answers import Hit
    from corpus.search.sources import Searchable

# Shards that are read at the same time.
_TOGETHER: Final = 4


def rows(version: Searchable | Dated, hits: Sequence[Hit], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return columns of the articles that a searcher of a version found, and `article_id`.

    Args:
        version: which was searched.
        hits: of the same version; the rows are in their order.
        columns: of its articles, besides `article_id`. A column that a shard lacks is None.

    Raises:
        MissingObjects: a shard is neither in the cache nor in a remote.
    """
    base = version.base if isinstance(version, Dated) else version
    files = {file.path: file for table in sorted({hit.table for hit in hits}) for file in base.files(table)}
    found: dict[str, dict[str, Any]] = {}
    apart = [hit.article_id for hit in hits if hit.shard not in files]
    columns = [name for name in columns if name != "article_id"]
    if apart:
        known = version.articles_apart() if isinstance(version, Dated) else version.scan("articles")
        wanted = known.filter(pl.col("article_id").is_in(pl.Series(apart).implode()))
        found |= {
            row["article_id"]: row for row in wanted.select("article_id", *columns).collect().iter_rows(named=True)
        }
    here: dict[str, list[Hit]] = {}
    for hit in hits:
        if hit.shard in files:
            here.setdefault(hit.shard, []).append(hit)

    def read(shard: str) -> list[dict[str, Any]]:
        return _taken(base, files[shard], [hit.row for hit in here[shard]], columns)

    # Most of the time is spent outside Python, where threads do not wait for each other.
    with ThreadPoolExecutor(_TOGETHER) as pool:
        for shard, taken in zip(here, pool.map(read, here), strict=True):
            found |= {
                hit.article_id: row | {"article_id": hit.article_id}
                for hit, row in zip(here[shard], taken, strict=True)
            }
    return [found[hit.article_id] for hit in hits]


def _taken(version: Searchable, file: Pinned, numbers: Sequence[int], columns: Sequence[str]) -> list[dict[str, Any]]:
    (path,) = version.shard_paths([file])
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as opened:
            known = set(opened.schema_arrow.names)
            there, lacking = [name for name in columns if name in known], dict.fromkeys(set(columns) - known)
            sizes = [opened.metadata.row_group(number).num_rows for number in range(opened.metadata.num_row_groups)]
            starts = np.concatenate([[0], np.cumsum(sizes)])
            groups = np.searchsorted(starts, numbers, side="right") - 1
            taken: dict[int, dict[str, Any]] = {}
            for group in np.unique(groups):
                wanted = [number for number, its in zip(numbers, groups, strict=True) if its == group]
                # Arrow's own `take` and `to_pylist` import pandas, which takes half a second.
                frame = pl.DataFrame(opened.read_row_group(int(group), columns=there, use_threads=False))
                chosen = frame.select(there)[[number - int(starts[group]) for number in wanted]]
                taken |= {at: lacking | row for at, row in zip(wanted, chosen.iter_rows(named=True), strict=True)}
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())
        raise StorageError(f"{path} cannot be read: {reason}. Delete it and run `dvc pull`.") from None
    return [taken[number] for number in numbers]
