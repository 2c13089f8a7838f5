"""What the doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: what: `git`, `disk`, `remote store`.
        level: how bad it is.
        found: what was found.
        mend: what to do about it; None where nothing need be.
    """

    about: str
    level: Level
    found: str
    mend: str | None = None


def ok(about: str, found: str) -> Finding:
    """All is well."""
    return Finding(about, Level.OK, found)


def warning(about: str, found: str, mend: str) -> Finding:
    """Works, and may not for long or for others."""
    return Finding(about, Level.WARNING, found, mend)


def problem(about: str, found: str, mend: str) -> Finding:
    """Does not work."""
    return Finding(about, Level.PROBLEM, found, mend)
