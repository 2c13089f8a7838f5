"""The files of exports that batches keep: `corpus forget` reaches them, in the working tree and in releases."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import corpus
from corpus.batches import register as raw
from corpus.integrity.verify import verify
from corpus.repo.repository import Repository
from corpus.snapshots.snapshot import Snapshot
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
