"""The page of an article: its text, what is known of it, and how to cite it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from corpus.browse.page import RESULTS, Page, Wanted
from corpus.browse.seeking import sought
from corpus.browse.text import parts, pieces
from corpus.errors import CorpusError, NotFound
from corpus.releases.citation import Citation, bibtex
from corpus.search.marks import marks
from corpus.search.query import QueryError, parse
from schemas.tables import ARTICLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corpus.browse.address import Asked
    from corpus.browse.opened import Opened
    from corpus.browse.text import Piece

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
        "spans": _spans(asked, groups[number - 1], row["text"]),
        **_neighbours(wanted),
        "facts": _facts(row),
        "revisions": [one["revision"] for one in revisions],
        "current": max(one["revision"] for one in revisions),
        "original": None if row["duplicate_of"] is None else opened.article_row(row["duplicate_of"], _NAMED),
        "contained_in": None if row["contained_in"] is None else opened.article_row(row["contained_in"], _NAMED),
        "cited": cited(opened, row),
        "bibtex": bibtex(citation_of(opened)),
        "tab": "text",
    }
    data = {"article": row, "revisions": values["revisions"], "citation": values["cited"]}
    return Page("article.html.jinja", row["title"][:_LONGEST], values, data)


_NAMED: Final = ("article_id", "title", "publisher", "published_date", "language")


def _spans(asked: Asked, shown: Sequence[Piece], text: str) -> list[tuple[int, int]]:
    """Return what to mark in the part of a text that is shown: what the search in the address found."""
    if not asked.one("q") or not shown:
        return []
    try:
        query = parse(asked.one("q"))
    except QueryError:
        return []
    start, end = shown[0].start, shown[-1].end
    return [(start + first, start + last) for first, last in marks(query, text[start:end])]


def _neighbours(wanted: Wanted) -> dict[str, Any]:
    """Return where the search leads that this article was found by: the article before, the next one, and the list."""
    asked = wanted.asked
    hit = asked.number("hit", 0)
    nothing: dict[str, Any] = {"found": None}
    if not hit:
        return nothing
    try:
        what = sought(asked)
        searcher = wanted.searches.ready(wanted.opened)
        total = 0 if searcher is None else searcher.count(what.query, what.filters)
        if searcher is None or hit > total:
            return nothing
        first = max(hit - 1, 1)
        around = searcher.page(what.query, what.filters, what.order, first - 1, 2 + hit - first)
    except CorpusError:
        # The article can be read without.
        return nothing
    if around[hit - first].article_id != asked.segments[1]:
        # Of another version, or by another query.
        return nothing

    def to(number: int) -> str:
        place = around[number - first].article_id
        return asked.address.to("article", place, **what.parameters, order=what.order, hit=number)

    page = (hit - 1) // RESULTS + 1
    found = {
        "number": hit,
        "total": total,
        "before": to(hit - 1) if hit > 1 else None,
        "after": to(hit + 1) if hit < total else None,
        "list": asked.address.to("search", **what.parameters, order=what.order, page=page if page > 1 else None),
    }
    return {"found": found, "what": what}


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
    people = list(dict.fromkeys([*(row["authors"] or ()), *([row["agency"]] if row["agency"] else [])]))
    shown = people[:10] + (["et al."] if len(people) > 10 else [])
    parts_ = [
        ", ".join(shown),
        f"“{row['title'][:_LONGEST]}”",
        row["publication"] or row["publisher"] or "",
        str(row["published_date"] or row["published_at"] or "no date"),
        row["url"] or "",
    ]
    where = f"In: {about.title}, {opened.name}, articles sha256 {about.digest}, article {row['article_id']}"
    return ". ".join(part for part in [*parts_, f"{where}, revision {row['revision']}"] if part) + "."


def citation_of(opened: Opened) -> Citation:
    """Return how a version is cited."""
    about = opened.about
    return Citation(
        title=" ".join(about.title.split()), version=f"v{about.number}" if about.number else about.name,
        date=about.day, commit=about.commit, digest=about.digest, author=None, articles=None, url=None, licences=(),
    )  # fmt: skip
