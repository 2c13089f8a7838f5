"""The process that reads PDFs, as seen from the one that wants their pages."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from corpus.sources.entries import Reason, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_PAGES: Final = 5_000
# All pages of one file.
MOST_LETTERS: Final = 100_000_000
_LONGEST_LINE: Final = 16_000_000
_START: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from corpus.sources.exports.pdfworker import serve; serve(int(sys.argv[2]))"
)


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
    """Give the pages of a PDF, as they are read; the process that reads them ends with the context.

    Args:
        stream: the PDF, seekable; it is read from its beginning.

    Raises:
        Unreadable: while pages are taken: it is encrypted, torn, a bomb, or wants more time or memory than is allowed.
    """
    with tempfile.TemporaryFile() as file:
        stream.seek(0)
        # A stream may be in memory, or within an archive.
        shutil.copyfileobj(stream, file)
        file.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, json.dumps(sys.path), str(MOST_PAGES)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield _read(process)
        finally:
            process.kill()
            process.communicate()


def _read(process: subprocess.Popen[bytes]) -> Iterator[Page]:
    letters = 0
    if process.stdout is None:  # pragma: no cover - it is a pipe
        return
    while line := process.stdout.readline(_LONGEST_LINE):
        letters += len(line)
        if letters > MOST_LETTERS:
            raise Unreadable(Reason.TOO_LARGE, "more text than any export; export fewer articles a file")
        try:
            found = json.loads(line)
        except ValueError:
            break
        if "end" in found:
            return
        if "lost" in found:
            reason, detail = found["lost"]
            raise Unreadable(Reason(reason), detail)
        lines = tuple(Line(x, y, tuple(Run(*run) for run in runs)) for x, y, runs in found["lines"])
        yield Page(found["width"], found["height"], lines)
    if process.wait() == -signal.SIGXCPU:
        raise Unreadable(Reason.BOMB, "more time than is allowed for a page")
    raise Unreadable(Reason.CORRUPT, "the reader of this PDF failed")
