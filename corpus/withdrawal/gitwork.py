"""Commits and tags made of objects alone: no checkout, no index of the user's, and no branch moved unseen."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.repo.repository import Repository


def commit_with(repository: Repository, parent: str, changes: Mapping[str, bytes | None], message: str) -> str:
    """A commit on top of another, with some files changed; None removes one. Moves no branch.

    Returns:
        The commit; `parent` itself if nothing is different.

    Raises:
        CorpusError: git failed.
    """
    with tempfile.TemporaryDirectory(prefix="corpus-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        repository.git("read-tree", parent, env=index)
        for path, content in sorted(changes.items()):
            if content is None:
                repository.git("update-index", "--force-remove", "--", path, env=index)
                continue
            aside = Path(folder) / "content"
            aside.write_bytes(content)
            # As they are: no filter and no line ending of anybody's settings.
            blob = repository.git("hash-object", "-w", "--no-filters", str(aside)).strip()
            repository.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", env=index)
        tree = repository.git("write-tree", env=index).strip()
    if tree == repository.git("rev-parse", f"{parent}^{{tree}}").strip():
        return parent
    return repository.git("commit-tree", tree, "-p", parent, "-m", message).strip()


def branch_of_head(repository: Repository) -> str:
    """The branch that HEAD is on, as a full ref.

    Raises:
        Refused: it is on none, or git is in the middle of something.
    """
    branch = repository.git("symbolic-ref", "--quiet", "HEAD", check=False).strip()
    if not branch:
        raise Refused("Nothing was changed.", ["HEAD is on no branch: `git switch` to one first"])
    busy = [
        name
        for name in ("MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD")
        if repository.git("rev-parse", "--verify", "--quiet", name, check=False)
    ]
    if busy:
        raise Refused("Nothing was changed.", [f"git is in the middle of something ({', '.join(busy)})"])
    return branch


def advance(repository: Repository, branch: str, changes: Mapping[str, bytes | None], message: str) -> str | None:
    """Commit some files to a branch that is checked out, by compare-and-swap. What is staged besides stays staged.

    Returns:
        The new commit, or None if there was nothing to commit.
    """
    head = repository.git("rev-parse", "--verify", f"{branch}^{{commit}}").strip()
    made = commit_with(repository, head, changes, message)
    if made == head:
        return None
    repository.git("update-ref", "-m", "corpus: forget", branch, made, head)
    repository.git("reset", "--quiet", "--", *changes, check=False)
    return made


def tag(repository: Repository, name: str, commit: str, message: str) -> None:
    """An annotated tag. One of that name that is there already stays as it is, and git complains."""
    repository.git("tag", "--annotate", "--cleanup=verbatim", "--message", message, name, commit)


def commits_with(repository: Repository, path: str) -> list[str]:
    """The commits of any branch or tag that changed a file, newest first; none if git never had it."""
    return repository.git("rev-list", "--all", "--", path, check=False).split()
