"""Reads what a page declares about the use of its article: meta and link elements, JSON-LD, and inline RSL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpus.formats.html.outline import is_related
from corpus.rights import Place, signals_of_rsl
from corpus.rights.signals import MOST_SIGNALS, signal

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from corpus.formats.html.jsonld import Node
    from corpus.formats.html.meta import Declared
    from corpus.formats.html.outline import Outline
    from corpus.rights import Signal

_META: Final = (
    "robots", "tdm-reservation", "tdm-policy", "license", "dcterms.license", "dc.license", "dc.rights",
    "dcterms.rights", "copyright", "dc.rightsholder", "dcterms.rightsholder",
)  # fmt: skip
# Names of schema.org, https://schema.org/CreativeWork.
_PROPERTIES: Final = ("license", "copyrightHolder", "copyrightNotice", "usageInfo", "acquireLicensePage")
# A licence of a picture in an article is not the article's.
_RSL: Final = "application/rsl+xml"
_MOST: Final = 20
_PICTURES: Final = frozenset({"figure", "figcaption", "picture"})


def signals(outline: Outline, nodes: list[Node], node: Node, found: Declared, url: str | None) -> tuple[Signal, ...]:
    """Return the declarations of a page about its use, unchanged, in the order meta, links, JSON-LD.

    Args:
        outline: the page.
        nodes: the JSON-LD of the page.
        node: the node of the article among them, or {}.
        found: the meta elements of the page.
        url: the address of the page.
    """
    made = [signal(Place.META, name, value) for name in _META if name in found for value in found[name]]
    for element in _licences(outline)[:_MOST]:
        attributes = element.attributes
        if element.tag == "script":
            made += signals_of_rsl((element.text() or "").encode("utf-8", "replace"), url or "")
        elif not _is_of_a_picture(element):
            is_rsl = (attributes.get("type") or "").strip().lower().startswith("application/rsl")
            made.append(signal(Place.LINK, "rsl" if is_rsl else "license", attributes.get("href") or ""))
    for name in _PROPERTIES:
        made += [signal(Place.JSON_LD, name, value) for value in _values(node.get(name))]
    for one in nodes:
        claim = one.get("isAccessibleForFree")
        written = claim if isinstance(claim, str) else str(claim).lower()
        if written.strip().lower() in {"true", "false"}:
            # The first claim is the page's; those of its parts say which of them are behind a wall.
            made.append(signal(Place.JSON_LD, "isAccessibleForFree", written))
            break
    return tuple(dict.fromkeys(one for one in made if one.value))[:MOST_SIGNALS]


def _licences(outline: Outline) -> list[LexborNode]:
    """Return the links to a licence, those of the head first, and the scripts that contain a licence."""
    links = (one for one in outline.all("link") if is_related(one.attributes, "license"))
    scripts = (one for one in outline.all("script") if (one.attributes.get("type") or "").lower() == _RSL)
    return [one for one in (*links, *outline.related("license")) if "href" in one.attributes] + [*scripts]


def _is_of_a_picture(element: Any) -> bool:
    above = element.parent
    for _ in range(4):
        if above is None:
            return False
        if above.tag in _PICTURES:
            return True
        above = above.parent
    return False


def _values(value: Any) -> list[str]:
    """Return the texts of a value; of an object its name or, without a name, its address."""
    found: list[str] = []
    for one in (value if isinstance(value, list) else [value])[:_MOST]:
        text = None
        if isinstance(one, dict):
            text = next((one[key] for key in ("@value", "name", "url", "@id") if isinstance(one.get(key), str)), None)
        elif isinstance(one, str):
            text = one
        if text and text.strip():
            found.append(text)
    return found
