"""Give a version as a Hugging Face dataset. Needs the extra `huggingface`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from corpus.errors import UsageError
from schemas.tables import ARTICLES

if TYPE_CHECKING:
    import datasets
    import polars as pl


def dataset(articles: pl.LazyFrame, name: str) -> datasets.Dataset:
    """Return articles, in memory, as a dataset with the types of the schema.

    Args:
        articles: the rows and columns to take.
        name: the name of the version, for the description of the dataset.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        import datasets
    except ImportError:
        raise UsageError(
            "A Hugging Face dataset needs the extra `huggingface`: `pip install 'newscorpus[huggingface]'`."
        ) from None

    rows = articles.collect().to_arrow()
    # Polars' own strings and lists are of other Arrow types than those that a shard has.
    meant = {column.name: column.arrow for column in ARTICLES.columns}
    schema = pa.schema([meant.get(field.name, field) for field in rows.schema])
    return datasets.Dataset(rows.cast(schema), info=datasets.DatasetInfo(description=f"newscorpus, version {name}"))
