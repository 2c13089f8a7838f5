"""Finds the article of a document. Where possible, its identity does not change with document, title or text.

`withdrawn.yaml`, splits and older releases also use the ids of earlier rules. So a rule is never removed:
`former.former_ids` returns the ids that earlier rules would have given.
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
    """The basis of an identity, best first."""

    URL = "url"
    ACCESSION = "accession"
    PUBLICATION = "publication, title and date"
    HEADLINE = "publisher, title and date"
    TEXT = "title, date and text"


def with_identity(documents: pl.DataFrame) -> pl.DataFrame:
    """Add `article_id` (128-bit hex) and `rule` (a `Basis`).

    Args:
        documents: rows with `COLUMNS`; their URLs are canonical.
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
    """Return the id for the basis of an identity."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _ids(names: Iterable[str]) -> pl.Series:
    return pl.Series("article_id", [hashed(name) for name in names], dtype=pl.String)


def _folded(column: str) -> pl.Expr:
    """Return a name in one case and without extra white space; null for an empty name."""
    name = pl.col(column).str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return pl.when(name != "").then(name)


def day() -> pl.Expr:
    """Return the day of publication in the form that identities use."""
    return pl.col("published_date").dt.to_string("iso")


def first_text() -> pl.Expr:
    """Return the basis of an identity for a document that has only its text."""
    return pl.concat_str(pl.lit("text\0"), "text_hash")
