"""The releases of the repository, and what changed from one version to another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from corpus.browse.page import Page, Paging, Wanted
from corpus.diff.change import Change, Kind
from corpus.diff.diff import diff, worded
from corpus.diff.diffpage import facts_of
from corpus.diff.sidebyside import Sides, sides
from corpus.errors import NotFound, UsageError
from corpus.text.worddiff import Fate

if TYPE_CHECKING:
    from corpus.diff.change import Difference
    from corpus.diff.diffpage import Fact

_RELEASES: Final = 100
# Changes on the page of all kinds, of each kind; and on the page of one kind.
_FEW: Final = 5
_SIZE: Final = 10
# Pages of one kind; further changes are for the command.
_MOST_PAGES: Final = 1_000
# Characters of one text that is shown with its changes.
_ROOM: Final = 40_000


@dataclass(frozen=True, slots=True)
class Item:
    """One article that differs.

    Attributes:
        change: what became of it.
        facts: the small things that differ.
        details: the other columns that differ.
        text: its text side by side; None where it is the same, or too long for the page.
        left_out: whether it is too long for the page.
    """

    change: Change
    facts: tuple[Fact, ...]
    details: tuple[str, ...]
    text: Sides | None
    left_out: bool


def releases(wanted: Wanted) -> Page:
    """Return the page of the releases, the latest first."""
    every = list(reversed(wanted.versions.releases()))
    paging = Paging.of(wanted.asked, len(every), _RELEASES)
    shown = every[paging.offset : paging.offset + paging.size]
    before = {one.version: older.version for one, older in pairwise(every)}
    values = {"listed": shown, "before": before, "paging": paging, "latest": every[0] if every else None}
    data = {**paging.data(), "releases": shown}
    return Page("releases.html.jinja", "Releases", values, data, part="releases")


def difference(wanted: Wanted) -> Page:
    """Return the page of what changed from one version to another, article by article.

    Raises:
        NotFound: there is no such version, kind of change or page.
        UsageError: the address names no two versions.
    """
    if len(wanted.asked.segments) != 3:
        raise UsageError("Give two versions: /diff/v1.0.0/v1.1.0.")
    _, one, other = wanted.asked.segments
    old, new = wanted.versions.open(one).version, wanted.versions.open(other).version
    asked = wanted.asked.one("kind")
    if asked and asked not in set(Kind):
        raise NotFound(f"There is no kind of change {asked[:80]!r}. There are {', '.join(Kind)}.")
    number = wanted.asked.number("page")
    if number > _MOST_PAGES:
        raise NotFound(f"Pages end at {_MOST_PAGES:,}. `corpus diff {one} {other} --json` names every change.")
    found = diff(old, new, limit=number * _SIZE if asked else _FEW)
    kinds = [Kind(asked)] if asked else list(found.counts)
    paging = Paging.of(wanted.asked, found.counts.get(kinds[0], 0), _SIZE) if asked else None
    chosen = {kind: found.of(kind)[paging.offset if paging else 0 :] for kind in kinds}
    items: dict[Kind, list[Item]] = {kind: [] for kind in kinds}
    for change, words in worded(old, new, [change for some in chosen.values() for change in some]):
        shown = sides(words) if words else None
        fits = shown is None or shown.size <= _ROOM
        details = change.columns if change.kind in {Kind.REMARKED, Kind.RESOURCED} else change.details
        items[change.kind].append(Item(change, tuple(facts_of(change)), details, shown if fits else None, not fits))
    values = {
        "found": found, "items": items, "asked_kind": asked, "paging": paging, "names": (one, other), "kind": Kind,
        "fate": Fate,
    }  # fmt: skip
    return Page("difference.html.jinja", f"{one} to {other}", values, _data(found, items, paging), part="releases")


def _data(found: Difference, items: dict[Kind, list[Item]], paging: Paging | None) -> dict[str, object]:
    return {
        "old": found.old,
        "new": found.new,
        "counts": dict(found.counts),
        "columns": {
            "added": found.columns_added, "removed": found.columns_removed, "retyped": found.columns_retyped,
        },
        **(paging.data() if paging else {}),
        "changes": [item.change for some in items.values() for item in some],
    }  # fmt: skip
