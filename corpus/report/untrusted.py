"""Makes text of unknown origin safe for a page or a Markdown file."""

from __future__ import annotations

import re
from typing import Final

from corpus.text.visible import without

_LONGEST: Final = 300
# What means something to Markdown, or to the HTML in it.
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|~&!#])")


def visible(text: str) -> str:
    """Return text without characters that control a terminal or reorder the page; its lines and spaces stay."""
    return without(text)


def one_line(value: object) -> str:
    """Return text on one line, of bounded length."""
    shown = " ".join(visible(str(value)).split())
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def markdown(value: object) -> str:
    """Return text that Markdown shows unchanged, in a cell of a table too."""
    return _MARKUP.sub(r"\\\1", one_line(value))


def web(value: str | None) -> str | None:
    """Return an address if it may be a link, otherwise None."""
    return value if value and value.startswith(("https://", "http://")) and len(value) <= 2_000 else None
