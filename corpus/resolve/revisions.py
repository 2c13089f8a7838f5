"""Decides whether a document is the current revision of its article, a superseded revision, or a repeat.

Documents are compared in order of capture, as `runs` sorts them; never in order of arrival on disk. A document is a new
revision if its state differs: its words or the values beside its text. White space, punctuation and case do not count,
nor do paragraphs that only link to other articles. Neighbours of one state are one revision; a state that comes back
after another one is a new revision.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import polars as pl

from corpus.resolve.identity import Basis
from corpus.resolve.runs import RUN, STATE, in_runs

if TYPE_CHECKING:
    from collections.abc import Callable


class Decision(StrEnum):
    """The decision about a document. Every document has exactly one."""

    ARTICLE = "article"
    SUPERSEDED = "superseded"
    REPEAT = "repeat"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


class Rule(StrEnum):
    """The reason for a decision, in addition to the `Basis` of the identity."""

    SAME_WORDS = "same words"  # a repeat, though not to the letter
    MINOR = "minor change"  # a repeat, though some words are other
    OTHER_STORY = "another story at this url"  # a revision that has nothing of the one before
    SPLIT = "url and text"  # an article of its own for that reason
    REVERTED = "earlier text again"  # a revision whose words an earlier one had, and the one before had not


@dataclass(frozen=True, slots=True)
class Bounds:
    """The sizes at which a change is too small or too large for a revision. See `resolve` in params.yaml."""

    minor_change: float = 0.0
    reuse_below: float = 0.0
    split: bool = False


def with_revisions(
    documents: pl.DataFrame,
    bounds: Bounds = Bounds(),
    compare: Callable[[pl.DataFrame], pl.DataFrame] | None = None,
) -> pl.DataFrame:
    """Add decision, revision, winner, superseded_by, superseded_at, first_seen and change; set rule where it is known.

    Args:
        documents: rows with article_id, rule, document_id, source, batch, captured_at, text_hash and the columns of
            `STATE`; for `bounds` also title_words.
        bounds: the sizes at which a change is too small or too large.
        compare: a function that adds to rows with text_hash and other_hash the `jaccard` and `overlap` of the two
            texts, the greater of their two containments. Without it changes are not measured.

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
    ordered = in_runs(documents).with_columns(_order=pl.int_range(pl.len(), dtype=pl.Int64))
    first = ordered.group_by(RUN, maintain_order=True).agg(
        pl.col("_order").min(),
        pl.col("article_id", *STATE, "document_id", "captured_at", "rule", "text_hash").first(),
        *(pl.col(name).first() for name in ("title_words",) if name in ordered.columns),
    )
    compared = _with_changes(first, bounds, compare)
    standing = compared.filter(pl.col("_number") == pl.col("_represented_by"))
    story = ["article_id", "_story"]
    revisions = standing.select(
        "_number",
        revision=pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over(story),
        revisions=pl.len().over(story),
        superseded_by=pl.col("document_id").shift(-1).over(story),
        superseded_at=pl.col("captured_at").shift(-1).over(story),
        winner=pl.col("document_id").last().over(story),
        first_seen=pl.col("captured_at").first().over(story),
        _state_document=pl.col("document_id"),
        _state_text=pl.col("text_hash"),
        _first=pl.col("_order"),
        # The words were there before, and others in between.
        _again=(pl.col("_number") != pl.col("_number").min().over(*story, "words"))
        & (pl.col("words") != pl.col("words").shift(1).over(story)),
    )
    joined = ordered.join(
        compared.select(RUN, "_represented_by", "_identity", "change", _rule_before="_rule"),
        on=RUN,
        how="left",
        maintain_order="left",
    ).join(revisions, left_on="_represented_by", right_on="_number", how="left", maintain_order="left")
    repeat = pl.col("_order") != pl.col("_first")
    same_words = repeat & (pl.col("text_hash") != pl.col("_state_text"))
    again = ~repeat & pl.col("_again") & pl.col("_rule_before").ne_missing(Rule.SPLIT.value)
    rule = (
        pl.when(again)
        .then(pl.lit(Rule.REVERTED.value))
        .when(same_words & pl.col("_rule_before").ne_missing(Rule.MINOR.value))
        .then(pl.lit(Rule.SAME_WORDS.value))
        .when(~repeat | (pl.col("_rule_before") != Rule.OTHER_STORY.value))
        .then("_rule_before")
    )
    decided = joined.with_columns(
        decision=pl.when(repeat)
        .then(pl.lit(Decision.REPEAT.value))
        .when(pl.col("revision") < pl.col("revisions"))
        .then(pl.lit(Decision.SUPERSEDED.value))
        .otherwise(pl.lit(Decision.ARTICLE.value)),
        rule=pl.coalesce(rule, "rule"),
        # A repeat's winner is the document whose revision it repeats.
        winner=pl.when(repeat).then("_state_document").otherwise("winner"),
        superseded_by=pl.when(~repeat).then("superseded_by"),
        superseded_at=pl.when(~repeat).then("superseded_at"),
        change=pl.when(~repeat | (pl.col("_rule_before") == Rule.MINOR.value)).then("change"),
        article_id=pl.coalesce("_identity", "article_id"),
    )
    return decided.select(pl.exclude("^_.*$", "revisions"))


