"""Pages as HTML and as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from corpus.browse import text
from corpus.browse.address import Address
from corpus.report.markup import css, environment
from corpus.text.plural import count
from corpus.text.visible import in_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Environment

    from corpus.browse.address import Asked
    from corpus.browse.opened import Opened
    from corpus.browse.page import Page

# The pages that each page leads to, by the first part of their addresses.
NAVIGATION: Final = (
    ("search", "Articles"), ("releases", "Releases"), ("quarantine", "Quarantine"), ("sources", "Sources"),
    ("columns", "Columns"), ("help", "Help"),
)  # fmt: skip
# The pages of an article, by the last part of their addresses.
TABS: Final = (
    ("", "Text"),
    ("revisions", "Revisions"),
    ("duplicates", "Duplicates"),
    ("why", "Why"),
    ("original", "Original"),
)
_MONTH: Final = re.compile(r"\d{4}-\d{2}")
_YEAR: Final = 4
_PACKAGES: Final = ("corpus.browse.pages", "corpus.diff")


class Links:
    """Where the blocks that the report has too lead to. See `corpus/report/blocks.html.jinja`."""

    def __init__(self, address: Address, parameters: Mapping[str, object] | None = None) -> None:
        """Lead to the articles of a version.

        Args:
            address: the version.
            parameters: of a search that is narrowed; by default every article is meant.
        """
        self._address = address
        self._parameters = parameters or {}

    def within(self, parameters: Mapping[str, object]) -> Links:
        """Return links that narrow a search."""
        return Links(self._address, parameters)

    def facet(self, name: str, value: str) -> str:
        """Return the address of the articles with a value of a facet."""
        return self._address.to("search", **{**self._parameters, name: value})

    def time(self, label: str) -> str:
        """Return the address of the articles of a day, a month, a year or a span of years."""
        if _MONTH.fullmatch(label):
            return self.facet("month", label)
        first, _, last = label.partition("–")
        if len(first) > _YEAR:
            return self._days(first, first)
        return self._days(f"{first:0>4}-01-01", f"{last or first:0>4}-12-31")

    def _days(self, since: str, until: str) -> str:
        return self._address.to("search", **{**self._parameters, "since": since, "until": until})


@cache
def templates() -> Environment:
    """Return the templates of all pages."""
    made = environment(*_PACKAGES)
    made.filters.update(
        shown=text.shown, line=text.line, tongue=text.tongue, day=text.day, ticked=text.ticked,
        name=text.name, alike=text.alike, counted=count, marked=text.marked,
        # The blocks that other pages have use these names; here controls of direction are visible.
        visible=text.shown, safe_text=text.line,
    )  # fmt: skip
    return made


@cache
def prepare() -> None:
    """Compile the templates of all pages, so that the first page of each kind does not have to wait for that. Once."""
    made = templates()
    for name in made.list_templates(["jinja"]):
        made.get_template(name)


@cache
def style() -> str:
    """Return the style sheet: that of the report, and what its pages do not have."""
    own = resources.files("corpus.browse.pages")
    compared = (resources.files("corpus.diff") / "diffpage.css").read_text(encoding="utf-8")
    return css() + compared + (own / "style.css").read_text(encoding="utf-8")


@cache
def icon() -> str:
    """Return the picture beside the title of the window."""
    return (resources.files("corpus.browse.pages") / "icon.svg").read_text(encoding="utf-8")


def as_html(page: Page, asked: Asked, opened: Opened | None) -> str:
    """Return a page as HTML.

    Args:
        page: the page.
        asked: the request, for its links.
        opened: the version that it is of; None for a page of no version.
    """
    names = {
        "page": page,
        "asked": asked,
        "at": asked.address,
        "at_release": Address,
        "links": Links(asked.address),
        "opened": opened,
        "about": None if opened is None else opened.about,
        "navigation": NAVIGATION,
        "tabs": TABS,
    }
    made = templates().get_template(page.template).render(**names, **page.values)
    # Names in git need not be UTF-8.
    return made.encode("utf-8", "replace").decode("utf-8")


def as_json(page: Page, opened: Opened | None) -> str:
    """Return a page's data as JSON, the version first."""
    version: dict[str, Any] = {}
    if opened is not None:
        version = {
            "version": opened.version.name, "commit": opened.version.commit, "as_of": opened.as_of,
            "digest": opened.about.digest,
        }  # fmt: skip
    made = json.dumps({**version, **page.data}, ensure_ascii=False, indent=1, default=_plain, allow_nan=False)
    return in_json(made.encode("utf-8", "replace").decode("utf-8")) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)
