from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

import corpus
from corpus.snapshots.asof import completed
from schemas import ARTICLES
from tests.conftest import UNMEASURED, Corpus, article, made_once

STORY = " ".join(f"word{number} of the long story about the river and the bridge" for number in range(30))
TABLES = ("articles", "revisions", "quarantine", "decisions")


def row(slug, day, text, title=None):
    return {"title": title or f"Report on {slug}", "text": text, "url": f"https://www.{slug}.com/a", "date": day}


BATCHES = {
    "2026-01-05": [
        row("first", "2026-01-04", STORY),
        row("other", "2026-01-05", STORY.upper().replace("WORD", "item")),
    ],
    # A correction, a bad document, and a copy.
    "2026-01-07": [
        row("first", "2026-01-04", STORY.replace("bridge", "tunnel")),
        row("bad", "2026-01-07", "too short"),
        row("copy", "2026-01-06", STORY.replace("word7 ", "")),
    ],
    # The original of all of them turns up last; what was captured late was captured early.
    "2026-01-09": [row("wire", "2026-01-01", STORY), row("other", "2026-01-05", STORY.replace("word", "thing"))],
    "2026-01-06": [row("late", "2026-01-06", STORY[:900])],
}


def made(root, until):
    """A corpus of the batches captured until a day, added in another order than that of capture."""
    from corpus.app.init import init

    repo = Corpus(init(root / "repo").root)
    repo.seed("one.txt", article("one"))
    for day, rows in BATCHES.items():
        if day <= until:
            (root / f"{day}.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
            repo.run("add", "--captured-at", f"{day}T10:00:00", str(root / f"{day}.jsonl"), **UNMEASURED)
    repo.build()
    return repo.root


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    return made_once(tmp_path_factory, "whole", lambda place: made(place, "2026-12-31")) / "repo"


def rows(version, table):
    frame = version.scan(table).collect()
    # A source names the folder that a test happened to add from.
    frame = frame.with_columns(source=pl.col("source").str.split("/").list.last())
    return frame.sort("document_id", "source")


@pytest.mark.parametrize("day", ["2026-01-05", "2026-01-06", "2026-01-07"])
def test_as_of_a_day_is_what_a_build_of_that_day_gives(whole, day, tmp_path):
    then, rebuilt = corpus.open(repo=whole, as_of=day), corpus.open(repo=made(tmp_path, day))
    for table in TABLES:
        assert rows(then, table).equals(rows(rebuilt, table)), table
    assert then.arrow().schema.equals(rebuilt.arrow().schema)
    assert then.arrow(columns=["title"]).num_rows == rebuilt.arrow().num_rows == len(then.duckdb().fetchall())


def test_as_of_the_last_day_is_the_version_itself(whole):
    for table in TABLES:
        assert rows(corpus.open(repo=whole, as_of=date(2026, 1, 9)), table).equals(rows(corpus.open(repo=whole), table))


def test_before_the_first_capture_there_are_the_seeds_alone(whole):
    then = corpus.open(repo=whole, as_of="2025-12-31")
    assert then.articles().collect()["source"].to_list() == ["seeds/one.txt"]
    assert then.scan("revisions").collect().is_empty()


def test_as_of_filters_and_names_what_cannot_be(whole):
    then = corpus.open(repo=whole, as_of="2026-01-07")
    assert set(then.articles(publisher="first.com").collect()["title"]) == {"Report on first"}
    # By now `copy` is one of `wire`, which nobody knew of then.
    assert "copy.com" in set(then.articles(duplicates=False).collect()["publisher"])
    assert "copy.com" not in set(corpus.open(repo=whole).articles(duplicates=False).collect()["publisher"])
    with pytest.raises(corpus.CorpusError, match="as_of='yesterday' is not a day"):
        corpus.open(repo=whole, as_of="yesterday")
    with pytest.raises(corpus.CorpusError, match="has no files of articles"):
        then.paths()
    with pytest.raises(corpus.CorpusError, match="no table 'pairs'"):
        then.scan("pairs")


def test_columns_that_are_newer_than_the_version_are_null():
    old = pl.DataFrame(ARTICLES.empty).clear(2).drop("publication", "date_source").lazy()
    found = completed(old, ARTICLES).collect()
    assert found.schema == pl.DataFrame(ARTICLES.empty).schema
    assert found["publication"].null_count() == 2
