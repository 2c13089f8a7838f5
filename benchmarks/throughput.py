"""How fast the stages are: `python -m benchmarks.throughput [COUNT]`. Prints documents a second and peak memory.

Each stage runs as the process that DVC would start, so its start-up counts; `work` leaves out the time that the same
stage takes when nothing is out of date.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.make_seeds import make

STAGES = ("ingest", "validate", "resolve", "write", "report")


def run(folder: Path, stage: str) -> tuple[float, int]:
    """Seconds and peak memory in bytes of one stage, its workers included one by one."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "corpus", stage], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{stage} failed")
    return time.perf_counter() - began, usage.ru_maxrss * 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "repo"
        subprocess.run([sys.executable, "-m", "corpus", "init", str(folder)], check=True, capture_output=True)
        make(folder / "seeds", count)
        whole = {stage: run(folder, stage) for stage in STAGES}
        idle = {stage: run(folder, stage)[0] for stage in STAGES}
    for stage, (seconds, memory) in whole.items():
        print(f"{stage:9} {seconds:7.2f} s  {count / seconds:9,.0f} documents/s  {memory / 1e6:6.0f} MB")
    middle = ("validate", "resolve", "write")
    seconds = sum(whole[stage][0] for stage in middle)
    work = sum(whole[stage][0] - idle[stage] for stage in middle)
    print(f"validate + resolve + write: {count / seconds:,.0f} documents/s whole, {count / work:,.0f} work")


if __name__ == "__main__":
    main()
