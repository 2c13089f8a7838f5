"""Do the last steps of a withdrawal: push what stays, and remove what was withdrawn."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from corpus.batches import stored
from corpus.errors import CorpusError
from corpus.repo import commit, receiving
from corpus.snapshots import removed
from corpus.withdrawal import gitwork, purge

if TYPE_CHECKING:
    from corpus.objects.objectstore import ObjectStore
    from corpus.withdrawal.forget import Done
    from corpus.withdrawal.forget_plan import Plan
    from corpus.withdrawal.survey import Survey


def push(survey: Survey, store: ObjectStore, done: Done) -> None:
    """Store what stays in the remote, then push the branch and the tags.

    Raises:
        CorpusError: a step failed; nothing was removed from the remote.
    """
    repository = survey.repository
    # Those of earlier withdrawals too, which may not have been pushed then.
    superseded = survey.superseded()
    after = {tag: repository.commit_of(tag) for tag in superseded.values()}
    standing = {tag: commit for tag, commit in after.items() if commit not in superseded}
    commits = [repository.commit_of("HEAD"), *standing.values()]
    wanted = {one.md5: one for commit in commits if commit for one in survey.needed(commit)}
    for md5 in sorted(wanted, key=lambda one: (one.endswith(".dir"), one)):
        source = survey.objects.path(md5)
        if store.size(md5) is None:
            if not source.is_file() or stored.digests_of(source).md5 != md5.removesuffix(".dir"):
                raise CorpusError(f"{wanted[md5].path} ({md5}) is neither complete in the cache nor in the remote.")
            store.put(source, md5)
    remote = commit.remote_of(repository)
    if remote is None:
        done.notes.append("there is no git remote to push to")
        return
    branch = gitwork.branch_of_head(repository)
    refs = [branch, *(f"refs/tags/{tag}" for tag in sorted(standing))]
    receiving.push(repository, remote, *refs, atomic=False)
    done.pushed = tuple(ref.removeprefix("refs/heads/").removeprefix("refs/tags/") for ref in refs)


def remove(survey: Survey, plan: Plan, removals: purge.RemovalSet, store: ObjectStore | None, done: Done) -> None:
    """Remove objects from the cache and, if given, the remote; then check that they are gone."""
    superseded = survey.superseded()
    if store is not None:
        keep = purge.needed(survey, superseded, "refs/heads", "refs/tags", "refs/remotes")
        known = removals.objects | {
            md5 for one in removed.of_head(survey.repository) for md5 in one.objects if md5 not in keep
        }
        there = purge.in_remote(survey, store, plan.withdrawal, known, keep)
        done.from_remote = purge.from_remote(store, there)
        done.kept = len(there.kept)
        left = [md5 for md5 in there.objects if store.size(md5) is not None]
        if left:
            raise CorpusError(f"The remote still has {len(left):,} objects that were deleted: {', '.join(left[:5])}.")
    done.from_cache = purge.from_cache(survey, removals)
    # What a killed rebuild left is a copy of everything.
    for folder in (survey.repository.root / ".dvc" / "tmp" / "corpus").glob("re*-*/"):
        shutil.rmtree(folder, ignore_errors=True)
    done.kept = max(done.kept, len(removals.kept))
