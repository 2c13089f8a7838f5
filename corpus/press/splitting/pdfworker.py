"""The process that reads a PDF's text: it may run out of memory or time, or crash, and costs one file at most.

It is sent the open file over a socket, and answers with a line of JSON for each page, and a last one that says that
this was all, or why it cannot read on.
"""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from statistics import median
from typing import IO, TYPE_CHECKING, Any, Final

from corpus.repo import limits
from corpus.sources import readers
from corpus.sources.entries import Reason

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

# Beyond what the process has when it starts, and per page.
MOST_MEMORY: Final = 1 << 29
MOST_PAGE_SECONDS: Final = 20
# No page of print has more, however small its type.
MOST_PAGE_LETTERS: Final = 200_000
# A page with fewer letters may be printed sideways or upside down.
_FEW_LETTERS: Final = 400
# Two or three letters that a font sets as one.
_LIGATURES: Final = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st",
}  # fmt: skip
# So many lines have a part that begins at one place, where a column begins; and text of letters this wide fills most
# of the column before it.
_LEAST_COLUMN: Final = 5
_LEAST_COLUMN_X: Final = 0.25
_LEAST_LETTER: Final = 0.35
_LEAST_PART: Final = 0.4
_TINY: Final = 1e-3
_EMPTY_BOX: Final = (0.0, 0.0, 612.0, 792.0)


class _TooMuch(Exception):
    """A page has more text than any page of print."""


def serve(descriptor: int) -> None:
    """Read PDFs that are asked for over a socket until it is closed."""
    logging.disable(logging.CRITICAL)
    readers.serve(descriptor, _answer)


def _answer(peer: socket.socket, file: IO[bytes], most_pages: int) -> None:
    limits.limit_memory(MOST_MEMORY + 2 * os.fstat(file.fileno()).st_size)
    # Anything that the JSON of a page says is in ASCII.
    with peer.makefile("w", encoding="ascii") as out:
        try:
            for page in _pages(file, most_pages):
                print(json.dumps(page), file=out)
            last: dict[str, Any] = {"end": True}
        except BrokenPipeError:
            raise
        except BaseException as error:  # noqa: BLE001 - any error of the PDF reader costs only this PDF
            last = {"lost": _reason(error), "well": not isinstance(error, MemoryError)}
        print(json.dumps(last), file=out)


def _reason(error: BaseException) -> tuple[str, str]:
    from pypdf import errors

    match error:
        case MemoryError() | errors.LimitReachedError():
            return Reason.BOMB.value, "more memory than is allowed"
        case RecursionError():
            return Reason.NESTED.value, "objects in one another, or in circles"
        case errors.FileNotDecryptedError() | errors.DependencyError():
            return Reason.ENCRYPTED.value, "a PDF that is protected by a password"
        case _TooMuch():
            return Reason.TOO_LARGE.value, str(error)
    return Reason.CORRUPT.value, f"not a readable PDF: {type(error).__name__}"


def _pages(file: IO[bytes], most: int) -> Iterator[dict[str, Any]]:
    limits.limit_time(MOST_PAGE_SECONDS)
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    reader = PdfReader(file)
    # Many PDFs may be read by anybody and are encrypted all the same, with an empty password.
    if reader.is_encrypted and not reader.decrypt(""):
        raise FileNotDecryptedError
    pages = reader.pages
    count = len(pages)
    for number in range(min(count, most)):
        limits.limit_time(MOST_PAGE_SECONDS)
        yield _page(pages[number])
    if count > most:
        raise _TooMuch(f"{count:,} pages; the first {most:,} were read. Export fewer articles a file.")


