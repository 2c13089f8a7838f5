"""Name a version: preview a release, make it, and push it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corpus.errors import UsageError
from corpus.objects import recovery
from corpus.releases import naming, push
from corpus.releases.numbering import Bump
from corpus.repo.lock import write_lock
from corpus.repo.releases import releases
from corpus.snapshots.removed import marks, of_head

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.releases.naming import Plan
    from corpus.releases.push import Pushed
    from corpus.repo.releases import Release
    from corpus.repo.repository import Repository
    from corpus.snapshots.removed import Mark


@dataclass(frozen=True, slots=True)
class Request:
    """What to release.

    Attributes:
        version: the number; None to compute it.
        bump: which part of the number goes up; None to decide it by what changed.
        message: what describes the version.
        push: publish it, too.
    """

    version: str | None = None
    bump: Bump | None = None
    message: str | None = None
    push: bool = False

    def check(self) -> None:
        """Raise UsageError if the request contradicts itself."""
        if self.version and self.bump:
            raise UsageError("Give a version or --bump, not both.")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would be.

    Attributes:
        plan: its number, its entry in CORPUS.md, and the warnings.
        refused: every reason why it would be refused.
    """

    plan: Plan
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Released:
    """A release.

    Attributes:
        release: its tag, its commit and its figures.
        plan: why it has this number, and what it changes.
        missing: what must be set before it can be pushed.
        pushed: where it was published; None if it was not.
    """

    release: Release
    plan: Plan
    missing: tuple[str, ...] = ()
    pushed: Pushed | None = None

    @property
    def is_new(self) -> bool:
        """Return whether it was made now, and not only pushed."""
        return self.plan.version is not None


def preview(repository: Repository, request: Request) -> Preview:
    """Return what a release would be. Changes nothing.

    Raises:
        UsageError: the request contradicts itself, or the number cannot be used.
    """
    request.check()
    plan = _plan(repository, request)
    reasons = (*plan.gate.reasons, *(push.obstacles(repository) if request.push else ()))
    if plan.version is None and not reasons:
        reasons = (plan.why,)
    return Preview(plan, reasons)


def release(
    repository: Repository,
    request: Request,
    *,
    wait: float = 0.0,
    named: Callable[[Released], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
) -> Released:
    """Name the built corpus, and publish it on request. With `push`, the last release is pushed if nothing changed.

    Args:
        repository: the corpus.
        request: what to release.
        wait: seconds to wait for another writer.
        named: called with the release once it exists, before it is pushed.
        tell: called with a text for each thing that was repaired or pushed.

    Raises:
        UsageError: the request contradicts itself, or the number cannot be used.
        Refused: the release is not possible. The error has all reasons; nothing was changed.
        Busy: another process is writing.
        MissingObjects: the remote lacks objects after the push; git was not pushed.
    """
    request.check()
    with write_lock(repository.root, "corpus release", wait):
        for line in recovery.clear(repository):
            tell(f"Repaired: {line}.")
        plan = _plan(repository, request)
        missing = tuple(push.obstacles(repository))
        against = missing if request.push else ()
        is_unchanged = plan.version is None and not plan.gate.reasons
        again = plan.last if request.push and is_unchanged and not against else None
        made = Released(again or naming.release(repository, plan, against), plan, missing)
        named(made)
        if not request.push:
            return made
        return Released(made.release, plan, missing, push.push(repository, made.release, tell))


def _plan(repository: Repository, request: Request) -> Plan:
    bump = request.bump or Bump.AUTO
    return naming.plan(repository, bump=bump, version=request.version, message=request.message)


@dataclass(frozen=True, slots=True)
class Listed:
    """A release, and the mark of a withdrawal from it, if there was one."""

    release: Release
    withdrawn: Mark | None


def listed(repository: Repository) -> list[Listed]:
    """Return the releases of a repository, oldest first."""
    found = releases(repository)
    withdrawn = marks(of_head(repository)) if found else {}
    return [Listed(one, withdrawn.get(one.tag)) for one in found]
