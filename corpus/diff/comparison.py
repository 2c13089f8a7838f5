"""Compares the rows of two versions, column by column. This module knows neither files nor git."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from corpus.batches.seeds import SEEDS
from corpus.diff.change import MARKS, PARTS, PROVENANCE, Article, Change, Kind, Part
from corpus.resolve.former import SAME, same_by_another_id
from corpus.resolve.revisions import Decision
from schemas.tables import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.diff.change import Chosen

# What `Article` shows of a row.
SHOWN: Final = (
    "article_id", "revision", "title", "authors", "agency", "published_date", "published_at", "publisher", "language",
    "url", "duplicate_of", "captured_at", "document_id", "source", "parser",
)  # fmt: skip
KIND: Final = "kind"
COLUMNS: Final = "columns"
INTO: Final = "into"
_OLD: Final = "old_"
_NEW: Final = "new_"


class Matched(NamedTuple):
    """The rows of two versions, side by side.

    Attributes:
        both: the rows of articles that both versions have and that differ in any way; columns of `SHOWN` with
            the prefixes `old_` and `new_`, and `kind`, `columns` and `into`.
        gone: the rows of articles that only the old version has, with the same columns but without a kind.
        added: the rows of articles that only the new version has, with the same columns.
    """

    both: pl.DataFrame
    gone: pl.DataFrame
    added: pl.DataFrame


def compare(old: pl.DataFrame, new: pl.DataFrame) -> Matched:
    """Pair the rows of two versions by article_id, then the remaining rows by document and by text.

    Args:
        old: rows of `articles` without their texts, which `text_hash` represents.
        new: the same of the new version. Columns that both have with the same type are compared.
    """
    left, right = _complete(old), _complete(new)
    ids_left = left.select("article_id", _left=pl.int_range(pl.len(), dtype=pl.UInt32))
    ids_right = right.select("article_id", _right=pl.int_range(pl.len(), dtype=pl.UInt32))
    pairs = ids_left.join(ids_right, on="article_id", how="full")
    gone = pairs.filter(pl.col("_right").is_null())["_left"]
    added = pairs.filter(pl.col("_left").is_null())["_right"]
    pairs = pairs.drop_nulls(["_left", "_right"])
    compared = _compared(old, new)
    keys = [names for names in SAME if set(names) <= set(compared)]
    i, j = same_by_another_id(left[gone].with_columns(_at=gone), right[added].with_columns(_at=added), keys)
    # What refers to such an article refers to it as before.
    ids = left[i]["article_id"], right[j]["article_id"]
    links = [name for name in ("duplicate_of", "contained_in") if name in compared]
    left = left.with_columns(pl.col(name).replace(*ids) for name in links)
    renamed = _both(left, right, i, j, compared, kind=Kind.REIDENTIFIED)
    return Matched(
        pl.concat([_both(left, right, pairs["_left"], pairs["_right"], compared), renamed]),
        _side(left[gone.filter(~gone.is_in(i.implode()))], _OLD),
        _side(right[added.filter(~added.is_in(j.implode()))], _NEW),
    )


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with every column that is shown; a column that another engine did not have is null."""
    known = pl.DataFrame(ARTICLES.empty).schema
    return rows.with_columns(pl.lit(None, known[name]).alias(name) for name in SHOWN if name not in rows.columns)


def _compared(old: pl.DataFrame, new: pl.DataFrame) -> list[str]:
    types = new.schema
    return [name for name, dtype in old.schema.items() if name != "article_id" and types.get(name) == dtype]


def _side(rows: pl.DataFrame, prefix: str) -> pl.DataFrame:
    return rows.select(pl.col(name).alias(f"{prefix}{name}") for name in SHOWN)


def _both(
    left: pl.DataFrame, right: pl.DataFrame, i: pl.Series, j: pl.Series, compared: list[str], kind: Kind | None = None
) -> pl.DataFrame:
    """Return the pairs of rows that differ; all pairs if their kind is known.

    It compares one column at a time, because most rows are equal and need not be joined.
    """
    differs = pl.DataFrame([left[name].gather(i).ne_missing(right[name].gather(j)).alias(name) for name in compared])
    any_differs = (
        differs.select(pl.any_horizontal(pl.all())).to_series() if compared else pl.Series([], dtype=pl.Boolean)
    )
    numbers = any_differs.arg_true() if kind is None else pl.int_range(len(i), dtype=pl.UInt32, eager=True)
    differs = differs[numbers].rename({"text_hash": "text"}, strict=False)
    rows = pl.concat([_side(left[i[numbers]], _OLD), _side(right[j[numbers]], _NEW)], how="horizontal")
    kinds = _kinds(differs, rows) if kind is None else pl.repeat(kind.value, rows.height, dtype=pl.String, eager=True)
    marked = kinds.is_in([Kind.MERGED.value, Kind.REMARKED.value])
    into = pl.select(pl.when(marked).then(rows[f"{_NEW}duplicate_of"])).to_series().alias(INTO)
    return rows.with_columns(kinds.alias(KIND), _names(differs).alias(COLUMNS), into)


def _names(differs: pl.DataFrame) -> pl.Series:
    """Return the names of the columns that differ, for each row."""
    names = [pl.when(name).then(pl.lit(name)) for name in differs.columns]
    if not names:
        return pl.Series([], dtype=pl.List(pl.String))
    return differs.select(pl.concat_list(names).list.drop_nulls()).to_series()


