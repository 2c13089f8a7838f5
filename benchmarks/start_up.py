"""How long a user waits: `python -m benchmarks.start_up`. Prints the median of some runs of each, in seconds."""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.results import record

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]


def corpus(folder: Path, *arguments: str) -> None:
    """Run a command of ours."""
    subprocess.run([sys.executable, "-m", "corpus", *arguments], cwd=folder, check=True, capture_output=True)


def median(runs: int, work: Callable[[], None], before: Callable[[], None] = lambda: None) -> float:
    """The median time of some runs, each after its preparation."""
    times = []
    for _ in range(runs):
        before()
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "repo"
        corpus(ROOT, "init", str(folder))
        seeds = sorted((ROOT / "seeds").glob("*.txt"))
        for seed in seeds:
            shutil.copy(seed, folder / "seeds")

        def clean() -> None:
            for name in ("data", "reports", ".dvc/cache", ".dvc/tmp"):
                shutil.rmtree(folder / name, ignore_errors=True)
            (folder / "dvc.lock").unlink(missing_ok=True)

        figures = {
            "fresh build of the seeds": median(runs, lambda: corpus(folder, "build"), clean),
            "build with nothing to do": median(runs, lambda: corpus(folder, "build")),
            "corpus --help": median(runs, lambda: corpus(folder, "--help")),
            "corpus check FILE": median(runs, lambda: corpus(folder, "check", str(seeds[0]))),
            "corpus status": median(runs, lambda: corpus(folder, "status")),
        }
    for name, seconds in figures.items():
        print(f"{name:28} {seconds:6.2f} s")
    record("start_up", figures, "s")


if __name__ == "__main__":
    main()
