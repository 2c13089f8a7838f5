"""The process that reads a PDF's text: it may run out of memory or time, or crash, and costs one file at most.

It is sent the open file over a socket, and answers with a line of JSON for each page, and a last one that says that
this was all, or why it cannot read on.
"""

from __future__ import annotations

import json
import logging
import os
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
# Two or three letters that a font sets as one.
_LIGATURES: Final = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st",
}  # fmt: skip
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


def _page(page: Any) -> dict[str, Any]:
    """The lines of a page: where each begins, and its runs of text with their type."""
    try:
        left, bottom, right, top = (float(edge) for edge in page.cropbox)
    except (TypeError, ValueError, AttributeError):
        left, bottom, right, top = _EMPTY_BOX
    lines: list[tuple[float, float, list[tuple[str, bool, float]]]] = []
    state = {"open": False, "letters": 0}

    def visit(text: str, outer: list[float], inner: list[float], font: Any, size: float) -> None:
        state["letters"] += len(text)
        if state["letters"] > MOST_PAGE_LETTERS:
            raise _TooMuch(f"a page of more than {MOST_PAGE_LETTERS:,} letters")
        # The matrices of the page and of the text, applied one after the other.
        x = inner[4] * outer[0] + inner[5] * outer[2] + outer[4]
        y = inner[4] * outer[1] + inner[5] * outer[3] + outer[5]
        points = abs(size * (inner[3] or inner[1]) * (outer[3] or outer[1]))
        bold = _is_bold(font)
        for number, part in enumerate(text.split("\n")):
            if number:
                state["open"] = False
            if not part:
                continue
            if not state["open"]:
                if not part.strip():
                    continue
                lines.append((round(x - left, 1), round(y - bottom, 1), []))
                state["open"] = True
            lines[-1][2].append((part.translate(_LIGATURES), bold, round(points, 1)))

    page.extract_text(visitor_text=visit, orientations=(0,))
    return {"width": right - left, "height": top - bottom, "lines": lines}


def _is_bold(font: Any) -> bool:
    try:
        name = str(font.get("/BaseFont", "")).lower()
    except AttributeError:
        return False
    return any(word in name for word in ("bold", "black", "heavy", "semibold", "-bd", ",bd"))
