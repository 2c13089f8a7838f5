"""The main job, as a user does it: real files, real DVC, real git."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from schemas.tables import ARTICLES, PUBLISHED
from tests.conftest import BODY, UNMEASURED, Corpus, article


def articles(repo):
    return pl.read_parquet(repo.root / "data/articles/*.parquet").sort("article_id")


def ledger(repo):
    return json.loads((repo.root / "reports/metrics.json").read_text())["ledger"]


def test_build_says_what_it_made_and_where(built):
    said = built.run("build").stdout
    assert said.splitlines() == [
        "Up to date.",
        "3 documents in: 2 articles, 0 superseded, 0 repeats, 1 quarantined",
        said.splitlines()[2],
        "quarantine  data/quarantine/*.parquet (reasons in the report)",
        "report      reports/index.html",
    ]
    assert said.splitlines()[2].startswith("articles    data/articles/*.parquet (")


def test_the_parquet_has_the_types_of_the_dictionary(built):
    path = next((built.root / "data/articles").iterdir())
    assert pq.read_schema(path).remove_metadata().equals(ARTICLES.arrow)
    glob = str(built.root / "data/articles/*.parquet")
    assert pl.read_parquet(glob).height == 2
    assert len(pd.read_parquet(path)) == 2
    described = dict(duckdb.sql(f"describe from '{glob}'").project("column_name, column_type").fetchall())
    assert described["authors"] == "VARCHAR[]"
    assert described["published_date"] == "DATE"
    assert described["published_at"] == "TIMESTAMP WITH TIME ZONE"
    assert described["links"] == "STRUCT(title VARCHAR, url VARCHAR)[]"
    for table in PUBLISHED:
        assert duckdb.sql(f"from '{built.root}/data/{table.name}/*.parquet'").columns == table.names


def test_a_second_repro_runs_nothing_and_a_clean_clone_gets_the_same(built, tmp_path):
    again = built.dvc("repro").stdout
    assert "Running stage" not in again
    assert "up to date" in built.dvc("status").stdout
    clone = tmp_path / "elsewhere" / "clone"
    subprocess.run(["git", "clone", "--quiet", str(built.root), str(clone)], check=True)
    other = type(built)(clone)
    other.dvc("repro")
    assert (clone / "dvc.lock").read_bytes() == (built.root / "dvc.lock").read_bytes()
    assert other.git("status", "--porcelain") == ""


def test_the_bytes_depend_on_nothing_but_the_documents(corpus_repo, tmp_path):
    """Workers, folder, order of files on disk, TZ, locale, hash seed and umask change no byte."""
    texts = {f"{number:04d}.txt": article(str(number)) for number in range(450)}
    for name, text in texts.items():
        corpus_repo.seed(name, text)
    corpus_repo.run("build", "--workers", "1", TZ="UTC", PYTHONHASHSEED="1", **UNMEASURED)
    other = type(corpus_repo)(tmp_path / "other place")
    subprocess.run([sys.executable, "-m", "corpus", "init", str(other.root)], check=True, capture_output=True)
    for name, text in reversed(texts.items()):
        other.seed(name, text)
    before = os.umask(0o077)
    try:
        other.run("build", "--workers", "2", TZ="Asia/Tokyo", PYTHONHASHSEED="2", LC_ALL="C", **UNMEASURED)
    finally:
        os.umask(before)
    assert (other.root / "dvc.lock").read_text() == (corpus_repo.root / "dvc.lock").read_text()


def test_new_documents_are_in_and_removed_ones_are_out(built):
    built.seed("three.txt", article("three", body=BODY + " A third."))
    (built.root / "seeds/one.txt").unlink()
    built.build()
    assert set(articles(built)["url"]) == {"https://www.example.com/two", "https://www.example.com/three"}


def test_repeats_revisions_and_duplicates(corpus_repo):
    corpus_repo.seed("a.txt", article("one"))
    corpus_repo.seed("a-copy.txt", article("one"))
    corpus_repo.seed("a-corrected.txt", article("one", body=BODY + " Corrected on Tuesday."))
    corpus_repo.seed("b.txt", article("two", title="The same text elsewhere"))
    corpus_repo.run("build")
    assert ledger(corpus_repo) == {
        "documents": 4,
        "articles": 2,
        "superseded": 1,
        "repeats": 1,
        "duplicates": 0,
        "quarantined": 0,
    }
    revisions = pl.read_parquet(corpus_repo.root / "data/revisions/*.parquet")
    current = articles(corpus_repo).filter(pl.col("url") == "https://www.example.com/one")
    assert revisions["revision"].to_list() == [1]
    assert current["revision"].to_list() == [2]
    assert revisions["superseded_by"].to_list() == current["document_id"].to_list()
    marked = articles(corpus_repo).filter(pl.col("duplicate_of").is_not_null())
    assert marked.height == 1
    told = corpus_repo.run("why", marked["article_id"][0]).stdout
    share = int(marked["similarity"][0] * 1000) / 10
    assert f"of {marked['duplicate_of'][0]}, {share:g} % alike" in told
    told = corpus_repo.run("why", "seeds/a-copy.txt").stdout
    assert "url: the same URL is the same article" in told


def test_a_bad_document_is_quarantined_with_its_reasons_and_the_run_goes_on(corpus_repo):
    corpus_repo.seed("good.txt", article("good"))
    corpus_repo.seed("empty.txt", b"")
    corpus_repo.seed("binary.txt", bytes(range(256)) * 40)
    corpus_repo.seed("photo.jpg", b"\xff\xd8\xff\xe0" + bytes(100))
    corpus_repo.seed("short.txt", "Only a title\n\nand few words\n")
    (corpus_repo.root / "seeds/link.txt").symlink_to("good.txt")
    corpus_repo.run("build")
    quarantine = pl.read_parquet(corpus_repo.root / "data/quarantine/*.parquet")
    reasons = {row["source"]: {r["check"] for r in row["reasons"]} for row in quarantine.iter_rows(named=True)}
    assert reasons == {
        "seeds/empty.txt": {"empty"},
        "seeds/binary.txt": {"binary"},
        "seeds/photo.jpg": {"unsupported_media_type"},
        "seeds/short.txt": {"text_short"},
        "seeds/link.txt": {"symlink"},
    }
    assert ledger(corpus_repo)["articles"] == 1


def test_too_large_a_document_is_never_in_memory(corpus_repo):
    with (corpus_repo.root / "seeds/huge.txt").open("wb") as file:
        file.truncate(200_000_000)
    corpus_repo.build()
    row = pl.read_parquet(corpus_repo.root / "data/quarantine/*.parquet").row(0, named=True)
    assert row["reasons"] == [{"check": "too_large", "found": "200,000,000 bytes"}]
    assert row["size"] == 200_000_000


def test_an_empty_corpus_builds_and_reads(corpus_repo):
    said = corpus_repo.run("build").stdout
    assert said == "The corpus is empty. Put articles (.txt, .md, .html) into seeds/ and run `corpus build` again.\n"
    assert duckdb.sql(f"select count(*) from '{corpus_repo.root}/data/articles/*.parquet'").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ("bogus: 1\nvalidate: {min_words: -1}\n", ["bogus: unknown key", "validate.min_words"]),
        ("validate: {severity: {title_missing: warn}}\n", ["title_missing must block"]),
        ("- a\n", ["not a mapping"]),
        ("a: [\n", ["not valid YAML"]),
        ("- " * 5_000, ["nested too deep"]),
    ],
)
def test_faults_of_params_are_reported_together_and_nothing_is_changed(built, params, told):
    before = (built.root / "dvc.lock").read_bytes()
    (built.root / "params.yaml").write_text(params)
    done = built.run("build", check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for part in told:
        assert part in done.stderr
    assert (built.root / "dvc.lock").read_bytes() == before


def test_a_damaged_file_is_named_itself(built):
    for name in ("dvc.yaml", "dvc.lock", "batches.yaml"):
        for damage in ("", "- " * 60_000, "a: b"):
            before = (built.root / name).read_bytes()
            (built.root / name).write_text(damage)
            done = built.run("status", check=False, **UNMEASURED)
            (built.root / name).write_bytes(before)
            assert done.returncode == 1
            assert f"git checkout -- {name}" in done.stderr


def test_what_cannot_be_read_is_named_before_anything_is_changed(built):
    os.mkfifo(built.root / "seeds/pipe.txt")
    (built.root / "seeds/gone.txt").symlink_to("nowhere")
    with open(os.fsencode(built.root / "seeds") + b"/\xff.txt", "w") as file:
        file.write("x")
    done = built.run("build", check=False)
    assert done.returncode == 1
    assert "seeds/pipe.txt: a named pipe, not a file" in done.stderr
    assert "seeds/gone.txt: a symbolic link that leads nowhere" in done.stderr
    assert "the name is no UTF-8" in done.stderr


def test_outside_of_a_repository(tmp_path):
    for arguments in (["build"], ["status"], ["release"], ["ingest"]):
        done = Corpus(tmp_path).run(*arguments, check=False)
        assert done.returncode == 2
        assert "is not inside a corpus repository" in done.stderr
        assert "corpus init" in done.stderr


def test_a_corpus_without_dvc_or_git_says_so(built):
    shutil.move(built.root / ".dvc", built.root / "moved")
    assert "no .dvc/" in built.run("status", check=False).stderr
    shutil.move(built.root / "moved", built.root / ".dvc")
    shutil.move(built.root / ".git", built.root / "moved")
    assert "is not a git repository" in built.run("status", check=False).stderr


def test_an_engine_that_engine_yaml_does_not_name_refuses(built):
    path = built.root / "engine.yaml"
    path.write_text(path.read_text().replace('ingest: "', 'ingest: "0'))
    done = built.dvc("repro", check=False)
    assert done.returncode != 0
    assert "engine.yaml pins ingest to" in done.stderr + done.stdout
    built.build()
    assert "up to date" in built.dvc("status").stdout


def test_json_for_machines(built):
    told = json.loads(built.run("build", "--json").stdout)
    assert told["changed"] is False
    assert told["ledger"] == {
        "documents": 3,
        "articles": 2,
        "superseded": 0,
        "repeats": 0,
        "duplicates": 0,
        "quarantined": 1,
    }
    status = json.loads(built.run("status", "--json").stdout)
    assert status["pending"] == {"new": 0, "changed": 0, "removed": 0}
    assert status["outdated"] == []


def test_help_names_every_command(tmp_path):
    from corpus.cli import COMMANDS

    for command in COMMANDS:
        done = Corpus(tmp_path).run(command, "--help")
        assert done.stdout.startswith("Usage:")
