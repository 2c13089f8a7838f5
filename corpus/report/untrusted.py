"""Text of unknown origin, made fit to stand in a page or a Markdown file."""

from __future__ import annotations

import re
from typing import Final

_LONGEST: Final = 300
# Control characters, and those that would reorder the page around them.
_UNSAFE: Final = {
    **dict.fromkeys((*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)), "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), None),
}
# What means something to Markdown, or to the HTML in it.
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|~&!#])")


def visible(text: str) -> str:
    """Text without what would control a terminal or reorder the page around it; its lines and spaces stay."""
    return text.translate(_UNSAFE)


def one_line(value: object) -> str:
    """Text on one line, of bounded length."""
    shown = " ".join(visible(str(value)).split())
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def markdown(value: object) -> str:
    """Text that Markdown shows as it is, in a cell of a table too."""
    return _MARKUP.sub(r"\\\1", one_line(value))


def web(value: str | None) -> str | None:
    """An address that may be a link; None otherwise."""
    return value if value and value.startswith(("https://", "http://")) and len(value) <= 2_000 else None
