"""A signal as it was found, and the columns that signals give. Values only."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from schemas.rights import Consent  # noqa: TC001 - a field

MOST_SIGNALS: Final = 60
_LONGEST: Final = 2_000


class Place(StrEnum):
    """Where a signal was found."""

    HEADER = "header"
    META = "meta"
    LINK = "link"
    JSON_LD = "json-ld"
    ROBOTS = "robots.txt"
    TDMREP = "tdmrep.json"
    RSL = "rsl"


class Signal(NamedTuple):
    """One signal, to the letter: where it was found, its name in lower case, and its value."""

    where: str
    name: str
    value: str


class Rights(NamedTuple):
    """The columns of `articles` that are derived from signals."""

    licence_url: str | None = None
    licence_id: str | None = None
    tdm_reservation: bool | None = None
    tdm_policy: str | None = None
    ai_train: Consent | None = None
    ai_input: Consent | None = None
    search: Consent | None = None
    ai_agents_closed: tuple[str, ...] = ()
    robots_tags: tuple[str, ...] = ()
    copyright_holder: str | None = None
    usage_info: str | None = None
    free_access: bool | None = None


NOTHING: Final = Rights()


def signal(where: Place, name: str, value: str) -> Signal:
    """Return a signal on one line, of bounded length."""
    line = " ".join(value[:_LONGEST].encode("utf-8", "replace").decode().split())
    return Signal(where.value, name.strip().lower()[:100], "".join(one for one in line if one.isprintable()))
