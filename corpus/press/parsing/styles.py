"""Read what is bold, large, centred or hidden in HTML of exports: from style sheets, and from attributes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from corpus.text.entities import unescape

_ATTRIBUTE: Final = re.compile(
    r"\b(class|id|name|style|align|href|size)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))", re.IGNORECASE
)
_RULE: Final = re.compile(r"([^{}]{1,400})\{([^{}]*+)\}")
_CLASS: Final = re.compile(r"\.([\w-]+)\s*(?:,|$)")
_SIZE: Final = re.compile(r"font-size\s*:\s*(\d+(?:\.\d+)?)\s*(pt|px|em)", re.IGNORECASE)
_BOLD_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_PLAIN_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:normal|[1-5]00)", re.IGNORECASE)
_CENTRED_STYLE: Final = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_ASIDE_STYLE: Final = re.compile(r"text-align\s*:\s*(?:left|right|justify|start)", re.IGNORECASE)
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_MOST_RULES: Final = 2_000


class Style(NamedTuple):
    """What a style sets; None for what it does not set."""

    bold: bool | None = None
    size: float | None = None
    centred: bool | None = None
    hidden: bool = False


def attributes(written: str) -> dict[str, str]:
    """Return the attributes of a tag that give its style or its names."""
    return {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(written)
    }


@lru_cache(maxsize=64)
def rules(css: str) -> dict[str, Style]:
    """Return the styles of classes in a style sheet. The pieces of an export share it."""
    found: dict[str, Style] = {}
    for selectors, body in _RULE.findall(css)[:_MOST_RULES]:
        made = style(body)
        if made != Style():
            for name in _CLASS.findall(selectors.strip()):
                found[name] = made
    return found


def style(css: str) -> Style:
    """Return what a rule, or the attribute of an element, sets."""
    size = _SIZE.search(css)
    points = float(size[1]) * {"pt": 1.0, "px": 0.75, "em": 12.0}[size[2].lower()] if size else None
    bold = True if _BOLD_STYLE.search(css) else False if _PLAIN_STYLE.search(css) else None
    centred = True if _CENTRED_STYLE.search(css) else False if _ASIDE_STYLE.search(css) else None
    return Style(bold, points, centred, _HIDDEN_STYLE.search(css) is not None)
