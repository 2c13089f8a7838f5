"""Kill all of `corpus serve` at moments of a run, as a host crash does; the next run must succeed soon after a restart.

Soon is two intervals and 60 s. Each trial kills at another moment: from the start of a run's process to its end.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.faults import invariants
from benchmarks.faults.harness import LIMIT_SECONDS, Scene, Trials, main, row, write_rows

if TYPE_CHECKING:
    import subprocess

COUNT: Final = 10
INTERVAL_SECONDS: Final = 10
ALLOWED_SECONDS: Final = 2 * INTERVAL_SECONDS + 60
_STARTED: Final = "select count(*) from flow_run r join flow_run_state s on s.id = r.state_id where s.type = 'RUNNING'"
_COMPLETED: Final = (
    "select count(*) from flow_run r join flow_run_state s on s.id = r.state_id where s.type = 'COMPLETED'"
)


def count(scene: Scene, sql: str) -> int:
    """Return the number that a query of Prefect's database gives; 0 while there is none."""
    path = scene.root / ".prefect" / "prefect.db"
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        return int(connection.execute(sql).fetchone()[0])
    return 0


def tree(pid: int) -> list[int]:
    """Return a process and all that it started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            stat = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            parents.setdefault(int(stat[1]), []).append(int(entry.name))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += parents.get(one, [])
    return found


def kill_everything(process: subprocess.Popen[str]) -> None:
    """Kill a process and all that it started, at once: none may react to the death of another."""
    victims = tree(process.pid)
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in {*victims, *tree(process.pid)}:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def wait_until(scene: Scene, sql: str, least: int, seconds: float = LIMIT_SECONDS) -> bool:
    """Wait until a query gives at least a number; return whether it came to that in time."""
    deadline = time.monotonic() + seconds
    while count(scene, sql) < least:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def run(scratch: Path, count_: int, seed: int) -> Trials:
    """Kill `count_` times, at moments drawn from the first 8 s of a run."""
    trials, draw = Trials(), random.Random(seed)
    scene = Scene.make(scratch)
    scene.must("build")
    slowest = 0.0
    process = scene.start("serve", "--every", f"{INTERVAL_SECONDS}s")
    for number in range(count_):
        scene.must("add", "--wait", str(LIMIT_SECONDS), str(write_rows(scratch / f"{number}.jsonl", [row(number)])))
        if not trials.expect(wait_until(scene, _STARTED, 1), f"trial {number}: no run has begun"):
            break
        moment = draw.uniform(0, 8) * (number + 1) / count_
        time.sleep(moment)
        before = count(scene, _COMPLETED)
        kill_everything(process)
        began = time.monotonic()
        process = scene.start("serve", "--every", f"{INTERVAL_SECONDS}s")
        succeeded = wait_until(scene, _COMPLETED, before + 1)
        took = time.monotonic() - began
        slowest = max(slowest, took)
        trials.made["killed in mid-run"] += 1
        trials.expect(succeeded, f"trial {number}, {moment:.1f} s into a run: no run completed")
        trials.expect(
            took <= ALLOWED_SECONDS, f"trial {number}: the next success took {took:.0f} s, allowed {ALLOWED_SECONDS} s"
        )
    process.terminate()
    out, errors = process.communicate(timeout=LIMIT_SECONDS)
    trials.expect(process.returncode == 0, f"serve ended with {process.returncode}: {errors[-300:]}")
    trials.expect("Traceback" not in out + errors, "a traceback")
    trials.expect(count(scene, _STARTED) == 0, "a run seems to be at work for ever")
    scene.must("build")
    scene.commit()
    trials.faults += invariants.balanced(scene) + invariants.verified(scene)
    trials.figures["slowest next success in seconds"] = slowest
    return trials


if __name__ == "__main__":
    main(run, name="serve_kills", count=COUNT, doc=__doc__)
