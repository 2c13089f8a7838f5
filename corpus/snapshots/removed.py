"""Read and write `removed.yaml`: the releases with withdrawals, their successors, and the objects that were removed.

The file is small and in git, so that an old version can explain why its objects are missing. No build reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import yaml

from corpus.errors import CorpusError, Withdrawn
from corpus.text import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corpus.repo.repository import Repository

REMOVED: Final = "removed.yaml"
_HEADER: Final = (
    "# Objects that were removed from the cache and the remotes, and which releases took the place of those that had\n"
    "# them, so that old versions explain themselves. `corpus forget --everywhere` writes this.\n"
)


@dataclass(frozen=True, slots=True)
class Removal:
    """One withdrawal from past releases: each release with its successor, and the md5s of the removed objects."""

    date: date
    reason: str
    releases: Mapping[str, str] = field(default_factory=dict)
    objects: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mark:
    """The mark of a release with withdrawals: the date and reason of the last one, and the tag of the successor."""

    date: date
    reason: str
    successor: str


def parse(text: str | None) -> list[Removal]:
    """Return the removals in the text of a record.

    Raises:
        CorpusError: the text is not a record of removals.
    """
    try:
        values = plain_yaml.load(text or "") or {"removals": []}
        return [
            Removal(
                date.fromisoformat(str(entry["date"])),
                str(entry["reason"]),
                {str(old): str(new) for old, new in (entry.get("releases") or {}).items()},
                frozenset(str(entry.get("objects") or "").split()),
            )
            for entry in values["removals"]
        ]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        message = " ".join(str(error).split())
        raise CorpusError(f"{REMOVED} cannot be read: {message}. `git checkout -- {REMOVED}` restores it.") from None


def as_text(removals: Sequence[Removal]) -> str:
    """Return the record as text."""
    entries: list[dict[str, Any]] = []
    for one in removals:
        entry: dict[str, Any] = {"date": one.date.isoformat(), "reason": one.reason}
        if one.releases:
            entry["releases"] = dict(sorted(one.releases.items()))
        if one.objects:
            entry["objects"] = " ".join(sorted(one.objects))
        entries.append(entry)
    return _HEADER + yaml.safe_dump({"removals": entries}, sort_keys=False, allow_unicode=True, width=110)


def of_head(repository: Repository) -> list[Removal]:
    """Return the removals in the last commit; an empty list without a commit."""
    head = repository.commit_of("HEAD")
    return parse(repository.read_at(head, REMOVED) if head else None)


def marks(removals: Iterable[Removal]) -> dict[str, Mark]:
    """Return the mark of each release with withdrawals, by tag; the last one of several."""
    direct = {old: Mark(one.date, one.reason, new) for one in removals for old, new in one.releases.items()}
    found = {}
    for old, mark in direct.items():
        seen = {old}
        last = mark
        while last.successor in direct and last.successor not in seen:
            seen.add(last.successor)
            last = direct[last.successor]
        found[old] = last
    return found


def explain(
    repository: Repository, commit: str | None, objects: Iterable[str], removals: Sequence[Removal] | None = None
) -> None:
    """Raise an error if missing objects were withdrawn.

    Args:
        repository: the repository of the objects.
        commit: the version that wants them.
        objects: their md5s.
        removals: the removals on record, if the caller has read them already.

    Raises:
        Withdrawn: one of them was withdrawn. The error has the date, the reason and the successor.
    """
    asked = set(objects)
    removals = of_head(repository) if removals is None else removals
    hit = next((one for one in reversed(removals) if asked & one.objects), None)
    if hit is None:
        return
    tags = repository.tags_at(commit) if commit else []
    after = marks(removals)
    name = next((tag for tag in tags if tag in after), None)
    version = name or (commit[:10] if commit else "The working tree")
    raise Withdrawn(version, hit.date, hit.reason, after[name].successor if name else None)
