"""How a clean build grows with the corpus: `python -m benchmarks.scaling [COUNT …]`. Prints seconds and peak memory.

For each count a new corpus, filled through `corpus add` with articles of three years of about 2.3 kB, is built by
`corpus build`; then 1 % new ones are added and it is built again. Memory is that of the command and all its processes
together, at most. The last column is what time would be if it grew as n log n from the first count.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.processes import Cost, run
from benchmarks.results import record
from benchmarks.trace import FIRST, Newsroom

if TYPE_CHECKING:
    from datetime import date

DAYS = 3 * 365


def fill(folder: Path, newsroom: Newsroom, count: int, first: date, days: int) -> Cost:
    """Add so many articles of so many days, in one file."""
    rows = folder.parent / "rows.jsonl"
    with rows.open("w") as file:
        for number in range(count):
            file.write(json.dumps(newsroom.article(first + timedelta(days=number * days // count))) + "\n")
    cost = run(folder, "add", "--captured-at", (first + timedelta(days=days)).isoformat(), str(rows))
    rows.unlink()
    return cost


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder by default")
    chosen = parser.parse_args()
    first: tuple[int, float] | None = None
    for count in chosen.count:
        with tempfile.TemporaryDirectory(dir=chosen.folder) as scratch:
            folder = Path(scratch) / "corpus"
            run(Path(scratch), "init", str(folder))
            newsroom = Newsroom()
            print(
                f"{count:9,} articles: add   {fill(folder, newsroom, count, FIRST - timedelta(DAYS), DAYS)}", flush=True
            )
            clean = run(folder, "build")
            first = first or (count, clean.seconds)
            expected = first[1] * count * math.log(count) / (first[0] * math.log(first[0]))
            print(f"{'':9}           build {clean}; n log n: {expected:.1f} s", flush=True)
            fill(folder, newsroom, count // 100, FIRST, 1)
            again = run(folder, "build")
            print(f"{'':9}  1 % new: build {again}, {again.seconds / clean.seconds:.1%} of the clean build", flush=True)
            record("scaling", {f"build of {count:,}": clean.seconds, f"1 % new of {count:,}": again.seconds}, "s")


if __name__ == "__main__":
    main()
