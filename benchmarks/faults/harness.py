"""What the programs of this folder share: corpus repositories in a scratch folder, and the one line of JSON at the end.

No setting of the user reaches a scene: git, DVC and Prefect find a home folder of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from benchmarks.results import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ROOT: Final = Path(__file__).parents[2]
# No command of ours takes as long on a scene, however busy the machine.
LIMIT_SECONDS: Final = 600.0
_CONFIG = "[user]\n\tname = Faults\n\temail = faults@example.org\n[init]\n\tdefaultBranch = main\n"


class Faults(list[str]):
    """Faults in words; each goes to stderr as it is found, so that a run that is broken off has told of it."""

    def append(self, fault: str) -> None:
        """Add a fault."""
        print(f"fault: {fault}", file=sys.stderr, flush=True)
        super().append(fault)

    def __iadd__(self, faults: Iterable[str]) -> Self:  # type: ignore[misc, override]  # of strings, as the list is
        """Add faults."""
        for fault in faults:
            self.append(fault)
        return self


@dataclass
class Trials:
    """How often each kind of trial was made, and the faults that were found, in words."""

    made: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=Faults)
    # What else is worth knowing, as the slowest trial in seconds or the most memory in bytes.
    figures: dict[str, float] = field(default_factory=dict)

    def expect(self, condition: object, fault: str) -> bool:
        """Note a fault unless the condition holds. Returns whether it holds."""
        if not condition:
            self.faults.append(fault)
        return bool(condition)


@dataclass(frozen=True)
class Scene:
    """A corpus repository, used as its owner would use it: real processes, real git, real DVC."""

    root: Path
    home: Path

    @classmethod
    def make(cls, scratch: Path, name: str = "repo") -> Scene:
        """Make an empty corpus repository `scratch/name` with `corpus init`."""
        home = scratch / "home"
        home.mkdir(exist_ok=True)
        (home / ".gitconfig").write_text(_CONFIG)
        scene = cls(scratch / name, home)
        done = subprocess.run(
            [sys.executable, "-m", "corpus", "init", str(scene.root)],
            cwd=scratch, env=scene.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"corpus init failed:\n{done.stderr}")
        return scene

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of every process of this scene."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "DVC_", "PREFECT_"))}
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        ours = {
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.home / "dvc"),
            "PYTHONPATH": str(ROOT),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", os.defpath)]),
        }
        return kept | ours | more

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start `corpus …` here, in a session of its own."""
        return self.start_python("-m", "corpus", *arguments, **environment)

    def start_python(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start Python here, in a session of its own."""
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=self.root, env=self.environment(**environment), text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `corpus …` here to its end. One that does not end in time is killed and has the exit code -9."""
        process = self.start(*arguments, **environment)
        try:
            out, errors = process.communicate("", timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            kill(process, whole_group=True)
            return subprocess.CompletedProcess(arguments, -signal.SIGKILL, "", f"not ended after {LIMIT_SECONDS:.0f} s")
        return subprocess.CompletedProcess(arguments, process.returncode, out, errors)

    def must(self, *arguments: str, **environment: str) -> str:
        """Run `corpus …` to set the scene. Returns its output; ends the program if it fails."""
        done = self.run(*arguments, **environment)
        if done.returncode:
            sys.exit(f"corpus {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def git(self, *arguments: str) -> str:
        """Run git here. Returns its output; raises CalledProcessError."""
        return subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.environment(), capture_output=True, text=True, check=True
        ).stdout

    def commit(self, message: str = "Change") -> None:
        """Commit all that is not ignored, if anything has changed."""
        self.git("add", "--all")
        if self.git("status", "--porcelain"):
            self.git("commit", "--quiet", "-m", message)


def kill(process: subprocess.Popen[str], *, whole_group: bool) -> None:
    """Send SIGKILL to a process alone, as an out-of-memory killer would, or to all of its session."""
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
    process.wait()
    _close(process)


def tree(pid: int) -> list[int]:
    """Return the ids of a process and of all that it started."""
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


def kill_tree(process: subprocess.Popen[str]) -> None:
    """Kill a process and all that it started, at once: none may react to the death of another."""
    victims = tree(process.pid)
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in {*victims, *tree(process.pid)}:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
    process.wait()
    _close(process)


def _close(process: subprocess.Popen[str]) -> None:
    """Close the pipes, without reading them to their end: what outlives the process may keep them open."""
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def row(number: int, *, text: str = "") -> dict[str, str]:
    """Return an article that passes every check, as a row of a table. Each number has a URL and words of its own."""
    words = " ".join(f"{name}{number}" for name in ("tram", "council", "budget", "vote", "line", "street", "bridge"))
    day = f"{2000 + number % 20}-{1 + number % 12:02d}-{1 + number % 28:02d}"
    body = f"The town council approved number {number} on Monday after hours of debate about {words}. {text}".strip()
    return {"title": f"Council approves number {number}", "text": body, "url": address(number), "date": day}


def address(number: int) -> str:
    """Return the URL of an article of `row`."""
    return f"https://www.example.com/news/{number}"


def write_rows(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows as JSONL. Returns the path."""
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return path


def write_seed(scene: Scene, number: int) -> Path:
    """Write an article of `row` into seeds/. Returns the path."""
    one, path = row(number), scene.root / f"seeds/{number}.txt"
    path.write_text(f"{one['title']}\n\n{one['date']}\n\n{one['text']}\n\nOriginal url: {one['url']}\n")
    return path


def main(run: Callable[[Path, int, int], Trials], *, name: str, count: int, doc: str | None) -> None:
    """Run one program from the command line: print one line of JSON, and exit with 1 if it found a fault.

    Args:
        run: the trials; takes a scratch folder, how many trials to make, and the seed of what is drawn.
        name: of the program.
        count: how many trials to make where the command line gives no number.
        doc: the help text.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.faults.{name}", description=doc)
    parser.add_argument("--count", type=int, default=None, help=f"trials (default: {count})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=1, help="multiply the default count by this")
    options = parser.parse_args()
    wanted = count * options.times if options.count is None else options.count
    began = time.monotonic()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        trials = run(Path(scratch), wanted, options.seed)
    print(line(name, options.seed, trials, time.monotonic() - began))
    record(f"faults.{name}", {f"seed {options.seed}, {wanted} trials": len(trials.faults)}, "faults")
    sys.exit(1 if trials.faults else 0)


def line(name: str, seed: int, trials: Trials, seconds: float) -> str:
    """Return the line of JSON that a program prints."""
    result: Mapping[str, object] = {
        "name": name,
        "seed": seed,
        "trials": sum(trials.made.values()),
        "kinds": dict(sorted(trials.made.items())),
        "faults": len(trials.faults),
        "found": trials.faults,
        "figures": {key: round(value, 3) for key, value in trials.figures.items()},
        "seconds": round(seconds, 1),
        "commit": _commit(),
    }
    return json.dumps(result, ensure_ascii=False)


def _commit() -> str:
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"