def successive_texts(documents: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of different texts that follow each other: what `with_revisions` compares.

    Args:
        documents: rows as for `with_revisions`, with `text`, a number of the text.

    Returns:
        The columns text and other, each pair once.
    """
    first = in_runs(documents).group_by(RUN, maintain_order=True).agg(pl.col("article_id", "text").first())
    pairs = first.select("text", other=pl.col("text").shift(1).over("article_id"))
    return pairs.filter(pl.col("text") != pl.col("other")).unique()


def _with_changes(
    states: pl.DataFrame, bounds: Bounds, compare: Callable[[pl.DataFrame], pl.DataFrame] | None
) -> pl.DataFrame:
    """Add to the ordered runs of articles how each relates to the run before.

    Returns:
        The same rows with _number; _represented_by, the number of the run that represents it; _story, a number that
        changes where another story begins; _identity, the id of that story if it is not the article's; _rule; change.
    """
    states = states.with_columns(
        _number=pl.int_range(pl.len(), dtype=pl.Int64),
        other_hash=pl.col("text_hash").shift(1).over("article_id"),
    )
    if compare is None or states.is_empty():
        nothing = {"_represented_by": pl.col("_number"), "_story": pl.lit(0), "_rule": pl.lit(None, pl.String)}
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
    both = both.with_columns(_reused=reused.fill_null(value=False))
    found = both.with_columns(_standing(both, bounds))
    minor = pl.col("_represented_by") != pl.col("_number")
    found = found.with_columns(
        # A state that comes back to its story, or to the current revision, has nothing new to measure.
        change=pl.when(~pl.col("_back")).then(1 - pl.col("jaccard")).cast(pl.Float32),
        _rule=pl.when(minor & ~pl.col("_back"))
        .then(pl.lit(Rule.MINOR.value))
        .when(pl.col("_story") > 0)
        .then(pl.lit(Rule.SPLIT.value))
        .when(pl.col("_reused") & ~pl.col("_back"))
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


def _standing(states: pl.DataFrame, bounds: Bounds) -> list[pl.Series]:
    """Return for each run the number of the run that represents it, its story, and whether it came back to either.

    The run before represents it as long as the sum of the changes since then is minor: a sum of Jaccard distances is
    no less than the distance, so many small steps cannot hide a large one. A run with a state that a story had before
    belongs to that story; if it is the current state of the story, the run is no new revision.
    """
    numbers: list[int] = states["_number"].to_list()
    if not bounds.minor_change and not (bounds.split and states["_reused"].any()):
        representatives, stories, back = numbers, [0] * len(numbers), [False] * len(numbers)
    else:
        representatives, stories, back = [], [], []
        columns = states.select("article_id", *STATE, 1 - pl.col("jaccard"), "_number", "_reused")
        article = None
        for row in columns.iter_rows():
            if row[0] != article:
                article, known = row[0], _Stories(bounds)
            representative, story, came_back = known.take(*row[1:])
            representatives.append(representative)
            stories.append(story)
            back.append(came_back)
    return [
        pl.Series("_represented_by", representatives, pl.Int64),
        pl.Series("_story", stories, pl.Int64),
        pl.Series("_back", back),
    ]


class _Stories:
    """The stories of one article, built from its runs one after the other."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._now = 0
        # By state, which story had it first; by story, its current run: number, state, and changes since.
        self._of_state: dict[tuple[int, int], int] = {}
        self._standing: dict[int, tuple[int, tuple[int, int], float]] = {}

    def take(self, words: int, head: int, change: float | None, number: int, reused: bool) -> tuple[int, int, bool]:
        """Return the number of the run that represents the next one, its story, and whether it came back."""
        state = words, head
        begins = reused and self._bounds.split
        returns = begins and state in self._of_state
        if begins:
            self._now = self._of_state.get(state, len(self._standing))
        self._of_state.setdefault(state, self._now)
        current = self._standing.get(self._now)
        if current is not None and current[1] == state:
            self._standing[self._now] = current[0], state, 0.0
            return current[0], self._now, True
        if current is not None and not begins and current[1][1] == head and change is not None:
            moved = current[2] + change
            if moved < self._bounds.minor_change:
                self._standing[self._now] = current[0], current[1], moved
                return current[0], self._now, False
        self._standing[self._now] = number, state, 0.0
        return number, self._now, returns
