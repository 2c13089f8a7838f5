"""Decide which number the next release has, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from corpus.errors import Refused, UsageError
from corpus.repo.releases import NUMBER, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.releases.changes import Changes
    from corpus.repo.releases import Release

FIRST: Final = "v1.0.0"
_SHOWN: Final = 3


class Bump(StrEnum):
    """Which part of the number goes up; with `auto` the changes decide."""

    AUTO = "auto"
    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


# A part that really goes up.
Part = Literal[Bump.MAJOR, Bump.MINOR, Bump.PATCH]


@dataclass(frozen=True, slots=True)
class Next:
    """The next number, the part that goes up (None where the number was given, or is the first), and why."""

    version: str
    part: Part | None
    why: str


def check(known: Sequence[Release], version: str | None) -> str | None:
    """Return the number in a text such as `v1.2.3`.

    Raises:
        UsageError: the text is not a number, or not higher than all existing ones.
    """
    if version is None:
        return None
    asked = version.removeprefix("v")
    if not NUMBER.fullmatch(asked):
        raise UsageError(f"{version!r} is not a version number. Write it as v1.2.3.")
    if known and number(asked) <= number(known[-1].version):
        raise UsageError(f"v{asked} is not higher than {known[-1].version}, the last release.")
    return f"v{asked}"


def decide(known: Sequence[Release], changes: Changes | str, bump: Bump, version: str | None) -> Next | None:
    """Return the next number.

    Args:
        known: the existing releases, by version.
        changes: what changed since the last one, or why that is not known.
        bump: which part is to go up.
        version: instead, the number itself, as `check` gives it.

    Returns:
        The next number; None if nothing changed, and neither a part nor a number was requested.

    Raises:
        Refused: which part goes up cannot be decided, because what changed is not known.
    """
    if version is not None:
        return Next(version, None, "as requested")
    if not known:
        return Next(FIRST, None, "the first")
    last = known[-1].version
    match bump:
        case Bump.MAJOR | Bump.MINOR | Bump.PATCH:
            return Next(_up(last, bump), bump, "as requested")
        case Bump.AUTO:
            if isinstance(changes, str):
                advice = "or say which part goes up: --bump major, minor or patch"
                raise Refused("Not released:", [f"what changed since {last} is not known; {advice}", changes])
            judged = _judge(changes)
            return judged and Next(_up(last, judged[0]), *judged)


def _judge(changes: Changes) -> tuple[Part, str] | None:
    breaking = [str(change) for change in changes.columns if change.breaks]
    if breaking:
        return Bump.MAJOR, _listed(breaking)
    counts = ((changes.added, "added"), (changes.removed, "removed"), (changes.reidentified, "re-identified"))
    several = [f"{count:,} {'article' if count == 1 else 'articles'} {verb}" for count, verb in counts if count]
    reasons = [*several, *(str(change) for change in changes.columns)]
    if reasons:
        return Bump.MINOR, _listed(reasons)
    if changes.changed:
        return Bump.PATCH, f"{changes.changed:,} {'article' if changes.changed == 1 else 'articles'} corrected"
    if changes.tables:
        # The articles say the same; where they were found, what came before them, or what was refused is other.
        return Bump.PATCH, f"no article says anything else; {', '.join(changes.tables)} differ"
    return None


def _listed(reasons: Sequence[str]) -> str:
    more = f", and {len(reasons) - _SHOWN} more" if len(reasons) > _SHOWN else ""
    return f"{', '.join(reasons[:_SHOWN])}{more}"


def _up(last: str, part: Part) -> str:
    major, minor, patch = number(last)
    match part:
        case Bump.MAJOR:
            return f"v{major + 1}.0.0"
        case Bump.MINOR:
            return f"v{major}.{minor + 1}.0"
        case Bump.PATCH:
            return f"v{major}.{minor}.{patch + 1}"
