"""Compares two versions article by article. Shards that both versions have are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.diff import comparison
from corpus.diff.change import Chosen, Difference, Kind, Part, Side
from corpus.text.worddiff import runs
from schemas.tables import ARTICLES, DECISIONS

__all__ = ["Chosen", "Difference", "Kind", "Part", "diff", "texts", "worded"]

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from corpus.diff.change import Change
    from corpus.snapshots.opening import Version
    from corpus.text.worddiff import Run

_TEXT: Final = "text"
# Texts of so many articles are in memory at a time.
_TOGETHER: Final = 200
_ALL: Final = Chosen()


def diff(old: Version, new: Version, asked: Chosen = _ALL, limit: int | None = None) -> Difference:
    """Return the changes from one version to another.

    Args:
        old: the version before.
        new: the version after.
        asked: the choice of articles; all by default.
        limit: how many articles of each kind to list; all by default. All are counted.

    Raises:
        CorpusError: The data of a version are neither in the cache nor in a remote.
    """
    left, right = _apart(old, new, ARTICLES.name)
    before, after = _rows(left), _rows(right)
    # Where the one version has no shard of its own, its columns are those of the shards that it shares.
    before, after = (after.clear() if not left else before), (before.clear() if not right else after)
    matched = comparison.compare(before, after)
    rows = comparison.chosen(comparison.changes(matched, _with_fates(matched.gone, old, new)), asked)
    counted = dict(rows[comparison.KIND].value_counts().iter_rows())
    types, now = before.schema, after.schema
    return Difference(
        Side(old.name, old.commit),
        Side(new.name, new.commit),
        {kind: counted[kind.value] for kind in Kind if kind.value in counted},
        tuple(comparison.articles(rows, limit)),
        columns_added=tuple(name for name in now if name not in types),
        columns_removed=tuple(name for name in types if name not in now),
        columns_retyped=tuple(name for name in types if name in now and types[name] != now[name]),
    )


def worded(old: Version, new: Version, changes: Sequence[Change]) -> Iterator[tuple[Change, tuple[Run, ...] | None]]:
    """Return changes with the word-level differences of their texts, in order; None where the text did not change."""
    left, right = _apart(old, new, ARTICLES.name)
    for first in range(0, len(changes), _TOGETHER):
        some = changes[first : first + _TOGETHER]
        # An article may have had another id.
        ids = [_ids(change) for change in some if Part.TEXT in change.parts]
        before, after = texts(left, [old for old, _ in ids]), texts(right, [new for _, new in ids])
        for change in some:
            one, other = _ids(change)
            yield change, runs(before[one], after[other]) if one in before and other in after else None


def _ids(change: Change) -> tuple[str, str]:
    """Return the old and the new id of an article."""
    old, new = change.old or change.article, change.new or change.article
    return old.article_id, new.article_id


def texts(paths: Sequence[Path], ids: Sequence[str]) -> dict[str, str]:
    """Return the texts of some articles in some shards, by article_id. No other texts are decoded."""
    if not paths or not ids:
        return {}
    wanted = pl.col("article_id").is_in(list(ids))
    found = pl.scan_parquet(list(paths), glob=False).filter(wanted).select("article_id", _TEXT).collect()
    return dict(found.iter_rows())


def _apart(old: Version, new: Version, table: str) -> tuple[list[Path], list[Path]]:
    """Return the shards of a table that only the first version has, and those that only the second has."""
    before, after = old.files(table), new.files(table)
    shared = {file.md5 for file in before} & {file.md5 for file in after}
    return _paths(old, table, shared), _paths(new, table, shared)


def _paths(version: Version, table: str, shared: set[str]) -> list[Path]:
    named = zip(version.files(table), version.paths(table), strict=True)
    return [path for file, path in named if file.md5 not in shared]


def _rows(paths: Sequence[Path]) -> pl.DataFrame:
    """Return the rows of some shards without their texts; `text_hash` shows whether texts differ."""
    if not paths:
        return pl.DataFrame(ARTICLES.empty).drop(_TEXT)
    return pl.scan_parquet(list(paths), glob=False).drop(_TEXT, strict=False).collect()


def _with_fates(gone: pl.DataFrame, old: Version, new: Version) -> pl.DataFrame:
    """Return the result with the kind of change of articles that are no longer there."""
    columns = ["document_id", "source", "decision", "article_id", "duplicate_of"]
    decided = pl.DataFrame(DECISIONS.empty).select(columns)
    if gone.height:
        # Of an article that is gone something else was decided, so its decision is in a shard that differs.
        _, paths = _apart(old, new, DECISIONS.name)
        if paths:
            concerned = pl.any_horizontal(
                pl.col(name).is_in(gone[f"old_{name}"].implode()) for name in ("document_id", "source")
            )
            decided = pl.scan_parquet(paths, glob=False).filter(concerned).select(columns).collect()
    return comparison.with_fates(gone, decided)
