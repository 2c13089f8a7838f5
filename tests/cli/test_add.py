"""`corpus add`, as a user runs it: real git, real DVC, real files."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from tests.conftest import BODY, UNMEASURED, article

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus

PAGE = (
    "<!doctype html><html lang=en><head><title>{0}</title><link rel=canonical href='https://www.example.com/{0}'></head>"
    "<body><article><h1>Council votes on {0}</h1><p>{1} Item {0}.</p><p>{1}</p></article></body></html>"
)


def fill(folder: Path) -> Path:
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.html").write_text(PAGE.format(name, BODY))
    (folder / "c.txt").write_text(article("c"))
    (folder / "d.pdf").write_bytes(b"%PDF-1.4")
    rows = [{"title": f"Row {n}", "text": f"{BODY} {n}", "url": f"https://example.com/r{n}"} for n in range(3)]
    (folder / "e.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


def test_add_build_and_add_again(corpus_repo: Corpus, tmp_path: Path) -> None:
    source = fill(tmp_path / "in")
    would = json.loads(corpus_repo.run("add", "--dry-run", "--json", str(source)).stdout)
    assert would["documents"] == 7
    assert would["tables"]["in/e.jsonl"]["columns"] == {"title": ["title"], "text": ["text"], "url": ["url"]}
    assert not (corpus_repo.root / "data").exists()
    said = corpus_repo.run("add", "--licence", "CC BY 4.0", "--captured-at", "2024-05-06", str(source)).stdout
    assert "Added 7 documents" in said
    (file,) = (corpus_repo.root / "data/raw/2024-05").iterdir()
    assert file.name.startswith("20240506T000000Z-")
    table = pq.read_table(file)
    assert table["source"].to_pylist()[0] == "in/a.html"
    assert set(table["licence"].to_pylist()) == {"CC BY 4.0"}
    assert "7 in 1 batch (7 new not built)" in corpus_repo.run("status").stdout
    ledger = json.loads(corpus_repo.run("build", "--json").stdout)["ledger"]
    assert (ledger["documents"], ledger["articles"], ledger["quarantined"]) == (7, 6, 1)
    why = corpus_repo.run("why", "in/d.pdf").stdout
    assert "unsupported_media_type" in why
    lock = (corpus_repo.root / "dvc.lock").read_bytes()
    again = corpus_repo.run("add", str(source)).stdout
    assert "Nothing to add" in again
    assert "7 known already" in again
    corpus_repo.build()
    assert (corpus_repo.root / "dvc.lock").read_bytes() == lock
    assert corpus_repo.dvc("status").stdout.strip() == "Data and pipelines are up to date."
    # What is new beside what is known makes the next batch, and only that is parsed.
    (source / "f.html").write_text(PAGE.format("f", BODY))
    assert "Added 1 document," in corpus_repo.run("add", str(source)).stdout
    assert "1 of 2 shards made" in corpus_repo.run("build", "-v").stderr


def test_a_clone_with_the_batches_pulled_gives_the_same_md5s(corpus_repo: Corpus, tmp_path: Path) -> None:
    corpus_repo.run("add", "--captured-at", "2024-05-06", str(fill(tmp_path / "in")))
    corpus_repo.build()
    corpus_repo.commit()
    corpus_repo.dvc("remote", "add", "--default", "store", str(tmp_path / "remote"))
    corpus_repo.commit()
    corpus_repo.dvc("push")
    clone = type(corpus_repo)(tmp_path / "clone")
    subprocess.run(["git", "clone", "--quiet", str(corpus_repo.root), str(clone.root)], check=True)
    refused = clone.run("build", check=False)
    assert refused.returncode != 0
    assert "dvc pull data/raw.dvc" in refused.stderr
    assert clone.run("add", str(tmp_path / "in"), check=False).returncode != 0
    clone.dvc("pull", "data/raw.dvc")
    clone.run("build", "--workers", "1", **UNMEASURED)
    assert (clone.root / "dvc.lock").read_bytes() == (corpus_repo.root / "dvc.lock").read_bytes()


def test_wrong_usage_is_reported_in_a_line(corpus_repo: Corpus, tmp_path: Path) -> None:
    for arguments, words in (
        (["nowhere"], "there is no such file"),
        (["."], "this corpus itself"),
        ([".git", ".git/config"], "this corpus itself"),
        ([str(tmp_path), "--captured-at", "0001-01-01T00:00:00+10:00"], "is not a time"),
        ([str(tmp_path), "--captured-at", "0001-01-01"], "before the year 1000"),
        ([str(tmp_path), "--captured-at", "soon"], "is not a time"),
        ([str(tmp_path), "--captured-at", "2999-01-01"], "in the future"),
        ([], "Missing argument"),
    ):
        done = corpus_repo.run("add", *arguments, check=False)
        assert done.returncode in {1, 2}
        assert words in done.stderr
        assert "Traceback" not in done.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "Nothing to add" in corpus_repo.run("add", str(empty)).stdout
    torn = tmp_path / "torn.zip"
    torn.write_bytes(b"PK\x03\x04 and no more")
    done = corpus_repo.run("add", str(torn), check=False)
    assert done.returncode == 1
    assert "torn.zip" in done.stderr
    assert not (corpus_repo.root / "data" / "raw").exists()
    done = subprocess.run(
        [sys.executable, "-m", "corpus", "add", "."], cwd=empty, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "dvc.yaml" in done.stderr


def test_a_table_without_a_known_column_is_reported_at_once(corpus_repo: Corpus, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"Tram line delayed,{BODY.replace(',', '')}\nOther,x\n")
    (tmp_path / "b.jsonl").write_text('[\n{"title": "A"}\n]\n')
    (tmp_path / "c.jsonl").write_text('{"metadata": {"title": "A"}}\n')
    said = corpus_repo.run("add", *map(str, sorted(tmp_path.glob("?.*")))).stderr
    assert "a.csv: no column is known as title or text: Tram line delayed" in said
    assert "b.jsonl: its first row is not a JSON object" in said
    assert "ingest.columns" in said
    assert "c.jsonl" not in said


def test_limits_choices_and_lists(corpus_repo: Corpus, tmp_path: Path) -> None:
    source = fill(tmp_path / "in")
    said = json.loads(corpus_repo.run("add", "--json", "--limit", "1", "--include", "*.html", str(source)).stdout)
    assert said["media_types"] == {"text/html": 1}
    listed = subprocess.run(
        [sys.executable, "-m", "corpus", "add", "--json", "-"],
        cwd=corpus_repo.root, input=f"{source}/b.html\n{source}/a.html\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(listed.stdout)
    assert (found["documents"], found["repeats"]) == (1, 1)


@pytest.mark.trial
def test_killed_or_interrupted_it_leaves_nothing(corpus_repo: Corpus, tmp_path: Path) -> None:
    source = fill(tmp_path / "in")
    corpus_repo.run("add", str(source / "c.txt"))
    corpus_repo.build()
    corpus_repo.commit()
    manifest = (corpus_repo.root / "batches.yaml").read_bytes()
    # So many that adding takes a while; that nobody reads them spares the build their parsing.
    for number in range(3_000):
        (source / f"{number}.pdf").write_text(f"%PDF-1.4 {number} {BODY}")
    raw, lock = corpus_repo.root / "data" / "raw", corpus_repo.root / ".dvc" / "tmp" / "corpus.lock"

    def files() -> set[str]:
        return {name for _, _, names in os.walk(raw) for name in names}

    def at_work() -> bool:
        return str(process.pid) in lock.read_text()

    def published() -> bool:
        return bool(files() - before)

    for kill, reached, wait in (
        (signal.SIGINT, at_work, 0.1),
        (signal.SIGKILL, at_work, 0.0),
        (signal.SIGKILL, at_work, 0.1),
        # The batch stands in its place, and neither DVC nor the manifest knows of it.
        (signal.SIGKILL, published, 0.0),
    ):
        before = files()
        process = subprocess.Popen(
            [sys.executable, "-m", "corpus", "add", str(source)], cwd=corpus_repo.root, start_new_session=True,
            env={**os.environ, **UNMEASURED}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
        )  # fmt: skip
        # However long it takes to start.
        while not reached():
            assert process.poll() is None, "it ended before it came so far"
            time.sleep(0.01)
        time.sleep(wait)
        os.killpg(process.pid, kill)
        if process.wait() == 0:
            break
        if (corpus_repo.root / "batches.yaml").read_bytes() == manifest and reached is published:
            corpus_repo.build()
    corpus_repo.run("add", str(source))
    names = files()
    text = (corpus_repo.root / "batches.yaml").read_text()
    assert all(name in text for name in names)
    ledger = json.loads(corpus_repo.run("build", "--json", **UNMEASURED).stdout)["ledger"]
    assert ledger["documents"] == 3_007
    assert not (corpus_repo.root / "data" / "tmp").exists()
    assert corpus_repo.dvc("status").stdout.strip() == "Data and pipelines are up to date."


def test_a_damaged_batch_comes_back_from_the_cache_or_is_named(corpus_repo: Corpus, tmp_path: Path) -> None:
    corpus_repo.run("add", str(fill(tmp_path / "in")))
    (file,) = (corpus_repo.root / "data" / "raw").glob("*/*")
    right = file.read_bytes()
    damaged = bytearray(right)
    damaged[len(damaged) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(damaged)
    assert f"Repaired: {file.relative_to(corpus_repo.root)}" in corpus_repo.run("build").stdout
    assert file.read_bytes() == right
    md5 = hashlib.md5(right, usedforsecurity=False).hexdigest()
    for path in (file, corpus_repo.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]):
        path.chmod(0o644)
        path.write_bytes(damaged)
    done = corpus_repo.run("build", check=False)
    assert done.returncode == 1
    assert file.name in done.stderr
    (corpus_repo.root / "batches.yaml").write_text("batches: 7\n")
    done = corpus_repo.run("build", check=False)
    assert "git checkout -- batches.yaml" in done.stderr


def test_what_somebody_put_beside_the_batches_is_not_removed(corpus_repo: Corpus, tmp_path: Path) -> None:
    mine = corpus_repo.root / "data" / "raw" / "mine.parquet"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    done = corpus_repo.run("add", str(fill(tmp_path / "in")), check=False)
    assert done.returncode == 1
    assert "mine.parquet" in done.stderr
    assert mine.read_text() == "mine"
    mine.unlink()
    corpus_repo.run("add", str(tmp_path / "in"))
