"""Searching versions of a repository: from Python, from the command line, as of a day, and after a withdrawal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest

import corpus
from corpus.app.searching import combined
from corpus.cli import search as command
from corpus.cli.where import values_of
from corpus.doctor import examine
from corpus.repo.repository import find
from corpus.search import facets, places, plain, searching
from corpus.search.opening import Search
from corpus.search.query import parse
from corpus.search.reading import rows
from tests.conftest import Corpus

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.snapshots.version import Version

QUERIES = [
    "",
    "-tunnel",
    "river OR thing3",
    '"long story"',
    '"river story"~4',
    "title:report tunnel",
    "word7",
    "author:malpas",
]
RAW = "https://www.example.com/raw2"
DAYS = ["2025-12-31", "2026-01-05", "2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09"]


def scanned(version: Version, text: str) -> list[str]:
    query = parse(text)
    rows = version.scan().collect().iter_rows(named=True)
    return sorted(row["article_id"] for row in rows if plain.matches(query, plain.searched(row)))


@pytest.mark.parametrize("day", [None, *DAYS])
def test_a_version_is_searched_as_it_is_read(captured: Path, day: str | None, tmp_path: Path) -> None:
    version = corpus.open(repo=captured, as_of=day)
    searcher = Search(version.searchable(), tmp_path / "search").ready()
    rows = list(version.scan().collect().iter_rows(named=True))
    for text in QUERIES:
        wanted = scanned(version, text)
        assert searcher.ids(parse(text)).to_pylist() == wanted, text
        assert searcher.count(parse(text)) == len(wanted)
        assert sorted(hit.article_id for hit in searcher.page(parse(text), order="newest", limit=50)) == wanted
        matching = [facets.values(one | {"warnings": []}) for one in rows if one["article_id"] in wanted]
        for name, facet in searcher.facets(parse(text), names=["duplicates", "revisions", "publisher"]).items():
            assert sum(count for _, count in facet.values) == len(wanted)
            assert dict(facet.values) == {
                value: sum(value in has[name] for has in matching) for value, _ in facet.values
            }


def test_switching_between_days_shares_one_index(captured: Path, tmp_path: Path) -> None:
    now = Search(corpus.open(repo=captured).searchable(), tmp_path / "search").ready()
    counts = [now.count(parse(""))]
    for day in DAYS:
        version = corpus.open(repo=captured, as_of=day)
        counts.append(Search(version.searchable(), tmp_path / "search").ready().count(parse("")))
    assert counts == [6, 1, 3, 4, 5, 5, 6]
    assert Search(corpus.open(repo=captured), tmp_path / "search").ready(wait=0).count(parse("")) == 6
    assert now.count(parse("")) == 6


def test_rows_as_articles_gives_them(captured: Path, tmp_path: Path) -> None:
    version = corpus.open(repo=captured)
    found = version.search(
        "river", columns=["publisher", "title"], since="2026-01-05", duplicates=False, index=tmp_path
    )
    assert sorted(found.collect().rows()) == [("late.com", "Report on late"), ("other.com", "Report on other")]
    every = version.search("river", index=tmp_path).collect()
    assert every.equals(version.articles().filter(pl.col("title").str.starts_with("Report")).collect())
    then = corpus.open(repo=captured, as_of="2026-01-07").search("tunnel", index=tmp_path)
    assert then.collect()["publisher"].to_list() == ["first.com"]
    permitted = corpus.open(repo=captured, rights="search").search("tunnel", index=tmp_path)
    assert permitted.collect().height == 0
    with pytest.raises(corpus.CorpusError, match="character 1 is not closed"):
        version.search('"river')
    with pytest.raises(corpus.CorpusError, match="No article has the publisher"):
        version.search("river", publisher="nobody.example")


@pytest.mark.parametrize("suffix", ["pos", "term"])
def test_damage_that_only_a_search_finds_is_repaired_by_it(captured: Path, tmp_path: Path, suffix: str) -> None:
    version = corpus.open(repo=captured)
    wanted = version.search('"long story"', index=tmp_path).collect()
    assert wanted.height > 3
    for path in (tmp_path / places.NAME / "index").glob(f"*.{suffix}"):
        state = path.stat()
        path.write_bytes(b"\xff" * state.st_size)
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert version.search('"long story"', index=tmp_path).collect().equals(wanted)


def test_the_command(captured: Path, tmp_path: Path) -> None:
    options = ("--index", str(tmp_path), "--since", "2026-01-05")
    found = json.loads(
        Corpus(captured)
        .run(
            "search",
            "river -late",
            *options,
            "--facet",
            "duplicates",
            "--limit",
            "1",
            "--order",
            "oldest",
            "--json",
        )
        .stdout
    )
    assert found["schema"] == "corpus search/1"
    assert (found["version"], found["query"], found["articles"]) == ("the working tree", "river -late", 2)
    assert found["facets"] == {"duplicates": [["", 1], ["duplicate", 1]]}
    (shown,) = found["shown"]
    assert shown["url"] == "https://www.other.com/a"
    assert {shown["excerpt"][start:end] for start, end in shown["marks"]} == {"river"}
    printed = Corpus(captured).run("search", "river", *options, "--limit", "1").stdout.splitlines()
    assert printed[0] == "3 articles of the working tree match: river"
    assert printed[-1] == "and 2 more"
    assert (
        Corpus(captured).run("search", "nothing here", *options).stdout
        == "0 articles of the working tree match: nothing here\n"
    )
    hint = Corpus(captured).run("search", "nothing AND here", *options).stdout.splitlines()[1]
    assert hint == "AND and NOT are words like others here: all words are meant, and -word leaves a word out."
    wrong = Corpus(captured).run("search", "river OR", *options, check=False)
    assert (wrong.returncode, wrong.stderr) == (2, "error: There is nothing after OR at character 7.\n")
    assert Corpus(captured).run("search", "", *options, "--limit", "0").stdout == "3 articles of the working tree\n"
    assert "write --: corpus search -- '-word'" in Corpus(captured).run("search", "-the", check=False).stderr
    assert "between 0 and 1,000" in Corpus(captured).run("search", "a", "--limit", "-1", *options, check=False).stderr
    assert (
        Corpus(captured)
        .run("search", "tunnel", "--as-of", "2026-01-07", "--index", str(tmp_path))
        .stdout.startswith("1 article of the working tree as of")
    )


def test_values_of_facets_narrow_every_way_to_search(captured: Path, tmp_path: Path) -> None:
    version = corpus.open(repo=captured)
    where = {"duplicates": ["duplicate", "contained"], "since": ["2026-01-05"]}
    found = version.search("river", where=where, index=tmp_path).collect()
    assert sorted(found["title"]) == ["Report on copy", "Report on late"]
    options = ("--where", "duplicates=duplicate", "--where", "duplicates=contained", "--where", "since=2026-01-05")
    printed = Corpus(captured).run(
        "search", "river", *options, "--until", "2026-01-06", "--index", str(tmp_path), "--limit", "0"
    )
    assert printed.stdout == "2 articles of the working tree match: river\n"
    assert version.search("", where={"agency": [""]}, index=tmp_path).collect().height == 6
    for wrong in ({"nothing": ["x"]}, {"since": ["yesterday"]}):
        with pytest.raises(corpus.CorpusError, match=r"no filter 'nothing'|not a day"):
            version.search("river", where=wrong, index=tmp_path)
    with pytest.raises(corpus.CorpusError, match="not FACET=VALUE"):
        values_of(["section"])
    assert values_of(["a=b=c", "a=", "b=x"]) == {"a": ("b=c", ""), "b": ("x",)}
    assert combined({"language": ("en", "de"), "since": ("2026-01-01",)}, {"language": ("de",), "since": ("2026-02-01",)}) == {
        "language": ("de",), "since": ("2026-01-01", "2026-02-01"),
    }  # fmt: skip
    assert combined({"language": ("en",)}, {"language": ("de",)}) == {"language": ("\x00",)}


@pytest.mark.parametrize("day", [None, "2026-01-07", "2026-01-08"])
def test_rows_of_hits(captured: Path, day: str | None, tmp_path: Path) -> None:
    version = corpus.open(repo=captured, as_of=day)
    searcher = Search(version.searchable(), tmp_path / "search").ready()
    query = parse("")
    hits = searcher.sample(query)
    columns = ["title", "text", "published_date"]
    found = rows(version.searchable(), hits, columns)
    assert [row["article_id"] for row in found] == [hit.article_id for hit in hits]
    wanted = version.scan().select("article_id", *columns).collect().sort("article_id")
    assert pl.DataFrame(found, wanted.schema).sort("article_id").equals(wanted)
    assert searcher.sample(query, most=2) == hits[:2]
    assert rows(version.searchable(), [], columns) == []


def test_the_command_names_what_there_is() -> None:
    assert command.FACETS == facets.FACETS
    assert command.ORDERS == searching.ORDERS


def test_an_export_has_what_a_search_finds(captured: Path, tmp_path: Path) -> None:
    from corpus.export import Order, export

    version = corpus.open(repo=captured)
    order = Order(filters={"since": "2026-01-05"}, query="river -late", index=tmp_path / "index")
    made = export(version, tmp_path / "out", order)
    wanted = version.search("river -late", since="2026-01-05", index=tmp_path / "index").collect()
    assert pl.read_parquet(tmp_path / "out/data/*.parquet").equals(wanted)
    assert (made.articles, made.left_out) == (2, {"since": 3, "query": 1})
    ledger = json.loads((tmp_path / "out/ledger.json").read_text())
    assert ledger["filters"] == {"since": "2026-01-05", "query": "river -late"}
    assert "river -late" in (tmp_path / "out/README.md").read_text()


def test_where_an_index_is(kept: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    repository = find(kept.root)
    own = kept.root / ".dvc/tmp/newscorpus" / places.NAME
    assert places.folder_of(repository) == own
    monkeypatch.setattr(os, "access", lambda *_: False)
    place = places.folder_of(repository)
    assert place.parent == tmp_path / "cache/newscorpus" / places.NAME
    assert (tmp_path / "cache/newscorpus").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert places.cache().is_absolute()


def test_a_withdrawal_deletes_every_index(kept: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert kept.run("search", "raw2").stdout.startswith("1 article")
    kept.run("search", "raw2", "--index", str(tmp_path / "else where"))
    for _ in range(2):
        assert kept.run("search", "raw2", "--repo", kept.root.as_uri()).stdout.startswith("1 article")
    assert len(list((tmp_path / "cache/newscorpus" / places.NAME).glob("*/index"))) == 1
    folders = [kept.root / ".dvc/tmp/newscorpus", tmp_path / "else where", tmp_path / "cache/newscorpus"]
    assert all(list(folder.rglob("meta.json")) for folder in folders)
    assert "MB in " in {one.about: one for one in examine(kept.root)}["search"].found
    printed = kept.run("forget", RAW, "--reason", "Order 7", "--yes").stdout
    assert "3 indexes deleted" in printed
    left = [path for folder in folders for path in folder.rglob("*") if path.is_file() and "search-" in str(path)]
    assert [path for path in left if path.suffix != ".jsonl"] == []
    assert not holds(kept.root / ".dvc/tmp", b"raw2")
    assert kept.run("search", "raw2").stdout.startswith("0 articles")


def holds(place: Path, word: bytes) -> bool:
    return any(word in path.read_bytes() for path in place.rglob("*") if path.is_file())


def test_importing_the_command_line_needs_no_index() -> None:
    code = "import sys, corpus, corpus.cli, corpus.cli.search, corpus.app.forget, corpus.doctor; print('tantivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
