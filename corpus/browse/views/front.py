"""The first page: figures, articles over time, the newest articles, where they come from, and the ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from corpus.browse.page import Page, Wanted
from corpus.errors import InvariantError
from corpus.report.card import notes
from corpus.report.charts import HEIGHT, WIDTH, timeline
from corpus.report.page import NAMES, bars, named, parts, percent
from corpus.report.tabular import by_group
from corpus.tables.ledger import Ledger

if TYPE_CHECKING:
    from corpus.browse.opened import Opened

_NEWEST: Final = 12
_TOP: Final = 12
_LICENCES: Final = 8


def front(wanted: Wanted) -> Page:
    """Return the first page of a version."""
    opened = wanted.opened
    found, about = opened.holdings, opened.about
    languages = found.languages
    ledger = _ledger(opened)
    rights = notes(found.batches, about.licences)
    values = {
        "found": found,
        "newest": opened.newest(_NEWEST),
        "ledger": ledger,
        "account_parts": [] if ledger is None else parts(ledger),
        "chart": timeline(found.days),
        "width": WIDTH,
        "height": HEIGHT,
        "publishers": bars(by_group(found.publishers, _TOP)) if named(found.publishers) else [],
        "languages": bars(by_group(languages, _TOP)) if named(languages) else [],
        "named_publishers": named(found.publishers),
        "named_languages": named(languages),
        "filled": [(NAMES[name], count, percent(count, found.articles)) for name, count in found.filled],
        "undated": found.articles - sum(count for _, count in found.days),
        "rights": rights[:_LICENCES],
        "more_rights": len(rights) - _LICENCES,
    }
    data = {
        "title": about.title,
        "articles": found.articles,
        "words": found.words,
        "median_words": found.median_words,
        "duplicates": found.duplicates,
        "ledger": dict(about.ledger),
        "published": [found.days[0][0], found.days[-1][0]] if found.days else None,
        "publishers": [asdict(group) for group in found.publishers[:1_000]],
        "languages": [asdict(group) for group in found.languages[:1_000]],
        "share_with": {name: percent(count, found.articles) for name, count in found.filled},
        "newest": values["newest"],
    }
    return Page("front.html.jinja", about.title, values, data, part="front")


def _ledger(opened: Opened) -> Ledger | None:
    """Return the account of the build; None where the version has none, as on a day."""
    known = opened.about.ledger
    if not opened.has_files or not known:
        return None
    try:
        return Ledger(**{"duplicates": 0, **known})
    except (TypeError, InvariantError):
        # Of an engine that counted otherwise, or of another state of the working tree.
        return None
