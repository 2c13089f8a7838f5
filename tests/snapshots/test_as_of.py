from __future__ import annotations

from datetime import date

import polars as pl
import pytest

import corpus
from corpus.snapshots.asof import AsOf, completed
from corpus.snapshots.version import Version
from schemas.tables import ARTICLES
from tests.captured import made

TABLES = ("articles", "revisions", "quarantine", "decisions")


def rows(version, table):
    frame = version.scan(table).collect()
    # A source names the folder that a test happened to add from.
    frame = frame.with_columns(source=pl.col("source").str.split("/").list.last())
    return frame.sort("document_id", "source")


@pytest.mark.parametrize(
    "day",
    [
        pytest.param("2026-01-05", marks=pytest.mark.trial),
        "2026-01-06",
        pytest.param("2026-01-07", marks=pytest.mark.trial),
    ],
)
def test_as_of_a_day_is_what_a_build_of_that_day_gives(captured, day, tmp_path):
    then, rebuilt = corpus.open(repo=captured, as_of=day), corpus.open(repo=made(tmp_path, day))
    for table in TABLES:
        assert rows(then, table).equals(rows(rebuilt, table)), table
    assert then.arrow().schema.equals(rebuilt.arrow().schema)
    assert then.arrow(columns=["title"]).num_rows == rebuilt.arrow().num_rows == len(then.duckdb().fetchall())


def test_as_of_the_last_day_is_the_version_itself(captured):
    for table in TABLES:
        assert rows(corpus.open(repo=captured, as_of=date(2026, 1, 9)), table).equals(
            rows(corpus.open(repo=captured), table)
        )


@pytest.mark.parametrize(("day", "unchanged"), [("2026-01-07", False), ("2026-01-09", True), ("2030-01-01", True)])
def test_a_day_after_which_nothing_was_captured_is_told_from_others(captured, day, unchanged):
    then = corpus.open(repo=captured, as_of=day)
    assert then.is_unchanged() == unchanged
    with pytest.raises(corpus.CorpusError, match="no table 'signatures'"):
        then.scan("signatures")


def test_documents_that_an_older_engine_decided_on_are_decided_again(captured):
    class Older(Version):
        """A version whose decisions lack a column."""

        def scan(self, table="articles"):
            return super().scan(table).drop("change") if table == "decisions" else super().scan(table)

    now = corpus.open(repo=captured)
    then = AsOf(Older(now._snapshot), date(2026, 1, 9))
    assert not then.is_unchanged()
    for table in TABLES:
        assert rows(then, table).equals(rows(now, table)), table


def test_before_the_first_capture_there_are_the_seeds_alone(captured):
    then = corpus.open(repo=captured, as_of="2025-12-31")
    assert then.articles().collect()["source"].to_list() == ["seeds/one.txt"]
    assert then.scan("revisions").collect().is_empty()


def test_as_of_filters_and_names_what_cannot_be(captured):
    then = corpus.open(repo=captured, as_of="2026-01-07")
    assert set(then.articles(publisher="first.com").collect()["title"]) == {"Report on first"}
    # By now `copy` is one of `wire`, which nobody knew of then.
    assert "copy.com" in set(then.articles(duplicates=False).collect()["publisher"])
    assert "copy.com" not in set(corpus.open(repo=captured).articles(duplicates=False).collect()["publisher"])
    with pytest.raises(corpus.CorpusError, match="as_of='yesterday' is not a day"):
        corpus.open(repo=captured, as_of="yesterday")
    with pytest.raises(corpus.CorpusError, match="has no files of articles"):
        then.paths()
    with pytest.raises(corpus.CorpusError, match="no table 'pairs'"):
        then.scan("pairs")


def test_columns_that_are_newer_than_the_version_are_null():
    old = pl.DataFrame(ARTICLES.empty).clear(2).drop("publication", "date_source").lazy()
    found = completed(old, ARTICLES).collect()
    assert found.schema == pl.DataFrame(ARTICLES.empty).schema
    assert found["publication"].null_count() == 2
