"""What is asked for by `corpus collect`, and what becomes of a request. `observations` has the table."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a request. The last three were never sent."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED_304 = "unchanged-304"
    UNCHANGED_BYTES = "unchanged-bytes"
    UNCHANGED_TEXT = "unchanged-text"
    GONE_404 = "gone-404"
    GONE_410 = "gone-410"
    ROBOTS = "robots"
    RIGHTS_REFUSED = "rights-refused"
    BLOCKED_ADDRESS = "blocked-address"
    RATE_LIMITED = "rate-limited"
    HTTP_4XX = "http-4xx"
    HTTP_5XX = "http-5xx"
    TIMEOUT = "timeout"
    TLS = "tls"
    DNS = "dns"
    UNREACHABLE = "unreachable"
    TOO_LARGE = "too-large"
    BOMB = "bomb"
    NOT_HTML = "not-html"
    LOGIN_WALL = "login-wall"
    REDIRECTS = "redirects"
    WITHDRAWN = "withdrawn"
    EXCLUDED = "excluded"
    BUDGET = "budget"
    DEFERRED = "deferred"


class Via(StrEnum):
    """What was asked for."""

    PAGE = "page"
    ENTRY = "entry"
    DISCOVERY = "discovery"
    ROBOTS = "robots"
    TDMREP = "tdmrep"
    RSL = "rsl"
