"""Writes the HTML page of a difference: self-contained, without script, with every string of a document escaped."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

from corpus.diff.change import Change, Kind, Part
from corpus.diff.sidebyside import Sides, sides
from corpus.report.markup import css, environment
from corpus.text.worddiff import Fate, Run, runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus.diff.change import Chosen, Difference

# Characters of texts on one page; what comes after is listed without its text.
_ROOM: Final = 3_000_000
_TITLE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Fact:
    """A small difference: its name, its old value and its new value."""

    name: str
    left: tuple[Run, ...]
    right: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class _Item:
    """An article of the page. `text` is None if the text did not change or the page has no room for it."""

    change: Change
    facts: tuple[Fact, ...]
    details: tuple[str, ...]
    text: Sides | None
    left_out: bool


def page(found: Difference, worded: Iterable[tuple[Change, Sequence[Run] | None]], asked: Chosen) -> str:
    """Return the page as HTML.

    Args:
        found: the difference.
        worded: the changes of `found`, each with the word-level difference of its texts.
        asked: the choice of articles that the page names.
    """
    room = _ROOM
    items: dict[Kind, list[_Item]] = {kind: [] for kind in found.counts}
    for change, words in worded:
        shown = sides(words) if words else None
        fits = shown is None or shown.size <= room
        room -= shown.size if shown and fits else 0
        items[change.kind].append(
            _Item(
                change,
                tuple(facts_of(change)),
                change.columns if change.kind in {Kind.REMARKED, Kind.RESOURCED} else change.details,
                shown if fits else None,
                not fits,
            )
        )
    text = environment("corpus.diff").get_template("diffpage.html.jinja").render(
        css=css() + (resources.files("corpus.diff") / "diffpage.css").read_text(encoding="utf-8"),
        found=found,
        items=items,
        asked=asked,
        kind=Kind,
    )  # fmt: skip
    # A branch's name need not be UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8")


def facts_of(change: Change) -> Iterable[Fact]:
    """Yield the small differences between the old and the new state of an article."""
    old, new = change.old, change.new
    if old is None or new is None:
        return
    if Part.TITLE in change.parts:
        words = runs(old.title[:_TITLE], new.title[:_TITLE])
        yield Fact(
            "title",
            tuple(run for run in words if run.fate is not Fate.ADDED),
            tuple(run for run in words if run.fate is not Fate.REMOVED),
        )
    if Part.BYLINE in change.parts:
        yield _fact("byline", old.byline, new.byline)
    if Part.DATE in change.parts:
        yield _fact("published", old.published, new.published)
    if old.article_id != new.article_id:
        yield _fact("id", old.article_id, new.article_id)
    if old.parser != new.parser and change.kind is Kind.REPARSED:
        yield _fact("parser", old.parser, new.parser)
    if old.source != new.source and change.kind is Kind.RESOURCED:
        yield _fact("source", old.source, new.source)
    if old.duplicate_of != new.duplicate_of and change.kind is not Kind.MERGED:
        yield _fact("duplicate of", old.duplicate_of or "", new.duplicate_of or "")


def _fact(name: str, old: str, new: str) -> Fact:
    return Fact(
        name,
        (Run(Fate.REMOVED, old[:_TITLE]),) if old else (),
        (Run(Fate.ADDED, new[:_TITLE]),) if new else (),
    )
