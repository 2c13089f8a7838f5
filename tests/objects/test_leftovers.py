"""What a killed run was writing is swept by the next one, and keeps nobody from a release."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from corpus.objects import recovery
from corpus.repo.files import ASIDE
from corpus.repo.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus

# Written under the write lock alone.
LOCKED = (
    ".batches.yaml", ".engine.yaml", ".withdrawn.yaml", ".removed.yaml", ".raw.dvc", "data/.raw.dvc", ".CORPUS.md",
    ".dvc.lock", "data/keys/.write.json", "data/keys/.report.json", "reports/.index.html", "reports/plots/.years.svg",
    "data/articles/.2020.parquet",
)  # fmt: skip
# Readers write some of these, too.
SHARED = (f"{ASIDE}/batches.yaml", f"{ASIDE}/write.json", ".dvc/tmp/corpus/md5.workspace.json", ".CITATION.cff")
FOREIGN = (".notes.yaml.1", ".engine.yaml.old", "data/.mine.1", "batches.yaml.1", ".batches.yaml", "seeds/.batches.yaml.1",
           "notes/.engine.yaml.1", "reports/.gitkeep.1", ".batches.yaml.12345678901")  # fmt: skip


def leave(corpus: Corpus, *names: str) -> None:
    for name in names:
        path = corpus.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("half")


@pytest.fixture
def dead() -> int:
    """The number of a process that is no more: that of one which has ended may be another's by now."""
    # Linux has no higher number than 2**22.
    return 2**22 + 1


def test_unfinished_files_are_swept_and_nothing_else(built: Corpus, dead: int) -> None:
    live = os.getppid()
    leave(built, *FOREIGN)
    leave(built, *(f"{name}.{pid}" for name in (*LOCKED, *SHARED) for pid in (dead, live)))
    mended = recovery.clear(Repository(built.root))
    left = {str(path.relative_to(built.root)) for path in built.root.rglob("*") if path.is_file()}
    assert [name for name in LOCKED if f"{name}.{dead}" in left or f"{name}.{live}" in left] == []
    assert [name for name in SHARED if f"{name}.{dead}" in left] == []
    assert [name for name in SHARED if f"{name}.{live}" not in left] == []
    assert set(FOREIGN) <= left
    assert any(f".batches.yaml.{dead}" in line for line in mended)


def test_they_keep_nobody_from_a_release_or_a_withdrawal(built: Corpus, dead: int) -> None:
    """Though the number of the process that was killed is another's now: 1 is always somebody's."""
    names = [f"{name}.{pid}" for name in LOCKED for pid in (dead, 1)]
    leave(built, *names)
    assert "Released corpus@v1.0.0" in built.run("release").stdout
    leave(built, *names)
    built.run("forget", "https://www.example.com/one", "--reason", "asked", "--yes", "--everywhere")
    assert built.git("status", "--porcelain") == ""


def test_what_a_killed_dvc_left_in_the_folder_of_a_month_does_not_block_the_next_batch(
    built: Corpus, tmp_path: Path
) -> None:
    page = tmp_path / "page.txt"
    page.write_text("A title\n\nA text that is long enough to be one.\n")
    built.run("add", str(page), "--captured-at", "2026-01-02T00:00:00+00:00")
    left = built.root / "data/raw/2026-01" / f".{'x' * 22}.tmp"
    left.write_text("half")
    os.utime(left, (0, 0))
    page.write_text("Another title\n\nAnother text that is long enough to be one.\n")
    built.run("add", str(page), "--captured-at", "2026-01-03T00:00:00+00:00")
    assert not left.exists()
    assert len(list(left.parent.iterdir())) == 2
