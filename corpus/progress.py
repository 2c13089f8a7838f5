"""What a stage says while it works: a bar on a terminal's stderr, nothing elsewhere."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

_PAUSE: Final = 0.05  # seconds


@contextmanager
def progress(label: str, total: int | None, unit: str) -> Iterator[Callable[[int], None]]:
    """A progress bar over `total` units, None if nobody knows; yields what to call with each advance."""
    terminal = _terminal() if total != 0 else None
    if terminal is None:
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(f"{label:9}"), BarColumn(), MofNCompleteColumn(), TextColumn(unit), TimeRemainingColumn(),
    )  # fmt: skip
    with terminal, Progress(*columns, console=Console(file=terminal), transient=True) as bar:
        task = bar.add_task(label, total=total)
        waiting, last = 0, 0.0

        def advance(count: int) -> None:
            # An update of the bar takes longer than to read a row of a table.
            nonlocal waiting, last
            waiting += count
            if (now := time.monotonic()) - last > _PAUSE:
                bar.advance(task, waiting)
                waiting, last = 0, now

        yield advance


def _terminal() -> TextIO | None:
    """Where to draw: the terminal on stderr, or the one a build around us names, whose pipe stderr is."""
    name = os.ttyname(sys.stderr.fileno()) if sys.stderr.isatty() else os.environ.get("CORPUS_TERMINAL")
    try:
        return open(name, "w", encoding="utf-8") if name else None
    except OSError:
        return None
