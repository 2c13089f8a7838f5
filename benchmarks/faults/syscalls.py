"""Let single system calls of `corpus add`, `build`, `release`, `forget` and `status` fail, or kill whoever makes them.

Each trial runs one command under `strace`, which makes one system call of it (or all from that one on) return an error
such as ENOSPC or EIO, or sends SIGKILL to the process that makes it. Which calls there are is taken from a run that
nothing disturbs. Then the command is run again: it must succeed, and nothing may be lost or wrong. Needs `strace`.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from benchmarks.faults import invariants
from benchmarks.faults.harness import Scene, Trials, kill_tree, main
from benchmarks.faults.story import COMMANDS, Story

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COUNT: Final = 10
NAMES: Final = (*COMMANDS, "status")
# A command that has not ended by then, at a tenth of its speed, does not end.
MOST_SECONDS: Final = 300.0
VERIFY_EVERY: Final = 8
CLEAN_EVERY: Final = 50
# Calls that change something, and what a disk or a kernel answers to them.
CHANGING: Final[dict[str, tuple[str, ...]]] = {
    "write": ("ENOSPC", "EIO", "EDQUOT", "EINTR"),
    "pwrite64": ("ENOSPC", "EIO"),
    "writev": ("ENOSPC", "EIO"),
    "fsync": ("EIO", "ENOSPC"),
    "fdatasync": ("EIO", "ENOSPC"),
    "rename": ("EIO", "ENOSPC", "EACCES"),
    "renameat2": ("EIO", "ENOSPC", "EACCES"),
    "unlink": ("EIO", "EACCES"),
    "unlinkat": ("EIO", "EACCES"),
    "rmdir": ("EIO", "EACCES"),
    "mkdir": ("ENOSPC", "EIO", "EACCES"),
    "link": ("EIO", "EMLINK"),
    "symlink": ("ENOSPC",),
    "chmod": ("EIO", "EPERM"),
    "fchmod": ("EIO", "EPERM"),
    "fchmodat": ("EIO", "EPERM"),
    "ftruncate": ("ENOSPC", "EIO"),
    "copy_file_range": ("ENOSPC", "EIO"),
    "sendfile": ("ENOSPC", "EIO"),
    "flock": ("ENOLCK", "EINTR"),
    "utimensat": ("EIO",),
}
# Calls that read a file; only of the repository, or Python itself would not start.
READING: Final[dict[str, tuple[str, ...]]] = {
    "openat": ("EIO", "EACCES", "EMFILE"),
    "read": ("EIO", "EINTR"),
    "pread64": ("EIO",),
    "mmap": ("ENOMEM", "EACCES"),
}
LISTING: Final[dict[str, tuple[str, ...]]] = {"openat": ("EIO", "EACCES"), "getdents64": ("EIO",)}
# What passes: to ask again at once is right, and to answer so for ever would be no fault of a disk.
_ONCE: Final = frozenset({"EINTR"})
_LINE: Final = re.compile(r"^(?P<pid>\d+) +(?P<call>\w+)\((?P<arguments>.*)")
_OPENED: Final = re.compile(r'^\w+<(?P<folder>/[^>]*)>, "(?P<name>[^"]*)", (?P<flags>\w[\w|]*)')
_WRITES: Final = frozenset({"O_WRONLY", "O_RDWR", "O_CREAT"})
_FAILED: Final = re.compile(r"^\d+ +.*\(INJECTED\)|^\d+ \+\+\+ killed by SIGKILL", re.MULTILINE)
_STANDARD: Final = re.compile(r"^\d+ +\w+\([12]<")


@dataclass(frozen=True)
class Fault:
    """What happens to a system call: its error, or None to kill whoever makes it; from which call on, for which file."""

    call: str
    error: str | None
    number: int = 1
    lasting: bool = False
    path: str | None = None

    def arguments(self) -> list[str]:
        """Return the options of strace for it."""
        what = f"error={self.error}" if self.error else "signal=KILL"
        inject = f"inject={self.call}:{what}:when={self.number}{'+' if self.lasting else ''}"
        return ["-e", f"trace={self.call}", "-e", inject, *(["-P", self.path] if self.path else [])]

    def __str__(self) -> str:
        """Name it as a reader of the one line of JSON needs it to try it again."""
        at = f" of {self.path}" if self.path else ""
        return f"{self.call} {self.number}{' and all after it' if self.lasting else ''}{at}: {self.error or 'KILL'}"


@dataclass
class Calls:
    """The system calls of a command that nothing disturbed.

    Attributes:
        changing: for each call that changes something, how often each process made it.
        reading: the files and folders of the repository that were read, in order.
    """

    changing: dict[str, list[int]] = field(default_factory=dict)
    reading: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, lines: Iterable[str], root: Path) -> Calls:
        """Take them from the log of `strace -f -y`; paths are relative to the repository."""
        made: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        reading: set[str] = set()
        for line in lines:
            if (found := _LINE.match(line)) is None:
                continue
            if found["call"] in CHANGING:
                made[found["call"]][found["pid"]] += 1
            elif (path := _read(root, found["arguments"])) is not None:
                reading.add(path)
        return cls({call: sorted(by_pid.values()) for call, by_pid in sorted(made.items())}, sorted(reading))

    def draw(self, draw: random.Random, root: Path) -> Fault:
        """Choose a fault: one in three of a call that reads something that is there, one in three a kill."""
        there = [path for path in self.reading if (root / path).exists()]
        if there and draw.random() < 1 / 3:
            path = draw.choice(there)
            calls = LISTING if (root / path).is_dir() else READING
            call = draw.choice(list(calls))
            error = draw.choice(calls[call])
            return Fault(call, error, 1, error not in _ONCE and draw.random() < 0.7, path)
        call = draw.choice(list(self.changing))
        number = draw.randint(1, draw.choice(self.changing[call]))
        if draw.random() < 0.5:
            return Fault(call, None, number)
        error = draw.choice(CHANGING[call])
        return Fault(call, error, number, error not in _ONCE and draw.random() < 0.5)


def _read(root: Path, arguments: str) -> str | None:
    """Return what of the repository an `openat` opens to read, relative to it; None for scratch files and others."""
    if (found := _OPENED.match(arguments)) is None or _WRITES & {*found["flags"].split("|")}:
        return None
    relative = os.path.relpath(
        f"{found['folder']}/{found['name']}" if found["name"][:1] != "/" else found["name"], root
    )
    return None if relative.startswith(("..", ".dvc/tmp")) or relative == "." else relative


def traced(scene: Scene, options: list[str], log: Path, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Run `corpus …` under strace. One that does not end in time is killed and has the exit code -9."""
    strace = ["strace", "-f", "--seccomp-bpf", "-y", "-qq", "-s", "200", "-o", str(log), *options]
    # Compiled bytecode is of no interest here.
    process = subprocess.Popen(
        [*strace, "--", sys.executable, "-m", "corpus", *arguments],
        cwd=scene.root, env=scene.environment(PYTHONDONTWRITEBYTECODE="1"), text=True, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        out, errors = process.communicate(timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        kill_tree(process)
        return subprocess.CompletedProcess(arguments, -9, "", f"not ended after {MOST_SECONDS:.0f} s")
    return subprocess.CompletedProcess(arguments, process.returncode, out, errors)


def calls_of(story: Story, name: str, log: Path) -> Calls:
    """Run a command that nothing disturbs, and return its system calls."""
    done = traced(story.scene, ["-e", f"trace={','.join([*CHANGING, 'openat'])}"], log, story.command(name))
    if done.returncode:
        sys.exit(f"corpus {name} failed under strace:\n{done.stderr[-2000:]}")
    story.settle()
    with log.open(encoding="utf-8", errors="replace") as lines:
        return Calls.of(lines, story.scene.root)


def trial(story: Story, name: str, fault: Fault, log: Path, number: int) -> None:
    """Let one system call of a command fail, and the command succeed when it is run again."""
    trials, scene = story.trials, story.scene
    arguments = story.command(name)
    done = traced(scene, _at(fault, scene.root).arguments(), log, arguments)
    struck = _FAILED.search(text := log.read_text(encoding="utf-8", errors="replace"))
    where = f"trial {number}, {name}, {fault}"
    if struck is None:
        trials.made[f"{name}, never reached"] += 1
    else:
        trials.made[f"{name}, {'error' if fault.error else 'kill'}"] += 1
        where += f" at {struck[0].strip()[:200]}"
    # A kill of the command itself ends strace by the same signal.
    codes = (0, 1) if fault.error and "not ended" not in done.stderr else (0, 1, 137, -9)
    trials.expect("not ended after" not in done.stderr, f"{where}: {done.stderr[-100:]}")
    trials.faults += invariants.quiet(done, where, codes)
    mute = fault.error and any(_STANDARD.match(line) and "(INJECTED)" in line for line in text.splitlines())
    if done.returncode == 1 and not mute:
        trials.expect("error: " in done.stderr, f"{where}: exit code 1 without a word: {done.stderr[-200:]!r}")
    if done.returncode == 0 and struck and name != "status":
        trials.faults += [f"{where}: exit code 0, but {one}" for one in invariants.verified(scene)]
    _age_leftovers(scene.root)
    story.again(name, arguments, where)
    story.check(where)


def _at(fault: Fault, root: Path) -> Fault:
    """Return a fault with the absolute path of its file."""
    path = str(root / fault.path) if fault.path else None
    return Fault(fault.call, fault.error, fault.number, fault.lasting, path)


def _age_leftovers(root: Path) -> None:
    """Let what a killed git or DVC left be an hour old, as where a user runs a command again later."""
    then = time.time() - 3600
    for path in (*(root / ".git").rglob("*.lock"), *root.rglob(".*.tmp")):
        os.utime(path, (then, then))


def run(scratch: Path, count: int, seed: int) -> Trials:
    """Let `count` system calls fail, of each command in turn."""
    trials, draw = Trials(), random.Random(seed)
    story = Story(Scene.make(scratch), trials, scratch)
    log = scratch / "strace.log"
    # The first build is another than the next: it makes folders and tables.
    story.undisturbed("build")
    calls = {name: calls_of(story, name, log) for name in NAMES}
    story.check("undisturbed")
    for number in range(count):
        name = NAMES[number % len(NAMES)]
        trial(story, name, calls[name].draw(draw, story.scene.root), log, number)
        if number % VERIFY_EVERY == VERIFY_EVERY - 1:
            trials.faults += [f"after trial {number}: {one}" for one in invariants.verified(story.scene)]
        if number % CLEAN_EVERY == CLEAN_EVERY - 1:
            story.check_all(f"after trial {number}")
    story.check_all("at the end")
    return trials


if __name__ == "__main__":
    if shutil.which("strace") is None:
        print("strace is not installed: system calls cannot be made to fail without it.", file=sys.stderr)
        sys.exit(2)
    main(run, name="syscalls", count=COUNT, doc=__doc__)
