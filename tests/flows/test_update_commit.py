"""`corpus update --commit`: what was built is committed here, whoever built it, and nothing else is."""

from __future__ import annotations

import hashlib
import subprocess
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from corpus.repo import commit
from corpus.repo.repository import Repository
from tests.conftest import BODY, UNMEASURED, article
from tests.repo.test_git_environment import everything, surroundings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus


def head(corpus: Corpus) -> str:
    return corpus.git("rev-parse", "HEAD").strip()


def committed(corpus: Corpus) -> list[str]:
    return corpus.git("show", "--name-only", "--format=", "HEAD").split()


@pytest.mark.trial
def test_it_commits_here_under_the_environment_of_another_repository(built: Corpus, tmp_path: Path) -> None:
    """And what an earlier run, killed before its commit, had built; what the user staged stays staged."""
    other = tmp_path / "other"
    subprocess.run(["git", "init", "--quiet", other], check=True)
    subprocess.run(["git", "commit", "--quiet", "--allow-empty", "-m", "Theirs"], cwd=other, check=True)
    (other / "staged.txt").write_text("staged")
    subprocess.run(["git", "add", "staged.txt"], cwd=other, check=True)
    theirs, foreign = everything(other), {**surroundings(other), **UNMEASURED}
    built.seed("new.txt", article("new", body=BODY + " New."))
    (built.root / "notes.txt").write_text("my own\n")
    built.git("add", "notes.txt")
    before = head(built)
    # As a power cut between build and commit leaves it: the hook kills the flow.
    hook = built.root / ".git/hooks/reference-transaction"
    hook.write_text("#!/bin/sh\nkill -9 $(awk '{print $4}' /proc/$PPID/stat)\nexit 1\n")
    hook.chmod(0o755)
    assert built.run("update", "--commit", check=False, **foreign).returncode != 0
    hook.unlink()
    assert head(built) == before
    assert "+1 article" in commit.message(Repository(built.root), before)
    done = built.run("update", "--commit", **foreign)
    assert "committed " in done.stdout
    assert built.git("rev-parse", "HEAD~1").strip() == before
    assert "dvc.lock" in committed(built)
    assert "notes.txt" not in committed(built)
    assert built.git("diff", "--cached", "--name-only").split() == ["notes.txt"]
    assert everything(other) == theirs


@pytest.mark.parametrize("staged", [False, True])
def test_a_build_by_hand_is_committed_once(built: Corpus, staged: bool) -> None:
    built.seed("new.txt", article("new", body=BODY + " New."))
    built.build()
    if staged:
        # Staged as it was half-way: what is committed is what is there now.
        (built.root / "dvc.lock").rename(built.root / "kept")
        (built.root / "dvc.lock").write_text("schema: '2.0'\nstages: {}\n")
        built.git("add", "dvc.lock", "seeds/new.txt")
        (built.root / "kept").replace(built.root / "dvc.lock")
    repository = Repository(built.root)
    before = head(built)
    assert commit.commit(repository) == head(built) != before
    assert built.git("show", "HEAD:dvc.lock") == (built.root / "dvc.lock").read_text()
    assert all(path == "dvc.lock" or path.startswith("reports/") for path in committed(built))
    assert built.git("diff", "--cached", "--name-only").split() == (["seeds/new.txt"] if staged else [])
    made = head(built)
    assert commit.commit(repository) is None
    assert head(built) == made, "nothing to commit makes no empty commit"


@pytest.mark.parametrize(
    "path",
    ["reports/metrics.json", "reports/index.html", "dvc.lock", "engine.yaml", "batches.yaml", "withdrawn.yaml", "data/raw.dvc",
     "reports/new.csv"],
)  # fmt: skip
def test_all_that_a_build_left_uncommitted_is_committed(built: Corpus, path: str) -> None:
    repository, file = Repository(built.root), built.root / path
    right = file.read_bytes() if file.exists() else None
    if right is not None:
        file.write_bytes(b"{}\n")
        built.git("commit", "--quiet", "-m", "Older", "--", path)
    file.write_bytes(right or b"outs: []\n")
    built.seed("mine.txt", article("mine"))
    built.git("add", "seeds/mine.txt")
    assert commit.commit(repository) == head(built)
    assert committed(built) == [path]
    assert built.git("status", "--porcelain") == "A  seeds/mine.txt\n"
    assert commit.commit(repository) is None


def test_what_was_removed_is_removed_and_what_was_only_touched_is_nothing(built: Corpus) -> None:
    before = head(built)
    (built.root / "dvc.lock").touch()
    assert commit.commit(Repository(built.root)) is None
    assert head(built) == before
    (built.root / "reports/index.html").unlink()
    assert commit.commit(Repository(built.root)) == head(built)
    assert committed(built) == ["reports/index.html"]
    assert built.git("status", "--porcelain") == ""


def _is_in_17(number: int) -> bool:
    """Return whether git keeps the blob of a number in the folder whose objects it counts."""
    return hashlib.sha1(b"blob 4\0%04d" % number, usedforsecurity=False).hexdigest().startswith("17")


def test_git_packs_what_many_commits_left_as_it_does_after_its_own(built: Corpus) -> None:
    repository = Repository(built.root)
    commit.commit(repository)
    assert not list((built.root / ".git/objects/pack").glob("*.pack"))
    for number in islice(filter(_is_in_17, range(10_000)), 3):
        repository.git("hash-object", "-w", "--stdin", given=f"{number:04}")
    built.git("config", "gc.auto", "300")
    (built.root / "withdrawn.yaml").write_text("withdrawals: []\n")
    assert commit.commit(repository) is not None
    assert list((built.root / ".git/objects/pack").glob("*.pack"))
    assert not (built.root / ".git/gc.pid").exists()
