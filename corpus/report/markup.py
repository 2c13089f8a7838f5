"""What every page of ours has in common: its look, and templates in which everything is escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from corpus.report.untrusted import one_line, visible, web

if TYPE_CHECKING:
    from jinja2 import Environment


def css() -> str:
    """The style sheet, to be in the page."""
    return (resources.files("corpus.report") / "page.css").read_text(encoding="utf-8")


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
