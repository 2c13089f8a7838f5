"""URLs: one form for what is certainly the same address, and who publishes it. Asks no server."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, urlsplit

if TYPE_CHECKING:
    from tldextract import TLDExtract

_LONGEST: Final = 4_096
_PORTS: Final = {"http": 80, "https": 443}
# Parameters that say how a reader came, never what is read.
_TRACKING: Final = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "oly_anon_id",
        "oly_enc_id",
        "_hsenc",
        "_hsmi",
        "hsctatracking",
        "vero_id",
        "wickedid",
        "rb_clickid",
        "s_cid",
        "ncid",
        "cmpid",
        "ito",
        "xtor",
        "ref_src",
        "ref_url",
        "__twitter_impression",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "spm",
        "at_medium",
        "at_campaign",
        "at_custom1",
        "at_custom2",
        "at_custom3",
        "at_custom4",
        "at_link_id",
        "at_link_origin",
        "at_link_type",
        "at_ptr_name",
        "at_format",
    ]
)
_TRACKING_PREFIXES: Final = ("utm_", "pk_", "mtm_", "matomo_", "stm_", "at_custom")
_BLANK: Final = re.compile(r"[\s\x00-\x1f]")
_UNRESERVED: Final = re.compile(r"%([2-7][0-9a-fA-F])")
# What is canonical at first sight, as most are: no port, escape, query or segment of points. Its host is group 1.
_CANONICAL: Final = re.compile(
    r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)+", re.ASCII
)
_ESCAPE: Final = re.compile(r"%[0-9a-fA-F]{2}")
# Google's and Bing's AMP caches name the publisher's host; dashes are doubled there.
_AMP_CACHE: Final = re.compile(r"^/[cvi](?:/s)?/((?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+/.*)$")


def canonical(url: str) -> str | None:
    """The canonical form of an http(s) URL; None for anything else. Idempotent, and never raises.

    Scheme and host in lower case, no default port, user, fragment, tracking parameters or trailing slash; the
    publisher's own address instead of a Google AMP cache's. `m.` and `/amp` stay: there it is not certain.
    """
    url = url.strip().strip("<>").strip()
    if len(url) > _LONGEST:
        return None
    plain = _CANONICAL.fullmatch(url)
    return url if plain and not plain[1].endswith("ampproject.org") else _canonical(url)


def placed(url: str) -> tuple[str | None, str | None]:
    """The canonical form of a URL, and its publisher: `canonical` and `publisher` at once."""
    url = url.strip().strip("<>").strip()
    plain = _CANONICAL.fullmatch(url) if len(url) <= _LONGEST else None
    if plain and not plain[1].endswith("ampproject.org"):
        return url, registrable(plain[1])
    found = canonical(url)
    return found, publisher(found) if found else None


@lru_cache(maxsize=16_384)
def _canonical(url: str) -> str | None:
    if _BLANK.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = _host(parts)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or host is None:
        return None
    path = _path(parts.path)
    if host.endswith(".cdn.ampproject.org") or host == "cdn.ampproject.org":
        inner = _AMP_CACHE.match(path)
        if inner:
            query = f"?{parts.query}" if parts.query else ""
            return canonical(f"https://{inner[1]}{query}")
    netloc = host if port is None or port == _PORTS[scheme] else f"{host}:{port}"
    query = _query(parts.query)
    return f"{scheme}://{netloc}{path}{query}"


def _host(parts: SplitResult) -> str | None:
    host = (parts.hostname or "").rstrip(".")
    if not host:
        return None
    if ":" in host:
        return f"[{host}]"
    if host.isascii():
        return host if re.fullmatch(r"[a-z0-9._~-]+", host) else None
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return None


def _path(path: str) -> str:
    path = _plain(path)
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if len(segments) > 1:
                segments.pop()
        elif segment != ".":
            segments.append(segment)
    path = "/".join(segments)
    path = path if path.startswith("/") else f"/{path}"
    return path.rstrip("/") or "/"


def _plain(text: str) -> str:
    """Escapes in one form: letters and digits not escaped, hex digits in upper case, others escaped."""

    def unescape(match: re.Match[str]) -> str:
        letter = chr(int(match[1], 16))
        return letter if letter.isalnum() or letter in "-._~" else match[0].upper()

    if "%" in text:
        text = _ESCAPE.sub(lambda match: match[0].upper(), _UNRESERVED.sub(unescape, text))
    if not text.isascii():
        text = "".join(c if c.isascii() else "".join(f"%{b:02X}" for b in c.encode("utf-8", "replace")) for c in text)
    return text


def _query(query: str) -> str:
    if not query:
        return ""
    kept = [
        part
        for part in _plain(query).split("&")
        if part
        and (name := part.partition("=")[0].lower()) not in _TRACKING
        and not name.startswith(_TRACKING_PREFIXES)
    ]
    return f"?{'&'.join(kept)}" if kept else ""


@cache
def _suffixes() -> TLDExtract:
    import tldextract  # a tenth of a second; only who parses pays

    # The list that ships in the package: no network, no cache folder, the same answer everywhere.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=16_384)
def registrable(host: str) -> str | None:
    """The registrable domain of a host, by the public suffix list; None if it has none.

    >>> registrable("www.news.example.co.uk")
    'example.co.uk'
    """
    return _suffixes()(host).top_domain_under_public_suffix or None


def publisher(url: str) -> str | None:
    """The registrable domain of a canonical URL."""
    plain = _CANONICAL.fullmatch(url)
    if plain:
        return registrable(plain[1])
    return registrable(urlsplit(url).hostname or "")
