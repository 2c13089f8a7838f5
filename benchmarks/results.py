"""What the benchmarks measured, by commit: `python -m benchmarks.results OLD NEW` prints what got worse, or better.

`benchmarks/results.jsonl` has a line a run of a program: date, commit, machine and figures. Of a figure that was measured
several times at a commit on one machine, the median counts. A working tree with changes is no commit: its figures are
printed, and not recorded.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results.jsonl"
# Less of a difference than this is the machine's.
TOLERANCE: Final = 0.1
# Units of which more is better; of any other, as "s", "ms", "bytes" and "faults", less is.
MORE: Final = frozenset({"/s", "share"})


class Change(NamedTuple):
    """A figure at two commits. `worse` is by how much of the old value the new one is worse; negative if it is better."""

    benchmark: str
    figure: str
    unit: str
    old: float
    new: float

    @property
    def worse(self) -> float:
        """How much worse, as a share of the old value."""
        if self.old == self.new:
            return 0.0
        if not self.old:
            return float("-inf" if self.unit in MORE else "inf")
        grown = (self.new - self.old) / abs(self.old)
        return -grown if self.unit in MORE else grown

    def __str__(self) -> str:
        return (
            f"{self.benchmark:16} {self.figure:48} {self.old:12,.4g} {self.new:12,.4g} {self.unit:6} {self.worse:+7.1%}"
        )


def record(benchmark: str, figures: Mapping[str, float], unit: str, results: Path = RESULTS) -> bool:
    """Append the figures of one run. Returns whether it did: not where the working tree has changes.

    Args:
        benchmark: the program's name.
        figures: values by what they are of.
        unit: of all of them: "s", "ms", "/s", "share", "bytes" or "faults".
        results: the file.
    """
    commit = _commit()
    if commit is None:
        print("not recorded: the working tree has changes", file=sys.stderr)
        return False
    line = {
        "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "commit": commit,
        "machine": machine(),
        "benchmark": benchmark,
        "unit": unit,
        "figures": dict(figures),
    }
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return True


def machine() -> str:
    """Return what to call this machine: its kind of processor, how many there are, and Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.machine()}, {cores} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def _commit() -> str | None:
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!benchmarks/results.jsonl")
    return None if changed else _git("rev-parse", "HEAD")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def load(results: Path = RESULTS) -> list[dict[str, Any]]:
    """Return every run on record. Raises ValueError with the number of a line that is none."""
    found = []
    lines = results.read_text(encoding="utf-8").splitlines() if results.exists() else []
    for number, line in enumerate(lines, 1):
        try:
            run = json.loads(line)
            found.append({name: run[name] for name in ("commit", "machine", "benchmark", "unit", "figures")})
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"{results}, line {number}: no run of a benchmark ({error})") from None
    return found


def changes(runs: Iterable[Mapping[str, Any]], old: str, new: str) -> list[Change]:
    """Return the figures that were measured at both commits on the same machine, the worst first."""
    values: dict[tuple[str, ...], dict[str, list[float]]] = {}
    for run in runs:
        for figure, value in run["figures"].items():
            at = values.setdefault((run["machine"], run["benchmark"], figure, run["unit"]), {})
            at.setdefault(run["commit"], []).append(float(value))
    found = [
        Change(benchmark, figure, unit, statistics.median(at[old]), statistics.median(at[new]))
        for (_, benchmark, figure, unit), at in values.items()
        if old in at and new in at
    ]
    return sorted(found, key=lambda change: -change.worse)


def main(arguments: list[str] | None = None) -> int:
    """Compare two commits. Returns 1 if a figure got worse by more than the tolerance."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.results", description=__doc__)
    parser.add_argument("old", help="a commit, branch or tag")
    parser.add_argument("new", nargs="?", default="HEAD")
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help=f"(default: {TOLERANCE})")
    parser.add_argument("--all", action="store_true", help="print the figures that stayed the same too")
    options = parser.parse_args(arguments)
    old, new = (_git("rev-parse", f"{name}^{{commit}}") for name in (options.old, options.new))
    found = changes(load(), old, new)
    if not found:
        print(f"No figure was measured at both {old[:10]} and {new[:10]} on one machine.")
        return 0
    shown = [one for one in found if options.all or abs(one.worse) > options.tolerance]
    for change in shown:
        print(change)
    worse = sum(change.worse > options.tolerance for change in found)
    print(f"{len(found)} figures compared, {worse} worse by more than {options.tolerance:.0%}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
