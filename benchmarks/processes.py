"""Our own command as a process, with what it and the processes that it starts cost."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """Seconds by the clock and of all processors, and the peak memory in bytes of a process and all below it."""

    seconds: float
    processor: float
    memory: int

    def __str__(self) -> str:
        return f"{self.seconds:6.2f} s, {self.processor:6.2f} s of processors, {self.memory / 1e6:6,.0f} MB at most"


def a_second(count: float, seconds: float) -> str:
    """So much a second, as people read it. Of a difference of two times little is left where there was little to do."""
    return f"{count / seconds:,.0f}" if seconds > 0 else "too little to tell"


def run(folder: Path, *arguments: str) -> Cost:
    """Run `corpus` in a folder; ends the program with the command's errors if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    peak = 0
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "corpus", *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=said
        )
        while process.poll() is None:
            peak = max(peak, sum(_resident(pid) for pid in _tree(process.pid)))
            # Looking costs some milliseconds.
            time.sleep(0.1)
        if process.returncode:
            said.seek(0)
            sys.exit(f"corpus {' '.join(arguments)} failed:\n{said.read().decode(errors='replace')}")
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(seconds, sum(after[:2]) - sum(before[:2]), peak)


def _tree(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for one in found:
        for thread in Path(f"/proc/{one}/task").glob("*/children"):
            try:
                found += map(int, thread.read_text().split())
            except OSError:
                continue
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0
