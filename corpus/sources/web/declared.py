"""Read what an origin declares about the use of its pages in robots.txt, tdmrep.json and RSL licences.

Its signals are stored with each document, unchanged, as they were when the document was fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from corpus.rights import signals_of_robots, signals_of_rsl, signals_of_tdmrep
from corpus.rights.signals import Signal
from corpus.sources.web.outcomes import Via

if TYPE_CHECKING:
    from collections.abc import Iterable

TDMREP: Final = "/.well-known/tdmrep.json"
# A larger file is no licence; its readers refuse it, too.
MOST_BYTES: Final = 1_000_000
_MOST_LICENCES: Final = 2


@dataclass(frozen=True, slots=True)
class Declared:
    """The files of an origin that declare what its pages may be used for.

    Attributes:
        agent: the name by which robots.txt addresses us.
        robots: its robots.txt; None if it has none.
        tdmrep: its tdmrep.json; None if it has none.
        licences: the RSL files that its robots.txt names.
    """

    agent: str
    robots: bytes | None = None
    tdmrep: bytes | None = None
    licences: tuple[bytes, ...] = ()

    def signals(self, url: str) -> tuple[Signal, ...]:
        """Return the signals of the files for a page, unchanged."""
        found = [*signals_of_robots(self.robots, url, self.agent)] if self.robots else []
        found += signals_of_tdmrep(self.tdmrep, url) if self.tdmrep else ()
        for body in self.licences:
            found += signals_of_rsl(body, url)
        return tuple(dict.fromkeys(found))


def declared(agent: str, robots: bytes | None, files: Iterable[tuple[str, bytes]]) -> Declared:
    """Return the files of an origin as one value.

    Args:
        agent: the name by which robots.txt addresses us.
        robots: its robots.txt.
        files: the other files, each with its kind, as a value of `Via`.
    """
    others = list(files)
    tdmrep = next((body for via, body in others if via == Via.TDMREP), None)
    return Declared(agent, robots, tdmrep, tuple(body for via, body in others if via == Via.RSL))


def files_of(origin: str, robots: bytes | None) -> list[tuple[Via, str]]:
    """Return the other files to fetch from an origin: its tdmrep.json, and the licences that robots.txt names."""
    found = [(Via.TDMREP, f"{origin}{TDMREP}")]
    named = [one.value for one in signals_of_robots(robots or b"", f"{origin}/") if one.name == "license" and one.value]
    for value in dict.fromkeys(named):
        try:
            url = urljoin(f"{origin}/", value)
            is_web = urlsplit(url).scheme in {"http", "https"}
        except ValueError:
            continue
        if is_web and len(found) <= _MOST_LICENCES:
            found.append((Via.RSL, url))
    return found


def signal_of(values: Iterable[str]) -> Signal:
    """Return a signal from its three values, as JSON has them."""
    where, name, value = values
    return Signal(str(where), str(name), str(value))
