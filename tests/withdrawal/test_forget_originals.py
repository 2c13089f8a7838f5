"""The files of exports that batches keep: `corpus forget` reaches them, in the working tree and in releases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import polars as pl
import pytest

import corpus
from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.integrity.verify import verify
from corpus.press import originals
from corpus.repo.repository import Repository
from corpus.snapshots.snapshot import Snapshot
from tests.conftest import UNMEASURED
from tests.press.test_exports import text_export
from tests.press.test_originals import MADE
from tests.withdrawal.test_forget import WITHDRAW, texts

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus


def test_an_original_is_kept_shown_and_cut_everywhere(corpus_repo: Corpus, tmp_path: Path) -> None:
    export = tmp_path / "fog.txt"
    export.write_text(text_export())
    word = tmp_path / "nexis.docx"
    word.write_bytes((MADE / "nexis_uni.docx").read_bytes())
    corpus_repo.run("add", str(export), str(word), "--captured-at", "2026-05-05T00:00:00Z")
    (batch,) = raw.load(corpus_repo.root)
    assert batch.originals is not None
    assert batch.originals in batch.all_files
    # The same files again bring nothing; other numbers neither.
    corpus_repo.run("add", str(export), str(word), "--captured-at", "2026-05-05T00:00:00Z")
    assert raw.load(corpus_repo.root) == [batch]
    corpus_repo.build()
    corpus_repo.commit()
    corpus_repo.git("tag", "corpus@v1.0.0")

    rows = corpus.open(repo=corpus_repo.root).scan().collect()
    of_fog = {row["title"]: row for row in rows.iter_rows(named=True) if row["source"].startswith("fog.txt")}
    gone, stays = of_fog["Fog closes pier number 2"], of_fog["Fog closes pier number 1"]
    of_word = next(row for row in rows.iter_rows(named=True) if row["source"].startswith("nexis.docx"))
    found = json.loads(corpus_repo.run("why", gone["article_id"], "--json").stdout)["documents"][0]["original"]
    assert (found["source"], found["size"], found["batch"]) == ("fog.txt", export.stat().st_size, batch.name)
    assert "original" in corpus_repo.run("why", gone["article_id"], "--original", str(tmp_path / "back.txt")).stdout
    assert (tmp_path / "back.txt").read_bytes() == export.read_bytes()
    refused = corpus_repo.run("why", gone["article_id"], "--original", str(tmp_path / "back.txt"), check=False)
    assert (refused.returncode, "Traceback" in refused.stderr) == (2, False)

    corpus_repo.run("forget", gone["article_id"], "--everywhere", *WITHDRAW)
    content = texts(corpus_repo.root)
    assert b"pier number 2" not in content
    assert b"pier number 1" in content
    corpus_repo.run("why", stays["article_id"], "--original", str(tmp_path / "cut.txt"))
    assert b"pier number 2" not in (tmp_path / "cut.txt").read_bytes()
    assert b"pier number 3" in (tmp_path / "cut.txt").read_bytes()

    # A piece of Word's file cannot be cut: the file goes.
    corpus_repo.run("forget", of_word["article_id"], "--everywhere", *WITHDRAW)
    assert word.read_bytes() not in texts(corpus_repo.root)
    for rev in (None, "corpus@v1.0.0+redacted.2"):
        assert verify(Snapshot.of(Repository(corpus_repo.root), rev)).faults == ()
    (after,) = raw.load(corpus_repo.root)
    assert (after.redacted, after.name) == (2, batch.name)
    assert after.originals is not None

    # It stays out, of the original too, when the file is added again with another article.
    export.write_text(text_export(count=4))
    corpus_repo.run("add", str(export), "--captured-at", "2026-06-05T00:00:00Z")
    assert b"pier number 2" not in texts(corpus_repo.root / "data")


# Runs a command, and kills it before it opens or renames a file, if a pattern is found in that.
_KILLED = """
import os, re, signal, sys
pattern, sys.argv = re.compile(sys.argv[1]), ["corpus", *sys.argv[2:]]
def watch(event, arguments):
    if event in {"open", "os.rename"} and pattern.search(" ".join([event, *map(str, arguments[:2])])):
        os.kill(os.getpid(), signal.SIGKILL)
from corpus.cli import main
sys.addaudithook(watch)
main()
"""


def killed_at(repo: Corpus, pattern: str, *arguments: str) -> None:
    """Run a command that is killed at a file."""
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, pattern, *arguments],
        cwd=repo.root, env={**os.environ, **UNMEASURED}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.trial
def test_killed_while_originals_are_written_nothing_is_lost_or_left(corpus_repo: Corpus, tmp_path: Path) -> None:
    export = tmp_path / "fog.txt"
    export.write_text(text_export())
    add = ("add", str(export), "--captured-at", "2026-05-05T00:00:00Z")
    # Written aside and not yet in its place; in its place and not yet in the register.
    for pattern in (r"rename.*-originals\.parquet$", r"rename.*/batches\.yaml$"):
        killed_at(corpus_repo, pattern, *add)
        assert raw.load(corpus_repo.root) == []
    corpus_repo.run(*add, **UNMEASURED)
    (batch,) = raw.load(corpus_repo.root)
    assert batch.originals is not None
    corpus_repo.build()
    corpus_repo.commit()
    rows = corpus.open(repo=corpus_repo.root).scan().collect()
    (gone,) = rows.filter(pl.col("title") == "Fog closes pier number 2")["article_id"]
    forget = ("forget", gone, *WITHDRAW)
    # While the piece is cut out of a copy; when the file without it takes its name.
    for pattern in (r"open .*\.copy\.cut", r"rename.*/raw/.*-originals-r"):
        killed_at(corpus_repo, pattern, *forget)
    corpus_repo.run(*forget, **UNMEASURED)
    assert b"pier number 2" not in texts(corpus_repo.root / "data")
    (after,) = raw.load(corpus_repo.root)
    assert after.originals is not None
    (kept,) = originals.listed(batchfiles.path_of(corpus_repo.root, after.originals))
    assert len(kept.ids) == 2
    assert verify(Snapshot.of(Repository(corpus_repo.root), None)).faults == ()
    assert not (corpus_repo.root / "data/tmp").exists()
    raw_folder = corpus_repo.root / "data/raw"
    names = {path.relative_to(raw_folder).as_posix() for path in raw_folder.rglob("*.parquet")}
    assert names == {file.name for file in after.all_files}
