"""Describe a version: its names, its day, its ledger, and the rights in its texts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from corpus.batches import register as raw
from corpus.errors import CorpusError
from corpus.repo.commit import METRICS
from corpus.repo.releases import releases
from corpus.repo.repository import LOCK
from corpus.settings import PARAMS, Report
from corpus.snapshots.opening import Version, open_version
from corpus.tables.engine import ENGINE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class About:
    """What a version says about itself.

    Attributes:
        title: the title of the corpus.
        release: the tag, as `corpus@v1.0.0`; None if the commit has none.
        commit: None if it was never committed.
        day: of the commit, UTC.
        md5: what dvc.lock pins for the articles.
        digest: sha256 of the articles, which a citation names.
        engine: the newscorpus that made it.
        ledger: the counts of the build.
        licences: for each batch the note on its licence or rights, if it has one.
    """

    title: str
    release: str | None
    commit: str | None
    day: date | None
    md5: str
    digest: str
    engine: str | None
    ledger: Mapping[str, int]
    licences: Mapping[str, str | None]

    @property
    def name(self) -> str:
        """Return the release; without a release the commit; without a commit the digest of the articles."""
        if self.release is not None:
            return self.release
        return f"commit {self.commit[:10]}" if self.commit else f"uncommitted, articles {self.md5[:10]}"

    @property
    def number(self) -> str | None:
        """The number of the release, as `1.0.0`."""
        return self.release.partition("@v")[2] if self.release else None


def committed(version: Version) -> Version:
    """Return the same version by its commit, if the working tree has what was committed last."""
    repository = version.repository
    head = repository.commit_of("HEAD") if version.commit is None else None
    if head is None or repository.read_at(head, LOCK) != version.text(LOCK):
        return version
    return open_version(head, repository.root)


def about(version: Version) -> About:
    """Return what is known of a version.

    Raises:
        CorpusError: one of its files in git is damaged.
    """
    repository, commit = version.repository, version.commit
    named = [release.tag for release in releases(repository) if release.commit == commit]
    try:
        params = yaml.safe_load(version.text(PARAMS) or "{}") or {}
        engine = yaml.safe_load(version.text(ENGINE) or "{}") or {}
        metrics: dict[str, Any] = json.loads(version.text(METRICS) or "{}")
        batches = raw.parse(version.text(raw.BATCHES) or "batches: []")
        return About(
            title=_title(params),
            release=named[-1] if named else None,
            commit=commit,
            day=_day(repository.git("show", "--no-patch", "--format=%ct", commit)) if commit else None,
            md5=version.md5(),
            digest=version.digest(),
            engine=engine.get("newscorpus"),
            ledger={name: int(count) for name, count in metrics.get("ledger", {}).items()},
            licences={batch.name: batch.licence for batch in batches},
        )
    except (ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError) as error:
        message = " ".join(str(error).split())
        raise CorpusError(
            f"{version.name}: {PARAMS}, {ENGINE}, {METRICS} or {raw.BATCHES} cannot be read: {message}"
        ) from None


def _title(params: Mapping[str, Any]) -> str:
    """Return the title in params.yaml. Only this is read, because an older version may have other settings."""
    title = (params.get("report") or {}).get("title")
    return title if isinstance(title, str) and title.strip() else Report().title


def _day(seconds: str) -> date:
    return datetime.fromtimestamp(int(seconds), UTC).date()
