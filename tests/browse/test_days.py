"""Articles of a past day are found by their ids as a scan of that day finds them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl
import pytest

import corpus
from corpus.app.why import documents_of
from corpus.browse.locating import Places
from corpus.browse.opened import Opened
from corpus.browse.streaming import file_of
from corpus.search.opening import Search
from corpus.search.query import parse
from corpus.snapshots import linked
from tests.browse.client import Client
from tests.browse.test_watching import wait_for

if TYPE_CHECKING:
    from pathlib import Path


def test_articles_and_revisions_of_a_day_are_found_by_their_ids(captured: Path, tmp_path: Path) -> None:
    now = corpus.open(repo=captured)
    ids = set(now.scan().collect()["article_id"])
    for day in (None, "2025-12-31", "2026-01-05", "2026-01-07", "2026-01-08"):
        then = corpus.open(repo=captured, as_of=day)
        opened = Opened(then, Places(), day)
        articles = {row["article_id"]: row for row in then.scan().collect().to_dicts()}
        revisions = then.scan("revisions").collect().to_dicts()
        searcher = Search(then.searchable(), tmp_path / "search").ready()
        newest = [opened.newest(most) for most in (1, 3, 50)]
        # By what the files tell, and by the index.
        for ready in (None, lambda _, searcher=searcher: searcher):
            opened.ready = ready
            assert [opened.newest(most) for most in (1, 3, 50)] == newest
            for one in ids:
                assert opened.article(one) == articles.get(one)
                told = [(row["revision"], row["document_id"]) for row in opened.revisions(one)]
                earlier = [row for row in revisions if row["article_id"] == one]
                both = [*earlier, *([articles[one]] if one in articles else [])]
                assert told == sorted((row["revision"], row["document_id"]) for row in both)
                for row in earlier:
                    assert opened.article(one, row["revision"]) == row
        hits = searcher.page(parse(""), limit=50)
        columns = ["article_id", "title", "revision", "duplicate_of", "text"]
        assert {row["article_id"]: row for row in opened.rows_of(hits, columns)} == {
            one: {name: row[name] for name in columns} for one, row in articles.items()
        }


def test_the_file_of_a_day_has_each_article_of_it_once(captured: Path) -> None:
    """Some are revisions that were superseded later, and some are in no table of the version as they were."""
    from_revisions = apart = 0
    for day in ("2025-12-31", "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08"):
        then = corpus.open(repo=captured, as_of=day)
        articles = then.scan().collect().sort("article_id")
        ids = articles["article_id"]
        for wanted in (ids, ids[::2], ids[:0]):
            file = file_of(Opened(then, Places(), day), wanted.to_arrow(), "parquet", with_text=True, stem="day")
            made = pl.read_parquet(io.BytesIO(b"".join(file.parts())))
            expected = articles.filter(pl.col("article_id").is_in(wanted.implode()))
            assert made.sort("article_id").equals(expected.select(made.columns))
        if not then.is_unchanged():
            apart += len(then.difference.apart)
            superseded = corpus.open(repo=captured).scan("revisions").collect()
            from_revisions += articles.join(superseded, on=["article_id", "revision"], how="semi").height
    assert from_revisions
    assert apart


@pytest.mark.parametrize("is_there", [False, True])
def test_what_every_day_needs_is_found_before_a_day_is_asked_for(
    captured: Path, tmp_path: Path, *, is_there: bool
) -> None:
    """It is kept beside the index: found with it, or after the first page if it is lost."""
    client = Client(captured, index=tmp_path / "search")
    kept = client.searches.folder / linked.NAME
    if is_there:
        Search(client.versions.open().version, client.searches.folder).ready()
        assert not kept.exists()
        assert client.get("/help").status == 200
    else:
        assert client.get("/search").status in {200, 503}
    wait_for(kept.is_file)
    client.searches.end()


def test_documents_of_an_article_are_those_that_a_scan_of_everything_finds(captured: Path) -> None:
    now = corpus.open(repo=captured)
    decisions = now.scan("decisions").select("article_id", "document_id").collect()
    assert len(now.files("decisions")) > 1
    for day in (None, "2026-01-05"):
        version = corpus.open(repo=captured, as_of=day)
        for one in decisions["article_id"].drop_nulls().unique():
            known = documents_of(version, one)
            chosen = version.scan("decisions").filter(pl.col("article_id") == one).sort("source").collect()
            assert [known_.decision for known_ in known] == chosen.to_dicts()
            assert [known_.document["document_id"] for known_ in known] == chosen["document_id"].to_list()
    assert documents_of(now, "0" * 64) == []
