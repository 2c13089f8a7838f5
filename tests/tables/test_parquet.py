from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.errors import StorageError
from corpus.tables import parquet
from schemas.table import Column, Table
from schemas.tables import PAIRS

DATED = Table(
    "dated", "Days.", (Column("published_date", pa.date32(), "day", nullable=True),), sort=("published_date",)
)
DAY = date(2024, 5, 1)


def groups(tmp_path, days):
    path = tmp_path / "days.parquet"
    column = pl.Series("published_date", days, dtype=pl.Date)
    parquet.write(path, DATED, pl.DataFrame([column]).to_arrow())
    written = pq.read_metadata(path)
    assert pl.read_parquet(path)["published_date"].to_list() == column.sort(nulls_last=True).to_list()
    return [written.row_group(number).num_rows for number in range(written.num_row_groups)]


def test_stragglers_have_a_row_group_of_their_own(tmp_path):
    fresh = [DAY + timedelta(days=number % 4) for number in range(300)]
    late = [DAY - timedelta(days=40 * number) for number in range(1, 9)]
    assert groups(tmp_path, [*fresh, *late]) == [8, 300]
    # Readers who ask for a month before then need not look at the 300.
    path = tmp_path / "days.parquet"
    second = pq.read_metadata(path).row_group(1).column(0).statistics
    assert second.min == DAY


@pytest.mark.parametrize(
    "days",
    [
        [],
        [None],
        [None, None, DAY],
        [DAY],
        [DAY + timedelta(days=number % 60 - 30) for number in range(200)],
        # A file of many years has no stragglers.
        [DAY - timedelta(days=30 * number) for number in range(200)],
    ],
)
def test_others_are_in_one_row_group(tmp_path, days):
    assert groups(tmp_path, days) == [len(days)]


@pytest.fixture(scope="module")
def shard(tmp_path_factory):
    """A shard of 100 pairs in row groups of 30."""
    path = tmp_path_factory.mktemp("shard") / "pairs.parquet"
    names = [f"{number:03}" for number in range(100)]
    columns = {"text_hash": names, "other_hash": names} | dict.fromkeys(("common", "grams", "other_grams"), [1] * 100)
    pq.write_table(pa.table(columns).cast(PAIRS.arrow), path, row_group_size=30, write_page_checksum=True)
    return path


@given(st.lists(st.integers(0, 99), max_size=20))
@settings(max_examples=50)
def test_some_rows_are_those_asked_for(shard, rows):
    assert parquet.take(shard, "text_hash", np.array(rows, np.int64)).to_pylist() == [f"{row:03}" for row in rows]


def test_damage_where_rows_are_is_reported(tmp_path, shard):
    torn = tmp_path / "torn.parquet"
    data = bytearray(shard.read_bytes())
    data[10] ^= 0xFF
    torn.write_bytes(data)
    with pytest.raises(StorageError, match="torn"):
        parquet.take(torn, "text_hash", np.array([1], np.int64))
    assert parquet.take(torn, "text_hash", np.array([95], np.int64)).to_pylist() == ["095"]
