"""Write URLs of the same address in one form, and find their publishers. No server is contacted."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, unquote, urlsplit

import idna

from corpus.text.tracking import is_tracking

if TYPE_CHECKING:
    from collections.abc import Callable

    from tldextract import TLDExtract

_LONGEST: Final = 4_096
_PORTS: Final = {"http": 80, "https": 443}
_BLANK: Final = re.compile(r"[\s\x00-\x1f]")
_UNRESERVED: Final = re.compile(r"%([2-7][0-9a-fA-F])")
# What is canonical at first sight, as most are: no port, escape, query or segment of points. Its host is group 1.
_CANONICAL: Final = re.compile(
    r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?:/[\w~!$&'()*+,;=:@-][\w.~!$&'()*+,;=:@-]*)+", re.ASCII
)
# Of a netloc without its user: the host, and a port.
_WRITTEN_HOST: Final = re.compile(r"^(\[[^\]]*\]|[^:]*)(?::.*)?$")
_JOINERS: Final = "\u200c\u200d"
# RFC 1035
_LONGEST_LABEL: Final = 63
# Some write the `!` and the `/` of a route as escapes.
_ENCODED_MARK: Final = re.compile(r"^%21")
_ENCODED_SLASH: Final = re.compile(r"^(!?)%2F", re.IGNORECASE)
# Only such addresses had another form before.
_DIFFERS: Final = re.compile(r"[^\x00-\x7f]|xn--|#", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"%[0-9a-fA-F]{2}")
# Google's and Bing's AMP caches name the publisher's host; dashes are doubled there.
_AMP_CACHE: Final = re.compile(r"^/[cvi](?:/s)?/((?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+/.*)$")


def canonical(url: str) -> str | None:
    """Return the canonical form of an http(s) URL; None for anything else. Idempotent; never raises.

    Scheme and host in lower case, no default port, user, tracking parameters or trailing slash; the publisher's own
    address instead of a Google AMP cache's. `m.` and `/amp` stay, because it is not certain what they mean. Hosts are
    in ASCII, as browsers write them. A fragment stays if it is a route, as `#!/news/123` or `#/123`; any other is
    dropped.
    """
    url = url.strip().strip("<>").strip()
    if len(url) > _LONGEST:
        return None
    plain = _CANONICAL.fullmatch(url)
    return url if plain and not plain[1].endswith("ampproject.org") else _canonical(url)


def former(url: str) -> tuple[str, ...]:
    """Return the other canonical forms that earlier versions gave to an address.

    They knew no routes, and wrote hosts as IDNA 2003 has them, where `faß.de` is `fass.de`. What was withdrawn under
    such a form stays withdrawn.

    Args:
        url: an address as found, or its canonical form, whose host is decoded to try what was written.
    """
    url = url.strip().strip("<>").strip()
    if len(url) > _LONGEST or not _DIFFERS.search(url):
        return ()
    found = {_form(url, _Form(host=as_written, route=False)) for as_written in (_idna_2003, _idna_2003_decoded)}
    return tuple(sorted(one for one in found - {canonical(url)} if one))


def placed(url: str) -> tuple[str | None, str | None]:
    """Return the canonical form of a URL and its publisher: `canonical` and `publisher` together."""
    url = url.strip().strip("<>").strip()
    plain = _CANONICAL.fullmatch(url) if len(url) <= _LONGEST else None
    if plain and not plain[1].endswith("ampproject.org"):
        return url, registrable(plain[1])
    found = canonical(url)
    return found, publisher(found) if found else None


@dataclass(frozen=True, slots=True)
class _Form:
    """How a version of this project wrote URLs: the form of the host, and whether routes are kept."""

    host: Callable[[str], str | None]
    route: bool


@lru_cache(maxsize=16_384)
def _canonical(url: str) -> str | None:
    return _form(url, _NOW)


def _form(url: str, form: _Form) -> str | None:
    if _BLANK.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = _host(parts, form.host)
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
            return _form(f"https://{inner[1]}{query}", form)
    netloc = host if port is None or port == _PORTS[scheme] else f"{host}:{port}"
    query = _query(parts.query)
    route = _route(parts.fragment) if form.route else ""
    return f"{scheme}://{netloc}{path}{query}{route}"


def _host(parts: SplitResult, to_ascii: Callable[[str], str | None]) -> str | None:
    # Not `hostname`: Python's lower case of a capital sigma depends on its place.
    host = _WRITTEN_HOST.sub(r"\1", parts.netloc.rpartition("@")[2])
    if not host:
        return None
    if host.startswith("["):
        return host.lower()
    found = to_ascii(unquote(host, errors="strict") if "%" in host else host)
    found = found.rstrip(".") if found else None
    return found if found and re.fullmatch(r"[a-z0-9._~-]+", found) else None


def _uts_46(host: str) -> str | None:
    """Return a host in ASCII by UTS 46, non-transitional, as browsers do; None if it has a label that cannot be."""
    if host.isascii():
        return host.lower()
    try:
        # Emoji are no letters of IDNA 2008, but there are such hosts.
        labels = idna.uts46_remap(host, std3_rules=False, transitional=False).rstrip(".").split(".")
        return ".".join(_label(label) for label in labels)
    except (idna.IDNAError, UnicodeError):
        return None


def _label(label: str) -> str:
    if label.isascii():
        if not label:
            raise UnicodeError("an empty label")
        return label
    for place, letter in enumerate(label):
        # Joiners are seen in some scripts only. Elsewhere they would make two hosts that look the same.
        if letter in _JOINERS and not idna.valid_contextj(label, place):
            raise UnicodeError("a joiner at an invalid place")
    found = f"xn--{label.encode('punycode').decode('ascii')}"
    if len(found) > _LONGEST_LABEL or unicodedata.category(label[0]).startswith("M"):
        raise UnicodeError("an invalid label")
    return found


def _idna_2003(host: str) -> str | None:
    try:
        return host.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return None


def _idna_2003_decoded(host: str) -> str | None:
    try:
        labels = [
            label[4:].encode("ascii").decode("punycode") if label.lower().startswith("xn--") else label
            for label in host.rstrip(".").split(".")
        ]
    except UnicodeError:
        return None
    return _idna_2003(".".join(labels))


_NOW: Final = _Form(host=_uts_46, route=True)


def _route(fragment: str) -> str:
    """Return a fragment that names a document of a site whose pages are made by a script; "" for any other."""
    fragment = _ENCODED_SLASH.sub(r"\1/", _ENCODED_MARK.sub("!", fragment))
    fragment = fragment.partition(":~:")[0].partition("#")[0]
    if not fragment.startswith(("!", "/")):
        return ""
    path, _, query = fragment.partition("?")
    path = _plain(path).rstrip("/") or "/"
    # The empty route is the site's own page.
    return f"#{path}{_query(query)}" if path.strip("!/") or _query(query) else ""


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
    """Return escapes in one form: letters and digits not escaped, hex digits in upper case, others escaped."""

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
    kept = [part for part in _plain(query).split("&") if part and not is_tracking(part.partition("=")[0].lower())]
    return f"?{'&'.join(kept)}" if kept else ""


@cache
def _suffixes() -> TLDExtract:
    import tldextract  # a tenth of a second; only who parses pays

    # The list that ships in the package: no network, no cache folder, the same answer everywhere.
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


@lru_cache(maxsize=16_384)
def registrable(host: str) -> str | None:
    """Return the registrable domain of a host, by the public suffix list; None if it has none.

    >>> registrable("www.news.example.co.uk")
    'example.co.uk'
    """
    return _suffixes()(host).top_domain_under_public_suffix or None


def publisher(url: str) -> str | None:
    """Return the registrable domain of a canonical URL."""
    plain = _CANONICAL.fullmatch(url)
    if plain:
        return registrable(plain[1])
    return registrable(urlsplit(url).hostname or "")
