"""Splits for training and testing that stay what they are from one version to the next.

A key decides for itself, by `sha256("SEED:KEY")` alone: its first eight bytes are a number from 0 to 1, and the shares
cut that span in their order. No other article has a say, so articles that come or go move nobody.

The key of an article is its id. The key of a family of duplicates is the id of the member that was seen first (then the
least id), not of its canonical article: an earlier-published copy that arrives late becomes canonical, but not first
seen. So a family that only grows stays where it is. Families are those of the whole version, whatever is filtered.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import polars as pl

from corpus.errors import UsageError

if TYPE_CHECKING:
    import numpy.typing as npt

SHARES: Final = {"train": 0.8, "validation": 0.1, "test": 0.1}
# What may decide.
BY: Final = ("article_id", "publisher")
_WHOLE: Final = 2**64
Nodes: TypeAlias = "npt.NDArray[Any]"


@dataclass(frozen=True, slots=True)
class Splits:
    """How articles are parted.

    Raises:
        UsageError: the shares are none of one whole, or `by` is no key.
    """

    seed: int | str
    by: str
    shares: Mapping[str, float]
    duplicates: bool = True

    def __post_init__(self) -> None:
        bounds(self.shares)
        if self.by not in BY:
            raise UsageError(f"by {self.by!r} is no key for splits. There are {', '.join(BY)}.")
        if self.by == "publisher" and self.duplicates:
            raise UsageError(
                "by='publisher' needs duplicates=False: a family of duplicates crosses publishers, "
                "and only one of both can stay on one side."
            )

    def of(self, articles: pl.LazyFrame, whole: pl.LazyFrame) -> dict[str, pl.LazyFrame]:
        """The parts of some articles of a version, of which `whole` has all."""
        return {name: articles.filter(within) for name, within in self.conditions(whole).items()}

    def conditions(self, whole: pl.LazyFrame) -> dict[str, pl.Expr]:
        """What an article must meet to be in each part."""
        where = placed(self._key(whole), self.seed)
        # Inclusive, for 2**64 itself is no UInt64.
        return {name: where.is_between(start, end - 1) for name, (start, end) in bounds(self.shares).items()}

    def _key(self, whole: pl.LazyFrame) -> pl.Expr:
        own = pl.col("article_id")
        if self.by == "publisher":
            return pl.coalesce("publisher", own)
        found = families(whole)
        return own.replace(found["article_id"], found["key"]) if found.height else own


def bounds(shares: Mapping[str, float]) -> dict[str, tuple[int, int]]:
    """From where (inclusive) to where (exclusive) each split reaches, of 2**64.

    Raises:
        UsageError: the shares are no shares of one whole.
    """
    if not isinstance(shares, Mapping) or not shares:
        raise UsageError('shares names each part and its share, as {"train": 0.9, "test": 0.1}.')
    for name, share in shares.items():
        number = isinstance(share, (int, float)) and not isinstance(share, bool)
        if not isinstance(name, str) or not name or not number or not 0 < share <= 1:
            raise UsageError(f"shares: {name!r} has {share!r}. A share lies above 0 and up to 1.")
    total = math.fsum(shares.values())
    if not math.isclose(total, 1, abs_tol=1e-9):
        raise UsageError(f"The shares of {', '.join(shares)} sum up to {total:g}, not to 1.")
    cuts = [min(round(start * _WHOLE), _WHOLE) for start in accumulate(shares.values(), initial=0.0)]
    cuts[-1] = _WHOLE
    return dict(zip(shares, pairwise(cuts), strict=True))


def place(keys: Iterable[str], seed: int | str) -> list[int]:
    """Where each key falls, of 2**64."""
    start = hashlib.sha256(f"{seed}:".encode())
    found = []
    for key in keys:
        state = start.copy()
        state.update(key.encode())
        found.append(int.from_bytes(state.digest()[:8], "big"))
    return found


def placed(column: pl.Expr, seed: int | str) -> pl.Expr:
    """Where each key of a column falls, as an expression of type UInt64."""

    def of(keys: pl.Series) -> pl.Series:
        return pl.Series(place(keys, seed), dtype=pl.UInt64)

    return column.map_batches(of, return_dtype=pl.UInt64, is_elementwise=True)


def families(articles: pl.LazyFrame) -> pl.DataFrame:
    """The families of a version: for each article that has one, the article that is its key.

    Args:
        articles: all of a version, with article_id, first_seen, duplicate_of and, where the version has it,
            contained_in.

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
        .sort("first_seen", "article_id", nulls_last=False)
        .select("article_id")
        .collect()
        .with_row_index("rank")
    )
    ranks = edges.join(members, on="article_id").join(members, left_on="other", right_on="article_id")
    first = _components(members.height, ranks["rank"].to_numpy(), ranks["rank_right"].to_numpy())
    return members.select("article_id", key=pl.col("article_id").gather(first))


def _components(count: int, left: Nodes, right: Nodes) -> Nodes:
    """For each of `count` nodes the least one that edges connect it with."""
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
