"""The outcome of a request, exactly one for each, and its observation, which is stored."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any, Final

from schemas.outcomes import Outcome, Via

__all__ = [
    "ANSWERED", "GONE", "NOT_SENT", "PASSING", "REFUSED", "UNCHANGED", "Hop", "Observation", "Outcome", "Via",
]  # fmt: skip


NOT_SENT: Final = frozenset({Outcome.EXCLUDED, Outcome.BUDGET, Outcome.DEFERRED})
UNCHANGED: Final = frozenset({Outcome.UNCHANGED_304, Outcome.UNCHANGED_BYTES, Outcome.UNCHANGED_TEXT})
GONE: Final = frozenset({Outcome.GONE_404, Outcome.GONE_410})
ANSWERED: Final = frozenset({Outcome.NEW, Outcome.CHANGED, *UNCHANGED})
# They may pass by themselves: the next run asks again.
PASSING: Final = frozenset(
    {Outcome.RATE_LIMITED, Outcome.HTTP_5XX, Outcome.TIMEOUT, Outcome.TLS, Outcome.DNS, Outcome.UNREACHABLE}
)
REFUSED: Final = frozenset(Outcome) - NOT_SENT - ANSWERED - GONE - PASSING


@dataclass(frozen=True, slots=True)
class Hop:
    """A redirect: the address that answered with it, and its status."""

    url: str
    status: int


@dataclass(frozen=True, slots=True)
class Observation:
    """One request and its outcome.

    Attributes:
        url: the requested address; `final_url` is the one that answered after redirects, if it is another.
        at: when the answer had arrived, or the attempt ended.
        sha256: the sha256 of the decoded body; of the known body if it is unchanged.
        words_sha256: the sha256 of all visible words and declared metadata of a page.
        robots_sha256: the sha256 of the robots.txt that allowed or refused the request.
        address: the IP address that answered.
        seconds: from sending the request to its end.
        size: the bytes of the decoded body.
        detail: further information, in words.
    """

    source: str
    via: Via
    url: str
    at: datetime
    outcome: Outcome
    status: int | None = None
    final_url: str | None = None
    redirects: tuple[Hop, ...] = ()
    sha256: str | None = None
    words_sha256: str | None = None
    robots_sha256: str | None = None
    address: str | None = None
    seconds: float | None = None
    size: int | None = None
    media_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    detail: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as values for JSON, without null values."""
        # Not `asdict` of all, which copies each value.
        values = {name: getattr(self, name) for name in _NAMES}
        values["at"] = self.at.isoformat()
        values["redirects"] = [asdict(hop) for hop in self.redirects]
        return {name: value for name, value in values.items() if value not in (None, (), [])}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Observation:
        """Return the observation that `as_dict` gave. Raises KeyError, TypeError or ValueError if it is not one."""
        found = dict(values)
        found["via"], found["outcome"] = Via(found["via"]), Outcome(found["outcome"])
        found["at"] = datetime.fromisoformat(found["at"]).astimezone(UTC)
        found["redirects"] = tuple(Hop(**hop) for hop in found.get("redirects") or ())
        return cls(**found)


_NAMES: Final = tuple(one.name for one in fields(Observation))
