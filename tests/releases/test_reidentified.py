"""An article that got another id is the same article: to a release's notes, `history`, `why` and `forget`."""

from __future__ import annotations

import json
import shutil

import polars as pl
import pytest

import corpus
from corpus.resolve.former import same_by_another_id
from tests.conftest import BODY, Corpus, made_once

URL = "https://www.example.org/tram"


@pytest.fixture(scope="session")
def renamed(built_once, tmp_path_factory):
    """Two releases; between them the address of a row came to be known, and with it another id. To be read only."""

    def make(place):
        root = place / "repo"
        shutil.copytree(built_once, root, symlinks=True)
        repo = Corpus(root)
        row = {"title": "The tram", "text": f"{BODY} It will be late.", "date": "2020-01-02", "where": URL}
        (place / "rows.jsonl").write_text(json.dumps(row))
        repo.run("add", str(place / "rows.jsonl"))
        repo.build()
        repo.commit("Without an address")
        repo.run("release", "-m", "The first")
        params = root / "params.yaml"
        params.write_text(params.read_text().replace("columns: {}", "columns: {url: [where]}"))
        repo.build()
        repo.commit("An address")
        repo.run("release", "-m", "The second")

    return Corpus(made_once(tmp_path_factory, "renamed", make) / "repo")


def id_in(repo, rev):
    rows = corpus.open(f"corpus@{rev}", repo=repo.root).scan().filter(pl.col("title") == "The tram").collect()
    return rows["article_id"].item()


def test_a_release_counts_it_as_neither_added_nor_removed(renamed):
    assert id_in(renamed, "v1.0.0") != id_in(renamed, "v1.1.0")
    notes = (renamed.root / "CORPUS.md").read_text().partition("## v1.0.0")[0]
    assert "Number: minor, 1 article re-identified." in notes
    assert "Articles: 0 added, 0 removed, 0 changed. Re-identified, the same article under another id: 1." in notes


@pytest.mark.parametrize("digits", [32, 12])
@pytest.mark.parametrize("release", ["v1.0.0", "v1.1.0"])
def test_history_by_either_id_is_of_both_releases(renamed, release, digits):
    found = json.loads(renamed.run("history", "--json", id_in(renamed, release)[:digits]).stdout)
    assert found["article_id"] == id_in(renamed, "v1.1.0")
    assert found["released"] == ["v1.0.0", "v1.1.0"]


def test_why_by_the_id_that_it_had(renamed):
    found = json.loads(renamed.run("why", "--json", id_in(renamed, "v1.0.0")).stdout)
    assert [one["document"]["url"] for one in found["documents"]] == [URL]


def test_forget_by_the_id_that_it_had(renamed):
    done = renamed.run("forget", "--dry-run", "--json", "--reason", "By a court", id_in(renamed, "v1.0.0"))
    assert [one["article_id"] for one in json.loads(done.stdout)["articles"]] == [id_in(renamed, "v1.1.0")]


ROWS = {"document_id": list("abcd"), "title": ["A", "B", "C", "C"]}


@pytest.mark.parametrize(
    ("added", "keys", "pairs"),
    [
        ({"document_id": ["b", "x"], "title": ["-", "-"]}, [("document_id",)], {1: 0}),
        ({"document_id": ["x", "y"], "title": ["A", "C"]}, [("document_id",), ("title",)], {0: 0}),
        ({"document_id": ["a", "y"], "title": ["B", "A"]}, [("document_id",), ("title",)], {0: 0}),
        ({"document_id": ["a", "a"], "title": ["B", "Z"]}, [("document_id",), ("title",)], {1: 0}),
        ({"document_id": [], "title": []}, [("document_id",)], {}),
        ({"document_id": ["a", "b"], "title": ["", ""]}, [], {}),
    ],
)
def test_each_row_is_in_one_pair_at_most(added, keys, pairs):
    gone = pl.DataFrame(ROWS).with_row_index("_at")
    come = pl.DataFrame(added, schema=dict.fromkeys(ROWS, pl.String)).with_row_index("_at")
    i, j = same_by_another_id(gone, come, keys)
    assert dict(zip(i, j, strict=True)) == pairs
