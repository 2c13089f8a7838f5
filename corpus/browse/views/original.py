"""The source of an article: the document as it was found, as text; and the page in it, made harmless."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any, Final

from corpus.app.why import documents_of
from corpus.browse import sanitised
from corpus.browse.originals import bytes_of
from corpus.browse.page import Framed, Page, Wanted
from corpus.browse.views.article import row_of
from corpus.errors import NotFound
from corpus.text.decode import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
# Characters on one page.
PART: Final = 60_000
_RENDERED: Final = "rendered"
# What is in the frame of the page that shows it rendered.
_FRAME: Final = "frame"


def original(wanted: Wanted) -> Page | Framed:
    """Return the page with the document of an article, or of one of its revisions.

    Raises:
        NotFound: the version has no such article or revision, or its document has no such part.
        MissingObjects: the batch is neither in the cache nor in the remote.
    """
    row = row_of(wanted)
    document = _document_of(wanted, row)
    data = None if document is None else bytes_of(wanted.opened.version, document)
    text = None if data is None or document is None else _text(data, document)
    may_render = text is not None and document is not None and _may_render(data, document)
    view = wanted.asked.one("view")
    if view == _FRAME:
        if text is None or not may_render:
            raise NotFound("This document is not a page of the web, or too large to be shown as one.")
        return Framed(sanitised.sanitised(text), sanitised.POLICY)
    number, parts = wanted.asked.number("part"), max(1, -(-len(text or "") // PART))
    if number > parts:
        raise NotFound(f"The document has {parts:,} parts; there is no part {number:,}.")
    shown = None if text is None else text[(number - 1) * PART : number * PART]
    values = {
        "row": row,
        "document": document,
        "is_kept": data is not None,
        # Line ends of other systems would be marks of unseen characters.
        "text": None if shown is None else shown.replace("\r\n", "\n").replace("\r", "\n"),
        "number": number,
        "parts_in_all": parts,
        "may_render": may_render,
        "is_rendered": may_render and view == _RENDERED,
        "tab": "original",
    }
    facts = {
        name: None if document is None else document[name] for name in ("document_id", "source", "media_type", "size")
    }
    found = {
        "article_id": row["article_id"],
        "revision": row["revision"],
        **facts,
        "part": number,
        "parts": parts,
        "text": shown,
    }
    return Page("original.html.jinja", f"Original of {row['title'][:200]}", values, found)


def _document_of(wanted: Wanted, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the document that a revision was made from; None if the version does not say."""
    known = documents_of(wanted.opened.version, row["article_id"])
    names = ("document_id", "source", "batch")
    return next((one.document for one in known if all(one.document[name] == row[name] for name in names)), None)


def _text(data: bytes, document: Mapping[str, Any]) -> str | None:
    """Return a document as text, decoded as its parser decoded it; None if it is not text."""
    name = str(document.get("encoding") or "")
    try:
        codecs.lookup(name)
    except LookupError:
        decoded = decode(data)
        return None if decoded.encoding is None else decoded.text
    return data.decode(name, "replace").removeprefix("\ufeff")


def _may_render(data: bytes | None, document: Mapping[str, Any]) -> bool:
    return document["media_type"] in _PAGES and data is not None and len(data) <= sanitised.MOST_BYTES
