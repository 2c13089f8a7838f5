"""A corpus that grows by a batch for each trial, and what must hold of it after every disturbed command."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from benchmarks.faults import invariants
from benchmarks.faults.harness import Scene, Trials, address, row, write_rows

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS: Final = ("add", "build", "release", "forget")
ROWS: Final = 3


@dataclass
class Story:
    """A corpus, and the numbers of the articles that it must hold."""

    scene: Scene
    trials: Trials
    scratch: Path
    expected: set[int] = field(default_factory=set)
    releases: int = 0
    # Seconds that a command needs when nothing disturbs it.
    needed: dict[str, float] = field(default_factory=dict)
    _next: int = 0

    def batch(self) -> Path:
        """Return a file of new articles, which the corpus must hold from now on."""
        numbers = range(self._next, self._next + ROWS)
        self._next += ROWS
        self.expected |= {*numbers}
        return write_rows(self.scratch / f"{numbers[0]}.jsonl", [row(number) for number in numbers])

    def command(self, name: str) -> list[str]:
        """Do what the command needs to have been done before it, and return the command."""
        if name == "add":
            return ["add", "--captured-at", "2024-01-02", str(self.batch())]
        if name == "status":
            return ["status"]
        self.scene.must("add", "--captured-at", "2024-01-02", str(self.batch()))
        if name == "build":
            return ["build"]
        self.scene.must("build")
        self.scene.commit()
        if name == "release":
            self.releases += 1
            return ["release", "-m", "Trial"]
        gone = min(self.expected)
        self.expected.remove(gone)
        return ["forget", address(gone), "--reason", "Trial", "--yes"]

    def undisturbed(self, name: str) -> None:
        """Run a command as it should be, and note how many seconds it needs."""
        arguments = self.command(name)
        began = time.monotonic()
        self.scene.must(*arguments)
        self.needed[name] = time.monotonic() - began
        self.trials.figures[f"seconds of {name}"] = self.needed[name]
        self.settle()

    def settle(self) -> None:
        """Bring the corpus up to date and into a commit; ends the program if that fails."""
        self.scene.must("build")
        self.scene.commit()

    def again(self, name: str, arguments: list[str], trial: str) -> None:
        """Run a command that was disturbed once more, and bring the corpus up to date and into a commit."""
        done = self.scene.run(*arguments)
        # Where the disturbed one was done already, there is nothing left to add, to release or to withdraw.
        codes = (0,) if name in {"build", "status"} else (0, 1)
        self.trials.faults += invariants.quiet(done, f"{trial}: again", codes)
        self.trials.faults += invariants.quiet(self.scene.run("build"), f"{trial}: build")
        self.scene.commit()

    def check(self, trial: str) -> None:
        """Check what must hold after every trial."""
        found = invariants.lost(self.scene, map(address, self.expected))
        found += invariants.no_stray_files(self.scene)
        made = len(self.scene.git("tag", "--list", "corpus@*").split())
        if made != self.releases:
            found.append(f"{made} releases, expected {self.releases}")
        self.trials.faults += [f"{trial}: {fault}" for fault in found]

    def check_all(self, trial: str) -> None:
        """Check what takes longer: every byte, and a clean build."""
        found = invariants.verified(self.scene) + invariants.balanced(self.scene)
        found += invariants.like_a_clean_build(self.scene)
        self.trials.faults += [f"{trial}: {fault}" for fault in found]
