"""Decide which file of a published table has a document's row: a pure function of the shards of documents.

DVC stores complete files, so a version costs the files that a change touches. Most changes are of the last days: new
articles, and corrections of those. So the rows of the last days are in small files, older ones in larger, and
small batches are folded together, by day and later by month of capture, so that the count of files stays bounded.
A shard of documents is only cut evenly, and a large one keeps its files when others are folded.
From a million documents on, files grow with the corpus, so that there are fewer than the root of the documents: each
time the corpus has four times as many, its files are rewritten once.

The decision depends only on values that hardly change and that names show: the capture time in a batch's name, and the
number of documents of a shard. It never depends on the content or on today's date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from math import isqrt
from typing import TYPE_CHECKING, Final

from corpus.repo.paths import SEEDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

# Rows of a file of articles: about 1 MB. A correction costs its file; a reader is as fast from 1,000 rows on.
ROWS: Final = 1_024
# Most corrections are of captures so recent, relative to the last; those are in smaller files.
FRESH: Final = timedelta(days=3)
FRESH_ROWS: Final = 96
# A batch with so many documents is a collection of its own, and is folded with no other. One of a quarter of a million
# has larger files, for there would be hundreds of them.
LARGE: Final = 10_000
_FILES: Final = 256
# Up to here files are few anyway.
_SMALL: Final = 1 << 20
# Revisions and quarantined documents are few among many.
REST_ROWS: Final = 16_384


@dataclass(frozen=True, slots=True)
class Slice:
    """Consecutive rows of a shard of documents."""

    shard: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Piece:
    """The documents whose rows make one file."""

    name: str
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A shard of documents, and the time of capture in its name; None for seeds."""

    shard: str
    documents: int
    captured: datetime | None

    @property
    def batch(self) -> str:
        return "-".join(self.shard.split("-")[:2])


def place(documents: Mapping[str, int]) -> list[Piece]:
    """Return the pieces of `articles`.

    Args:
        documents: the names of the shards of documents, and the number of documents in each.
    """
    return [piece for units, rows in _groups(documents) for piece in _pack(units, rows)]


def place_rest(documents: Mapping[str, int]) -> list[Piece]:
    """Return the pieces of `revisions` and `quarantine`. Their names differ from those of articles' pieces."""
    found: list[Piece] = []
    for _, several in groupby(_units(documents), key=lambda unit: (unit.captured is None, _month(unit))):
        units = list(several)
        packed = _pack(units, REST_ROWS) if units[0].captured else (_complete(unit) for unit in units)
        found += (Piece(f"rest-{piece.name}", piece.slices) for piece in packed)
    return found


def _groups(documents: Mapping[str, int]) -> Iterator[tuple[Sequence[_Unit], int]]:
    """Yield groups of units that may share files, and how many rows a file may have."""
    units = _units(documents)
    sizes: dict[str, int] = {}
    for unit in units:
        sizes[unit.batch] = sizes.get(unit.batch, 0) + unit.documents
    last = max((unit.captured for unit in units if unit.captured), default=None)
    everything = sum(sizes.values())
    recent = sum(unit.documents for unit in units if _is_fresh(unit, last))
    # Of the last days there are few, and files stay small; unless much of the corpus is of them.
    least = {True: _least_rows(everything, 4 * recent), False: _least_rows(everything, everything)}

    def group(unit: _Unit) -> tuple[str, str]:
        if unit.captured is None or last is None:
            # Seeds are cut by their names already.
            return "seeds", unit.shard
        if sizes[unit.batch] >= LARGE:
            return "large", unit.batch
        if _is_fresh(unit, last):
            return "fresh", f"{unit.captured.date()}"
        # The month before the last stays as it is until the next begins, for late captures still fall into it.
        return ("day", f"{unit.captured.date()}") if _near(unit.captured, last) else ("month", _month(unit))

    for (kind, _), several in groupby(units, key=group):
        found = list(several)
        if kind == "seeds":
            yield found, max(unit.documents for unit in found)
            continue
        usual = {"large": _rows_of_large(sizes[found[0].batch]), "fresh": FRESH_ROWS}.get(kind, ROWS)
        yield found, max(usual, least[_is_fresh(found[0], last)])


def _is_fresh(unit: _Unit, last: datetime | None) -> bool:
    """Whether a capture is of the last days before the last one."""
    return unit.captured is not None and last is not None and last.date() - unit.captured.date() <= FRESH


def _least_rows(documents: int, among: int) -> int:
    """Rows of a file at least, so that there are fewer files than half the root of all documents.

    Args:
        documents: how many there are in all.
        among: how many the files in question have.

    Returns:
        A power of two, which seldom changes; 0 for a corpus that is not large.
    """
    return 0 if documents <= _SMALL else 1 << (2 * among // isqrt(documents)).bit_length()


def _rows_of_large(documents: int) -> int:
    """Return the rows of each file of a large batch. They double with its size: one document less changes no files."""
    return min(ROWS << (documents // (ROWS * _FILES)).bit_length(), REST_ROWS)


def _units(documents: Mapping[str, int]) -> list[_Unit]:
    """In order of capture, which the names of batches begin with; large batches and seeds in their own."""
    return [_Unit(name, rows, _captured(name)) for name, rows in sorted(documents.items()) if rows]


def _captured(shard: str) -> datetime | None:
    if shard.startswith(f"{SEEDS}-"):
        return None
    return datetime.strptime(shard.partition("-")[0], "%Y%m%dT%H%M%S%z")


def _month(unit: _Unit) -> str:
    return f"{unit.captured:%Y-%m}" if unit.captured else unit.shard


def _near(captured: datetime, last: datetime) -> bool:
    """Whether a capture is of the month of the last one, or of the month before."""
    return _months(captured) >= _months(last) - 1


def _months(day: date) -> int:
    return day.year * 12 + day.month


def _pack(units: Iterable[_Unit], rows: int) -> Iterator[Piece]:
    """Consecutive units together as long as they have no more than so many rows; a larger one evenly cut."""
    group: list[_Unit] = []
    for unit in units:
        if group and sum(one.documents for one in group) + unit.documents > rows:
            yield _together(group)
            group = []
        if unit.documents > rows:
            yield from _cut(unit, rows)
        else:
            group.append(unit)
    if group:
        yield _together(group)


def _cut(unit: _Unit, rows: int) -> Iterator[Piece]:
    parts = -(-unit.documents // rows)
    bounds = [unit.documents * part // parts for part in range(parts + 1)]
    for part in range(parts):
        yield Piece(f"{unit.shard}-{part:03}", (Slice(unit.shard, bounds[part], bounds[part + 1]),))


def _together(units: Sequence[_Unit]) -> Piece:
    more = f"-and-{len(units) - 1}" if len(units) > 1 else ""
    return Piece(f"{units[0].shard}{more}", tuple(slice_ for unit in units for slice_ in _complete(unit).slices))


def _complete(unit: _Unit) -> Piece:
    return Piece(unit.shard, (Slice(unit.shard, 0, unit.documents),))
