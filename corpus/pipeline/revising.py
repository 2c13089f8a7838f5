"""Decide the documents of articles that have several: revisions and repeats. A part of the articles at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from corpus.columnar import ids, ragged
from corpus.resolve.duplicates import NO_MOMENT
from corpus.resolve.revisions import Bounds, successive_texts, with_revisions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from corpus.columnar.ids import Ids
    from corpus.pipeline.comparing import Comparing
    from corpus.pipeline.signed import SignedDocuments
    from corpus.resolve.duplicates import Compare
    from corpus.resolve.shingles import Places

REVISIONS: Final = pl.Schema(
    {
        "document": pl.Int32(),
        "decision": pl.Categorical(),
        "rule": pl.Categorical(),
        "revision": pl.Int32(),
        "winner": pl.Int32(),
        "superseded_by": pl.Int32(),
        "superseded_at": pl.Datetime("us", "UTC"),
        "first_seen": pl.Datetime("us", "UTC"),
        "change": pl.Float32(),
    }
)
_COLUMNS: Final = ("document_id", "batch", "rule", "words", "head", "title_words")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of all documents, by their numbers.

    Attributes:
        article: the ids of articles; of a story that is an article of its own, the id of that.
        text_hash: the hashes of texts.
        captured: the instant of capture, in microseconds since 1970; `NO_MOMENT` for seeds.
        published: the day of publication since 1970; `NO_DAY` without one.
        text: the number of the first document with the same text.
    """

    article: Ids
    text_hash: Ids
    captured: NDArray[np.int64]
    published: NDArray[np.int32]
    text: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Revised:
    """The documents of articles that have several.

    Attributes:
        documents: the numbers of the documents, ascending.
        ids: their ids.
        decided: the decisions about them, as `REVISIONS`, in their order; documents are named by number.
    """

    documents: Places
    ids: Ids
    decided: pl.DataFrame

    def ids_of(self, documents: pl.Series) -> pl.Series:
        """Return the ids of some of these documents as strings; null for null."""
        place = np.searchsorted(self.documents, documents.fill_null(0).to_numpy())
        found = ids.written(self.ids[np.minimum(place, max(len(self.ids) - 1, 0))]) if len(self.ids) else documents
        return found.set(documents.is_null(), None) if len(self.ids) else documents.cast(pl.String)


def revise(
    documents: SignedDocuments,
    facts: Facts,
    rows: Places,
    bounds: Bounds,
    comparing: Comparing,
    together: int,
) -> Revised:
    """Decide the documents of articles that have several.

    Args:
        documents: the signatures of all documents.
        facts: what is known of all; ids of stories that are articles of their own are put into `article`.
        rows: the documents to look at, ascending.
        bounds: the sizes at which a change is too small or too large.
        comparing: what compares texts.
        together: about so many documents are decided at a time.
    """
    several = _Several(documents, facts, rows, together)
    if len(several.parts) > 1:
        # All at once, for each comparison reads texts from many shards.
        pairs = [successive_texts(several.frame(part)) for part in several.parts]
        asked = pl.concat(pairs).unique()
        comparing(asked["text"].to_numpy(), asked["other"].to_numpy())
    decided = [pl.DataFrame(schema=REVISIONS)]
    for part in several.parts:
        frame = several.frame(part)
        made = with_revisions(frame, bounds, _by_hash(frame, comparing))
        other = made.filter(pl.col("article_id") != pl.col("known_as"))
        facts.article[other["document"].to_numpy()] = ids.packed(other["article_id"], 32)
        decided.append(_by_number(made))
    return Revised(several.documents, several.ids, pl.concat(decided).sort("document"))


