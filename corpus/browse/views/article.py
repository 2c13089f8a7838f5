"""The page of an article: its text, what is known of it, and how to cite it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from corpus.browse.page import Page, Wanted
from corpus.browse.text import parts, pieces
from corpus.errors import NotFound
from corpus.releases.citation import Citation, bibtex
from schemas import ARTICLES

if TYPE_CHECKING:
    from corpus.browse.opened import Opened

_ID: Final = re.compile(r"[0-9a-f]{32}")
# Shown above the text, or with it.
_ELSEWHERE: Final = frozenset({"title", "description", "text", "headings", "image_credits", "links"})
_MEANING: Final = {column.name: column.meaning for column in ARTICLES.columns}
# Elements of a list of one article, and characters of one value.
_MOST: Final = 200
_LONGEST: Final = 2_000


def article(wanted: Wanted) -> Page:
    """Return the page of an article, or of one of its revisions.

    Raises:
        NotFound: the version has no such article or revision.
    """
    row = row_of(wanted)
    opened, asked = wanted.opened, wanted.asked
    headings = [heading["start"] for heading in row["headings"] or ()]
    groups = parts(pieces(row["text"], headings))
    number = asked.number("part")
    if number > len(groups):
        raise NotFound(f"The text has {len(groups):,} parts; there is no part {number:,}.")
    revisions = opened.revisions(row["article_id"])
    values = {
        "row": row,
        "pieces": groups[number - 1],
        "number": number,
        "parts_in_all": len(groups),
        "spans": (),
        "facts": _facts(row),
        "revisions": [one["revision"] for one in revisions],
        "current": max(one["revision"] for one in revisions),
        "original": None if row["duplicate_of"] is None else opened.article_row(row["duplicate_of"], _NAMED),
        "contained_in": None if row["contained_in"] is None else opened.article_row(row["contained_in"], _NAMED),
        "cited": cited(opened, row),
        "bibtex": bibtex(_citation(opened)),
        "tab": "text",
    }
    data = {"article": row, "revisions": values["revisions"], "citation": values["cited"]}
    return Page("article.html.jinja", row["title"][:_LONGEST], values, data)


_NAMED: Final = ("article_id", "title", "publisher", "published_date", "language")


def row_of(wanted: Wanted) -> dict[str, Any]:
    """Return the row of the article, and revision, that the path of a request names.

    Raises:
        NotFound: the version has no such article or revision.
    """
    segments = wanted.asked.segments
    article_id, number = segments[1], None
    if not _ID.fullmatch(article_id):
        raise NotFound("This is not the id of an article. An id has 32 digits and letters from a to f.")
    if len(segments) > 3 and segments[2] == "revision":
        if not (segments[3].isascii() and segments[3].isdecimal() and len(segments[3]) < 10):
            raise NotFound("A revision is a number from 1 on.")
        number = int(segments[3])
    row = wanted.opened.article(article_id, number)
    if row is None and number is not None:
        raise NotFound(f"{wanted.opened.version.name} has no revision {number:,} of article {article_id}.")
    if row is None:
        raise NotFound(
            f"{wanted.opened.version.name} has no article {article_id}. Another version may have it: `corpus history "
            f"{article_id}` looks into every release."
        )
    return row


def _facts(row: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what is known of an article besides its text: column, value and meaning; without what is empty."""
    found = []
    for column in ARTICLES.columns:
        value = row.get(column.name)
        if column.name in _ELSEWHERE or value is None or value == []:
            continue
        found.append((column.name, _shown(value)[:_LONGEST], _MEANING[column.name]))
    return found


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        shown = [
            f"{one['where']}: {one['name']} = {one['value']}" if isinstance(one, dict) and "where" in one else str(one)
            for one in value[:_MOST]
        ]
        more = [f"and {len(value) - _MOST:,} more"] if len(value) > _MOST else []
        return "; ".join([*shown, *more])
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def cited(opened: Opened, row: dict[str, Any]) -> str:
    """Return how to cite an article of a version, in a sentence."""
    about = opened.about
    people = [*(row["authors"] or ()), *([row["agency"]] if row["agency"] else [])]
    shown = people[:10] + (["et al."] if len(people) > 10 else [])
    parts_ = [
        ", ".join(shown),
        f"“{row['title'][:_LONGEST]}”",
        row["publication"] or row["publisher"] or "",
        str(row["published_date"] or row["published_at"] or "no date"),
        row["url"] or "",
    ]
    where = f"In: {about.title}, {about.name}, articles sha256 {about.digest}, article {row['article_id']}"
    return ". ".join(part for part in [*parts_, f"{where}, revision {row['revision']}"] if part) + "."


def _citation(opened: Opened) -> Citation:
    about = opened.about
    return Citation(
        title=" ".join(about.title.split()), version=f"v{about.number}" if about.number else about.name,
        date=about.day, commit=about.commit, digest=about.digest, author=None, articles=None, url=None, licences=(),
    )  # fmt: skip
