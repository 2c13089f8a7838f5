"""Finds the objects that hold an article by reading them, not from a record of their places.

Each object is read once. Its columns show to which table it belongs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from corpus.batches.withdrawals import Kind, Tombstones, Withdrawal, hashed
from corpus.text.urls import canonical
from corpus.withdrawal.collected import Gone, file_holds
from corpus.withdrawal.redactedfiles import DOCUMENT
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# The column of `rows` that says which were emptied for what is looked for.
MARK: Final = "_withdrawn"
# The column of a file of originals that names the documents of each.
DOCUMENTS: Final = "document_ids"
_MAGIC: Final = b"PAR1"
_ASKED: Final = ("document_id", "article_id", "url", "publisher", "source", "batch", "title")


@dataclass(slots=True)
class Sought:
    """The ids and addresses to search for. More are added when documents and addresses of an article are found."""

    articles: set[str] = field(default_factory=set)
    urls: set[str] = field(default_factory=set)
    publishers: set[str] = field(default_factory=set)
    documents: set[str] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)

    def condition(self, columns: Iterable[str]) -> pl.Expr | None:
        """Return the condition for rows of the article, or None if the columns of the table do not decide it."""
        asked = {
            "document_id": self.documents,
            "article_id": self.articles,
            "url": self.urls,
            "publisher": self.publishers,
            # A paper that is known by its name alone has no domain.
            "publication": self.publishers,
        }
        names = [name for name in columns if asked.get(name)]
        each = [pl.col(name).is_in(sorted(asked[name])).fill_null(value=False) for name in names]
        marked = self.marked(columns)
        return pl.any_horizontal(each if marked is None else [*each, marked]) if names or marked is not None else None

    def marked(self, columns: Iterable[str]) -> pl.Expr | None:
        """Return the condition for rows that `ingest` emptied for the article; None if the columns do not decide it."""
        if not self.hashes or "problems" not in columns:
            return None
        found = pl.element().struct.field("found").is_in(sorted(self.hashes))
        check = pl.element().struct.field("check") == Check.WITHDRAWN.value
        return pl.col("problems").list.eval(check & found).list.any().fill_null(value=False)

    def withdrawal(self, like: Withdrawal) -> Withdrawal:
        """Return the record of the withdrawal: its date and reason, and the hashes of the ids and addresses."""
        return like.joined(
            Withdrawal(
                like.date,
                like.reason,
                frozenset(hashed(Kind.DOCUMENT, one) for one in self.documents),
                frozenset(hashed(Kind.ARTICLE, one) for one in self.articles),
                frozenset(hashed(Kind.PUBLISHER, one) for one in self.publishers),
            )
        )


def rows(path: Path, sought: Sought) -> pl.DataFrame:
    """Return the rows of an object that belong to the article, with the columns that identify them."""
    frame = pl.scan_parquet(path, glob=False)
    columns = frame.collect_schema().names()
    condition = sought.condition(columns)
    # Observations name addresses and no documents.
    if condition is None or DOCUMENT not in columns:
        return pl.DataFrame(schema={"document_id": pl.String})
    marked = sought.marked(columns)
    shown = [pl.col(name) for name in _ASKED if name in columns]
    return frame.filter(condition).select(*shown, *([] if marked is None else [marked.alias(MARK)])).collect()


def is_parquet(path: Path) -> bool:
    """Return whether a file begins as a Parquet file does."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def withdrawn_in(file: Any, withdrawal: Withdrawal) -> set[str]:
    """Return the ids of the withdrawn documents in an object.

    Args:
        file: its path, or the object itself, open for reading at any place.
        withdrawal: the withdrawal, whose hashes are compared. An interrupted one has nothing else on record.
    """
    try:
        with pq.ParquetFile(file) as opened:
            names = opened.schema_arrow.names
            if DOCUMENT in names:
                found = opened.read(columns=[DOCUMENT], use_threads=False)[DOCUMENT].unique()
            elif DOCUMENTS in names:
                lists = opened.read(columns=[DOCUMENTS], use_threads=False)[DOCUMENTS]
                found = pc.list_flatten(lists).unique()
            else:
                return set()
    except (pa.ArrowException, OSError):
        # Not Parquet, or damaged: it cannot be searched. Verification reports it.
        return set()
    return {one for one in found.to_pylist() if hashed(Kind.DOCUMENT, one) in withdrawal.documents}


def holds(file: Any, withdrawal: Withdrawal) -> bool:
    """Return whether an object holds a withdrawn document (see `withdrawn_in`) or an observation of one."""
    return bool(withdrawn_in(file, withdrawal)) or file_holds(file, Gone(Tombstones((withdrawal,))))


def withdrawn_rows(table: pa.Table, withdrawal: Withdrawal) -> pa.Array:
    """Return which documents of a batch a withdrawal includes, by their bytes or their address."""
    tombstones = Tombstones((withdrawal,))
    return pa.array(
        [
            tombstones.refused(document_id, url) is not None
            for document_id, url in zip(table["document_id"].to_pylist(), table["url"].to_pylist(), strict=True)
        ]
    )


def address(url: str) -> str:
    """Return a URL in the form that the tables have."""
    return canonical(url) or url
