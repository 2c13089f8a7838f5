"""Recognise addresses of databases, which say where a database keeps an article and not where it was published."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

# Registrable domains, and what an address of each has instead of an article's own address.
_DATABASES: Final = frozenset(
    {
        "proquest.com", "newsbank.com", "gale.com", "galegroup.com", "ebscohost.com", "ebsco.com",
        "wiso-net.de", "genios.de",
        "europresse.com", "eureka.cc", "factiva.com", "dowjones.com", "nexis.com", "lexisnexis.com", "lexis.com",
        "pressreader.com", "integrum.ru", "integrumworld.com", "retriever-info.com", "swissdox.ch", "jstor.org",
        "oclc.org", "bigkinds.or.kr", "kinds.or.kr",
    }
)  # fmt: skip
_ID: Final = re.compile(r"[A-Za-z0-9_%|.-]{5,80}")
_NUMBERED: Final = re.compile(r"/(?:docview|document|doc|apps/doc)/(?P<id>[A-Za-z0-9_%|.-]{4,80})", re.IGNORECASE)


def is_database(url: str) -> bool:
    """Return whether an address is one of a press database, proxies of libraries included."""
    host = (urlsplit(url).hostname or "").lower()
    labels = host.replace("-", ".").split(".") if "proxy" in host else host.split(".")
    domains = {".".join(labels[n : n + 2]) for n in range(len(labels) - 1)}
    domains |= {".".join(labels[n : n + 3]) for n in range(len(labels) - 2)}
    return bool(domains & _DATABASES) or host.removeprefix("www.") in _DATABASES


def accession_of(url: str) -> str:
    """Return the number of an article in a database's address; "" without a number."""
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return ""
    for name in ("docref", "AN", "an", "docId", "docid"):
        if name in asked:
            return unquote(asked[name][0]).rpartition("/")[2].rpartition("|")[2][:80]
    if found := _NUMBERED.search(parts.path):
        return unquote(found["id"]).rpartition("|")[2]
    last = parts.path.rstrip("/").rpartition("/")[2]
    return last if _ID.fullmatch(last) and any(letter.isdigit() for letter in last) else ""
