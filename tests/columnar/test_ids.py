"""Ids as numbers: nothing is lost, their order is that of the strings, and equal ones are found."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.columnar import ids
from corpus.errors import InvariantError

# Few different halves, so that some ids share one of them.
halves = st.sampled_from(["00" * 8, "ff" * 8, "00" * 7 + "01", "80" + "00" * 7])
texts = st.lists(st.tuples(halves, halves).map("".join), max_size=12)


@given(texts)
def test_ids_are_written_as_they_were_read_and_sort_alike(strings):
    found = ids.packed(pl.Series("id", strings, dtype=pl.String), 32)
    assert ids.written(found).to_list() == strings
    assert [strings[at] for at in np.lexsort((found[:, 1], found[:, 0]))] == sorted(strings)


@given(texts, st.data())
def test_the_first_of_some_rows_with_the_same_id_is_found(strings, data):
    rows = data.draw(st.sets(st.sampled_from(range(len(strings))))) if strings else set()
    found = ids.firsts(ids.packed(pl.Series("id", strings, dtype=pl.String), 32), np.array(sorted(rows), np.int64))
    assert found.tolist() == [min(at for at in rows if strings[at] == strings[row]) for row in sorted(rows)]


@given(texts)
def test_different_ids_are_counted(strings):
    assert ids.distinct(ids.packed(pl.Series("id", strings, dtype=pl.String), 32)) == len(set(strings))


def test_a_part_of_a_column_and_nulls_are_read():
    column = pl.Series("id", ["ab" * 32, None, "01" * 32])
    assert ids.written(ids.packed(column[1:], 64)).to_list() == ["00" * 32, "01" * 32]


@pytest.mark.parametrize("damaged", ["zz" * 16, "ab" * 15, "abc", ""])
def test_what_is_no_id_is_refused(damaged):
    with pytest.raises(InvariantError, match="text_hash"):
        ids.packed(pl.Series("text_hash", ["00" * 16, damaged]), 32)
