"""Kill `corpus add`, `build`, `release` and `forget` at random moments: the next run must succeed, and nothing be lost.

Each trial starts one command, sends SIGKILL to its process or to its whole session after a random part of the time that
the command needs, and runs it again. At the end the articles are those that undisturbed commands would have left, and a
clean build of the same documents gives the same bytes.
"""

from __future__ import annotations

import random
import subprocess
from typing import TYPE_CHECKING, Final

from benchmarks.faults.harness import Scene, Trials, kill, main
from benchmarks.faults.story import COMMANDS, Story

if TYPE_CHECKING:
    from pathlib import Path

COUNT: Final = 8
# Everything is compared with a clean build after so many trials, and at the end.
CLEAN_EVERY: Final = 32


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
        story.undisturbed(name)
    story.check("undisturbed")
    for number in range(count):
        trial(story, commands[number % len(commands)], draw, number)
        if number % CLEAN_EVERY == CLEAN_EVERY - 1:
            story.check_all(f"after trial {number}")
    story.check_all("at the end")
    return trials


if __name__ == "__main__":
    main(run, name="kills", count=COUNT, doc=__doc__)
