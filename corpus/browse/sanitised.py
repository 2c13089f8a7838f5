"""A page of the web made harmless: its text and structure, and nothing that could run, be fetched or be sent.

Only elements of a short list are kept, with only a few attributes, and none of these is an address. Scripts, styles and
the fields of forms go with what is in them; of other elements only what is in them stays.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

from lxml import etree
from markupsafe import escape

from corpus.browse.text import line, shown

KEPT: Final = frozenset({
    "abbr", "address", "article", "aside", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "dd",
    "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "i", "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s",
    "samp", "section", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "time", "tr", "u", "ul", "wbr",
})  # fmt: skip
_WITH_CONTENT: Final = frozenset({
    "applet", "audio", "base", "button", "canvas", "datalist", "embed", "frame", "frameset", "iframe", "input",
    "link", "map", "math", "meta", "noembed", "noframes", "object", "option", "script", "select", "style", "svg",
    "template", "textarea", "title", "video",
})  # fmt: skip
_EMPTY: Final = frozenset({"br", "hr", "wbr"})
_ATTRIBUTES: Final = frozenset({"dir", "lang", "colspan", "rowspan", "datetime"})
_LONGEST_VALUE: Final = 100
# Browsers nest so many elements at most; what lies deeper keeps its text.
_DEEPEST: Final = 200
MOST_BYTES: Final = 5_000_000

STYLE: Final = (
    "body{font:17px/1.5 Georgia,serif;max-width:44rem;margin:1.5rem auto;padding:0 1rem;color:#1d1b19;background:#fff;"
    "overflow-wrap:anywhere}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2rem .5rem;"
    "text-align:start;vertical-align:top}.picture{color:#666}@media(prefers-color-scheme:dark){"
    "body{color:#ece8e1;background:#191816}.picture{color:#aaa}}"
)
POLICY: Final = (
    "default-src 'none'; sandbox; style-src 'sha256-"
    f"{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'none'; frame-ancestors 'self'; base-uri 'none'"
)


def sanitised(text: str) -> str:
    """Return a page with its text and structure, as a complete document.

    Args:
        text: the page, decoded, of at most `MOST_BYTES` bytes. Any text is a page; none is refused.
    """
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, recover=True)
    data = text.encode("utf-8", "replace")
    try:
        tree = etree.fromstring(data, parser) if data.strip() else None
    except etree.LxmlError:
        tree = None
    body = "" if tree is None else "".join(_parts(tree))
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><style>{STYLE}</style></head><body>{body}</body></html>\n'
    )


def _parts(tree: Any) -> list[str]:
    made: list[str] = []
    # How many elements around are removed with what is in them, and how many are kept.
    removed = depth = 0
    opened: list[bool] = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            removed += name in _WITH_CONTENT
            is_kept = not removed and name in KEPT and depth < _DEEPEST
            opened.append(is_kept)
            if is_kept:
                depth += name not in _EMPTY
                made.append(f"<{name}{_attributes(element)}>")
            elif not removed and name == "img" and (words := (element.get("alt") or "").strip()):
                made.append(f'<span class="picture">[{line(words, _LONGEST_VALUE)}]</span>')
            if not removed and element.text:
                made.append(str(shown(element.text)))
            continue
        if opened.pop() and name not in _EMPTY:
            depth -= 1
            made.append(f"</{name}>")
        removed -= name in _WITH_CONTENT
        if not removed and element.tail:
            made.append(str(shown(element.tail)))
    return made


def _attributes(element: Any) -> str:
    found = ((name, value) for name, value in element.attrib.items() if name in _ATTRIBUTES)
    return "".join(f' {name}="{escape(value[:_LONGEST_VALUE])}"' for name, value in found)
