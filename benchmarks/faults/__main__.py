"""Run every program of this folder, one after the other, with small counts. Exits with 1 if one found a fault."""

from __future__ import annotations

import argparse
import pkgutil
import subprocess
import sys
from pathlib import Path

from benchmarks.faults.harness import ROOT

NOT_PROGRAMS = {"__main__", "harness", "hostile_page", "invariants", "samples", "story"}


def programs() -> list[str]:
    """Return the names of the programs, in alphabetical order."""
    names = {module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])}
    return sorted(names - NOT_PROGRAMS)


def main() -> int:
    """Run the programs. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=1, help="multiply each program's small count by this")
    options = parser.parse_args()
    failed = []
    for name in programs():
        command = [sys.executable, "-m", f"benchmarks.faults.{name}", "--seed", str(options.seed)]
        done = subprocess.run([*command, "--times", str(options.times)], cwd=ROOT, check=False)
        if done.returncode:
            failed.append(name)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
