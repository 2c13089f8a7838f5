"""Make a release: the gate, then the number, the entry of CORPUS.md, the commit and the tag, all or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from importlib import metadata
from typing import TYPE_CHECKING, Final

from corpus import settings
from corpus.errors import CorpusError, DamagedObject, Refused
from corpus.releases import gate, notes, numbering
from corpus.releases.changes import between
from corpus.releases.numbering import Bump
from corpus.repo import commit, journal
from corpus.repo.releases import Release, in_tag, releases, tag
from corpus.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.releases.changes import Changes
    from corpus.repo.repository import Repository

_IDENTITY: Final = re.compile(r"(?P<name>.*) <(?P<email>[^<>]*)> (?P<seconds>\d+) (?P<zone>[+-]\d{4})")


@dataclass(frozen=True, slots=True)
class Plan:
    """A release before it is made.

    Attributes:
        version: its number; None if nothing changed and there is nothing to name.
        why: why this number.
        last: the release before.
        changes: what it changes; None if that is not known.
        entry: its entry of CORPUS.md.
        message: the tag's message.
        gate: the reasons to refuse it, and the warnings.
        person: who releases; None if git does not know.
    """

    version: str | None
    why: str
    last: Release | None
    changes: Changes | None
    entry: str
    message: str
    gate: gate.Gate
    person: Person | None


@dataclass(frozen=True, slots=True)
class Person:
    """Who releases, and when, as git knows it, so that the commit, the tag and CORPUS.md agree."""

    name: str
    email: str
    stamp: str
    at: datetime

    @property
    def environment(self) -> dict[str, str]:
        """Return the variables that give git this time."""
        return {"GIT_AUTHOR_DATE": f"@{self.stamp}", "GIT_COMMITTER_DATE": f"@{self.stamp}"}


def plan(
    repository: Repository, *, bump: Bump = Bump.AUTO, version: str | None = None, message: str | None = None
) -> Plan:
    """Return what a release would be. Changes nothing.

    Args:
        repository: the corpus.
        bump: which part of the number goes up; by default the changes decide. The first release is v1.0.0.
        version: instead, the number itself. It must be higher than all existing ones.
        message: a description.

    Raises:
        UsageError: the number cannot be used, or the changes are not known and `bump` is auto.
    """
    known = releases(repository)
    asked = numbering.check(known, version)
    last = known[-1] if known else None
    looked = gate.examine(repository, settings.load(repository.root).expectations, last)
    person = _person(repository)
    nothing = Plan(asked, "", last, None, "", "", looked, person)
    try:
        now = Snapshot(repository, None)
        changes = _changes(repository, last, now)
        files = now.digest()
        decided = numbering.decide(known, changes, bump, asked)
    except CorpusError:
        if looked.reasons:
            # The gate has found why; without data there is nothing to compare.
            return nothing
        raise
    known_changes = None if isinstance(changes, str) else changes
    if decided is None:
        return replace(nothing, why=f"nothing changed since {known[-1].version}", changes=known_changes)
    return _composed(repository, replace(nothing, changes=known_changes), decided, files, message)


def _composed(repository: Repository, bare: Plan, decided: numbering.Next, files: str, message: str | None) -> Plan:
    """Return a plan with its description."""
    last, changes, person = bare.last, bare.changes, bare.person
    text = _readable(message or "").strip() or None
    metrics = repository.root / commit.METRICS
    now = notes.figures(metrics.read_text(encoding="utf-8") if metrics.exists() else None)
    then = notes.figures(repository.read_at(last.commit, commit.METRICS)) if last else {}
    description = notes.Description(
        version=decided.version,
        before=last.version if last else None,
        day=f"{person.at:%Y-%m-%d}" if person else "",
        by=f"{person.name} <{person.email}>" if person else "",
        why=decided.why if decided.part is None else f"{decided.part}, {decided.why}",
        message=text,
        digest=files,
        engine=metadata.version("newscorpus"),
    )
    counts = {name: value for name, value in now.items() if isinstance(value, int)}
    if changes is not None and last is not None:
        counts |= {"added": changes.added, "removed": changes.removed, "changed": changes.changed}
        counts |= {"re-identified": changes.reidentified} if changes.reidentified else {}
    return replace(
        bare,
        version=decided.version,
        why=description.why,
        entry=notes.entry(description, changes, now, then),
        message=in_tag(text or tag(decided.version), counts, files),
    )


def release(repository: Repository, planned: Plan, also: Sequence[str] = ()) -> Release:
    """Name the built, verified corpus. The caller must hold the write lock since before `plan`.

    Commits `commit.PATHS` and CORPUS.md, and tags that commit.

    Args:
        repository: the corpus.
        planned: the release.
        also: further reasons against it.

    Raises:
        Refused: the release is not possible. The error has all reasons; nothing was changed.
        CorpusError: git or the disk refused. Nothing was changed.
    """
    reasons = [*planned.gate.reasons, *also]
    if planned.version is None and planned.why:
        reasons.append(
            f"{planned.why}: articles, revisions and quarantine are the same; --bump patch releases it nevertheless"
        )
    if planned.version is None or reasons:
        raise Refused("Not released:", reasons)
    journal.take(repository, _step(repository, planned, planned.version))
    return next(one for one in releases(repository) if one.version == planned.version)


def _changes(repository: Repository, last: Release | None, now: Snapshot) -> Changes | str:
    """Return what changed since the last release, or why that is not known."""
    try:
        return between(Snapshot(repository, last.readable) if last else None, now)
    except DamagedObject:
        raise
    except CorpusError as error:
        return str(error)


def _step(repository: Repository, planned: Plan, version: str) -> journal.Step:
    """Write the objects of a release into git's store. No branch or tag names them yet."""
    branch, head = commit.branch_of(repository), repository.commit_of("HEAD")
    person = planned.person
    if branch is None or person is None:
        raise Refused("Not released:", commit.obstacles(repository))
    before = repository.read_at(head, gate.NOTES) if head else None
    after = notes.insert(before, planned.entry)
    blob = repository.git("hash-object", "-w", "--stdin", "--no-filters", given=after).strip()
    tree = commit.snapshot(repository, head, {gate.NOTES: blob})
    subject = f"Release corpus {version}: {planned.why}"
    body = planned.message.partition("\n")[0]
    made = repository.git(
        "commit-tree", tree, *(["-p", head] if head else []), env=person.environment,
        given=f"{subject}\n\n{body}\n",
    ).strip()  # fmt: skip
    name = tag(version)
    heading = f"object {made}\ntype commit\ntag {name}\ntagger {person.name} <{person.email}> {person.stamp}\n\n"
    tag_object = repository.git("mktag", given=heading + planned.message).strip()
    return journal.Step(
        branch=branch, old=head, new=made, tag=f"refs/tags/{name}", tag_object=tag_object,
        path=gate.NOTES, before=before, after=after, staged=(*commit.PATHS, gate.NOTES),
    )  # fmt: skip


def _readable(text: str) -> str:
    """Return text of the command line or of git, which may have another encoding, as Unicode."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _person(repository: Repository) -> Person | None:
    """Return the user as git knows them; None if git does not know."""
    identity = _IDENTITY.match(repository.git("var", "GIT_COMMITTER_IDENT", check=False).strip())
    if identity is None:
        return None
    hours, minutes = int(identity["zone"][:3]), int(identity["zone"][0] + identity["zone"][3:])
    zone = timezone(timedelta(hours=hours, minutes=minutes))
    return Person(
        _readable(identity["name"]), _readable(identity["email"]), f"{identity['seconds']} {identity['zone']}",
        datetime.fromtimestamp(int(identity["seconds"]), zone),
    )  # fmt: skip
