"""Read Parquet and Arrow in an isolated process with limits. Its death costs the table, or a row group of it."""

from __future__ import annotations

import json
import os
import signal
import tempfile
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from corpus.errors import InvariantError
from corpus.formats.mapping import KNOWN
from corpus.sources.arrow import Request
from corpus.sources.entries import (
    MOST_DOCUMENT_BYTES,
    MOST_TABLE_SECONDS,
    ROW,
    Item,
    Reason,
    Skipped,
    Unreadable,
    too_much_memory,
)
from corpus.sources.readers import PATIENCE
from corpus.sources.tableprocess import READERS, frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.sources.capturetimes import CaptureTimes
    from corpus.sources.inflate import Readable

_CHUNK: Final = 1 << 20
# So many processes may die of one table before the rest of it is given up.
_MOST_DEATHS: Final = 3
_KNOWN: Final = tuple(sorted(KNOWN))


def rows(
    stream: Readable,
    source: str,
    *,
    arrow: bool,
    seekable: bool,
    brought: int | None = None,
    times: CaptureTimes | None = None,
) -> Iterator[Item | Skipped]:
    """Yield the rows of a table, each as a JSON object called `source#row`, and what cannot be read of it.

    Args:
        stream: its bytes, decompressed; a file on disk is read in place.
        source: its name in `source`.
        arrow: whether its name says Arrow IPC (file or stream); otherwise it says Parquet.
        seekable: whether the stream is seekable.
        brought: the compressed bytes that were read for it. The output is compared with them.
        times: finds the time of capture of a row.

    Raises:
        Unreadable: the table cannot be read at all.
    """
    with _opened(stream) if seekable else _copied(stream) as file:
        size = os.fstat(file.fileno()).st_size
        request = Request(arrow, size if brought is None else min(brought, size), _KNOWN)
        deaths = 0
        while True:
            reading = _Reading(request, source, times)
            yield from reading.rows(file)
            if reading.died is None:
                return
            deaths += 1
            reason, detail = _of_death(reading.died, request.brought)
            # Which of several row groups it is shows when they are read one by one.
            if reading.end > reading.group + 1 and deaths <= _MOST_DEATHS:
                request = reading.again(alone=True)
                continue
            last = deaths > _MOST_DEATHS or not reading.end
            where = f"row group {reading.group + 1}, " if reading.end else ""
            more = "; nothing after it is read" if last and reading.done else ""
            yield Skipped(source, reason, f"{where}after row {reading.done:,}: {detail}{more}")
            if last:
                return
            request = reading.again(alone=False)


def _of_death(status: int, brought: int) -> tuple[Reason, str]:
    """Return what to say of a table that ended its reader."""
    if status == -signal.SIGXCPU:
        return Reason.UNREADABLE, f"more than {MOST_TABLE_SECONDS} s of processor time for a piece of it"
    if status == -signal.SIGABRT:
        # How Rust and C++ end when they get no memory.
        return too_much_memory(brought)
    if status >= 0:
        raise InvariantError(f"The process that reads Parquet and Arrow ended by itself, with exit status {status}.")
    name = signal.Signals(-status).name
    return Reason.UNREADABLE, f"it crashed its reader ({name})"


class _Reading:
    """One attempt at a table.

    Attributes:
        group: the row group that was being read, or the first of several.
        end: the one behind the last of them; 0 while none was begun, or where there are not any.
        done: the number of the last row that was taken.
        died: how the process ended, if it did.
    """

    def __init__(self, request: Request, source: str, times: CaptureTimes | None) -> None:
        self._request = request
        self._source = source
        self._times = times
        self.group = self.end = 0
        self.done = request.done
        self.died: int | None = None
        self._before, self._count = request.row, 0

    def again(self, *, alone: bool) -> Request:
        """Return what to ask next: the same row groups one by one, or those behind them."""
        if alone:
            return replace(self._request, group=self.group, row=self._before, done=self.done, alone=self.end)
        behind = self._before + self._count
        return replace(self._request, group=self.end, row=behind, done=max(self.done, behind))

    def rows(self, file: BinaryIO) -> Iterator[Item | Skipped]:
        """Yield what a process reads. Without an end, `died` says how the process ended."""
        reader = READERS.take()
        finished = False
        try:
            reader.ask(file, asdict(self._request))
            while not finished:
                kind, first, second, data = frame(reader)
                finished = kind == b"E"
                if kind == b"C":
                    top, *nested = json.loads(data)
                    if self._times is not None and not self._times.are_in(top, nested):
                        self._times = None
                elif kind == b"A":
                    self.group, self.end = first, second
                    self._before, self._count = json.loads(data)
                elif kind == b"L":
                    reason, detail = json.loads(data)
                    yield Skipped(f"{self._source}#{first}" if first else self._source, Reason(reason), detail)
                    self.done = max(self.done, first)
                elif kind == b"R":
                    for number, row in enumerate(data.split(b"\n"), first):
                        item = Item(f"{self._source}#{number}", row, ROW)
                        yield item if self._times is None else self._times.dated(item)
                    self.done = first + second - 1
        except (EOFError, OSError):
            self.died = reader.end(PATIENCE)
        finally:
            # Nobody may want the rest.
            if finished:
                READERS.give_back(reader)
            elif self.died is None:
                reader.end()


def _opened(stream: Readable) -> BinaryIO:
    """Return a stream as a file with a descriptor of its own."""
    try:
        descriptor = cast("BinaryIO", stream).fileno()
    except (AttributeError, OSError):
        return _copied(stream)
    return open(os.dup(descriptor), "rb")


def _copied(stream: Readable) -> BinaryIO:
    """Return a temporary file with what a stream gives, if the stream is compressed or in memory.

    Raises:
        Unreadable: it is too large.
    """
    file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 - its reader closes it
    left = MOST_DOCUMENT_BYTES
    while data := stream.read(min(_CHUNK, left + 1)):
        left -= len(data)
        if left < 0:
            file.close()
            raise Unreadable(Reason.TOO_LARGE, f"more than {MOST_DOCUMENT_BYTES:,} bytes, decompressed")
        file.write(data)
    file.flush()
    return file
