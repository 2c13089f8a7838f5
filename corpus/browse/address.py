"""Addresses of pages: what is asked for in the path and the query of a request, and links that keep the version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode

from corpus.search.facets import FACETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_VERSION: Final = "v"
_JSON: Final = ".json"
# Parameters of one request; more are a mistake or an attack.
_MOST: Final = 400


@dataclass(frozen=True, slots=True)
class Address:
    """Which version the pages are of, as their addresses name it.

    Attributes:
        rev: the revision in the path; None for the version that the server was started with.
        as_of: the day in the query; None for the version as it is.
    """

    rev: str | None = None
    as_of: str | None = None

    def to(self, *segments: object, **query: object) -> str:
        """Return the address of a page.

        Args:
            segments: of the path; each is encoded, slashes in it too.
            query: names and values; a tuple or list gives several values; None is left out.
        """
        every = [*((_VERSION, self.rev) if self.rev is not None else ()), *segments]
        path = "/" + "/".join(quote(str(one), safe="@") for one in every)
        if not segments and every:
            path += "/"
        return path + encoded([*_pairs(query), *([("asof", self.as_of)] if self.as_of else [])])

    def json(self, segments: Iterable[str], query: Mapping[str, tuple[str, ...]]) -> str:
        """Return the address of a page's data."""
        *before, last = [*segments] or ["index"]
        return self.to(*before, f"{last}{_JSON}", **query)


def encoded(pairs: Iterable[tuple[str, str]]) -> str:
    """Return a query with its question mark; empty without any pair."""
    query = urlencode(list(pairs))
    return f"?{query}" if query else ""


def _pairs(query: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for name, value in query.items():
        several = value if isinstance(value, (tuple, list)) else () if value is None else (value,)
        yield from ((name, str(one)) for one in several)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for.

    Attributes:
        address: the version that the page shows.
        segments: the parts of the path after the version, decoded.
        query: the values of each parameter except `asof`. Empty values are left out, except those of facets.
        as_json: whether the request asks for the data of the page as JSON.
    """

    address: Address
    segments: tuple[str, ...] = ()
    query: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    as_json: bool = False

    def one(self, name: str) -> str:
        """Return the last value of a parameter; empty without one."""
        return self.query.get(name, ("",))[-1]

    def number(self, name: str, default: int = 1, most: int = 10**9) -> int:
        """Return a parameter as a number from 1 on; the default where it is not one."""
        value = self.one(name)
        return min(max(int(value), 1), most) if value.isascii() and value.isdecimal() and len(value) < 12 else default

    @property
    def here(self) -> str:
        """The address of the page itself."""
        return self.address.to(*self.segments, **self.query)

    @property
    def data(self) -> str:
        """The address of the page's data."""
        return self.address.json(self.segments, self.query)

    def but(self, **changed: object) -> str:
        """Return the address of the same page with other parameters; None takes one away."""
        return self.address.to(*self.segments, **{**self.query, **changed})


def read(raw_path: str, query: str) -> Asked:
    """Return what a request asks for.

    Args:
        raw_path: as it was sent, still encoded: a segment may have a slash in it.
        query: likewise.
    """
    segments = [unquote(one, errors="replace") for one in raw_path.strip("/").split("/") if one]
    rev = None
    if len(segments) > 1 and segments[0] == _VERSION:
        rev, segments = segments[1], segments[2:]
    as_json = bool(segments) and segments[-1].endswith(_JSON)
    if as_json:
        segments[-1] = segments[-1].removesuffix(_JSON)
    if segments == ["index"]:
        segments = []
    found: dict[str, tuple[str, ...]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="replace")[:_MOST]:
        if not value and name not in FACETS:
            # A field of a form that was not filled in. Of a facet it means: no value.
            continue
        found[name] = (*found.get(name, ()), value)
    as_of = found.pop("asof", (None,))[-1]
    return Asked(Address(rev, as_of), tuple(segments), found, as_json)
