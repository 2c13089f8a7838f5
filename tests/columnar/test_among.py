"""Whether rows have one of many values is what `is_in` says."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from corpus.columnar.among import one_of

words = st.lists(st.text(st.sampled_from("abé\x00"), max_size=3), max_size=9)


@given(words, words)
def test_one_of_says_what_is_in_says(there, wanted):
    frame = pl.DataFrame({"id": pl.Series(there, dtype=pl.String)})
    values = pl.Series(wanted, dtype=pl.String)
    by_hash = pl.col("id").is_in(values.implode())
    assert frame.select(one_of("id", values)).equals(frame.select(by_hash))
    # In a scan too, alone and with other conditions.
    filled = pl.col("id") != ""
    assert frame.lazy().filter(one_of("id", values)).collect(engine="streaming").equals(frame.filter(by_hash))
    assert frame.lazy().filter(one_of("id", values) & filled).collect().equals(frame.filter(by_hash & filled))
