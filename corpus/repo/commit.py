"""Commit what a build changed, and nothing else: dvc.lock, engine.yaml, reports/ and the batches.

It uses an index of its own, and moves the branch by compare-and-swap: what the user has staged stays staged, and a
commit that somebody else made in the meantime is not lost.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError, Refused
from corpus.repo import staging
from corpus.repo.paths import BATCHES, ENGINE, LOCK, RAW, WITHDRAWN
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corpus.repo.repository import Repository

METRICS: Final = "reports/metrics.json"
# The inputs that DVC keeps are listed beside the outputs: a version names both.
PATHS: Final = (LOCK, ENGINE, "reports", BATCHES, WITHDRAWN, f"{RAW}.dvc")
# What git keeps while it is in the middle of something, and of what.
_BUSY: Final = {
    "MERGE_HEAD": "merge",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}


def commit(repository: Repository) -> str | None:
    """Commit what a build changed. The caller holds the write lock.

    Returns:
        The new commit, or None if there was nothing to commit.

    Raises:
        Refused: a merge or rebase is under way, or HEAD is on no branch.
        CorpusError: git failed.
    """
    reasons = obstacles(repository)
    if reasons:
        raise Refused("Nothing was committed.", reasons)
    branch, head = branch_of(repository), repository.commit_of("HEAD")
    tree = snapshot(repository, head)
    if head and tree == repository.git("rev-parse", f"{head}^{{tree}}").strip():
        return None
    parents = ["-p", head] if head else []
    made = repository.git("commit-tree", tree, *parents, given=message(repository, head)).strip()
    # The old value must still be there: somebody's commit in between makes this fail.
    repository.git("update-ref", "-m", "corpus: build", branch or "HEAD", made, head or "0" * len(made))
    repository.git("reset", "--quiet", "--", *_there(repository, made), check=False)
    # As `git commit` does. After a year of small batches the register has 17 MB, and each commit stores 4 MB for it,
    # until git packs the differences. Here and not in the background, because we hold the write lock.
    with suppress(CorpusError):
        repository.git("-c", "gc.autoDetach=false", "gc", "--auto", "--quiet", check=False)
    return made


def branch_of(repository: Repository) -> str | None:
    """Return the branch of HEAD, as `refs/heads/main`; None if HEAD is detached."""
    return repository.git("symbolic-ref", "--quiet", "HEAD", check=False).strip() or None


def remote_of(repository: Repository) -> str | None:
    """Return the git remote that the branch belongs to, else `origin`, else the only one; None without one."""
    branch = (branch_of(repository) or "").removeprefix("refs/heads/")
    remotes = repository.git("remote").split()
    for name in (
        repository.git("config", f"branch.{branch}.pushRemote", check=False).strip(),
        repository.git("config", "remote.pushDefault", check=False).strip(),
        repository.git("config", f"branch.{branch}.remote", check=False).strip(),
        "origin",
    ):
        if name in remotes:
            return name
    return remotes[0] if len(remotes) == 1 else None


def position(repository: Repository) -> list[str]:
    """Return why HEAD cannot move to a new commit now: it is detached, or a merge or rebase is under way."""
    reasons = []
    if branch_of(repository) is None:
        reasons.append("HEAD is on no branch; `git switch` to one first")
    places = repository.git("rev-parse", *(word for name in _BUSY for word in ("--git-path", name))).splitlines()
    busy = [doing for place, doing in zip(places, _BUSY.values(), strict=True) if (repository.root / place).exists()]
    if busy:
        reasons.append(f"git is in the middle of a {busy[0]}; finish or abort it first")
    return reasons


def obstacles(repository: Repository) -> list[str]:
    """Return the reasons why git can make no commit now, independent of what is to be committed."""
    reasons = position(repository)
    if not repository.git("var", "GIT_COMMITTER_IDENT", check=False):
        reasons.append("git does not know who you are; `git config user.name` and `git config user.email` tell it")
    return reasons


def snapshot(repository: Repository, head: str | None, others: Mapping[str, str] | None = None) -> str:
    """Return the tree of a commit, with the files that a build changes as they are now.

    Args:
        repository: the corpus.
        head: the commit to start from.
        others: further files by path, as blobs that git has already.

    Returns:
        The tree. Neither the user's index nor any branch is touched.
    """
    return staging.tree(repository, head, PATHS, others)


def _there(repository: Repository, commit: str | None) -> list[str]:
    """Return those of `PATHS` that are in the working tree or in a commit. git refuses others."""
    committed = repository.git("ls-tree", "-z", "--name-only", commit, "--", *PATHS).split("\0") if commit else []
    return [path for path in PATHS if path in committed or (repository.root / path).exists()]


# Of the ledger, what is counted: one, and several. The others are no nouns.
_NOUNS: Final = {f"{one}s": (one, f"{one}s") for one in ("document", "article", "repeat", "duplicate")}


def message(repository: Repository, head: str | None) -> str:
    """Return what changed since the last commit, from the figures of both."""
    now = (
        _ledger((repository.root / METRICS).read_text(encoding="utf-8")) if (repository.root / METRICS).exists() else {}
    )
    old_text = repository.read_at(head, METRICS) if head else None
    old = _ledger(old_text) if old_text else {}
    moved = {name: value - old.get(name, 0) for name, value in now.items()}
    changes = [count(number, *_NOUNS.get(name, (name, name)), sign="+") for name, number in moved.items() if number]
    total = count(now.get("articles", 0), "article")
    subject = f"Update corpus: {', '.join(changes)}" if changes else f"Update corpus: {total}, same counts"
    body = "\n".join(f"{name}: {value:,}" for name, value in now.items())
    return f"{subject}\n\n{body}\n"


def _ledger(metrics: str) -> dict[str, int]:
    try:
        ledger = json.loads(metrics)["ledger"]
    except (ValueError, KeyError, TypeError):
        return {}
    return {str(name): int(value) for name, value in ledger.items()}


def uncommitted(repository: Repository, besides: Sequence[str] = ()) -> list[str]:
    """Return what is changed or new in the working tree, as `git status` prints it; `besides` is left out."""
    asked = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=normal")
    listing = repository.git(*asked, "--", ".", *(f":(exclude){path}" for path in besides))
    return [entry for entry in listing.split("\0") if entry]
