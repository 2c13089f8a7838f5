"""Reads the text of pages that scripts draw, from the state in their script elements, which is JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from corpus.formats.html import rowsets
from corpus.text.entities import unescape
from corpus.text.normalise import normalise, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from selectolax.lexbor import LexborHTMLParser

_LARGEST: Final = 4_000_000
_MOST_SCRIPTS: Final = 40
_MOST_VALUES: Final = 60_000
_DEEPEST: Final = 60
_SHORTEST: Final = 2_000
# `window.__INITIAL_STATE__ = {`, `Fusion.globalContent={`, `var data = JSON.parse("`: only what is JSON is read.
_ASSIGNED: Final = re.compile(r"(?:^|[;\s])(?:window\.|self\.|var |let |const )?[\w$.\[\]\"']{1,60}\s*=\s*(?=[{\[])")
_TEXTS: Final = frozenset(
    {"text", "content", "html", "body", "value", "paragraph", "copy", "markup", "articlebody", "bodytext",
     "description", "data"}
)  # fmt: skip
_ALL_TEXT: Final = frozenset(
    {"articlebody", "body", "bodytext", "content", "contenthtml", "html", "text", "story", "fulltext", "article",
     "bodyhtml", "articletext", "storybody", "maintext", "rendered", "articlecontent", "markdown"}
)  # fmt: skip
_KINDS: Final = frozenset(
    {"p", "header", "heading", "h2", "h3", "list", "quote", "blockquote", "html", "rawhtml", "body", "block",
     "unorderedlist", "core/heading", "core/quote", "core/list"}
)  # fmt: skip
_ENDS: Final = re.compile(r"</(?:p|div|h[1-6]|li|blockquote|tr|ul|ol)>|<br\s*/?>", re.IGNORECASE)
_NOISE: Final = re.compile(r"<(script|style|figure|figcaption|aside|iframe)\b.*?</\1>", re.IGNORECASE | re.DOTALL)
_TAGS: Final = re.compile(r"<[^<>]{0,2000}>")
_PROSE: Final = 60
_TITLE: Final = 40
_LEAST: Final = 200
_SENTENCE: Final = re.compile(r"[.!?。！？…”\"»]\s*$")


def text(tree: LexborHTMLParser, title: str | None) -> str:
    """Return the longest prose in a page's state, in paragraphs; "" if it has no prose.

    Args:
        tree: the tree of the page, before anything was removed.
        title: the title of the article; if several states have prose, the one with this title is used.
    """
    best, best_rank = "", (False, 0)
    for value, source in _states(tree):
        found = _longest(value)
        rank = (_names(source, title), len(found))
        if len(found) >= _LEAST and rank > best_rank:
            best, best_rank = found, rank
    return best


def _names(source: str, title: str | None) -> bool:
    """Return whether a script has a title in it, unchanged or as JSON escapes it."""
    start = (title or "")[:_TITLE]
    return len(start) > 8 and (start in source or json.dumps(start)[1:-1] in source)


def _states(tree: LexborHTMLParser) -> Iterator[tuple[Any, str]]:
    count = 0
    for script in tree.css("script:not([src])"):
        kind = (script.attributes.get("type") or "").lower()
        if "ld+json" in kind:
            continue
        source = script.text() or ""
        if not _SHORTEST // 4 <= len(source) <= _LARGEST:
            continue
        count += 1
        if count > _MOST_SCRIPTS:
            return
        for value in [_loaded(source)] if "json" in kind else _assigned(source):
            if value is not None:
                yield value, source


def _loaded(source: str) -> Any:
    try:
        return json.loads(source, strict=False)
    except (ValueError, RecursionError):
        try:
            return json.loads(unescape(source), strict=False)
        except (ValueError, RecursionError):
            return None


def _assigned(source: str) -> Iterator[Any]:
    """Return the values that a script assigns, if they are JSON."""
    if len(source) < _SHORTEST // 4:
        return
    decoder = json.JSONDecoder(strict=False)
    position = 0
    for _ in range(_MOST_SCRIPTS):
        found = _ASSIGNED.search(source, position)
        if found is None:
            return
        try:
            value, position = decoder.raw_decode(source, found.end())
        except (ValueError, RecursionError):
            position = found.end() + 1
            continue
        yield value


def _longest(value: Any) -> str:
    """Return the longest prose in a value: a string, or a list of blocks that have prose."""
    best = ""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    seen = 0
    while waiting and seen < _MOST_VALUES:
        seen += 1
        one, depth = waiting.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(one, dict):
            for key, inner in one.items():
                if isinstance(inner, str):
                    if len(inner) > max(len(best), _LEAST) and _fold(str(key)) in _ALL_TEXT:
                        best = max(best, _prose(inner), key=len)
                elif isinstance(inner, dict | list):
                    waiting.append((inner, depth + 1))
        elif isinstance(one, list):
            joined = _joined(one)
            if len(joined) > len(best):
                best = joined
            waiting += [(inner, depth + 1) for inner in one if isinstance(inner, dict | list)]
    return best


def _joined(blocks: list[Any]) -> str:
    """Return the text of a list if it is a list of blocks: strings of prose, or objects that have prose."""
    if len(blocks) < 2:
        return ""
    paragraphs = []
    for block in blocks[:2_000]:
        content = block if isinstance(block, str) else _of_block(block) if isinstance(block, dict) else None
        if content and (line := _prose(content)):
            paragraphs.append(line)
    prose = [one for one in paragraphs if len(one) >= _PROSE and _SENTENCE.search(one)]
    # Titles and teasers of other articles are no sentences.
    return "\n\n".join(paragraphs) if len(prose) * 2 >= len(paragraphs) and prose else ""


def _of_block(block: dict[str, Any]) -> str | None:
    kind = block.get("type") or block.get("__typename") or block.get("kind") or block.get("name")
    if isinstance(kind, str) and not _is_text(_fold(kind)):
        return None
    for key, value in block.items():
        if isinstance(value, str) and _fold(str(key)) in _TEXTS and value.strip():
            return value
        if isinstance(value, dict) and _fold(str(key)) in {"data", "attributes", "model", "props", "content"}:
            inner = {"type": "text", **{k: v for k, v in value.items() if isinstance(v, str) and k != "type"}}
            if (content := _of_block(inner)) is not None:
                return content
        if isinstance(value, list) and _fold(str(key)) in {"children", "content", "blocks"}:
            content = "".join(_of_piece(one) for one in value)
            if content:
                return content
    return None


def _of_piece(piece: Any) -> str:
    """Return the text of a part of a block."""
    content = piece.get("text") or piece.get("value") if isinstance(piece, dict) else piece
    return content if isinstance(content, str) else ""


def _is_text(kind: str) -> bool:
    return kind in _KINDS or "text" in kind or "paragraph" in kind


def _fold(key: str) -> str:
    return key.replace("_", "").replace("-", "").lower()


def _prose(written: str) -> str:
    """Return a string without markup, in paragraphs; "" if it is not for readers."""
    if "<" in written:
        written = _TAGS.sub("", _ENDS.sub("\n", rowsets.mark_markup(_NOISE.sub("", written))))
    if "&" in written:
        written = unescape(written)
    if " " not in written and written.isascii():
        return ""
    return rowsets.unmark("\n\n".join(line for raw in normalise(written).split("\n") if (line := one_line(raw))))
