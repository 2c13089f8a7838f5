"""Add the publishers of papers that are known only by name: `params.yaml` may give the domain of a paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from corpus.text import urls

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


def with_publishers(documents: pa.Table, publications: Mapping[str, str]) -> pa.Table:
    """Return documents with the domains of their publications as publishers, where they have no publisher.

    Args:
        documents: rows with `publication` and `publisher`.
        publications: domains by the names of papers, which are compared without case and white space.
    """
    if not publications or not documents.num_rows:
        return documents
    domains = {_folded(name): urls.registrable(domain.lower()) or domain for name, domain in publications.items()}
    given = documents["publisher"].to_pylist()
    papers = documents["publication"].to_pylist()
    made = [
        publisher or (domains.get(_folded(paper)) if paper else None)
        for publisher, paper in zip(given, papers, strict=True)
    ]
    place = documents.column_names.index("publisher")
    field = documents.schema.field(place)
    return documents.set_column(place, field, pl.Series(made, dtype=pl.String).to_arrow().cast(field.type))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
