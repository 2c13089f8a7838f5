"""Find the columns of printed pages, and give their lines in the order in which they are read."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from corpus.press.splitting.pdfwords import breadth

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corpus.press.splitting.pdfprocess import Line

# So many lines begin at the edge of a column, within so many points.
LEAST_LINES: Final = 5
NEAR: Final = 3.0
# A column is at least so wide, as a share of its page: what is narrower is an indent.
_LEAST_WIDTH: Final = 0.2
# Letters of most fonts are wider than so many half ems, and no text is shorter than so by the estimate.
_LEAST_BREADTH: Final = 0.8
# In a column most lines fill so much of it; the labels of a table do not.
_FILLED: Final = 0.5
_CLEAR: Final = 0.9
# A gap between paragraphs is larger than so many sizes of type.
_GAP: Final = 1.7


@dataclass(slots=True)
class Region:
    """Lines that are set in one measure: a column, or the lines across a page.

    Attributes:
        lines: in the order in which they are read.
        left: where its page or column begins, in points.
        right: where it ends.
        is_column: whether it is one of several columns.
    """

    lines: list[Line]
    left: float
    right: float
    is_column: bool = False


def shortest(line: Line) -> float:
    """Return the least width that a line may have in print, in points."""
    return breadth(line.text) * line.size / 2 * _LEAST_BREADTH


def regions(lines: Sequence[Line], width: float, parts: Callable[[str], bool]) -> list[Region]:
    """Return the lines of a page as regions, in the order in which they are read.

    Args:
        lines: those of the page.
        width: of the page, in points.
        parts: whether a line ends an article or begins one; the columns above it end there.
    """
    edges = _edges(lines, width)
    if len(edges) < 2:
        return [Region(list(lines), 0.0, width)]
    found: list[Region] = []
    band: list[Line] = []
    for line in sorted(lines, key=lambda one: -one.y):
        if not parts(line.text) and not _crosses(line, edges):
            band.append(line)
            continue
        found += _columns(band, edges, width, parts)
        band = []
        if found and not found[-1].is_column:
            found[-1].lines.append(line)
        else:
            found.append(Region([line], 0.0, width))
    return found + _columns(band, edges, width, parts)


def _edges(lines: Sequence[Line], width: float) -> list[float]:
    """Return where the columns of a page begin; one place if it has no columns."""
    starts = Counter(round(line.x) for line in lines)
    often: list[float] = []
    for x in sorted(starts):
        near = sum(count for one, count in starts.items() if abs(one - x) <= NEAR)
        if near >= LEAST_LINES and (not often or x - often[-1] >= _LEAST_WIDTH * width):
            often.append(float(x))
    edges = often[:1]
    for edge in often[1:]:
        if _is_edge(lines, edges[-1], edge):
            edges.append(edge)
    return edges


def _is_edge(lines: Sequence[Line], before: float, edge: float) -> bool:
    """Return whether a column begins at a place: beside it are lines that end before it and fill their column."""
    right = [line for line in lines if abs(line.x - edge) <= NEAR]
    top, bottom = max(line.y for line in right), min(line.y for line in right)
    left = [line for line in lines if before - NEAR <= line.x < edge - NEAR and bottom - 1 <= line.y <= top + 1]
    if len(left) < LEAST_LINES:
        return False
    clear = sum(line.x + shortest(line) <= edge for line in left)
    filled = median(shortest(line) / _LEAST_BREADTH for line in left)
    return clear >= _CLEAR * len(left) and filled >= _FILLED * (edge - before)


def _crosses(line: Line, edges: Sequence[float]) -> bool:
    """Return whether a line goes over the edge of a column."""
    return any(line.x < edge - NEAR and line.x + shortest(line) > edge + line.size for edge in edges[1:])


def _columns(band: Sequence[Line], edges: Sequence[float], width: float, parts: Callable[[str], bool]) -> list[Region]:
    """Return the columns of some lines, which are sorted from above, and what is above and below all columns."""
    if not band:
        return []
    ends = [*(edge - NEAR for edge in edges[1:]), max(width - edges[0], edges[-1] + NEAR)]
    found = [Region([], edge, end, is_column=True) for edge, end in zip(edges, ends, strict=True)]
    for line in band:
        number = max((n for n, edge in enumerate(edges) if line.x >= edge - NEAR), default=0)
        found[number].lines.append(line)
    top = max((line.y + line.size / 2 for one in found[1:] for line in one.lines), default=0.0)
    first = found[0].lines
    above = [line for line in first if line.y > top]
    found[0].lines = [line for line in first if line.y <= top]
    below = _below(found, parts)
    return [
        *([Region(above, 0.0, width)] if above else []),
        *(one for one in found if one.lines),
        *([Region(below, 0.0, width)] if below else []),
    ]


def _below(columns: list[Region], parts: Callable[[str], bool]) -> list[Line]:
    """Take the fields that are under all columns out of the first column, and return them."""
    others = [line.y for one in columns[1:] for line in one.lines]
    lines = columns[0].lines
    if not others:
        return []
    for number in range(1, len(lines)):
        one, two = lines[number - 1], lines[number]
        if two.y < min(others) and one.y - two.y > _GAP * two.size and parts(two.text):
            below = lines[number:]
            columns[0].lines = lines[:number]
            return below
    return []
