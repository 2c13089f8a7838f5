"""Signals in a licence of Really Simple Licensing (https://rslstandard.org/rsl)."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from corpus.rights.robots import matches_path
from corpus.rights.signals import Place, Signal, signal

_MOST_BYTES: Final = 1_000_000
_MOST_LICENCES: Final = 100
# With these nobody has to ask or pay first.
_FREE: Final = frozenset({"free", "attribution"})


def signals_of_rsl(body: bytes, url: str) -> tuple[Signal, ...]:
    """Return what an RSL file says of a page: `permits` and `prohibits` of usage, `payment` where it is not free.

    Args:
        body: the file.
        url: the page's address.
    """
    from lxml import etree

    if len(body) > _MOST_BYTES:
        return ()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        return ()
    if root is None or _local(root) != "rsl":
        return ()
    found: list[Signal] = []
    for content in root.iter("{*}content"):
        if _concerns(content.get("url") or "/", url):
            for licence in list(content.iter("{*}license"))[:_MOST_LICENCES]:
                found += _licence(licence)
    return tuple(dict.fromkeys(found))[:_MOST_LICENCES]


def _licence(licence: Any) -> list[Signal]:
    found: list[Signal] = []
    payments = [one.get("type") or "free" for one in licence.iter("{*}payment")]
    paid = [kind for kind in payments if kind.lower() not in _FREE]
    for element in licence:
        name = _local(element)
        usage = (
            " ".join("".join(element.itertext()).replace(",", " ").split()) if name in {"permits", "prohibits"} else ""
        )
        if usage and (element.get("type") or "usage") == "usage":
            found.append(signal(Place.RSL, f"{name}-paid" if name == "permits" and paid else name, usage))
    return found + [signal(Place.RSL, "payment", kind) for kind in paid]


def _concerns(pattern: str, url: str) -> bool:
    parts = urlsplit(url)
    if "://" in pattern:
        scoped = urlsplit(pattern)
        if scoped.hostname != parts.hostname:
            return False
        pattern = scoped.path or "/"
    return matches_path(pattern, parts.path or "/")


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
