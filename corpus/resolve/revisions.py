"""What each document is to its article: a revision that stands, one that was superseded, or a repeat.

Documents are taken in order of capture, then batch, then document id; never in order of arrival on disk. What makes a
document another revision is its state: its words and what it says beside its text. White space, punctuation and case
do not, nor do links to other articles in a paragraph of their own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.resolve.identity import Basis

if TYPE_CHECKING:
    from collections.abc import Callable

STATE: Final = ("words", "head")
_ORDER: Final = ("captured_at", "batch", "document_id", "source")


class Decision(StrEnum):
    """What became of a document. Every document has exactly one."""

    ARTICLE = "article"
    SUPERSEDED = "superseded"
    REPEAT = "repeat"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


class Rule(StrEnum):
    """What a decision rests on, beside the identity's `Basis`."""

    SAME_WORDS = "same words"  # a repeat, though not to the letter
    MINOR = "minor change"  # a repeat, though some words are other
    OTHER_STORY = "another story at this url"  # a revision that has nothing of the one before
    SPLIT = "url and text"  # an article of its own for that reason


@dataclass(frozen=True, slots=True)
class Bounds:
    """When a change is too small for a revision, and when too large. See params.yaml's `resolve`."""

    minor_change: float = 0.0
    reuse_below: float = 0.0
    split: bool = False


