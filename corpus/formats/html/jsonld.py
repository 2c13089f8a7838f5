"""Reads JSON-LD of a page and finds the article's own node among graphs, lists and broken JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from corpus.text.entities import unescape

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.formats.html.outline import Outline

# https://schema.org/Article and what is under it or used for it; the more exact first.
ARTICLES: Final = (
    "newsarticle", "reportagenewsarticle", "analysisnewsarticle", "opinionnewsarticle", "backgroundnewsarticle",
    "reviewnewsarticle", "askpublicnewsarticle", "advertisercontentarticle", "liveblogposting", "blogposting",
    "scholarlyarticle", "techarticle", "satiricalarticle", "report", "socialmediaposting", "article", "reviewarticle",
)  # fmt: skip
_PAGES: Final = ("webpage", "itempage", "videoobject", "review", "recipe", "event", "creativework")
_MOST_NODES: Final = 2_000
_LARGEST: Final = 4_000_000
_COMMA: Final = re.compile(r",\s*([}\]])")
_CONTROL: Final = re.compile(r"[\x00-\x1f]+")
_CDATA: Final = re.compile(
    r"^\s*(?:/[/*]\s*)?(?:<!\[CDATA\[|<!--)(?:\s*\*/)?|(?:/[/*]\s*)?(?:\]\]>|-->)(?:\s*\*/)?\s*;?\s*$"
)
_BAD_ESCAPE: Final = re.compile(r'\\(?!["\\/bfnrtu])')

Node = dict[str, Any]


def nodes(outline: Outline) -> list[Node]:
    """Return every object of every JSON-LD script, in the order of the page; nested graphs are opened."""
    found: list[Node] = []
    for script in outline.all("script"):
        if "ld+json" not in (script.attributes.get("type") or ""):
            continue
        for value in _values(script.text() or ""):
            for node in _objects(value):
                found.append(node)
                if len(found) >= _MOST_NODES:
                    return found
    return found


def article(found: list[Node]) -> Node:
    """Return the node of the article, or {}. The node with the most exact type and the most values is chosen."""

    def rank(node: Node) -> tuple[int, int]:
        types = kinds(node)
        exact = next((len(ARTICLES) - n for n, kind in enumerate(ARTICLES) if kind in types), 0)
        says = sum(bool(node.get(key)) for key in ("headline", "datePublished", "author", "articleBody", "description"))
        return says if exact else 0, exact

    best = max(found, key=rank, default={})
    if best and rank(best)[0]:
        return best
    pages = [node for node in found if any(kind in _PAGES for kind in kinds(node)) and node.get("datePublished")]
    return pages[0] if pages else {}


def kinds(node: Node) -> set[str]:
    """Return the types of a node, in lower case and without a prefix."""
    written = node.get("@type")
    names = written if isinstance(written, list) else [written]
    return {name.rpartition("/")[2].rpartition(":")[2].lower() for name in names if isinstance(name, str)}


def text(value: Any) -> str | None:
    """Return a string value, or that of `@value`, without entities; None for anything else or an empty one."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if not isinstance(value, str):
        return None
    return unescape(value).strip() or None


def texts(value: Any) -> list[str]:
    """Return the string values of a value or list."""
    return [found for one in (value if isinstance(value, list) else [value]) if (found := text(one))]


def _values(source: str) -> Iterator[Any]:
    source = source.strip()
    if not source or len(source) > _LARGEST:
        return
    try:
        value = json.loads(source, strict=False)
    except (ValueError, RecursionError):
        yield from _mended(source)
    else:
        yield value


def _mended(source: str) -> Iterator[Any]:
    """Return what can be read of a script that is not valid JSON."""
    mended = _COMMA.sub(r"\1", _BAD_ESCAPE.sub(r"\\\\", _CONTROL.sub(" ", _CDATA.sub("", _CDATA.sub("", source)))))
    if mended.startswith("&") or "&quot;" in mended[:200]:
        mended = unescape(mended)
    decoder = json.JSONDecoder(strict=False)
    position = 0
    # Several objects one after another, with or without commas, and all that is sound before the breach.
    while (start := _next(mended, position)) is not None:
        try:
            value, position = decoder.raw_decode(mended, start)
        except (ValueError, RecursionError):
            yield from _fields(mended[start:])
            return
        yield value


def _next(source: str, position: int) -> int | None:
    found = [at for mark in "{[" if (at := source.find(mark, position)) >= 0]
    return min(found, default=None)


_FIELD: Final = re.compile(
    r'"(@type|headline|datePublished|dateModified|articleBody|description|isAccessibleForFree|articleSection|name)"'
    r'\s*:\s*"((?:[^"\\]|\\.){1,200000})"(?=\s*[,}\]]|\s*$)'
)
_AUTHOR: Final = re.compile(r'"author"\s*:\s*[\[{][^\]}]{0,300}?"name"\s*:\s*"([^"\\]{2,120})"')


def _fields(source: str) -> Iterator[Node]:
    """Return what can be read of an object that cannot be repaired."""
    node: Node = {}
    for name, value in _FIELD.findall(source):
        if name not in node and name != "name":
            try:
                node[name] = json.loads(f'"{value}"', strict=False)
            except ValueError:
                continue
    authors = _AUTHOR.findall(source)
    if authors:
        node["author"] = authors
    if node:
        yield node


def _objects(value: Any) -> Iterator[Node]:
    """Return the objects in a value, without recursion, because JSON may have any depth."""
    waiting = [value]
    seen = 0
    while waiting and seen < _MOST_NODES:
        seen += 1
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting[:0] = one[:_MOST_NODES]
        elif isinstance(one, dict):
            yield one
            for key in ("@graph", "mainEntity", "mainEntityOfPage", "subjectOf", "hasPart", "itemListElement"):
                inner = one.get(key)
                if isinstance(inner, dict | list) and (key != "itemListElement" or "liveblogposting" in kinds(one)):
                    waiting.append(inner)
