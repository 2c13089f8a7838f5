"""The process that reads PDFs, as seen from the one that wants their pages."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from corpus.sources.entries import Reason, Unreadable
from corpus.sources.readers import PATIENCE, Readers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.sources.readers import Reader

MOST_PAGES: Final = 5_000
# All pages of one file.
MOST_LETTERS: Final = 100_000_000
_LONGEST_LINE: Final = 16_000_000
_READERS: Final = Readers("corpus.press.splitting.pdfworker")


class Run(NamedTuple):
    """Text in one type: whether it is bold, and its size in points."""

    text: str
    bold: bool
    size: float


class Line(NamedTuple):
    """A line of print: where it begins on its page, in points from the left and from the bottom, and its runs."""

    x: float
    y: float
    runs: tuple[Run, ...]

    @property
    def text(self) -> str:
        """Return its text, with single spaces."""
        return " ".join("".join(run.text for run in self.runs).split())

    @property
    def size(self) -> float:
        """Return the size of most of its text, in points."""
        return max(self.runs, key=lambda run: len(run.text)).size

    @property
    def bold(self) -> bool:
        """Return whether all of it is bold."""
        return all(run.bold for run in self.runs if run.text.strip())


class Page(NamedTuple):
    """A page: its width and height in points, and its lines in the order of the file; heights are from its bottom."""

    width: float
    height: float
    lines: tuple[Line, ...]


@contextmanager
def pages(stream: BinaryIO) -> Iterator[Iterator[Page]]:
    """Give the pages of a PDF, as they are read; its reader stops with the context.

    Args:
        stream: the PDF, seekable; it is read from its beginning.

    Raises:
        Unreadable: while pages are taken: it is encrypted, torn, a bomb, or wants more time or memory than is allowed.
    """
    with tempfile.TemporaryFile() as file:
        stream.seek(0)
        # A stream may be in memory, or within an archive.
        shutil.copyfileobj(stream, file)
        file.flush()
        reading = _Reading(file)
        try:
            yield reading.pages()
        finally:
            reading.stop()


class _Reading:
    """One PDF and the process that reads it, which goes on to the next one if it is well and has come to the end."""

    def __init__(self, file: BinaryIO) -> None:
        self._reader: Reader | None = _READERS.take()
        self._file = file

    def stop(self) -> None:
        if self._reader is not None:
            self._reader.end()
            self._reader = None

    def pages(self) -> Iterator[Page]:
        reader = self._reader
        if reader is None:
            return
        letters = 0
        try:
            reader.ask(self._file, MOST_PAGES)
            while line := reader.answers.readline(_LONGEST_LINE):
                letters += len(line)
                if letters > MOST_LETTERS:
                    raise Unreadable(Reason.TOO_LARGE, "more text than any export; export fewer articles a file")
                found = json.loads(line)
                if "end" in found or found.get("well"):
                    _READERS.give_back(reader)
                    self._reader = None
                if "end" in found:
                    return
                if "lost" in found:
                    reason, detail = found["lost"]
                    raise Unreadable(Reason(reason), detail)
                lines = tuple(Line(x, y, tuple(Run(*run) for run in runs)) for x, y, runs in found["lines"])
                yield Page(found["width"], found["height"], lines)
        except (OSError, ValueError):
            # It is gone; what it sent last may be torn.
            pass
        status = reader.end(PATIENCE)
        self._reader = None
        if status == -signal.SIGXCPU:
            raise Unreadable(Reason.BOMB, "more time than is allowed for a page")
        raise Unreadable(Reason.CORRUPT, "the reader of this PDF failed")