def with_revisions(
    documents: pl.DataFrame,
    bounds: Bounds = Bounds(),
    compare: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """Add decision, revision, winner, superseded_by, superseded_at, first_seen and change; rule where it says more.

    Args:
        documents: with article_id, rule, document_id, source, batch, captured_at, text_hash and the columns of `STATE`;
            for `bounds` also title_words.
        bounds: when a change is too small or too large.
        compare: adds to rows with text_hash and other_hash the texts' `jaccard` and `overlap`, which is the greater of
            their two containments. Without it changes have no measure.

    Returns:
        The same rows in any order.
    """
    known_once = ~documents["article_id"].is_duplicated()
    several = _resolved(documents.filter(~known_once), bounds, compare)
    # Most articles have one document, about which there is nothing to decide.
    once = documents.filter(known_once).with_columns(
        decision=pl.lit(Decision.ARTICLE.value),
        revision=pl.lit(1, pl.Int32),
        winner=pl.col("document_id"),
        superseded_by=pl.lit(None, pl.String),
        superseded_at=pl.lit(None, several.schema["superseded_at"]),
        first_seen=pl.col("captured_at"),
        change=pl.lit(None, pl.Float32),
    )
    return pl.concat([several, once.select(several.columns)])


def _resolved(
    documents: pl.DataFrame, bounds: Bounds, compare: Callable[[pl.DataFrame], pl.DataFrame] | None
) -> pl.DataFrame:
    ordered = documents.sort("article_id", *_ORDER, nulls_last=False).with_columns(
        _order=pl.int_range(pl.len(), dtype=pl.Int64)
    )
    state = ["article_id", *STATE]
    first = ordered.group_by(state, maintain_order=True).agg(
        pl.col("_order").min(),
        pl.col("document_id", "captured_at", "rule", "text_hash").first(),
        *(pl.col(name).first() for name in ("title_words",) if name in ordered.columns),
    )
    # One row a state, in order.
    told = _told(first.sort("_order"), bounds, compare)
    standing = told.filter(pl.col("_number") == pl.col("_stands"))
    story = ["article_id", "_story"]
    revisions = standing.select(
        "_number",
        revision=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over(story),
        revisions=pl.len().over(story),
        superseded_by=pl.col("document_id").shift(-1).over(story),
        superseded_at=pl.col("captured_at").shift(-1).over(story),
        winner=pl.col("document_id").last().over(story),
        first_seen=pl.col("captured_at").first().over(story),
        _stands_by=pl.col("document_id"),
        _stands_text=pl.col("text_hash"),
        _first=pl.col("_order"),
    )
    joined = ordered.join(
        told.select(*state, "_stands", "_identity", "change", _said="_rule"),
        on=state,
        how="left",
        maintain_order="left",
    ).join(revisions, left_on="_stands", right_on="_number", how="left", maintain_order="left")
    repeat = pl.col("_order") != pl.col("_first")
    same_words = repeat & (pl.col("text_hash") != pl.col("_stands_text"))
    said = pl.when(same_words & pl.col("_said").ne_missing(Rule.MINOR.value)).then(pl.lit(Rule.SAME_WORDS.value)).when(
        ~repeat | (pl.col("_said") != Rule.OTHER_STORY.value)
    ).then("_said")  # fmt: skip
    decided = joined.with_columns(
        decision=pl.when(repeat)
        .then(pl.lit(Decision.REPEAT.value))
        .when(pl.col("revision") < pl.col("revisions"))
        .then(pl.lit(Decision.SUPERSEDED.value))
        .otherwise(pl.lit(Decision.ARTICLE.value)),
        rule=pl.coalesce(said, "rule"),
        # A repeat's winner is the document whose revision it repeats.
        winner=pl.when(repeat).then("_stands_by").otherwise("winner"),
        superseded_by=pl.when(~repeat).then("superseded_by"),
        superseded_at=pl.when(~repeat).then("superseded_at"),
        change=pl.when(~repeat | (pl.col("_said") == Rule.MINOR.value)).then("change"),
        article_id=pl.coalesce("_identity", "article_id"),
    )
    return decided.select(pl.exclude("^_.*$", "revisions"))


def _told(states: pl.DataFrame, bounds: Bounds, compare: Callable[[pl.DataFrame], pl.DataFrame] | None) -> pl.DataFrame:
    """Add to the states of articles, in order, what each is to the one before.

    Returns:
        The same rows with _number; _stands, the number of the state that stands for it; _story, a number that is
        another where another story begins; _identity, that story's where it is no longer the article's; _rule; change.
    """
    states = states.with_columns(
        _number=pl.int_range(pl.len(), dtype=pl.Int64),
        other_hash=pl.col("text_hash").shift(1).over("article_id"),
    )
    if compare is None or states.is_empty():
        nothing = {"_stands": pl.col("_number"), "_story": pl.lit(0), "_rule": pl.lit(None, pl.String)}
        return states.with_columns(**nothing, _identity=pl.lit(None, pl.String), change=pl.lit(None, pl.Float32))
    asked = states.filter(pl.col("other_hash").is_not_null()).select("text_hash", "other_hash").unique()
    scored = compare(asked.filter(pl.col("text_hash") != pl.col("other_hash")))
    states = states.join(scored, on=["text_hash", "other_hash"], how="left", maintain_order="left").with_columns(
        jaccard=pl.when(pl.col("text_hash") == pl.col("other_hash")).then(1.0).otherwise("jaccard"),
    )
    # Titles are looked at where texts have next to nothing in common, which is rare.
    strangers = ((pl.col("rule") == Basis.URL.value) & (pl.col("overlap") < bounds.reuse_below)).fill_null(value=False)
    both = states.with_columns(
        _title=pl.when(strangers).then("title_words"),
        _before=pl.when(strangers.shift(-1)).then("title_words").shift(1).over("article_id"),
    )
    alike = pl.col("_title").list.set_intersection("_before").list.len()
    either = pl.col("_title").list.set_union("_before").list.len()
    reused = strangers & (alike < bounds.reuse_below * either).fill_null(value=False)
    found = both.with_columns(_reused=reused.fill_null(value=False)).with_columns(
        _stands=_standing(both, bounds.minor_change),
        _story=(pl.col("_reused") & bounds.split).cast(pl.Int64).cum_sum().over("article_id"),
    )
    minor = pl.col("_stands") != pl.col("_number")
    found = found.with_columns(
        change=(1 - pl.col("jaccard")).cast(pl.Float32),
        _rule=pl.when(minor)
        .then(pl.lit(Rule.MINOR.value))
        .when(pl.col("_story") > 0)
        .then(pl.lit(Rule.SPLIT.value))
        .when("_reused")
        .then(pl.lit(Rule.OTHER_STORY.value)),
    )
    # A story is called after its first text; no two stories of an article begin with one state.
    heads = found.filter(pl.col("_story") > 0).group_by("article_id", "_story", maintain_order=True).agg(
        pl.col("text_hash", "head").first()
    )  # fmt: skip
    names = [
        hashlib.sha256("\0".join(["story", *map(str, row)]).encode()).hexdigest()[:32]
        for row in heads.select("article_id", "text_hash", "head").iter_rows()
    ]
    heads = heads.select("article_id", "_story", _identity=pl.Series(names, dtype=pl.String))
    return found.join(heads, on=["article_id", "_story"], how="left", maintain_order="left")


def _standing(states: pl.DataFrame, minor_change: float) -> pl.Series:
    """Which state stands for each: the one before, as long as the changes since, added up, are minor.

    A sum of Jaccard distances is no less than the distance: small steps never add up to a large one.
    """
    if not minor_change:
        return states["_number"]
    stands: list[int] = []
    before: tuple[str, int] | None = None
    moved = 0.0
    columns = states.select("article_id", "head", 1 - pl.col("jaccard"), "_number")
    for article, head, change, number in columns.iter_rows():
        moved = moved + change if change is not None else 1.0
        if before == (article, head) and moved < minor_change:
            stands.append(stands[-1])
        else:
            stands.append(number)
            moved = 0.0
        before = (article, head)
    return pl.Series(stands, dtype=pl.Int64)
