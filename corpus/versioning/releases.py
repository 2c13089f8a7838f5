"""Releases: versions with a name. A release is an annotated git tag `corpus@vX.Y.Z`, by GTO's convention."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError, MissingObjects, Refused, UsageError
from corpus.versioning import pins
from corpus.versioning.commit import METRICS, uncommitted
from corpus.versioning.repository import LOCK

if TYPE_CHECKING:
    from corpus.versioning.repository import Repository

ARTIFACT: Final = "corpus"
NUMBER: Final = re.compile(r"(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})")
_SHOWN: Final = 10


class Bump(StrEnum):
    """Which part of the number goes up."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


@dataclass(frozen=True, slots=True)
class Release:
    """A named version. `articles` is None where the release's figures cannot be read."""

    version: str
    tag: str
    commit: str
    date: datetime
    articles: int | None
    message: str


def tag(version: str) -> str:
    """The git tag of a version: `v1.0.0` -> `corpus@v1.0.0`."""
    return f"{ARTIFACT}@{version}"


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.removeprefix("v").split("."))


def releases(repository: Repository) -> list[Release]:
    """All releases, by version."""
    fields = "%(refname:strip=2)%00%(*objectname)%00%(objectname)%00%(creatordate:iso-strict)%00%(contents)%00%01"
    listing = repository.git("for-each-ref", f"--format={fields}", f"refs/tags/{ARTIFACT}@v*")
    found = []
    for entry in listing.split("\x01"):
        if not entry.strip():
            continue
        name, peeled, direct, date, contents, *_ = entry.strip("\n").split("\0")
        version = name.removeprefix(f"{ARTIFACT}@")
        if NUMBER.fullmatch(version.removeprefix("v")):
            told = re.search(r"^articles: ([\d,]+)$", contents, re.MULTILINE)
            found.append(
                Release(
                    version, name, peeled or direct, datetime.fromisoformat(date),
                    int(told[1].replace(",", "")) if told else None, contents.split("\n", 1)[0],
                )
            )  # fmt: skip
    return sorted(found, key=lambda release: _number(release.version))


def release(
    repository: Repository,
    *,
    bump: Bump | None = None,
    version: str | None = None,
    message: str | None = None,
) -> Release:
    """Name the committed, built, verified corpus. Call it holding the write lock.

    Args:
        repository: where.
        bump: which part goes up; minor by default. The first release is v1.0.0.
        version: the very number instead, higher than all there are.
        message: the first line of the tag's message.

    Raises:
        Refused: with every reason: uncommitted work, stages out of date, objects missing, named already.
    """
    known = releases(repository)
    number = _next(known, bump, version)
    reasons = _against(repository, known)
    if reasons:
        raise Refused("Not released:", reasons)
    commit = repository.commit_of("HEAD") or ""
    ledger = json.loads(repository.read_at(commit, METRICS) or "{}").get("ledger", {})
    figures = "\n".join(f"{name}: {count:,}" for name, count in ledger.items())
    text = f"{message or f'{ARTIFACT} {number}'}\n\n{figures}\n"
    repository.git("tag", "--annotate", "--cleanup=verbatim", "-m", text, tag(number), commit)
    return next(made for made in releases(repository) if made.version == number)


def _next(known: list[Release], bump: Bump | None, version: str | None) -> str:
    highest = _number(known[-1].version) if known else None
    if version is not None:
        number = version.removeprefix("v")
        if not NUMBER.fullmatch(number):
            raise UsageError(f"{version!r} is no version number. One looks like v1.2.3.")
        if highest is not None and _number(number) <= highest:
            raise UsageError(f"v{number} is not higher than {known[-1].version}, the last release.")
        return f"v{number}"
    if highest is None:
        return "v1.0.0"
    major, minor, patch = highest
    match bump or Bump.MINOR:
        case Bump.MAJOR:
            return f"v{major + 1}.0.0"
        case Bump.MINOR:
            return f"v{major}.{minor + 1}.0"
        case Bump.PATCH:
            return f"v{major}.{minor}.{patch + 1}"


def _against(repository: Repository, known: list[Release]) -> list[str]:
    reasons = []
    head = repository.commit_of("HEAD")
    if head is None:
        return ["nothing was committed yet; commit dvc.lock and reports/ first"]
    reasons += [f"named already: {release.tag} is this commit" for release in known if release.commit == head]
    changes = uncommitted(repository)
    if changes:
        more = f", and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
        reasons.append(f"uncommitted: {', '.join(entry[3:] for entry in changes[:_SHOWN])}{more}")
    if repository.read_at(head, LOCK) is None:
        return [*reasons, f"there is no {LOCK} in the last commit; run `corpus build` and commit"]
    stale = outdated(repository)
    if stale:
        reasons.append(f"out of date: {', '.join(stale)}; run `corpus build` and commit")
    try:
        pins.require_all(repository, pins.of_working_tree(repository))
    except MissingObjects as error:
        reasons.append(str(error).replace("\n", "\n  "))
    return reasons


def outdated(repository: Repository) -> list[str]:
    """The stages that DVC, or the installed engine, says are out of date."""
    from corpus.store import engine

    done = repository.dvc("status", "--json")
    if done.returncode != 0:
        raise CorpusError(f"`dvc status` failed: {done.stderr.strip()}")
    stale = [name for name in json.loads(done.stdout or "{}") if name in engine.STAGES]
    pinned, installed = engine.pinned(repository.root), engine.installed()
    return [stage for stage in engine.STAGES if stage in stale or pinned.get(stage) != installed[stage]]
