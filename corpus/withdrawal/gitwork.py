"""Make commits and tags from objects alone: without a checkout, without the user's index, moving branches safely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import Refused
from corpus.repo import staging
from corpus.repo.commit import branch_of, position

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.repo.repository import Repository


def commit_with(repository: Repository, parent: str, changes: Mapping[str, bytes | None], message: str) -> str:
    """Make a commit on top of another with some files changed; None removes a file. Moves no branch.

    Returns:
        The commit; `parent` itself if nothing changed.

    Raises:
        CorpusError: git failed.
    """
    blobs = {path: None if content is None else staging.blob(repository, content) for path, content in changes.items()}
    tree = staging.tree(repository, parent, (), blobs)
    if tree == repository.git("rev-parse", f"{parent}^{{tree}}").strip():
        return parent
    return repository.git("commit-tree", tree, "-p", parent, "-m", message).strip()


def branch_of_head(repository: Repository) -> str:
    """Return the branch that HEAD is on, as a full ref.

    Raises:
        Refused: HEAD is detached, or git is in the middle of something.
    """
    reasons = position(repository)
    branch = branch_of(repository)
    if branch is None or reasons:
        raise Refused("Nothing was changed.", reasons)
    return branch


def advance(repository: Repository, branch: str, changes: Mapping[str, bytes | None], message: str) -> str | None:
    """Commit some files to the checked-out branch, by compare-and-swap. Other staged files stay staged.

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
    """Make an annotated tag. An existing tag of that name is not changed, and git reports an error."""
    repository.git("tag", "--annotate", "--cleanup=verbatim", "--message", message, name, commit)


def commits_with(repository: Repository, path: str) -> list[str]:
    """Return the commits of any branch or tag that changed a file, newest first; empty if git never had it."""
    return repository.git("rev-list", "--all", "--", path, check=False).split()
