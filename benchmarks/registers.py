"""The register of 10,000 batches, read and written: `python -m benchmarks.registers`. Prints the best of some runs."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from benchmarks.results import record
from corpus.batches import register as raw

if TYPE_CHECKING:
    from collections.abc import Callable

_BEGIN: Final = datetime(2020, 1, 1, tzinfo=UTC)


def batches(count: int) -> list[raw.Batch]:
    """Return batches of one file each, as daily collections leave them."""
    made = []
    for number in range(count):
        at = _BEGIN + timedelta(hours=number)
        name = f"{at:%Y%m%dT%H%M%SZ}-{number:012x}"
        file = raw.RawFile(f"{name}.parquet", f"{number:064x}", 100, 123_456, 1)
        made.append(raw.Batch(name, at, "CC-BY-4.0", (file,), {"repeat": 3}))
    return made


def best(runs: int, work: Callable[[], object]) -> tuple[float, float]:
    """Return the least seconds of a clock and of the processor that some runs took."""
    walls, processors = [], []
    for _ in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return min(walls), min(processors)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    some = batches(asked.batches)
    text = raw.as_text(some)
    if list(raw.parse(text)) != some:
        raise SystemExit("What was read is not what was written.")
    figures = {}
    for name, work in (("read", lambda: raw.parse(text)), ("write", lambda: raw.as_text(some))):
        wall, processor = best(asked.runs, work)
        print(f"{name} {asked.batches:,} batches: {wall:.3f} s, {processor:.3f} s of processor time")
        figures[f"{name} {asked.batches:,} batches"] = round(wall, 4)
    record("registers", figures, "s")


if __name__ == "__main__":
    main()
