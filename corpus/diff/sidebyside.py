"""Shows a word-level difference as rows of two cells: old paragraphs on the left, new paragraphs on the right."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from corpus.text.worddiff import Fate, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BREAK: Final = re.compile(r"\n+")
# In characters: what is kept is shown as far as it helps to find one's place, what changed nearly always in full.
_KEPT: Final = 600
_CHANGED: Final = 4_000
# Rows with changes, of one article.
_MOST: Final = 40


@dataclass(frozen=True, slots=True)
class Row:
    """Old paragraphs and the new ones that correspond to them; a paragraph is a list of runs.

    Attributes:
        left: the old paragraphs.
        right: the new paragraphs.
        changed: whether the two sides differ.
        skipped: the number of equal paragraphs that this row replaces.
    """

    left: tuple[tuple[Run, ...], ...] = ()
    right: tuple[tuple[Run, ...], ...] = ()
    changed: bool = False
    skipped: int = 0

    @property
    def size(self) -> int:
        """The number of characters shown."""
        return sum(len(run.text) for side in (self.left, self.right) for paragraph in side for run in paragraph)


@dataclass(frozen=True, slots=True)
class Sides:
    """The rows of one text, and the number of rows with changes that are left out at its end."""

    rows: tuple[Row, ...]
    left_out: int = 0

    @property
    def size(self) -> int:
        """The number of characters shown."""
        return sum(row.size for row in self.rows)


def sides(runs: Sequence[Run]) -> Sides:
    """Return the changed paragraphs, each with the paragraph before and after it; the other paragraphs are counted."""
    rows = list(_rows(runs))
    changed = [number for number, row in enumerate(rows) if row.changed]
    left_out = len(changed) - _MOST
    if left_out > 0:
        rows = rows[: changed[_MOST]]
    near = {place for number in changed for place in (number - 1, number, number + 1)}
    shown: list[Row] = []
    for far, group in groupby(range(len(rows)), lambda number: number not in near):
        some = list(group)
        shown += [Row(skipped=len(some))] if far else [_clipped(rows[number]) for number in some]
    return Sides(tuple(shown), max(left_out, 0))


class _Cells:
    """A row that is not finished."""

    def __init__(self) -> None:
        self.left: list[list[Run]] = [[]]
        self.right: list[list[Run]] = [[]]

    @staticmethod
    def put(cell: list[list[Run]], fate: Fate, text: str) -> None:
        """Add text to a cell; line breaks in it begin new paragraphs."""
        for number, part in enumerate(_BREAK.split(text)):
            if number:
                cell.append([])
            if part:
                cell[-1].append(Run(fate, part))

    @property
    def row(self) -> Row:
        """The finished row."""
        left, right = (tuple(tuple(runs) for runs in cell if runs) for cell in (self.left, self.right))
        return Row(left, right, any(run.fate is not Fate.KEPT for side in (left, right) for p in side for run in p))


def _rows(runs: Sequence[Run]) -> Iterator[Row]:
    """Return all rows; a row ends where a paragraph ends in both texts."""
    cells = _Cells()
    for kept, group in groupby(runs, lambda run: run.fate is Fate.KEPT):
        changes: dict[Fate, str] = {}
        for run in group:
            # Two of one fate may follow each other.
            changes[run.fate] = changes.get(run.fate, "") + run.text
        if kept:
            for number, part in enumerate(_BREAK.split(changes[Fate.KEPT])):
                if number:
                    yield from _full(cells)
                    cells = _Cells()
                if part:
                    cells.left[-1].append(Run(Fate.KEPT, part))
                    cells.right[-1].append(Run(Fate.KEPT, part))
            continue
        removed, added = changes.get(Fate.REMOVED, ""), changes.get(Fate.ADDED, "")
        cells.put(cells.left, Fate.REMOVED, removed)
        cells.put(cells.right, Fate.ADDED, added)
        # A paragraph that was added or removed has a row of its own.
        if _ends(removed, cells.left) and _ends(added, cells.right):
            yield from _full(cells)
            cells = _Cells()
    yield from _full(cells)


def _ends(text: str, cell: list[list[Run]]) -> bool:
    return text.endswith("\n") if text else cell == [[]]


def _full(cells: _Cells) -> Iterator[Row]:
    row = cells.row
    if row.left or row.right:
        yield row


def _clipped(row: Row) -> Row:
    left, right = (tuple(tuple(_shortened(paragraph)) for paragraph in side) for side in (row.left, row.right))
    return Row(left, right, row.changed)


def _shortened(paragraph: Iterable[Run]) -> Iterator[Run]:
    """Return a paragraph whose long runs are cut in the middle, or at the outer end of the kept part."""
    runs = list(paragraph)
    for number, run in enumerate(runs):
        longest = _KEPT if run.fate is Fate.KEPT else _CHANGED
        if len(run.text) <= longest:
            yield run
            continue
        half = longest // 2
        head, tail = f"{run.text[:half]} …", f"… {run.text[-half:]}"
        if run.fate is Fate.KEPT and number == len(runs) - 1:
            yield Run(run.fate, head)
        elif run.fate is Fate.KEPT and number == 0:
            yield Run(run.fate, tail)
        else:
            yield Run(run.fate, f"{head} ({len(run.text) - longest:,} more characters) {tail}")
