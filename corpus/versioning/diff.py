"""What changed between two versions, article by article. Shards that both have are not read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corpus.versioning.reading import Version

# What an article says. Where it was found, and when, may differ without the article having changed.
CONTENT: Final = (
    "title", "text", "authors", "agency", "published_date", "published_at", "modified_at", "url", "publisher",
    "description", "section", "keywords", "language", "headings", "image_credits", "links", "duplicate_of",
)  # fmt: skip
_SHOWN: Final = ("article_id", "title", "publisher", "published_date", "url")


class Kind(StrEnum):
    """What became of an article."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """One article that differs. `fields` names the columns that do, for a changed one."""

    kind: Kind
    article_id: str
    title: str
    publisher: str | None
    published_date: str | None
    url: str | None
    fields: tuple[str, ...] = ()


def diff(old: Version, new: Version) -> list[Change]:
    """The changes from one version to another, by kind, day and id."""
    before, after = old.files(), new.files()
    shared = {file.md5 for file in before} & {file.md5 for file in after}
    left = _read(old, shared)
    right = _read(new, shared)
    # An article may move between shards; only its own row says whether it changed.
    joined = left.join(right, on="article_id", how="full", suffix="_new", coalesce=False, nulls_equal=False)
    removed = joined.filter(pl.col("article_id_new").is_null())
    added = joined.filter(pl.col("article_id").is_null())
    both = joined.filter(pl.col("article_id").is_not_null() & pl.col("article_id_new").is_not_null())
    differs = [pl.when(pl.col(name).ne_missing(pl.col(f"{name}_new"))).then(pl.lit(name)) for name in CONTENT]
    changed = both.with_columns(fields=pl.concat_list(differs).list.drop_nulls()).filter(
        pl.col("fields").list.len() > 0
    )
    return [
        *_changes(Kind.ADDED, added, "_new"),
        *_changes(Kind.REMOVED, removed, ""),
        *_changes(Kind.CHANGED, changed, "_new"),
    ]


def _read(version: Version, shared: set[str]) -> pl.DataFrame:
    paths = _paths(version, shared)
    columns = ["article_id", *(name for name in CONTENT if name != "text"), "text_hash"]
    frames = [pl.read_parquet(path, columns=columns, glob=False) for path in paths]
    if not frames:
        from schemas import ARTICLES

        frames = [pl.DataFrame(ARTICLES.empty).select(columns)]
    return pl.concat(frames).rename({"text_hash": "text"})


def _paths(version: Version, shared: set[str]) -> Sequence[Path]:
    wanted = [file.md5 not in shared for file in version.files()]
    return [path for path, take in zip(version.paths(), wanted, strict=True) if take]


def _changes(kind: Kind, rows: pl.DataFrame, suffix: str) -> list[Change]:
    shown = rows.select(
        *(pl.col(f"{name}{suffix}").alias(name) for name in _SHOWN),
        *(["fields"] if "fields" in rows.columns else []),
    ).sort("published_date", "article_id", nulls_last=True)
    return [
        Change(
            kind,
            row["article_id"],
            row["title"],
            row["publisher"],
            row["published_date"].isoformat() if row["published_date"] else None,
            row["url"],
            tuple(row.get("fields", ())),
        )
        for row in shown.iter_rows(named=True)
    ]
