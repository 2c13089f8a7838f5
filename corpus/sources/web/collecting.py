"""The settings in collect.yaml as frozen values: who collects, from where, how often, and how politely."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from corpus.sources.web import values
from schemas.rights import Ground, Purpose, Unknown

if TYPE_CHECKING:
    from pathlib import PurePosixPath


class Kind(StrEnum):
    """What a source is."""

    FEED = "feed"
    SITEMAP = "sitemap"
    ROBOTS = "robots"
    URLS = "urls"
    WORDPRESS = "wordpress"
    PAGE = "page"


class Seal(StrEnum):
    """When spooled documents become a batch: with each run, or once a day."""

    RUN = "run"
    DAY = "day"


class Keep(StrEnum):
    """Which bodies are kept: those whose words or metadata changed, or all."""

    CHANGED = "changed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Agent:
    """Who collects: the name that robots.txt files address, and where to complain."""

    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class FetchRights:
    """The rights that a document must have to be stored: the purpose, further reasons to refuse, what if unknown."""

    purpose: Purpose | None = None
    exclude: tuple[Ground, ...] = ()
    unknown: Unknown = Unknown.EXCLUDE

    def __bool__(self) -> bool:
        """Return whether these rights can refuse anything."""
        return self.purpose is not None or bool(self.exclude)


@dataclass(frozen=True, slots=True)
class Source:
    """One source of articles, with the defaults applied.

    Attributes:
        name: its name, unique in the file.
        kind: what is found at its address.
        url: its address; "" for the kind `urls`.
        path: the file of addresses, relative to collect.yaml, for the kind `urls`.
        publisher: the publisher's domain, where it is declared.
        licence: a note on the licence, stored with each batch.
        every: how often the source is checked for new articles.
        delay: the least gap between two requests to a host, from the end of the last answer.
        recrawl: the ages after which a known article is requested again.
        max_new: the largest number of new articles in one run.
        max_age: older entries are not fetched, if the source dates them.
        include: patterns. If there are any, an address must match one of them.
        exclude: patterns. An address must match none of them.
        seal: when spooled documents become a batch.
        keep: which bodies are kept.
        rights: what rights a document must have to be stored.
    """

    name: str
    kind: Kind
    url: str
    path: PurePosixPath | None = None
    publisher: str | None = None
    licence: str | None = None
    every: timedelta = timedelta(hours=1)
    delay: timedelta = timedelta(seconds=5)
    recrawl: tuple[timedelta, ...] = (
        timedelta(hours=1),
        timedelta(hours=6),
        timedelta(days=1),
        timedelta(days=7),
        timedelta(days=30),
    )
    max_new: int = 500
    max_age: timedelta = timedelta(days=14)
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    seal: Seal = Seal.RUN
    keep: Keep = Keep.CHANGED
    rights: FetchRights = FetchRights()

    def admits(self, address: str) -> bool:
        """Return whether an address matches `include`, if there are patterns, and nothing in `exclude`."""
        if self.include and not any(values.matches(pattern, address) for pattern in self.include):
            return False
        return not any(values.matches(pattern, address) for pattern in self.exclude)


@dataclass(frozen=True, slots=True)
class Collecting:
    """All of collect.yaml. `alerts` may have `${NAME}`: the environment variable with the address."""

    agent: Agent
    sources: tuple[Source, ...]
    alerts: tuple[str, ...] = ()
