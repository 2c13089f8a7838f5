"""Committing what a build changed, and nothing else: dvc.lock, engine.yaml, reports/ and the batches.

Through an index of our own, and by compare-and-swap of the branch: what the user has staged stays staged, and a
commit made by somebody else in the meantime is not lost.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import Refused
from corpus.store.engine import ENGINE
from corpus.store.raw import BATCHES, RAW
from corpus.versioning.repository import LOCK

if TYPE_CHECKING:
    from corpus.versioning.repository import Repository

METRICS: Final = "reports/metrics.json"
# What a build reads and DVC keeps stands beside what it makes: a version names both.
PATHS: Final = (LOCK, ENGINE, "reports", BATCHES, f"{RAW}.dvc")


def commit(repository: Repository) -> str | None:
    """Commit what a build changed. Call it holding the write lock.

    Returns:
        The new commit, or None if there was nothing to commit.

    Raises:
        Refused: a merge or rebase is under way, or HEAD is on no branch.
        CorpusError: git failed.
    """
    branch = repository.git("symbolic-ref", "--quiet", "HEAD", check=False).strip()
    if not branch:
        raise Refused("Nothing was committed.", ["HEAD is on no branch: `git switch` to one first"])
    busy = [
        name
        for name in ("MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD")
        if repository.git("rev-parse", "--verify", "--quiet", name, check=False)
    ]
    if busy:
        raise Refused("Nothing was committed.", [f"git is in the middle of something ({', '.join(busy)})"])
    head = repository.commit_of("HEAD")
    paths = [path for path in PATHS if (repository.root / path).exists()]
    with tempfile.TemporaryDirectory(prefix="corpus-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        if head:
            repository.git("read-tree", head, env=index)
        repository.git("add", "--all", "--force", "--", *paths, env=index)
        tree = repository.git("write-tree", env=index).strip()
        if head and tree == repository.git("rev-parse", f"{head}^{{tree}}").strip():
            return None
        parents = ["-p", head] if head else []
        made = repository.git("commit-tree", tree, *parents, "-m", message(repository, head)).strip()
    # The old value must still be there: somebody's commit in between makes this fail.
    repository.git("update-ref", "-m", "corpus: build", branch, made, head or "0" * 40)
    repository.git("reset", "--quiet", "--", *paths, check=False)
    return made


def message(repository: Repository, head: str | None) -> str:
    """What changed since the last commit, from the figures of both."""
    now = (
        _ledger((repository.root / METRICS).read_text(encoding="utf-8")) if (repository.root / METRICS).exists() else {}
    )
    old_text = repository.read_at(head, METRICS) if head else None
    old = _ledger(old_text) if old_text else {}
    changes = [f"{value - old.get(name, 0):+,} {name}" for name, value in now.items() if value != old.get(name, 0)]
    total = f"{now.get('articles', 0):,} articles"
    subject = f"Update corpus: {', '.join(changes)}" if changes else f"Update corpus: {total}, same counts"
    body = "\n".join(f"{name}: {value:,}" for name, value in now.items())
    return f"{subject}\n\n{body}\n"


def _ledger(metrics: str) -> dict[str, int]:
    try:
        ledger = json.loads(metrics)["ledger"]
    except (ValueError, KeyError, TypeError):
        return {}
    return {str(name): int(value) for name, value in ledger.items()}


def uncommitted(repository: Repository) -> list[str]:
    """What git calls changed or new in the working tree, as `git status` prints it."""
    listing = repository.git("status", "--porcelain", "-z", "--untracked-files=normal")
    return [entry for entry in listing.split("\0") if entry]
