"""Why an article is as it is: its documents, the checks that they failed, and what was decided of each."""

from __future__ import annotations

from typing import Final

from corpus.app.rules import rule_in_words
from corpus.app.why import documents_of
from corpus.browse.page import Page, Paging, Wanted
from corpus.browse.views.article import row_of

_SIZE: Final = 20


def why(wanted: Wanted) -> Page:
    """Return the page that explains an article.

    Raises:
        NotFound: the version has no such article.
    """
    row = row_of(wanted)
    known = documents_of(wanted.opened.version, row["article_id"])
    paging = Paging.of(wanted.asked, len(known), _SIZE)
    listed = known[paging.offset : paging.offset + _SIZE]
    values = {"row": row, "documents": listed, "paging": paging, "in_words": rule_in_words, "tab": "why"}
    data = {"article_id": row["article_id"], **paging.data(), "documents": listed}
    return Page("why.html.jinja", f"Why {row['title'][:200]}", values, data)
