"""How fast the stages are: `python -m benchmarks.throughput [COUNT]`. Prints documents a second and memory.

Each stage runs as the process that DVC would start; memory is its peak, workers included. `start-up` is the time it
takes for a corpus of one document, that is mostly of imports; `work` is what more documents cost. Then the three stages
after `ingest` are measured once more with `resolve.duplicates: exact`, for whom near-duplicates do not matter.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from benchmarks.make_seeds import make
from benchmarks.processes import Cost, a_second, run
from benchmarks.results import record
from corpus.stages import NAMES

MIDDLE = ("validate", "resolve", "write")


def stages(folder: Path, count: int) -> tuple[dict[str, Cost], dict[str, Cost]]:
    """Every stage over a new corpus of so many documents, and those of `MIDDLE` without near-duplicates."""
    run(folder.parent, "init", str(folder))
    make(folder / "seeds", count)
    whole = {stage: run(folder, stage) for stage in NAMES}
    params = folder / "params.yaml"
    params.write_text(params.read_text().replace("duplicates: mark", "duplicates: exact"))
    for name in ("verdicts", "signatures", "pairs", "decisions", "articles", "revisions", "quarantine"):
        shutil.rmtree(folder / "data" / name)
    for stage in (*MIDDLE, "signatures", "pairs"):
        (folder / "data" / "keys" / f"{stage}.json").unlink()
    return whole, {stage: run(folder, stage) for stage in MIDDLE}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as scratch:
        alone, exact_alone = stages(Path(scratch) / "one", 1)
        whole, exact = stages(Path(scratch) / "many", count)
    show(count, whole, alone)
    print("without near-duplicates:")
    show(count, exact, exact_alone)
    both = {"": whole, ", without near-duplicates": exact}
    speeds = {
        f"{stage}{name} ({count:,})": count / cost.seconds
        for name, costs in both.items()
        for stage, cost in costs.items()
    }
    record("throughput", speeds, "/s")


def show(count: int, whole: dict[str, Cost], alone: dict[str, Cost]) -> None:
    """Print what so many documents cost, and what one does."""
    work = {stage: whole[stage].seconds - alone[stage].seconds for stage in whole}
    for stage, cost in whole.items():
        print(
            f"{stage:9} {cost.seconds:6.2f} s, start-up {alone[stage].seconds:.2f} s "
            f"{a_second(count, cost.seconds):>9} documents/s, work {a_second(count, work[stage]):>9} documents/s "
            f"{cost.processor - alone[stage].processor:6.2f} s of processors {cost.memory / 1e6:5.0f} MB"
        )
    print(
        f"validate + resolve + write: {a_second(count, sum(whole[stage].seconds for stage in MIDDLE))} documents/s, "
        f"work {a_second(count, sum(work[stage] for stage in MIDDLE))} documents/s"
    )


if __name__ == "__main__":
    main()
