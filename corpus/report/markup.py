"""The parts that all HTML pages share: the style sheet, and templates in which everything is escaped."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from corpus.report.untrusted import one_line, visible, web

if TYPE_CHECKING:
    from jinja2 import Environment


def css() -> str:
    """Return the style sheet, which is embedded in the page."""
    return (resources.files("corpus.report") / "page.css").read_text(encoding="utf-8")


@cache
def environment(*packages: str) -> Environment:
    """Return the templates of some packages and of the report; they escape everything."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=ChoiceLoader([PackageLoader(package, ".") for package in (*packages, "corpus.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(safe_text=one_line, visible=visible, web=web, count=lambda number: f"{number:,}")
    return made
