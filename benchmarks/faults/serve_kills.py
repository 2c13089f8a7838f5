"""Kill all of `corpus serve` at moments of a run, as a host crash does; the next run must succeed soon after a restart.

Soon is two intervals and 60 s. The moments are spread over a whole run with a new document: each trial has its part of
it, from the start of the run's process to its end, and kills at a random moment of that part.
"""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.faults import invariants
from benchmarks.faults.harness import LIMIT_SECONDS, Scene, Trials, address, kill_tree, main, tree, write_seed

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

COUNT: Final = 10
INTERVAL_SECONDS: Final = 10
ALLOWED_SECONDS: Final = 2 * INTERVAL_SECONDS + 60
_COUNT: Final = "select count(*) from flow_run r join flow_run_state s on s.id = r.state_id where s.type = "
_RUNNING: Final = f"{_COUNT} 'RUNNING'"
_COMPLETED: Final = f"{_COUNT} 'COMPLETED'"
_POLL_SECONDS: Final = 0.05


def count(scene: Scene, sql: str) -> int:
    """Return the number that a query of Prefect's database gives; 0 while there is none."""
    path = scene.root / ".prefect" / "prefect.db"
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
        return int(connection.execute(sql).fetchone()[0])
    return 0


def run_of(process: subprocess.Popen[str]) -> int | None:
    """Return the process of the scheduled run that is at work below `corpus serve`; None if there is none."""
    for pid in tree(process.pid):
        with suppress(OSError):
            if b"\0flows\0run\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
    return None


def wait_until(condition: Callable[[], bool], seconds: float = LIMIT_SECONDS) -> bool:
    """Wait until a condition holds; return whether it came to that in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def moment_of(number: int, of: int, draw: random.Random) -> float:
    """Return when a trial kills, as a share of a run: each of `of` trials has a part of it, in order."""
    return (number + draw.random()) / of


class Service:
    """A `corpus serve` at work, which is killed and started again."""

    def __init__(self, scene: Scene) -> None:
        """Start it."""
        self._scene = scene
        self._documents = 0
        self.process = scene.start("serve", "--every", f"{INTERVAL_SECONDS}s")

    def expected(self) -> list[str]:
        """Return the addresses of the articles that the corpus must hold."""
        return [address(number) for number in range(self._documents)]

    def run_with_work(self) -> bool:
        """Give the next run a document, and wait until its process has begun; returns whether it did."""
        if not wait_until(lambda: run_of(self.process) is None):
            return False
        write_seed(self._scene, self._documents)
        self._documents += 1
        return wait_until(lambda: run_of(self.process) is not None)

    def run_ends(self) -> bool:
        """Wait until no run is at work; returns whether it came to that."""
        return wait_until(lambda: run_of(self.process) is None)

    def restart(self) -> None:
        """Kill all of it, and start it again."""
        kill_tree(self.process)
        self.process = self._scene.start("serve", "--every", f"{INTERVAL_SECONDS}s")


def trial(service: Service, scene: Scene, trials: Trials, moment: float, seconds: float) -> None:
    """Kill at a moment of a run, a share of the seconds that one takes, and wait for the next success."""
    if not trials.expect(service.run_with_work(), f"at {moment:.2f} of a run: no run has begun"):
        return
    wait_until(lambda: run_of(service.process) is None, moment * seconds)
    killed = run_of(service.process) is not None
    trials.made[f"killed at {10 * int(moment * 10)} % of a run" if killed else "the run had ended"] += 1
    before = count(scene, _COMPLETED)
    service.restart()
    began = time.monotonic()
    succeeded = wait_until(lambda: count(scene, _COMPLETED) > before)
    took = time.monotonic() - began
    trials.figures["slowest next success in seconds"] = max(
        took, trials.figures.get("slowest next success in seconds", 0.0)
    )
    where = f"killed at {moment:.2f} of a run of {seconds:.0f} s"
    trials.expect(succeeded, f"{where}: no run completed")
    trials.expect(took <= ALLOWED_SECONDS, f"{where}: the next success took {took:.0f} s, allowed {ALLOWED_SECONDS} s")


def run(scratch: Path, count_: int, seed: int) -> Trials:
    """Kill `count_` times, at moments that are spread over a run."""
    trials, draw = Trials(), random.Random(seed)
    scene = Scene.make(scratch)
    service = Service(scene)
    # The first makes tables; the second shows how long a run takes.
    for _ in range(2):
        trials.expect(service.run_with_work(), "no run has begun")
        began = time.monotonic()
        trials.expect(service.run_ends(), "a run has not ended")
    seconds = trials.figures["seconds of a run"] = time.monotonic() - began
    for number in range(count_):
        trial(service, scene, trials, moment_of(number, count_, draw), seconds)
    service.process.terminate()
    out, errors = service.process.communicate(timeout=LIMIT_SECONDS)
    trials.expect(service.process.returncode == 0, f"serve ended with {service.process.returncode}: {errors[-300:]}")
    trials.expect("Traceback" not in out + errors, "a traceback")
    trials.expect(count(scene, _RUNNING) == 0, "a run seems to be at work for ever")
    scene.must("build")
    scene.commit()
    trials.faults += invariants.lost(scene, service.expected())
    trials.faults += invariants.balanced(scene) + invariants.verified(scene)
    return trials


if __name__ == "__main__":
    main(run, name="serve_kills", count=COUNT, doc=__doc__)
