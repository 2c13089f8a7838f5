"""Which article a document is of. The identity outlives documents, titles and texts where it can.

`withdrawn.yaml`, splits and older releases know articles by the ids of earlier rules too. So a rule is never taken
away: `former.former_ids` gives the ids that earlier rules would have given.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable

# What an identity is made from.
COLUMNS: Final = ("url", "accession", "publication", "publisher", "title", "published_date", "text_hash")


class Basis(StrEnum):
    """What an identity rests on, best first."""

    URL = "url"
    ACCESSION = "accession"
    PUBLICATION = "publication, title and date"
    HEADLINE = "publisher, title and date"
    TEXT = "title, date and text"


def with_identity(documents: pl.DataFrame) -> pl.DataFrame:
    """Add `article_id` (128-bit hex) and `rule` (a `Basis`).

    Args:
        documents: rows with `COLUMNS`. The URL is canonical already.
    """
    published = pl.coalesce(_folded("publication"), "publisher")
    headline = pl.concat_str(published, _folded("title"), day(), separator="\0")
    there = (published, _folded("title"), day())
    # Of the text alone the id is what the first rule gave.
    more = pl.any_horizontal(*(one.is_not_null() for one in there))
    combined = pl.concat_str(*(one.fill_null("") for one in there), "text_hash", separator="\0")
    bases = {
        Basis.URL: (pl.col("url").is_not_null(), pl.concat_str(pl.lit("url\0"), "url")),
        Basis.ACCESSION: (
            _folded("accession").is_not_null(),
            pl.concat_str(pl.lit("accession\0"), _folded("accession")),
        ),
        Basis.PUBLICATION: (
            _folded("publication").is_not_null() & headline.is_not_null(),
            pl.concat_str(pl.lit("headline\0"), headline),
        ),
        Basis.HEADLINE: (headline.is_not_null(), pl.concat_str(pl.lit("headline\0"), headline)),
    }
    name, rule = (
        pl.when(more).then(pl.concat_str(pl.lit("said\0"), combined)).otherwise(first_text()),
        pl.lit(Basis.TEXT.value),
    )
    for basis, (known, of_basis) in reversed(bases.items()):
        name = pl.when(known).then(of_basis).otherwise(name)
        rule = pl.when(known).then(pl.lit(basis.value)).otherwise(rule)
    named = documents.with_columns(name.alias("_name"), rule=rule)
    return named.drop("_name").with_columns(article_id=_ids(named["_name"]))


def hashed(name: str) -> str:
    """Return the id of what an identity rests on."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _ids(names: Iterable[str]) -> pl.Series:
    return pl.Series("article_id", [hashed(name) for name in names], dtype=pl.String)


def _folded(column: str) -> pl.Expr:
    """Return a name without the case and the white space that tell nothing; null for an empty one."""
    name = pl.col(column).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(name != "").then(name)


def day() -> pl.Expr:
    """Return the day of publication as it is in an identity."""
    return pl.col("published_date").dt.to_string("iso")


def first_text() -> pl.Expr:
    """Return what an identity rests on where there is nothing but the text."""
    return pl.concat_str(pl.lit("text\0"), "text_hash")
