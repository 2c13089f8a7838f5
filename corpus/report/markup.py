"""What every page of ours has in common: its look, and how text of unknown origin gets into it."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from jinja2 import Environment

_LONGEST: Final = 300
# Control characters, and those that would reorder the page around them.
_UNSAFE: Final = {
    **dict.fromkeys((*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)), "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)), None),
}


def css() -> str:
    """The style sheet, to stand in the page."""
    return (resources.files("corpus.report") / "page.css").read_text(encoding="utf-8")


def visible(text: str) -> str:
    """Text of unknown origin, without what would reorder the page around it; its lines and spaces stay."""
    return text.translate(_UNSAFE)


def one_line(value: object) -> str:
    """Text of unknown origin on one line, of bounded length."""
    shown = " ".join(visible(str(value)).split())
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def web(value: str | None) -> str | None:
    """An address that may be a link; None otherwise."""
    return value if value and value.startswith(("https://", "http://")) and len(value) <= 2_000 else None


@cache
def environment(package: str = "corpus.report") -> Environment:
    """The templates of a package, with everything escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(package, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(safe_text=one_line, visible=visible, web=web, count=lambda number: f"{number:,}")
    return made
