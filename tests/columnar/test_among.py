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
    by_hash = frame.select(pl.col("id").is_in(values.implode())).to_series().to_list()
    assert frame.select(one_of("id", values)).to_series().to_list() == by_hash
    chosen = frame.filter(pl.col("id").is_in(values.implode()))
    assert frame.lazy().filter(one_of("id", values)).collect(engine="streaming").equals(chosen)
    assert frame.lazy().filter(one_of("id", values) & (pl.col("id") != "")).collect().equals(
        chosen.filter(pl.col("id") != "")
    )
