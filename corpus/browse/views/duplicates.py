"""The articles that have nearly the same text as one, and one of them side by side with it."""

from __future__ import annotations

import re
from typing import Any, Final

from corpus.browse.opened import LISTED
from corpus.browse.page import Page, Paging, Wanted
from corpus.browse.views.article import row_of
from corpus.diff.sidebyside import sides
from corpus.errors import NotFound
from corpus.text.worddiff import Fate, runs

_ID: Final = re.compile(r"[0-9a-f]{32}")


def duplicates(wanted: Wanted) -> Page:
    """Return the page of an article's duplicates: the first of them, and those that are marked as its duplicates.

    Raises:
        NotFound: the version has no such article.
    """
    row = row_of(wanted)
    opened, asked = wanted.opened, wanted.asked
    root = row["duplicate_of"] or row["article_id"]
    counted = opened.copies(root, 0, 0).total
    paging = Paging.of(asked, counted)
    listed = opened.copies(root, paging.offset, paging.size).rows if counted else []
    first = opened.article_row(root, LISTED)
    other = _other(wanted, row, root, listed)
    compared = None if other is None else sides(runs(other["text"], row["text"]))
    values = {
        "row": row, "first": first, "listed": listed, "paging": paging, "other": other, "compared": compared,
        "fate": Fate, "tab": "duplicates",
    }  # fmt: skip
    data = {
        "article_id": row["article_id"],
        "first": first,
        **paging.data(),
        "duplicates": listed,
        "compared_with": None if other is None else other["article_id"],
        "difference": compared,
    }
    return Page("duplicates.html.jinja", f"Duplicates of {row['title'][:200]}", values, data)


def _other(wanted: Wanted, row: dict[str, Any], root: str, listed: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the article to compare with: the one that the address names, or else the first one."""
    named = wanted.asked.one("with")
    if named:
        found = wanted.opened.article(named) if _ID.fullmatch(named) else None
        if found is None:
            raise NotFound(f"{wanted.opened.version.name} has no article {named[:80]!r} to compare with.")
        return found
    if root != row["article_id"]:
        return wanted.opened.article(root)
    return wanted.opened.article(listed[0]["article_id"]) if listed else None
