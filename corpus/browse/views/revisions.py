"""How an article changed: its revisions with word differences, observations, and the releases that have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corpus.browse.page import Page, Paging, Wanted
from corpus.browse.views.article import row_of
from corpus.diff.change import MARKS, PROVENANCE
from corpus.diff.seen import seen
from corpus.diff.sidebyside import Sides, sides
from corpus.errors import CorpusError
from corpus.text.worddiff import Fate, Run, runs

if TYPE_CHECKING:
    from corpus.diff.seen import Seen

# Each is compared with the one before, which reads and compares two texts.
_SIZE: Final = 8
_LEFT_OUT: Final = frozenset(
    {*MARKS, *PROVENANCE, "text_hash", "word_count", "superseded_by", "superseded_at", "title"}
)
_TITLE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Step:
    """A revision, and what changed since the one before.

    Attributes:
        row: the revision, without its text.
        columns: the other columns that differ.
        title: the difference of the titles; None where they are the same.
        text: the difference of the texts side by side; None where they are the same.
    """

    row: dict[str, Any]
    columns: tuple[str, ...] = ()
    title: tuple[Run, ...] | None = None
    text: Sides | None = None


def revisions(wanted: Wanted) -> Page:
    """Return the page of an article's revisions, the latest first.

    Raises:
        NotFound: the version has no such article.
    """
    row = row_of(wanted)
    every = wanted.opened.revisions(row["article_id"])
    paging = Paging.of(wanted.asked, len(every), _SIZE)
    order = list(reversed(range(len(every))))[paging.offset : paging.offset + _SIZE]
    steps = [_step(wanted, every, place) for place in order]
    holding, unread = wanted.versions.holding(row["article_id"], wanted.opened)
    values = {
        "row": row,
        "steps": steps,
        "paging": paging,
        "holding": list(reversed(holding)),
        "unread": unread,
        "found": _seen(wanted, {one["document_id"] for one in every}),
        "fate": Fate,
        "tab": "revisions",
    }
    data = {
        "article_id": row["article_id"],
        **paging.data(),
        "revisions": [
            {"revision": step.row["revision"], "captured_at": step.row["captured_at"], "title": step.row["title"],
             "document_id": step.row["document_id"], "columns": step.columns, "title_runs": step.title}
            for step in steps
        ],
        "releases": [{"release": release.version, "revision": number} for release, number in holding],
        "unread": [release.version for release in unread],
        "seen": values["found"],
    }  # fmt: skip
    return Page("revisions.html.jinja", f"Revisions of {row['title'][:200]}", values, data)


def _step(wanted: Wanted, every: list[dict[str, Any]], place: int) -> Step:
    now = every[place]
    if place == 0:
        return Step(now)
    before = every[place - 1]
    columns = tuple(
        name for name, value in now.items() if name not in _LEFT_OUT and name in before and before[name] != value
    )
    title = runs(before["title"][:_TITLE], now["title"][:_TITLE]) if before["title"] != now["title"] else None
    text = None
    if before["text_hash"] != now["text_hash"]:
        old, new = (wanted.opened.article(one["article_id"], one["revision"]) or {"text": ""} for one in (before, now))
        text = sides(runs(old["text"], new["text"]))
    return Step(now, columns, title, text)


def _seen(wanted: Wanted, documents: set[str]) -> Seen | None:
    try:
        return seen(wanted.opened.version, documents)
    except CorpusError:
        # The batches are not at hand; the rest can be shown.
        return None
