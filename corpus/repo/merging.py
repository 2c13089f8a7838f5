"""Read the merge that git is in the middle of: its commits, and the paths in conflict. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.errors import UsageError

if TYPE_CHECKING:
    from corpus.repo.repository import Repository

# How git calls us for one file: its base, ours, theirs, and its path.
DRIVER: Final = "corpus merge --driver %O %A %B %P"


@dataclass(frozen=True, slots=True)
class Merge:
    """The commits of a merge, and the paths that conflict.

    Attributes:
        ours: the commit that HEAD names.
        theirs: the commits that are merged into it.
        base: their last common commit; None if they have no common commit.
        conflicts: the paths in conflict, sorted.
    """

    ours: str
    theirs: tuple[str, ...]
    base: str | None
    conflicts: tuple[str, ...]


def under_way(repository: Repository) -> Merge:
    """Return the merge that git is in the middle of.

    Raises:
        UsageError: git is not in the middle of a merge.
    """
    path = repository.root / repository.git("rev-parse", "--git-path", "MERGE_HEAD").strip()
    try:
        theirs = tuple(path.read_text(encoding="utf-8").split())
    except FileNotFoundError:
        raise UsageError("git is not in the middle of a merge. Start one with `git merge BRANCH`.") from None
    ours = repository.commit_of("HEAD")
    if ours is None or not theirs:
        raise UsageError("git is in the middle of a merge that has no commits. `git merge --abort` ends it.")
    listed = repository.git("ls-files", "--unmerged", "-z").split("\0")
    conflicts = sorted({entry.partition("\t")[2] for entry in listed if entry})
    base = repository.git("merge-base", "--octopus", ours, *theirs, check=False).strip() or None
    return Merge(ours, theirs, base, tuple(conflicts))
