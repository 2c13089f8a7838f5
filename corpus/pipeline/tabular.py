"""Turn parsed documents into rows of `documents`, column by column, for every way of parsing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import polars as pl
import pyarrow as pa

from corpus.columnar.arrays import of_numbers
from corpus.formats.article import Parsed
from corpus.rights import Rights, derive
from corpus.text.controls import control_characters
from corpus.text.normalise import text_hash
from corpus.text.words import word_counts
from schemas.tables import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.rights import Signal

# Taken from a document itself, from what its parser says, and from its text.
ORIGIN: Final = ("document_id", "source", "batch", "media_type", "size", "captured_at")
_RIGHTS: Final = Rights._fields
_DERIVED: Final = ("word_count", "text_hash", "control_characters", *_RIGHTS)
CONTENT: Final = tuple(name for name in DOCUMENTS.names if name not in (*ORIGIN, *_DERIVED))
_NOTHING: Final = Parsed()
_SILENT: Final = Rights()
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

type_of: Final = {field.name: field.type for field in DOCUMENTS.arrow}


def table(
    origins: Mapping[str, Sequence[object] | pl.Series | pa.Array], contents: Mapping[str, Sequence[object] | pl.Series]
) -> pa.Table:
    """Return rows of `documents`.

    Args:
        origins: the columns of `ORIGIN`.
        contents: the columns of `CONTENT`. A missing one gets the default of `Parsed`. `word_count` may be among
            them, if the words were counted before.
    """
    count = len(origins["source"])
    columns: dict[str, Sequence[object] | pl.Series | pa.Array] = {**origins, **contents}
    for name in CONTENT:
        if name not in columns:
            columns[name] = [getattr(_NOTHING, name)] * count
    columns |= _rights(cast("Sequence[Sequence[Signal]]", columns["rights_signals"]), columns["url"])
    texts = cast("Sequence[str]", columns["text"])
    if "word_count" not in columns:
        columns["word_count"] = word_counts(texts)
    columns["text_hash"] = [text_hash(text) for text in texts]
    columns["text"] = text = pl.Series(texts, dtype=pl.String)
    columns["control_characters"] = control_characters(text)
    return pa.table([_array(columns[name], type_of[name]) for name in DOCUMENTS.names], schema=DOCUMENTS.arrow)


def _rights(
    signals: Sequence[Sequence[Signal]], urls: Sequence[object] | pl.Series | pa.Array
) -> dict[str, Sequence[object]]:
    """Return the columns that are derived from signals. Most documents of most corpora have none."""
    rights = [_SILENT] * len(signals)
    if any(signals):
        addresses = pl.Series(urls).to_list()
        rights = [derive(some, url) if some else _SILENT for some, url in zip(signals, addresses, strict=True)]
    return dict(zip(_RIGHTS, zip(*rights, strict=True), strict=True)) if rights else dict.fromkeys(_RIGHTS, ())


def _array(values: Sequence[object] | pl.Series | pa.Array, dtype: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values.cast(dtype)
    if not pa.types.is_list(dtype):
        if pa.types.is_timestamp(dtype) and not isinstance(values, pl.Series):
            # Polars takes a microsecond for an instant.
            instants = cast("Sequence[datetime | None]", values)
            micros = [None if one is None else (one - _EPOCH) // _MICROSECOND for one in instants]
            return pl.Series(micros, dtype=pl.Int64).to_arrow().cast(dtype)
        # Not pa.array: it imports pandas, in each worker, to see whether a list is one of its own.
        return pl.Series(values, dtype=_polars(dtype)).to_arrow().cast(dtype)
    # Built flat: both Polars and pyarrow take 20 us for a list, empty or not.
    lists = cast("Sequence[Sequence[object]]", values)
    ends = np.cumsum([0, *map(len, lists)], dtype=np.int32)
    offsets = of_numbers(ends, pa.int32())
    members = list(chain.from_iterable(lists))
    return pa.ListArray.from_arrays(offsets, _members(members, dtype.value_type), type=dtype)


@cache
def _polars(dtype: pa.DataType) -> pl.DataType:
    return pl.Series(pa.nulls(0, dtype)).dtype


def _members(values: Sequence[object], dtype: pa.DataType) -> pa.Array:
    if not pa.types.is_struct(dtype):
        return _array(values, dtype)
    rows = cast("Sequence[tuple[object, ...]]", values)
    columns = list(zip(*rows, strict=True)) or [()] * dtype.num_fields
    arrays = [_array(column, field.type) for column, field in zip(columns, dtype, strict=True)]
    return pa.StructArray.from_arrays(arrays, fields=list(dtype))
