"""Withdraw an article, or all articles of a publisher: show what was found first, then do it."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from corpus import settings
from corpus.errors import UsageError
from corpus.objects import objectstore, recovery
from corpus.pipeline.build import Session
from corpus.repo.lock import write_lock
from corpus.search import places
from corpus.withdrawal import forget as work
from corpus.withdrawal.forget_out import push as push_out
from corpus.withdrawal.forget_out import remove
from corpus.withdrawal.forget_plan import plan
from corpus.withdrawal.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from corpus.objects.objectstore import ObjectStore
    from corpus.repo.repository import Repository
    from corpus.withdrawal.forget import Done
    from corpus.withdrawal.forget_plan import Plan

LONGEST_REASON: Final = 500


@dataclass(frozen=True, slots=True)
class Request:
    """What to withdraw.

    Attributes:
        article: an id, the beginning of an id, or a URL.
        publisher: instead, a publisher: all of its articles are withdrawn, now and in future.
        reason: the reason. withdrawn.yaml has it, and everybody can read it.
        everywhere: withdraw also from past releases, from the history of the data and from the cache.
        push: with `everywhere`: push what stays, and remove the rest from the remote.
    """

    article: str | None = None
    publisher: str | None = None
    reason: str = ""
    everywhere: bool = False
    push: bool = False

    def check(self) -> None:
        """Raise UsageError if the request makes no sense."""
        if (self.article is None) == (self.publisher is None):
            raise UsageError("Give an ID or URL, or --publisher NAME.")
        if not self.reason.strip():
            raise UsageError("Give a --reason. It is kept on record, so do not name anyone in it.")
        if len(self.reason) > LONGEST_REASON or not self.reason.isprintable():
            raise UsageError(f"--reason is one line of at most {LONGEST_REASON} characters.")
        if self.push and not self.everywhere:
            raise UsageError("--push goes with --everywhere.")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What was found, and what was done.

    Attributes:
        plan: all places that hold it.
        done: what was done; None if nothing was done.
        other_remotes: DVC remotes that were not searched.
    """

    plan: Plan
    done: Done | None
    other_remotes: tuple[str, ...] = ()


def forget(
    repository: Repository,
    request: Request,
    agreed: Callable[[Plan], bool],
    *,
    dry_run: bool = False,
    wait: float = 0.0,
    tell: Callable[[str], None] = lambda _: None,
) -> Withdrawn:
    """Withdraw what a request names. If it is interrupted, call it again: it continues.

    Args:
        repository: the corpus.
        request: what to withdraw.
        agreed: called with what was found; returns whether to continue.
        dry_run: change nothing, even if `agreed` returns True.
        wait: seconds to wait for another writer.
        tell: called after each step with a text for the user.

    Raises:
        UsageError: the request makes no sense, or there is no remote to push to.
        NotFound: there is no such article.
        Refused: git, or uncommitted files, are in the way; nothing was changed.
    """
    request.check()
    settings.load(repository.root)
    today = datetime.now(UTC).date()
    remotes = objectstore.configured(repository)
    if request.push and not remotes.default:
        raise UsageError("--push: there is no default remote. `dvc remote add --default NAME URL` names one.")
    everywhere = request.everywhere
    with ExitStack() as stack:
        descriptor = -1 if dry_run else stack.enter_context(write_lock(repository.root, "corpus forget", wait))
        for line in () if dry_run else recovery.clear(repository):
            tell(f"Repaired: {line}.")
        store = stack.enter_context(objectstore.default(repository)) if remotes.default and everywhere else None
        survey = Survey(repository, store)
        found = plan(
            survey, request.article, request.publisher, reason=request.reason, today=today, everywhere=everywhere
        )
        if not agreed(found) or dry_run:
            return Withdrawn(found, None, remotes.others)
        work.require_ready(repository, found, everywhere=everywhere)
        session = Session(repository, descriptor)
        stack.callback(session.close)
        done = _do(survey, found, session, store if request.push else None, today, tell, everywhere=everywhere)
    return Withdrawn(found, done, remotes.others)


def _do(
    survey: Survey, found: Plan, session: Session, store: ObjectStore | None, today: date,
    tell: Callable[[str], None], *, everywhere: bool,
) -> Done:  # fmt: skip
    done = work.Done()
    work.withdraw(survey.repository, found, session, done)
    tell("built without it")
    if everywhere:
        # What was built is another than was looked at.
        fresh = survey.again()
        work.redact_releases(fresh, found, today, done, tell)
        removals = work.commit_all(fresh.again(), found, today, done)
        last = fresh.again()
        if store is not None:
            push_out(last, store, done)
            tell("pushed what stays")
        remove(last, found, removals, store, done)
    # The words and their places give a text away.
    done.indexes = places.remove_all(survey.repository)
    return done
