"""How fast the stages are: `python -m benchmarks.throughput [COUNT]`. Prints documents a second and peak memory.

Each stage runs as the process that DVC would start. `start-up` is the time it takes for a corpus of one document, that
is mostly of imports; `work` is what more documents cost.
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
    """Seconds and peak memory in bytes of one stage, its workers left aside."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "corpus", stage], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{stage} failed")
    return time.perf_counter() - began, usage.ru_maxrss * 1024


def stages(folder: Path, count: int) -> dict[str, tuple[float, int]]:
    """Every stage over a new corpus of so many documents."""
    subprocess.run([sys.executable, "-m", "corpus", "init", str(folder)], check=True, capture_output=True)
    make(folder / "seeds", count)
    return {stage: run(folder, stage) for stage in STAGES}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as scratch:
        alone = stages(Path(scratch) / "one", 1)
        whole = stages(Path(scratch) / "many", count)
    work = {stage: whole[stage][0] - alone[stage][0] for stage in STAGES}
    for stage, (seconds, memory) in whole.items():
        print(
            f"{stage:9} {seconds:6.2f} s, start-up {alone[stage][0]:.2f} s {count / seconds:9,.0f} documents/s, "
            f"work {count / work[stage]:9,.0f} documents/s {memory / 1e6:5.0f} MB"
        )
    middle = ("validate", "resolve", "write")
    print(
        f"validate + resolve + write: {count / sum(whole[stage][0] for stage in middle):,.0f} documents/s, "
        f"work {count / sum(work[stage] for stage in middle):,.0f} documents/s"
    )


if __name__ == "__main__":
    main()