def _kinds(differs: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
    """Return the kind of each row that has columns that differ; see `Kind`."""
    there = set(differs.columns)

    def any_of(names: Iterable[str]) -> pl.Expr:
        return pl.any_horizontal(pl.lit(value=False), *(pl.col(name) for name in sorted(there & set(names))))

    dates = {name for name, part in PARTS.items() if part is Part.DATE}
    words = any_of(set(PARTS) - dates)
    content = any_of(there - {*MARKS, *PROVENANCE})
    newly_marked = rows[f"{_OLD}duplicate_of"].is_null() & rows[f"{_NEW}duplicate_of"].is_not_null()
    kind = (
        pl.when(newly_marked)
        .then(_lit(Kind.MERGED))
        .when(~any_of(["document_id"]) & (content | any_of(["parser"])))
        .then(_lit(Kind.REPARSED))
        .when(any_of(dates) & ~words)
        .then(_lit(Kind.REDATED))
        .when(content)
        .then(_lit(Kind.CORRECTED))
        .when(any_of(MARKS))
        .then(_lit(Kind.REMARKED))
        .otherwise(_lit(Kind.RESOURCED))
    )
    return differs.select(kind).to_series()


def _lit(kind: Kind) -> pl.Expr:
    return pl.lit(kind.value)


def with_fates(gone: pl.DataFrame, decided: pl.DataFrame) -> pl.DataFrame:
    """Find the kind of change of articles that are no longer there from the decisions about their documents.

    Args:
        gone: `Matched.gone`.
        decided: document_id, source, decision, article_id and duplicate_of of the new version, at least for the
            documents that these articles had and for those that are in their places.

    Returns:
        The rows with `kind` and `into`.
    """
    is_quarantined = pl.col("decision") == Decision.QUARANTINED.value
    quarantined = decided.filter(is_quarantined)
    # The same bytes may be in several places; what was made of one of them counts before the refusal of another.
    kept = (
        decided.filter(~is_quarantined)
        .sort("document_id", "article_id", "duplicate_of", nulls_last=True)
        .unique("document_id", keep="first", maintain_order=True)
    )
    rows = gone.join(kept, left_on=f"{_OLD}document_id", right_on="document_id", how="left", maintain_order="left")
    other = pl.when(pl.col("article_id") != pl.col(f"{_OLD}article_id")).then("article_id").otherwise("duplicate_of")
    # Only in seeds/ does a document take another's place; batches never change, and their names for documents recur.
    in_seeds = quarantined.filter(pl.col("source").str.starts_with(f"{SEEDS}/"))["source"]
    refused = pl.col(f"{_OLD}document_id").is_in(quarantined["document_id"].implode())
    refused |= pl.col(f"{_OLD}source").is_in(in_seeds.implode())
    kind = (
        pl.when(other.is_not_null())
        .then(_lit(Kind.MERGED))
        .when(refused)
        .then(_lit(Kind.QUARANTINED))
        .otherwise(_lit(Kind.WITHDRAWN))
    )
    return rows.with_columns(kind.alias(KIND), other.alias(INTO)).select(*gone.columns, KIND, INTO)


def changes(matched: Matched, gone: pl.DataFrame) -> pl.DataFrame:
    """Return all articles that differ, one row each, sorted by kind, day and id.

    Args:
        matched: the result of `compare`.
        gone: the rows that `with_fates` returned for `matched.gone`.
    """
    order = pl.Enum([kind.value for kind in Kind])
    added = matched.added.with_columns(_lit(Kind.ADDED).alias(KIND))
    rows = pl.concat([matched.both, gone, added], how="diagonal").with_columns(pl.col(KIND).cast(order))
    day = pl.coalesce(f"{_NEW}published_date", f"{_OLD}published_date")
    return rows.sort(KIND, day, pl.coalesce(f"{_NEW}article_id", f"{_OLD}article_id"), nulls_last=True)


def chosen(rows: pl.DataFrame, asked: Chosen) -> pl.DataFrame:
    """Return the rows whose old or new state meets the conditions."""
    return rows.filter(_asked(asked, _OLD) | _asked(asked, _NEW))


def _asked(asked: Chosen, prefix: str) -> pl.Expr:
    publisher, language, day = (pl.col(f"{prefix}{name}") for name in ("publisher", "language", "published_date"))
    wanted = pl.col(f"{prefix}article_id").is_not_null()
    if asked.publishers:
        wanted &= publisher.str.to_lowercase().is_in([name.lower() for name in asked.publishers])
    if asked.languages:
        tag = language.str.to_lowercase() + "-"
        wanted &= pl.any_horizontal(tag.str.starts_with(f"{name.lower()}-") for name in asked.languages)
    if asked.since:
        wanted &= day >= asked.since
    if asked.until:
        wanted &= day <= asked.until
    return wanted.fill_null(value=False)


def articles(rows: pl.DataFrame, limit: int | None) -> Iterator[Change]:
    """Return the rows as values, at most `limit` of each kind."""
    shown = rows if limit is None else rows.filter(pl.int_range(pl.len()).over(KIND) < limit)
    for row in shown.iter_rows(named=True):
        yield Change(
            Kind(row[KIND]),
            _article(row, _OLD),
            _article(row, _NEW),
            tuple(row[COLUMNS] or ()),
            row[INTO],
        )


def _article(row: dict[str, Any], prefix: str) -> Article | None:
    if row[f"{prefix}article_id"] is None:
        return None
    known = {name: row[f"{prefix}{name}"] for name in SHOWN}
    return Article(**{**known, "authors": tuple(known["authors"] or ())})
