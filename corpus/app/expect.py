"""Compare what was built with the expectations of params.yaml and with an earlier version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus import settings
from corpus.app import alerting
from corpus.app.collecting import alert_addresses
from corpus.errors import MissingObjects
from corpus.releases import expectations
from corpus.repo.releases import releases, resolve
from corpus.snapshots.snapshot import Snapshot
from schemas.expected import Verdict

if TYPE_CHECKING:
    from corpus.releases.expectations import Finding
    from corpus.repo.repository import Repository

_KIND: Final = "expectation"


@dataclass(frozen=True, slots=True)
class Expected:
    """What was compared.

    Attributes:
        against: the version compared with; None if there is no release.
        figures: each figure with its bounds and its verdict.
    """

    against: str | None
    figures: tuple[Finding, ...]

    @property
    def failed(self) -> int:
        """Return how many expectations failed."""
        return sum(one.verdict is Verdict.FAILED for one in self.figures)


def expect(repository: Repository, against: str | None = None) -> Expected:
    """Compare the built corpus with the expectations of params.yaml.

    Args:
        repository: where.
        against: the version to compare with; the last release by default.

    Raises:
        MissingObjects: nothing was built in the working tree.
        UnknownVersion: there is no such version.
    """
    known = releases(repository)
    last = resolve(repository, against) if against else known[-1].readable if known else None
    now = Snapshot(repository, None)
    if not now.outputs:
        raise MissingObjects("Nothing was built here yet. Run `corpus build`.", [])
    before = Snapshot(repository, last) if last else None
    found = expectations.expect(settings.load(repository.root).expectations, before, now)
    return Expected(against or (known[-1].version if known else None), tuple(found))


def alert(repository: Repository) -> None:
    """Send alerts of expectations that began to warn or to fail, and of those that are met again.

    Nothing is compared if there is no address to send them to.

    Args:
        repository: where.

    Raises:
        CorpusError: there is nothing to compare, or a variable that collect.yaml names is not set.
    """
    if not (to := alert_addresses(repository)):
        return
    problems = {
        f"{_KIND}:{one.figure}:{one.publisher or ''}": f"An expectation is not met: {one}."
        for one in expect(repository).figures
        if one.verdict in {Verdict.WARNED, Verdict.FAILED}
    }
    alerting.report(repository.root, to, problems, (_KIND,))
