"""How long opening and reading a version takes: `python -m benchmarks.open`. Prints medians, in milliseconds.

A corpus of synthetic articles is built and released in a scratch folder; every measurement is of a new `Version` in a
process that has imported all it needs, with the cache full and its digests known. A remote is measured in a folder, so
what is told of it is our own time, and what it had to move.
"""

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

import polars as pl

import corpus
from benchmarks.results import record
from benchmarks.start_up import corpus as run

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.snapshots.opening import Version

ROOT = Path(__file__).parents[1]


def median(runs: int, work: Callable[[], object]) -> float:
    """The median time of some runs, in milliseconds, after one that is not counted."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=11)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "repo"
        run(ROOT, "init", str(folder))
        make = [sys.executable, "-m", "benchmarks.make_seeds", str(folder / "seeds"), str(options.articles)]
        subprocess.run(make, cwd=ROOT, check=True, capture_output=True)
        run(folder, "build")
        subprocess.run(["git", "add", "dvc.lock", "reports"], cwd=folder, check=True)
        subprocess.run(["git", "commit", "--quiet", "-m", "Built"], cwd=folder, check=True)

        def opened() -> Version:
            return corpus.open("HEAD", repo=folder)

        files = opened().files()
        days = opened().scan().select(pl.col("published_date").drop_nulls().sort()).collect()["published_date"]
        month = {"since": days[len(days) // 2].replace(day=1), "until": days[len(days) // 2].replace(day=28)}
        figures = {
            "corpus.open": median(options.runs, opened),
            "open and scan, every file known": median(options.runs, lambda: opened().scan()),
            "open and count": median(options.runs, lambda: opened().scan().select(pl.len()).collect()),
            "open, titles of four weeks": median(
                options.runs, lambda: opened().articles(columns=["title"], **month).collect()
            ),
            "open, every title": median(options.runs, lambda: opened().articles(columns=["title"]).collect()),
            "open, every column": median(options.runs, lambda: opened().scan().collect()),
            "open and split, ids alone": median(
                options.runs,
                lambda: [part.select("article_id").collect() for part in opened().splits().values()],
            ),
        }
        shutil.move(folder / ".dvc/cache", Path(scratch) / "store")
        (folder / ".dvc/config.local").write_text(
            f"[core]\n    remote = store\n['remote \"store\"']\n    url = {scratch}/store\n"
        )
        figures["from a folder as remote, titles of four weeks"] = median(
            3, lambda: opened().articles(columns=["title"], **month).collect()
        )
    print(f"{options.articles:,} articles in {len(files)} files")
    for name, taken in figures.items():
        print(f"{name:48} {taken:9.1f} ms")
    record("open", {f"{name} ({options.articles:,})": taken for name, taken in figures.items()}, "ms")


if __name__ == "__main__":
    main()
