"""Split articles for training and testing, in the same way from one version to the next.

Only the key of an article decides, by `sha256("SEED:KEY")`: its first eight bytes are a number from 0 to 1, and the
shares cut that range in their order. Other articles have no influence, so new or removed articles move no others.

The key of an article is its id by the first rule of identity. Later rules changed the ids of articles without an
address, but these articles stay in their part. Values that change with corrections are taken from the first revision.
The key of a family of duplicates is that of the member that was seen first (then the least key), not that of its
canonical article: a copy that was published earlier but arrives late becomes canonical, but was not seen first. So a
family that only grows stays in its part. Families are those of the complete version, regardless of filters.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import polars as pl

from corpus.errors import UsageError
from corpus.resolve.former import first_ids
from corpus.resolve.identity import hashed

if TYPE_CHECKING:
    import numpy.typing as npt

SHARES: Final = {"train": 0.8, "validation": 0.1, "test": 0.1}
# What may decide.
BY: Final = ("article_id", "publisher")
_RANGE: Final = 2**64
Nodes: TypeAlias = "npt.NDArray[Any]"
# Asked only where an article needs it, for its files may be far away.
Revisions: TypeAlias = Callable[[], pl.LazyFrame]


@dataclass(frozen=True, slots=True)
class Splits:
    """How articles are split.

    Raises:
        UsageError: the shares do not add up to 1, or `by` is not a key.
    """

    seed: int | str
    by: str
    shares: Mapping[str, float]
    duplicates: bool = True

    def __post_init__(self) -> None:
        bounds(self.shares)
        if self.by not in BY:
            raise UsageError(f"by {self.by!r} is not a key for splits. Choose from {', '.join(BY)}.")
        if self.by == "publisher" and self.duplicates:
            raise UsageError(
                "by='publisher' needs duplicates=False: a family of duplicates crosses publishers, "
                "and only one of both can stay on one side."
            )

    def of(
        self, articles: pl.LazyFrame, version: pl.LazyFrame, revisions: Revisions | None = None
    ) -> dict[str, pl.LazyFrame]:
        """Return the parts of some articles of a version.

        Args:
            articles: some articles.
            version: all articles of the version.
            revisions: gives the earlier revisions, if any article needs them.
        """
        return {name: articles.filter(within) for name, within in self.conditions(version, revisions).items()}

    def conditions(self, version: pl.LazyFrame, revisions: Revisions | None = None) -> dict[str, pl.Expr]:
        """Return what an article must meet to be in each part. The arguments are those of `of`."""
        where = placed(self._key(version, revisions), self.seed)
        # Inclusive, for 2**64 itself is no UInt64.
        return {name: where.is_between(start, end - 1) for name, (start, end) in bounds(self.shares).items()}

    def _key(self, version: pl.LazyFrame, revisions: Revisions | None) -> pl.Expr:
        keys = first_keys(version, revisions)
        own = pl.col("article_id")
        if self.by == "publisher":
            return pl.coalesce("publisher", own.replace(keys["article_id"], keys["key"]))
        # A family's key counts before its members'.
        found = pl.concat([families(version, keys), keys]).unique("article_id", keep="first")
        return own.replace(found["article_id"], found["key"]) if found.height else own


def bounds(shares: Mapping[str, float]) -> dict[str, tuple[int, int]]:
    """Return where each split begins (inclusive) and ends (exclusive) in the range from 0 to 2**64.

    Raises:
        UsageError: the shares are not positive numbers with the sum 1.
    """
    if not isinstance(shares, Mapping) or not shares:
        raise UsageError('shares names each part and its share, as {"train": 0.9, "test": 0.1}.')
    for name, share in shares.items():
        number = isinstance(share, (int, float)) and not isinstance(share, bool)
        if not isinstance(name, str) or not name or not number or not 0 < share <= 1:
            raise UsageError(f"shares: {name!r} has {share!r}. A share must be above 0 and at most 1.")
    total = math.fsum(shares.values())
    if not math.isclose(total, 1, abs_tol=1e-9):
        raise UsageError(f"The shares of {', '.join(shares)} sum up to {total:g}, not to 1.")
    cuts = [min(round(start * _RANGE), _RANGE) for start in accumulate(shares.values(), initial=0.0)]
    cuts[-1] = _RANGE
    return dict(zip(shares, pairwise(cuts), strict=True))


def place(keys: Iterable[str], seed: int | str) -> list[int]:
    """Return a number below 2**64 for each key, spread evenly: its place among the shares of a split."""
    start = hashlib.sha256(f"{seed}:".encode())
    found = []
    for key in keys:
        state = start.copy()
        state.update(key.encode())
        found.append(int.from_bytes(state.digest()[:8], "big"))
    return found


def placed(column: pl.Expr, seed: int | str) -> pl.Expr:
    """Return the place of each key of a column, as an expression of type UInt64."""

    def of(keys: pl.Series) -> pl.Series:
        return pl.Series(place(keys, seed), dtype=pl.UInt64)

    return column.map_batches(of, return_dtype=pl.UInt64, is_elementwise=True)


def first_keys(articles: pl.LazyFrame, revisions: Revisions | None = None) -> pl.DataFrame:
    """Return the keys of articles that had another id by the first rule of identity.

    Args:
        articles: all articles of a version. Without the columns of an identity, ids are keys.
        revisions: gives the earlier revisions.

    Returns:
        `article_id` and `key`.
    """
    columns = ["article_id", "url", "publisher", "title", "published_date", "text_hash"]
    none = pl.DataFrame(schema={"article_id": pl.String, "key": pl.String})
    if not set(columns) <= set(articles.collect_schema()):
        return none
    # Only of these another rule gives another id.
    other = pl.col("url").is_null() | pl.col("url").str.contains(r"#|//[^/]*xn--")
    rows = articles.filter(other).select(columns).collect()
    if rows.is_empty():
        return none
    if revisions is not None:
        first = pl.col("article_id").is_in(rows["article_id"].implode()) & (pl.col("revision") == 1)
        before = revisions().filter(first).select(columns).collect()
        rows = pl.concat([before, rows.filter(~pl.col("article_id").is_in(before["article_id"].implode()))])
    # Of several stories at one address, all but the first have ids of their own.
    own = pl.Series([url is None or hashed(f"url\0{url}") == key for key, url in rows.select(columns[:2]).iter_rows()])
    rows = rows.filter(own)
    return rows.select("article_id", key=first_ids(rows)).filter(pl.col("article_id") != pl.col("key"))


def families(articles: pl.LazyFrame, keys: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the families of a version: for each article that has one, the key of the member that was seen first.

    Args:
        articles: all of a version, with article_id, first_seen, duplicate_of and, where the version has it,
            contained_in.
        keys: the keys of articles that are not their ids, as `first_keys` gives them.

    Returns:
        `article_id` and `key`, for articles of families of two and more.
    """
    links = [name for name in ("duplicate_of", "contained_in") if name in articles.collect_schema()]
    edges = pl.concat(
        [
            articles.filter(pl.col(link).is_not_null()).select("article_id", other=pl.col(link))
            for link in links
        ]
    ).collect()  # fmt: skip
    ids = pl.concat([edges["article_id"], edges["other"]]).unique()
    # Seeds have no capture time: they are batch zero, before all others.
    members = (
        articles.select("article_id", "first_seen")
        .filter(pl.col("article_id").is_in(ids.implode()))
        .with_columns(key=pl.col("article_id") if keys is None else pl.col("article_id").replace(*keys))
        .sort("first_seen", "key", "article_id", nulls_last=False)
        .select("article_id", "key")
        .collect()
        .with_row_index("rank")
    )
    places = members.drop("key")
    ranks = edges.join(places, on="article_id").join(places, left_on="other", right_on="article_id")
    first = _components(members.height, ranks["rank"].to_numpy(), ranks["rank_right"].to_numpy())
    return members.select("article_id", key=pl.col("key").gather(first))


def _components(count: int, left: Nodes, right: Nodes) -> Nodes:
    """Return for each of `count` nodes the least node that edges connect it with."""
    least = np.arange(count)
    while True:
        before = least
        both = np.minimum(least[left], least[right])
        least = least.copy()
        # The roots of both ends learn of the lesser one; then everyone asks his root.
        for ends in (before[left], before[right], left, right):
            np.minimum.at(least, ends, both)
        while not np.array_equal(least, least[least]):
            least = least[least]
        if np.array_equal(least, before):
            return least
