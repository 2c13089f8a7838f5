"""The table of observations: its shards, and what a withdrawal leaves out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pyarrow.parquet as pq
import pytest

from corpus.batches import batchfiles, withdrawals
from corpus.batches.register import Batch, RawFile
from corpus.batches.withdrawals import Kind, Tombstones, Withdrawal, hashed
from corpus.errors import DamagedObject, InvariantError
from corpus.pipeline import observing
from corpus.sources.web.observed import ObservationFile
from corpus.sources.web.outcomes import Hop, Observation, Outcome, Via
from corpus.sources.web.spool import Row
from schemas.observations import OBSERVED

DAY = datetime(2026, 5, 4, 9, tzinfo=UTC)


def batch(root, number, at, *seen):
    (root / "data" / "raw").mkdir(parents=True, exist_ok=True)
    name = f"{at:%Y%m%dT%H%M%SZ}-{number:012x}"
    file = ObservationFile(root / "data" / "raw" / f"{name}-observations.parquet")
    for one in seen:
        file.add(Row(one), is_evidence=True)
    return Batch(name, at, None, (), observations=file.finish(name))


def page(url, at, **more):
    return Observation("paper", Via.PAGE, url, at, Outcome.NEW, **{"status": 200, "sha256": "0" * 64, **more})


def table(root):
    return pl.read_parquet(root / "data" / "observations" / "*.parquet")


def files(root):
    return {path.name: path.read_bytes() for path in (root / "data" / "observations").iterdir()}


def test_many_small_batches_are_few_shards_and_the_same_as_a_clean_build(tmp_path):
    root, clean = tmp_path / "a", tmp_path / "b"
    batches = []
    for number in range(96 * 2):
        at = DAY + timedelta(minutes=15 * number)
        batches.append(batch(root, number, at, page(f"https://a.example/{number}", at)))
        if number % 50 == 0:
            observing.observe(root, batches, Tombstones(), "code")
    observing.observe(root, batches, Tombstones(), "code")
    assert sorted(files(root)) == ["20260504-0000.parquet", "20260505-0000.parquet", "20260506-0000.parquet"]
    (clean / "data").mkdir(parents=True)
    (root / "data" / "raw").rename(clean / "data" / "raw")
    observing.observe(clean, list(reversed(batches)), Tombstones(), "code")
    assert files(root) == files(clean)
    assert table(clean)["batch"].n_unique() == len(batches)


def test_a_day_of_very_many_rows_has_several_shards():
    def of(number, rows):
        at = DAY + timedelta(minutes=number)
        return Batch(f"{number:04}", at, None, (), observations=RawFile("x", "0" * 64, rows, 1, 1))

    batches = [of(number, 90_000) for number in range(5)]
    assert {name: len(part) for name, part in observing.shares(batches).items()} == {
        "20260504-0000": 3, "20260504-0001": 2,
    }  # fmt: skip
    assert observing.shares([replace(batches[0], observations=None)]) == {}


def test_no_observations_are_one_empty_file(tmp_path):
    (tmp_path / "data").mkdir()
    observing.observe(tmp_path, [], Tombstones(), "code")
    assert table(tmp_path).height == 0


WITHDRAWN = "https://a.example/gone"


@pytest.mark.parametrize(
    "seen",
    [
        page(WITHDRAWN, DAY),
        page("https://a.example/gone?utm_source=x", DAY),
        page("https://a.example/old", DAY, final_url=WITHDRAWN),
        page("https://a.example/new", DAY, redirects=(Hop("https://a.example/x", 301), Hop(WITHDRAWN, 301))),
        page("https://a.example/other", DAY, sha256="1" * 64),
        Observation("paper", Via.PAGE, WITHDRAWN, DAY, Outcome.GONE_404, status=404),
        Observation("paper", Via.ENTRY, WITHDRAWN, DAY, Outcome.CHANGED, sha256="2" * 64),
    ],
)
def test_rows_that_name_what_was_withdrawn_are_left_out(tmp_path, seen):
    batches = [batch(tmp_path, 1, DAY, seen, page("https://a.example/kept", DAY))]
    observing.observe(tmp_path, batches, Tombstones(), "code")
    assert table(tmp_path).height == 2
    gone = Withdrawal(
        date(2026, 5, 5), "Test", frozenset({hashed(Kind.DOCUMENT, "1" * 64)}),
        frozenset({hashed(Kind.ARTICLE, withdrawals.article_of(WITHDRAWN))}),
    )  # fmt: skip
    observing.observe(tmp_path, batches, Tombstones((gone,)), "code")
    assert table(tmp_path)["url"].to_list() == ["https://a.example/kept"]


def test_other_bytes_than_the_register_names_are_refused(tmp_path):
    one = batch(tmp_path, 1, DAY, page("https://a.example/", DAY))
    path = batchfiles.path_of(tmp_path, one.observations)
    path.write_bytes(path.read_bytes()[:-1] + b"2")
    with pytest.raises(DamagedObject):
        observing.observe(tmp_path, [one], Tombstones(), "code")


def test_rows_that_break_the_model_stop_the_build(tmp_path):
    one = batch(tmp_path, 1, DAY, page("https://a.example/", DAY))
    path = batchfiles.path_of(tmp_path, one.observations)
    rows = pl.read_parquet(path).with_columns(outcome=pl.lit("nothing")).to_arrow().cast(OBSERVED.arrow)
    pq.write_table(rows, path)
    file = replace(one.observations, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(InvariantError, match="isin"):
        observing.observe(tmp_path, [replace(one, observations=file)], Tombstones(), "code")
