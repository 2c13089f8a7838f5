"""Files that are made while they are sent."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.browse.streaming import FORMATS, _Sink
from corpus.tables.parquet import ROW_GROUP

SCHEMA = pa.schema([("number", pa.int64()), ("text", pa.string())])


@pytest.mark.parametrize(("most", "groups"), [(64_000_000, 4), (100_000, 5)])
def test_rows_that_come_in_parts_of_any_size_fill_row_groups(
    most: int, groups: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless they are large: then memory counts."""
    monkeypatch.setattr("corpus.browse.streaming._MOST_BYTES", most)
    sizes = (0, 1, ROW_GROUP - 2, 7, 0, 2 * ROW_GROUP + 1, 3)
    sink = _Sink()
    file = FORMATS["parquet"](sink, SCHEMA)
    first = 0
    for size in sizes:
        numbers = range(first, first + size)
        file.write(pa.table([numbers, [f"{number:>20}" for number in numbers]], schema=SCHEMA))
        first += size
    file.close()
    made = pq.ParquetFile(io.BytesIO(sink.take()))
    assert made.read()["number"].to_pylist() == list(range(sum(sizes)))
    assert made.metadata.num_row_groups == groups