class _Words:
    """What a page prints in one direction: its lines, each with its runs and where these begin.

    Args:
        angle: of the direction, counterclockwise: 0, 90, 180 or 270 degrees.
    """

    def __init__(self, angle: int) -> None:
        self.angle = angle
        self.letters = 0
        self.lines: list[list[tuple[str, bool, float, float, float]]] = []
        self._is_open = False
        self._edges: frozenset[int] | None = None

    def visit(self, text: str, outer: list[float], inner: list[float], font: Any, size: float) -> None:
        """Take a text at its place; `outer` and `inner` are the matrices of the page and of the text."""
        self.letters += len(text)
        if self.letters > MOST_PAGE_LETTERS:
            raise _TooMuch(f"a page of more than {MOST_PAGE_LETTERS:,} letters")
        # The matrices are applied one after the other.
        x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
        y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        points = abs(size * (_scale(inner) * _scale(outer)))
        bold = _is_bold(font)
        for number, part in enumerate(text.split("\n")):
            if number:
                self._is_open = False
            if not part:
                continue
            if not self._is_open:
                if not part.strip():
                    continue
                self.lines.append([])
                self._is_open = True
            self.lines[-1].append((part.translate(_LIGATURES), bold, round(points, 1), x, y))

    def column_edges(self, box: list[float], width: float) -> frozenset[int]:
        """Return where columns begin: where many lines begin, or parts of lines behind others that fill their column.

        Args:
            box: the edges of the page, in points.
            width: of the page when it is upright.
        """
        if self._edges is None:
            places = [[_upright(run[3], run[4], box, self.angle)[0] for run in line] for line in self.lines]
            starts = Counter(round(x) for line in places for x in line)
            often = {x for x, count in starts.items() if count >= _LEAST_COLUMN and x > _LEAST_COLUMN_X * width}
            shares: dict[int, list[float]] = {x: [] for x in often}
            for line, at in zip(self.lines, places, strict=True):
                begin = 0
                for number in range(1, len(line)):
                    if (edge := round(at[number])) in often and at[number] > at[begin]:
                        shares[edge].append(_least(line[begin:number]) / (at[number] - at[begin]))
                        begin = number
            # Beside the labels of a table is room; the lines of a column fill it.
            self._edges = frozenset(x for x, found in shares.items() if not found or median(found) >= _LEAST_PART)
        return self._edges


def _least(runs: list[tuple[str, bool, float, float, float]]) -> float:
    """Return the least width that runs may have in print, in points."""
    return sum(len(run[0]) * run[2] for run in runs) * _LEAST_LETTER


def _scale(matrix: list[float]) -> float:
    """Return how a matrix changes the height of letters; sideways it is in another place."""
    return matrix[3] if abs(matrix[3]) > _TINY else matrix[1]


def _page(page: Any) -> dict[str, Any]:
    """The lines of a page: where each begins, and its runs of text with their type. Sideways pages are turned."""
    try:
        box = [float(edge) for edge in page.cropbox]
    except (TypeError, ValueError, AttributeError):
        box = [*_EMPTY_BOX]
    found = _read(page, 0)
    if found.letters < _FEW_LETTERS:
        found = max(found, *(_read(page, angle) for angle in (90, 270, 180)), key=lambda one: one.letters)
    left, bottom, right, top = box
    width, height = right - left, top - bottom
    if found.angle in {90, 270}:
        width, height = height, width
    lines = [
        [*_upright(runs[0][3], runs[0][4], box, found.angle), [run[:3] for run in runs]]
        for line in found.lines
        for runs in _apart(line, found, box, width)
    ]
    return {"width": width, "height": height, "lines": lines}


def _read(page: Any, angle: int) -> _Words:
    found = _Words(angle)
    page.extract_text(visitor_text=found.visit, orientations=(angle,))
    return found


def _upright(x: float, y: float, box: list[float], angle: int) -> tuple[float, float]:
    """Return a place on a page that is turned until its lines run from left to right."""
    left, bottom, right, top = box
    across, up = {
        0: (x - left, y - bottom),
        90: (y - bottom, right - x),
        180: (right - x, top - y),
        270: (top - y, x - left),
    }[angle]
    return round(across, 1), round(up, 1)


def _apart(
    line: list[tuple[str, bool, float, float, float]], found: _Words, box: list[float], width: float
) -> Iterator[list[tuple[str, bool, float, float, float]]]:
    """Yield the parts of a line: lines of two columns at one height are one to the reader of the PDF."""
    if len(line) > 1:
        edges = found.column_edges(box, width)
        start = 0
        for number in range(1, len(line)):
            x, y = _upright(line[number][3], line[number][4], box, found.angle)
            begin, height = _upright(line[start][3], line[start][4], box, found.angle)
            goes_back = x < begin - 1 and abs(y - height) > 1
            if goes_back or (round(x) in edges and begin < begin + _least(line[start:number]) <= x):
                yield line[start:number]
                start = number
        line = line[start:]
    yield line


def _is_bold(font: Any) -> bool:
    try:
        name = str(font.get("/BaseFont", "")).lower()
    except AttributeError:
        return False
    return any(word in name for word in ("bold", "black", "heavy", "semibold", "-bd", ",bd"))
