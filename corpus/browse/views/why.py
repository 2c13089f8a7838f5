"""Why an article is as it is: its documents, the checks that they failed, what was decided, and on demand witnesses."""

from __future__ import annotations

from typing import Final

from corpus.app.rules import rule_in_words
from corpus.app.why import documents_of
from corpus.browse.page import Page, Paging, Wanted
from corpus.browse.views.article import row_of
from corpus.browse.witnesses import explanation_of
from corpus.errors import NotFound

_SIZE: Final = 20
# The parameter that names the document whose witnesses are shown: one at a time, for it is parsed again.
WITNESSES: Final = "witnesses"


def why(wanted: Wanted) -> Page:
    """Return the page that explains an article.

    Raises:
        NotFound: the version has no such article, or the article no such document.
    """
    row = row_of(wanted)
    known = documents_of(wanted.opened.version, row["article_id"])
    paging = Paging.of(wanted.asked, len(known), _SIZE)
    listed = known[paging.offset : paging.offset + _SIZE]
    explanation = None
    if asked := wanted.asked.one(WITNESSES):
        document = next((one.document for one in listed if one.document["document_id"] == asked), None)
        if document is None:
            raise NotFound(f"There is no document {asked[:80]!r} on this page of the article's documents.")
        explanation = explanation_of(wanted.opened.version, document)
    values = {
        "row": row, "documents": listed, "paging": paging, "in_words": rule_in_words, "tab": "why",
        "explanation": explanation,
    }  # fmt: skip
    data = {"article_id": row["article_id"], **paging.data(), "documents": listed, "witnesses": explanation}
    return Page("why.html.jinja", f"Why {row['title'][:200]}", values, data)
