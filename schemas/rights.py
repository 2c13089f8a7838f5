"""What a publisher can allow or deny, for what use, and on which grounds an article is left out."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Consent(StrEnum):
    """What a publisher says of one use. A null in its place is not consent."""

    ALLOW = "allow"
    DENY = "deny"


class Purpose(StrEnum):
    """What articles are wanted for: the uses that Content-Signal and IETF AI preferences tell apart."""

    TRAIN = "train"
    INPUT = "input"
    SEARCH = "search"


class Ground(StrEnum):
    """A reason to leave an article out for every purpose: the values of `rights.exclude`."""

    TDM_RESERVED = "tdm-reserved"
    AGENTS_CLOSED = "agents-closed"
    NOINDEX = "noindex"
    NOARCHIVE = "noarchive"
    NOSNIPPET = "nosnippet"
    NOAI = "noai"
    PAYWALLED = "paywalled"
    NON_COMMERCIAL = "non-commercial"
    NO_DERIVATIVES = "no-derivatives"
    NO_LICENCE = "no-licence"


class Unknown(StrEnum):
    """What becomes of an article whose publisher says nothing of the purpose."""

    KEEP = "keep"
    EXCLUDE = "exclude"


PURPOSES: Final[dict[Purpose, str]] = {
    Purpose.TRAIN: "train or fine-tune models; text and data mining",
    Purpose.INPUT: "give articles to a model as input: retrieval, grounding, summaries",
    Purpose.SEARCH: "index articles and show links with short excerpts",
}
GROUNDS: Final[dict[Ground, str]] = {
    Ground.TDM_RESERVED: "the rights to text and data mining are reserved (TDMRep)",
    Ground.AGENTS_CLOSED: "robots.txt closes the page to at least one AI crawler",
    Ground.NOINDEX: "the page asks not to be indexed",
    Ground.NOARCHIVE: "the page asks that no copy of it is shown",
    Ground.NOSNIPPET: "the page asks that no excerpt of it is shown",
    Ground.NOAI: "the page carries `noai` or `noml`",
    Ground.PAYWALLED: "the page says that it is not free to read",
    Ground.NON_COMMERCIAL: "the licence is for non-commercial use",
    Ground.NO_DERIVATIVES: "the licence does not allow derivatives",
    Ground.NO_LICENCE: "no licence was found",
}
