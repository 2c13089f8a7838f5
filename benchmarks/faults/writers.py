"""Let writers add and build at the same moment, with readers beside them: nothing may be lost, and nobody read a part.

Each writer adds a batch of its own or builds, as the seed draws, and waits for the others' lock. Readers open the working tree and the last
release again and again; every batch that they see must be complete, and the release must always read the same.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Final

from benchmarks.faults import invariants
from benchmarks.faults.harness import LIMIT_SECONDS, Scene, Trials, address, main, row, write_rows

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

COUNT: Final = 8
READERS: Final = 2
ROWS: Final = 5
# Opens a version until stdin ends; prints how many reads it made and what was wrong with them.
_READER: Final = """
import collections, json, select, sys
import corpus

def numbers(version):
    return sorted(int(url.rpartition("/")[2]) for url in version.arrow()["url"].to_pylist())

released, rows = numbers(corpus.open("v1.0.0")), int(sys.argv[1])
reads, wrong, most = 0, [], 0
while True:
    there = numbers(corpus.open())
    parts = collections.Counter(number // rows for number in there)
    if len(set(there)) != len(there) or any(count != rows for count in parts.values()):
        wrong.append(f"working tree: {there}")
    if len(there) < most:
        wrong.append(f"working tree: {len(there)} articles after {most}")
    most = max(most, len(there))
    if numbers(corpus.open("v1.0.0")) != released:
        wrong.append("the release has changed")
    reads += 2
    if select.select([sys.stdin], [], [], 0.05)[0]:
        break
print(json.dumps({"reads": reads, "wrong": wrong[:5], "most": most}))
"""


def batch(number: int) -> list[dict[str, str]]:
    """Return the rows of a batch, whose numbers are those of no other."""
    return [row(one) for one in range(number * ROWS, (number + 1) * ROWS)]


def run(scratch: Path, count: int, seed: int) -> Trials:
    """Start `count` writers at once, most of which add and the others build."""
    trials, draw = Trials(), random.Random(seed)
    scene = Scene.make(scratch)
    scene.must("add", str(write_rows(scratch / "0.jsonl", batch(0))))
    scene.must("build")
    scene.commit()
    scene.must("release", "-m", "First")
    scene.commit()
    builds = count // 3
    commands = [["add", str(write_rows(scratch / f"{one}.jsonl", batch(one)))] for one in range(1, count - builds + 1)]
    commands += [["build"]] * builds
    draw.shuffle(commands)
    readers = [scene.start_python("-c", _READER, str(ROWS)) for _ in range(READERS)]
    writers = [scene.start(*command, "--wait", str(LIMIT_SECONDS)) for command in commands]
    for writer, command in zip(writers, commands, strict=True):
        _end(trials, writer, " ".join(command))
    trials.faults += invariants.balanced(scene)
    for number, reader in enumerate(readers):
        _read(trials, reader, number)
    scene.commit()
    trials.faults += invariants.lost(scene, map(address, range((count - builds + 1) * ROWS)))
    trials.faults += invariants.verified(scene) + invariants.no_stray_files(scene)
    trials.faults += invariants.like_a_clean_build(scene)
    return trials


def _end(trials: Trials, process: subprocess.Popen[str], name: str) -> None:
    out, errors = process.communicate("", timeout=2 * LIMIT_SECONDS)
    trials.made[name.partition(" ")[0]] += 1
    trials.expect(process.returncode == 0, f"{name}: exit code {process.returncode}: {(errors or out)[-300:]}")
    trials.expect("Traceback" not in errors, f"{name}: traceback: {errors[-300:]}")


def _read(trials: Trials, reader: subprocess.Popen[str], number: int) -> None:
    out, errors = reader.communicate("\n", timeout=LIMIT_SECONDS)
    if trials.expect(reader.returncode == 0, f"reader {number}: {errors[-300:]}"):
        result = json.loads(out)
        trials.made["read"] += result["reads"]
        trials.faults += [f"reader {number}: {fault}" for fault in result["wrong"]]


if __name__ == "__main__":
    main(run, name="writers", count=COUNT, doc=__doc__)
