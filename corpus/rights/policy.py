"""Which articles may be used for what: a policy as conditions on the columns of rights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from schemas.rights import Consent, Ground, Purpose, Unknown

if TYPE_CHECKING:
    import polars as pl

# The columns that a policy looks at.
COLUMNS: Final = (
    "licence_url", "licence_id", "tdm_reservation", "ai_train", "ai_input", "search", "ai_agents_closed", "robots_tags",
    "free_access",
)  # fmt: skip
_COLUMN: Final = {Purpose.TRAIN: "ai_train", Purpose.INPUT: "ai_input", Purpose.SEARCH: "search"}
# Licences that allow any use if authors are named or versions shared alike: a publisher that grants one consents.
_OPEN: Final = r"^(?:CC0-|CC-PDM-|CC-BY-\d|CC-BY-SA-\d|OGL-|ODC-By-|ODbL-|PDDL-|DL-DE-|etalab-|Apache-|MIT$)"
_CC: Final = r"(?i)creativecommons\.org/licen[sc]es/[a-z-]*\b"
_DENYING_TAGS: Final = {
    Ground.NOINDEX: ("noindex", "none"),
    Ground.NOARCHIVE: ("noarchive", "nocache"),
    Ground.NOSNIPPET: ("nosnippet", "max-snippet:0", "max-snippet: 0"),
    Ground.NOAI: ("noai", "noml"),
}
DENIED: Final = "rights: denied"
UNKNOWN: Final = "rights: unknown"


@dataclass(frozen=True, slots=True)
class Policy:
    """What articles must allow.

    Attributes:
        purpose: what they are wanted for; None leaves out nothing by itself.
        exclude: further grounds to leave an article out.
        unknown: what becomes of an article if nothing says whether it may be used for the purpose.
    """

    purpose: Purpose | None = None
    exclude: tuple[Ground, ...] = ()
    unknown: Unknown = Unknown.EXCLUDE

    def __bool__(self) -> bool:
        """Return whether it can leave anything out."""
        return self.purpose is not None or bool(self.exclude)

    def conditions(self) -> dict[str, pl.Expr]:
        """Return what an article must meet, each under the reason for which it is left out. Never null."""
        found: dict[str, pl.Expr] = {}
        if self.purpose is not None:
            found[DENIED] = ~is_denied(self.purpose)
            if self.unknown is Unknown.EXCLUDE:
                found[UNKNOWN] = ~is_unknown(self.purpose)
        for ground in Ground:
            if ground in self.exclude:
                found[f"rights: {ground.value}"] = ~_is_ground(ground)
        return found

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        values = {
            "purpose": self.purpose and self.purpose.value,
            "exclude": [ground.value for ground in self.exclude],
            "unknown": self.unknown.value if self.purpose else None,
        }
        return {name: value for name, value in values.items() if value}

    def __str__(self) -> str:
        """Return it in words, as a card shows it."""
        words = [] if self.purpose is None else [f"{self.purpose.value} ({self.unknown.value} if unknown)"]
        return ", ".join([*words, *(f"not {ground.value}" for ground in self.exclude)])


EVERYTHING: Final = Policy()


def is_denied(purpose: Purpose) -> pl.Expr:
    """Return whether an article's publisher denies a purpose; to train is text and data mining."""
    import polars as pl

    denied = pl.col(_COLUMN[purpose]) == Consent.DENY.value
    if purpose is Purpose.TRAIN:
        denied = denied.fill_null(value=False) | pl.col("tdm_reservation")
    return denied.fill_null(value=False)


def is_unknown(purpose: Purpose) -> pl.Expr:
    """Return whether nothing says that an article may be used for a purpose, nor that it may not."""
    import polars as pl

    known = pl.col(_COLUMN[purpose]).is_not_null() | pl.col("licence_id").str.contains(_OPEN).fill_null(value=False)
    if purpose is Purpose.TRAIN:
        known = known | pl.col("tdm_reservation").is_not_null()
    return ~known


def _is_ground(ground: Ground) -> pl.Expr:
    """Return whether there is a ground to leave an article out."""
    import polars as pl

    if ground in _DENYING_TAGS:
        tags = pl.col("robots_tags")
        return reduce(or_, (tags.list.contains(tag) for tag in _DENYING_TAGS[ground])).fill_null(value=False)
    licence, address = pl.col("licence_id"), pl.col("licence_url")
    match ground:
        case Ground.TDM_RESERVED:
            found = pl.col("tdm_reservation")
        case Ground.AGENTS_CLOSED:
            found = pl.col("ai_agents_closed").list.len() > 0
        case Ground.PAYWALLED:
            found = ~pl.col("free_access")
        case Ground.NON_COMMERCIAL:
            found = _has(licence, r"^CC-.*\bNC\b") | _has(address, f"{_CC}nc\\b")
        case Ground.NO_DERIVATIVES:
            found = _has(licence, r"^CC-.*\bND\b") | _has(address, f"{_CC}nd\\b")
        case _:
            found = licence.is_null() & address.is_null()
    return found.fill_null(value=False)


def _has(column: pl.Expr, pattern: str) -> pl.Expr:
    return column.str.contains(pattern).fill_null(value=False)