class _Several:
    """The documents of articles that have several, in parts of complete articles."""

    def __init__(self, signed: SignedDocuments, facts: Facts, rows: Places, together: int) -> None:
        self._facts = facts
        first = ids.firsts(facts.article, rows)
        is_one = np.zeros(len(signed), np.bool_)
        is_one[first[first != rows]] = True
        chosen = is_one[rows] | (first != rows)
        self.documents, article = rows[chosen], first[chosen]
        self.ids = np.zeros((len(self.documents), 4), np.uint64)
        frames = [pl.DataFrame(schema={"rule": pl.Categorical, "batch": pl.Categorical})]
        for part, read in signed.take(self.documents, _COLUMNS):
            self.ids[part] = ids.packed(read["document_id"], 64)
            # Strings would keep all strings of their shard in memory.
            kept = read.select("words", "head", "title_words", pl.col("rule", "batch").cast(pl.Categorical))
            frames.append(kept)
        self._rows = pl.concat(frames, how="diagonal", rechunk=True)
        self._order = np.argsort(article, kind="stable")
        self._sources = _sources(signed, self.documents, article, facts.captured)
        counts = np.diff(np.flatnonzero(np.diff(article[self._order], prepend=-1, append=-1)))
        ends = np.append(0, np.cumsum(counts))
        self.parts = [
            slice(int(ends[block.start]), int(ends[block.stop])) for block in ragged.blocks(counts, together, together)
        ]

    def frame(self, part: slice) -> pl.DataFrame:
        """Return a part as `with_revisions` takes it, with the numbers of documents and texts."""
        at = self._order[part]
        documents, facts = self.documents[at], self._facts
        captured = facts.captured[documents]
        return (
            self._rows[at]
            .with_columns(
                pl.col("rule", "batch").cast(pl.String),
                pl.Series("document", documents, pl.Int32),
                pl.Series("text", facts.text[documents]),
                ids.written(facts.article[documents]).alias("article_id"),
                ids.written(facts.text_hash[documents]).alias("text_hash"),
                ids.written(self.ids[at]).alias("document_id"),
                moments(captured).alias("captured_at"),
            )
            .with_columns(known_as="article_id")
            .join(self._sources, on="document", how="left", maintain_order="left")
            .with_columns(pl.col("source").fill_null(""))
        )


def moments(microseconds: NDArray[np.int64]) -> pl.Series:
    """Return instants; null for `NO_MOMENT`."""
    found = pl.Series(microseconds).cast(pl.Datetime("us", "UTC"))
    return found.set(pl.Series(microseconds == NO_MOMENT), None)


def _sources(signed: SignedDocuments, documents: Places, article: Places, captured: NDArray[np.int64]) -> pl.DataFrame:
    """Return the sources of captures of one article at one instant. Only their order depends on it."""
    order = np.lexsort((captured[documents], article))
    same = np.zeros(len(order) + 1, np.bool_)
    same[1:-1] = np.diff(article[order]) == 0
    same[1:-1] &= np.diff(captured[documents][order]) == 0
    wanted = np.sort(documents[order[same[1:] | same[:-1]]])
    parts = [pl.DataFrame(schema={"source": pl.String, "document": pl.Int32})]
    for part, rows in signed.take(wanted, ["source"]):
        # In one piece, without the other strings of the shard.
        own = pl.Series("source", rows["source"].to_arrow(compat_level=pl.CompatLevel.oldest()))
        parts.append(pl.DataFrame([own, pl.Series("document", wanted[part], pl.Int32)]))
    return pl.concat(parts)


def _by_hash(frame: pl.DataFrame, comparing: Compare) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Return a function that compares texts of a part by their hashes."""
    numbers = frame.select("text_hash", "text").unique("text_hash")

    def compare(asked: pl.DataFrame) -> pl.DataFrame:
        both = asked.join(numbers, on="text_hash", how="left", maintain_order="left").join(
            numbers, left_on="other_hash", right_on="text_hash", how="left", suffix="_other", maintain_order="left"
        )
        found = comparing(both["text"].to_numpy(), both["text_other"].to_numpy())
        common, grams, others = found.T
        # The greater of both containments is the share of the smaller text.
        return asked.with_columns(
            jaccard=pl.Series(common / np.maximum(grams + others - common, 1)),
            overlap=pl.Series(common / np.maximum(np.minimum(grams, others), 1)),
        )

    return compare


def _by_number(made: pl.DataFrame) -> pl.DataFrame:
    """Return decisions as `REVISIONS`."""
    numbers = made.select("document_id", number="document").unique("document_id", keep="first", maintain_order=True)
    for name in ("winner", "superseded_by"):
        made = made.join(numbers, left_on=name, right_on="document_id", how="left", maintain_order="left")
        made = made.drop(name).rename({"number": name})
    return made.select(list(REVISIONS)).cast(REVISIONS)
