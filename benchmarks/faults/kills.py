"""Kill `corpus add`, `build`, `release` and `forget` at random moments: the next run must succeed, and nothing be lost.

Each trial starts one command, sends SIGKILL to its process or to its whole session after a random part of the time that
the command needs, and runs it again. At the end the articles are those that undisturbed commands would have left, and a
clean build of the same documents gives the same bytes.
"""

from __future__ import annotations

import random
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from benchmarks.faults import invariants
from benchmarks.faults.harness import Scene, Trials, address, kill, main, row, write_rows

if TYPE_CHECKING:
    from pathlib import Path

COUNT: Final = 8
COMMANDS: Final = ("add", "build", "release", "forget")
# Everything is compared with a clean build after so many trials, and at the end.
CLEAN_EVERY: Final = 32
ROWS: Final = 3


@dataclass
class Story:
    """A corpus that grows by a batch a trial, and the numbers of the articles that it must hold."""

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
        self.scene.must("add", "--captured-at", "2024-01-02", str(self.batch()))
        if name == "build":
            return ["build"]
        self.scene.must("build")
        self.scene.commit()
        if name == "release":
            self.releases += 1
            return ["release", "-m", "Killed"]
        gone = min(self.expected)
        self.expected.remove(gone)
        return ["forget", address(gone), "--reason", "Trial", "--yes"]

    def again(self, name: str, arguments: list[str], trial: str) -> None:
        """Run a command that was killed once more, and bring the corpus up to date and into a commit."""
        done = self.scene.run(*arguments)
        # Where the killed one was done already, there is nothing left to add, to release or to withdraw.
        codes = (0,) if name == "build" else (0, 1)
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


def trial(story: Story, name: str, draw: random.Random, number: int) -> None:
    """Kill one command once, and let it succeed."""
    arguments = story.command(name)
    whole_group = draw.random() < 0.5
    share = draw.random()
    text = f"trial {number}, {name} killed after {share:.3f} of its time ({'session' if whole_group else 'process'})"
    process = story.scene.start(*arguments)
    try:
        process.wait(share * story.needed[name])
    except subprocess.TimeoutExpired:
        kill(process, whole_group=whole_group)
        story.trials.made[name] += 1
    else:
        process.communicate()
        story.trials.made[f"{name}, ended before"] += 1
    story.again(name, arguments, text)
    story.check(text)


def run(scratch: Path, count: int, seed: int, commands: tuple[str, ...] = COMMANDS) -> Trials:
    """Kill `count` times, each command in turn."""
    trials, draw = Trials(), random.Random(seed)
    story = Story(Scene.make(scratch), trials, scratch)
    for name in commands:
        arguments = story.command(name)
        began = time.monotonic()
        story.scene.must(*arguments)
        story.needed[name] = time.monotonic() - began
        trials.figures[f"seconds of {name}"] = story.needed[name]
        story.scene.must("build")
        story.scene.commit()
    story.check("undisturbed")
    for number in range(count):
        trial(story, commands[number % len(commands)], draw, number)
        if number % CLEAN_EVERY == CLEAN_EVERY - 1:
            story.check_all(f"after trial {number}")
    story.check_all("at the end")
    return trials


if __name__ == "__main__":
    main(run, name="kills", count=COUNT, doc=__doc__)
