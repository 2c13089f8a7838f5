"""Exports of press databases from file to corpus and out again, as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

if TYPE_CHECKING:
    from tests.conftest import Corpus

MADE = Path(__file__).parent.parent / "golden" / "exports"
SEVERAL = "".join(
    f"Title: Fog {n}\nSource: Gazette\n\nFog closed the pier, and nobody knew until when.\n\n" for n in range(3)
)


def rows(corpus: Corpus, query: str) -> list[tuple[object, ...]]:
    articles = f"{corpus.root}/data/articles/*.parquet"
    return duckdb.sql(query.format(articles=f"'{articles}'")).fetchall()


@pytest.mark.trial
def test_exports_of_the_same_articles_from_three_databases(corpus_repo: Corpus, tmp_path: Path) -> None:
    params = corpus_repo.root / "params.yaml"
    text = params.read_text().replace("publications: {}", "publications: {the harbour gazette: harbourgazette.com}")
    params.write_text(text.replace("min_words: 20", "min_words: 3"))
    folder = tmp_path / "in"
    folder.mkdir()
    export = (MADE / "proquest.txt").read_text()
    (folder / "a.txt").write_text(export)
    (folder / "several.txt").write_text(SEVERAL)
    would = json.loads(corpus_repo.run("add", "--dry-run", "--json", str(folder)).stdout)["exports"]
    assert would["in/a.txt"] == {
        "database": "proquest", "container": "txt", "articles": 2, "title": "Town council delays second tram line",
        "published_date": "2026-05-04", "not_understood": None,
        "asides": ["ProQuest: table of contents", *["ProQuest: bibliography and notes of the database"] * 2],
    }  # fmt: skip
    assert "several articles" in would["in/several.txt"]["not_understood"]
    shown = corpus_repo.run("add", "--dry-run", str(folder)).stdout
    assert "in/a.txt: proquest (txt), 2 articles\n  first: Town council delays second tram line (2026-05-04)" in shown
    checked = corpus_repo.run("check", str(folder), check=False).stdout
    assert "accession    3051234567" in checked
    assert "several_articles" in checked

    assert "Added 3 documents" in corpus_repo.run("add", str(folder)).stdout
    # A month later: other numbers, a later update of the first record, and the same article from two databases.
    later = export.replace("1 of 2", "4 of 9").replace("2 of 2", "5 of 9").replace("2026-05-05", "2026-06-07")
    (folder / "a.txt").write_text(later)
    for name in ("pressreader_print.txt", "proquest_print.html"):
        (folder / name).write_bytes((MADE / name).read_bytes())
    added = corpus_repo.run("add", "--json", str(folder)).stdout
    assert (json.loads(added)["documents"], json.loads(added)["repeats"]) == (5, 2)
    corpus_repo.build()
    found = rows(corpus_repo, "select accession, publication, publisher, revision from {articles} order by accession")
    assert {publisher for _, _, publisher, _ in found} == {"harbourgazette.com"}
    assert [one[0] for one in found] == ["3051234567", "3051234568", None, None]
    assert [one[3] for one in found[:2]] == [1, 1]

    (article,) = rows(corpus_repo, "select article_id, document_id from {articles} where accession = '3051234567'")
    corpus_repo.run("forget", str(article[0]), "--reason", "Court order 7", "--yes")
    kept = [pq.read_table(path) for path in (corpus_repo.root / "data" / "raw").glob("*/*.parquet")]
    held = b"".join(one or b"" for table in kept for one in table["data"].to_pylist())
    assert b"3051234567" not in held
    assert b"3051234568" in held
