"""The result of one check of `corpus doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """The severity of a finding."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        about: what was checked, such as `git`, `disk` or `remote store`.
        level: the severity.
        found: what was found.
        mend: what to do about it; None if nothing has to be done.
    """

    about: str
    level: Level
    found: str
    mend: str | None = None


def ok(about: str, found: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(about, Level.OK, found)


def warning(about: str, found: str, mend: str) -> Finding:
    """Return a finding about something that works now, but may fail later or for others."""
    return Finding(about, Level.WARNING, found, mend)


def problem(about: str, found: str, mend: str) -> Finding:
    """Return a finding about something that does not work."""
    return Finding(about, Level.PROBLEM, found, mend)
