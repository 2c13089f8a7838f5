"""The faults that verification finds: where each is, what was expected and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where something is wrong."""

    CACHE = "cache"
    WORKSPACE = "workspace"
    SEEDS = "seeds"
    REMOTE = "remote"
    CONTENT = "content"
    REBUILD = "rebuild"


class Trouble(StrEnum):
    """What is wrong with it."""

    MISSING = "missing"
    DAMAGED = "damaged"
    DIFFERS = "differs"
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        place: where it is.
        trouble: what is wrong.
        path: the file of the version, as it is pinned.
        detail: what was expected and what was found.
        md5: the object, if the fault is in one.
        listing: the md5 of the `.dir` object that names it, if one does.
    """

    place: Place
    trouble: Trouble
    path: str
    detail: str = ""
    md5: str | None = None
    listing: str | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.path} {self.trouble}" + (f" ({self.detail})" if self.detail else "")


@dataclass(frozen=True, slots=True)
class Verified:
    """What verification checked, and what it found.

    Attributes:
        version: what was verified.
        commit: its commit; None for the working tree.
        looked: how many things of each kind were checked.
        faults: the remaining faults.
        mended: the faults that were mended.
        notes: what could not be checked, and why.
    """

    version: str
    commit: str | None
    looked: dict[str, int]
    faults: tuple[Fault, ...]
    mended: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
