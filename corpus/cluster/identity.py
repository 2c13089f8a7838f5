"""What must be the same on a worker as on this machine, so that both make the same bytes."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass
from importlib import metadata

from corpus.tables import engine

__fingerprint__ = False


@dataclass(frozen=True, slots=True)
class Identity:
    """The engine of a process.

    Attributes:
        python: the minor version of Python.
        platform: the system and the processor.
        dask: the version of `distributed`: its versions do not all understand each other.
        engine: the fingerprint of the code behind each stage, by the stage's name.
        parsers: the parsers of other packages, with their versions.
    """

    python: str
    platform: str
    dask: str
    engine: tuple[tuple[str, str], ...]
    parsers: tuple[str, ...]


def own() -> Identity:
    """Return the identity of this process. Reads all of our source, unless that is remembered."""
    return Identity(
        ".".join(map(str, sys.version_info[:2])),
        f"{sys.platform} {platform.machine()}",
        metadata.version("distributed"),
        tuple(sorted(engine.installed().items())),
        tuple(engine.registered()),
    )


def differences(there: Identity, here: Identity) -> list[str]:
    """Return in words how a worker differs; empty if it is the same."""
    found = [
        f"{name} {theirs} there, {ours} here"
        for name, theirs, ours in (
            ("Python", there.python, here.python),
            ("platform", there.platform, here.platform),
            ("distributed", there.dask, here.dask),
        )
        if theirs != ours
    ]
    ours = dict(here.engine)
    found += [
        f"the engine of {name} is {value} there, {ours.get(name)} here"
        for name, value in there.engine
        if ours.get(name) != value
    ]
    found += [f"the parser {one} is only there" for one in there.parsers if one not in here.parsers]
    return found + [f"the parser {one} is only here" for one in here.parsers if one not in there.parsers]
