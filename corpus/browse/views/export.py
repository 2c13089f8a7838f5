"""The set on the screen as a file, and as code that finds the same set again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from corpus.browse.page import Page, Wanted
from corpus.browse.seeking import Sought, WrongQuery, chips, sought
from corpus.browse.streaming import FORMATS, file_of
from corpus.errors import UsageError
from corpus.report.card import notes

if TYPE_CHECKING:
    from corpus.browse.streaming import Streamed

_NOTES: Final = 30
_RIGHTS: Final = ("licence", "rights")


def export(wanted: Wanted) -> Page | Streamed:
    """Return the set as a file in the format that is asked for; without a format the page that offers them."""
    asked = wanted.asked
    try:
        what = sought(asked)
    except WrongQuery as error:
        return error.page()
    searcher = wanted.searcher()
    format_, with_text = asked.one("format"), asked.one("text") or "1"
    if format_ and (format_ not in FORMATS or with_text not in {"0", "1"} or asked.as_json):
        raise UsageError(
            f"There is no file {format_[:40]!r} with text={with_text[:10]!r}. Formats: {', '.join(FORMATS)}."
        )
    if format_:
        ids = searcher.ids(what.query, what.filters)
        return file_of(wanted.opened, ids, format_, with_text=with_text == "1", stem=name_of(wanted, what))
    total = searcher.count(what.query, what.filters)
    facets = searcher.facets(what.query, what.filters, _RIGHTS, _NOTES)
    rights = notes(wanted.opened.holdings.batches, wanted.opened.about.licences)
    links = {
        f"{name}, {'with' if text else 'without'} text": asked.but(format=name, text=text, page=None)
        for name in FORMATS
        for text in (1, 0)
    }
    values = {
        "what": what, "total": total, "chips": chips(what, asked), "files": links, "rights": rights[:_NOTES],
        "facets": facets,
    }  # fmt: skip
    data = {
        "query": what.query.text, "filters": {name: list(values) for name, values in what.filters.items()},
        "total": total, "files": links, "rights": [{"note": note, "articles": number} for note, _, number in rights],
        **{name: dict(facet.values) for name, facet in facets.items()},
    }  # fmt: skip
    return Page("export.html.jinja", "Export", values, data, part="search")


def name_of(wanted: Wanted, what: Sought) -> str:
    """Return the name of the file without its ending: the version and the query, in letters that every system takes."""
    words = f"{wanted.opened.name} {what.query.text or 'articles'}"
    return re.sub(r"[^A-Za-z0-9.]+", "-", words).strip("-.")[:80] or "articles"
