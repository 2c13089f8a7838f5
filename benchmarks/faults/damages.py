"""Damage files at random before `corpus build`, `release` and `release --push`: none may succeed with wrong bytes.

Each trial damages one file of the cache, the workspace, data/raw/, data/keys/ or the remote, mostly with its size and
times kept, and runs the next command. If that succeeds, every object that the version names must be right where the
command relies on it; if it refuses, its advice must help. The documents that a clean build reads give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from benchmarks.faults import invariants
from benchmarks.faults.harness import Scene, Trials, main, row, write_rows, write_seed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNT: Final = 12
PLACES: Final = ("cache", "workspace", "raw", "keys", "remote")
# Before which command a file is damaged, in turn; a push that repeats one relies on what is in the remote already.
COMMANDS: Final = ("build", "build, nothing new", "release", "push", "push again")
CLEAN_EVERY: Final = 50


def _flip(content: bytes, draw: random.Random) -> bytes:
    place = draw.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << draw.randrange(8))]) + content[place + 1 :]


def _zeros(content: bytes, draw: random.Random) -> bytes:
    place, length = draw.randrange(len(content)), draw.randrange(1, 4097)
    return content[:place] + bytes(len(content[place : place + length])) + content[place + length :]


def _cut(content: bytes, draw: random.Random) -> bytes:
    return content[: draw.randrange(len(content))]


def _longer(content: bytes, draw: random.Random) -> bytes:
    return content + draw.randbytes(draw.randrange(1, 100))


DAMAGES: Final[dict[str, Callable[[bytes, random.Random], bytes]]] = {
    "flip": _flip, "zeros": _zeros, "cut": _cut, "longer": _longer,
}  # fmt: skip


@dataclass(frozen=True)
class Damaged:
    """A file that was damaged, and the bytes and mode that it had."""

    path: Path
    right: bytes
    mode: int
    kind: str

    def undo(self) -> None:
        """Put the right bytes back, as from a backup."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.unlink(missing_ok=True)
        self.path.write_bytes(self.right)
        self.path.chmod(self.mode)


class World:
    """A corpus with a remote for its data and one for git, and what its version names."""

    def __init__(self, scratch: Path) -> None:
        """Make it, with one release that was pushed."""
        self.scratch, self.scene = scratch, Scene.make(scratch)
        self.store = scratch / "store"
        self._next = 0
        subprocess.run(["git", "init", "--quiet", "--bare", str(scratch / "bare.git")], check=True)
        self.scene.git("remote", "add", "origin", str(scratch / "bare.git"))
        dvc = [sys.executable, "-m", "dvc", "remote", "add", "--quiet", "-d", "store", str(self.store)]
        subprocess.run(dvc, cwd=self.scene.root, env=self.scene.environment(), check=True)
        self.grow()
        self.scene.must("build")
        self.scene.commit()
        self.scene.must("release", "--push", "-m", "First")

    def grow(self) -> None:
        """Add a batch, and a file of seeds."""
        numbers = range(self._next, self._next + 4)
        self._next += 4
        path = write_rows(self.scratch / f"{numbers[0]}.jsonl", [row(number) for number in numbers[:3]])
        self.scene.must("add", "--captured-at", "2024-01-02", str(path))
        write_seed(self.scene, numbers[3])

    def outs(self) -> list[dict[str, Any]]:
        """Return all outputs that dvc.lock and data/raw.dvc name."""
        root = self.scene.root
        stages = yaml.safe_load((root / "dvc.lock").read_text())["stages"].values()
        outs = [out for stage in stages for out in stage.get("outs", ())]
        batches = yaml.safe_load((root / "data/raw.dvc").read_text())["outs"]
        return [*outs, *({**out, "path": f"data/{out['path']}"} for out in batches)]

    def object_of(self, store: Path, md5: str) -> Path:
        """Return where a store has an object."""
        return store / "files/md5" / md5[:2] / md5[2:]

    def named(self) -> tuple[dict[str, str], set[str]]:
        """Return the files of the version, path to md5, and the md5s of all its objects, listings among them."""
        files: dict[str, str] = {}
        objects: set[str] = set()
        for out in self.outs():
            md5 = out["md5"]
            # What git keeps is no object.
            if out["path"].startswith("reports"):
                files[out["path"]] = md5
                continue
            objects.add(md5)
            if md5.endswith(".dir"):
                entries = json.loads(self.object_of(self.scene.root / ".dvc/cache", md5).read_bytes())
                files |= {f"{out['path']}/{entry['relpath']}": entry["md5"] for entry in entries}
            else:
                files[out["path"]] = md5
        objects |= {md5 for path, md5 in files.items() if not path.startswith("reports")}
        return files, objects

    def candidates(self, place: str) -> list[Path]:
        """Return the files of a place that may be damaged."""
        files, objects = self.named()
        root = self.scene.root
        if place in {"cache", "remote"}:
            store = self.store if place == "remote" else root / ".dvc/cache"
            return sorted(path for md5 in objects if (path := self.object_of(store, md5)).is_file())
        wanted = {"raw": "data/raw/", "keys": "data/keys/", "workspace": ""}[place]
        others = ("data/raw/", "data/keys/") if place == "workspace" else ()
        paths = (root / path for path in sorted(files) if path.startswith(wanted) and not path.startswith(others))
        return [path for path in paths if path.is_file()]

    def damage(self, place: str, draw: random.Random) -> Damaged:
        """Damage one file."""
        path = draw.choice([path for path in self.candidates(place) if path.stat().st_size])
        before, right = path.stat(), path.read_bytes()
        kind = draw.choice([*DAMAGES, "flip", "flip", "gone"])
        if kind == "gone":
            path.unlink()
        else:
            wrong = DAMAGES[kind](right, draw)
            path.chmod(0o644)
            path.write_bytes(wrong if wrong != right else _flip(right, draw))
            path.chmod(before.st_mode & 0o777)
            # Times betray a damage in one of four only.
            if draw.random() < 0.75:
                os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        return Damaged(path, right, before.st_mode & 0o777, kind)

    def wrong(self, command: str) -> list[str]:
        """Return what is wrong though a command has succeeded."""
        root, (files, objects) = self.scene.root, self.named()
        stores = {"cache": root / ".dvc/cache"}
        if command.startswith("push"):
            # A push relies on the objects of the release, not on the workspace.
            stores["remote"] = self.store
        found = [
            f"{name}: {md5}"
            for name, store in stores.items()
            for md5 in sorted(objects)
            if _md5(self.object_of(store, md5)) != md5.removesuffix(".dir")
        ]
        if command.startswith("build"):
            found += [f"workspace: {path}" for path, md5 in files.items() if _md5(root / path) != md5]
        if command == "release":
            found += [
                f"git: {path}"
                for path, md5 in files.items()
                if path.startswith("reports") and _md5_of(self.scene.git("show", f"HEAD:{path}").encode()) != md5
            ]
        return found


def _md5(path: Path) -> str:
    try:
        return _md5_of(path.read_bytes())
    except OSError:
        return "missing"


def _md5_of(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def trial(world: World, trials: Trials, command: str, place: str, draw: random.Random) -> None:
    """Damage one file before a command, and judge what the command makes of it."""
    scene = world.scene
    if command == "build":
        world.grow()
    locked = (scene.root / "dvc.lock").read_bytes()
    damaged = world.damage(place, draw)
    name = f"{damaged.path.relative_to(world.scratch)} {damaged.kind} before {command}"
    arguments = {"release": ("release", "-m", "Trial"), "push": ("release", "--push")}.get(
        command.split(maxsplit=1)[0].strip(","), ("build",)
    )
    done = scene.run(*arguments)
    trials.faults += invariants.quiet(done, name, (0, 1))
    trials.made[f"{place} before {command}"] += 1
    if done.returncode:
        trials.figures["refused"] = trials.figures.get("refused", 0) + 1
        helped = scene.run("build")
        scene.commit()
        done = scene.run(*arguments) if helped.returncode == 0 else helped
        if done.returncode:
            trials.figures["restored by hand"] = trials.figures.get("restored by hand", 0) + 1
            trials.expect(
                "backup" in done.stderr or "repair" in done.stderr,
                f"{name}: refused without advice that helps: {done.stderr[-300:]}",
            )
            damaged.undo()
            trials.faults += invariants.quiet(scene.run("build"), f"{name}: put back")
            scene.commit()
            done = scene.run(*arguments)
            trials.faults += invariants.quiet(done, f"{name}: put back, again")
    false = world.wrong(command) if done.returncode == 0 else []
    trials.figures["false successes"] = trials.figures.get("false successes", 0) + bool(false)
    trials.faults += [f"{name}: exit code 0, but wrong: {one}" for one in false]
    if command == "build, nothing new":
        trials.expect((scene.root / "dvc.lock").read_bytes() == locked, f"{name}: dvc.lock is another")
    if command.startswith("build"):
        scene.commit()


def run(scratch: Path, count: int, seed: int) -> Trials:
    """Damage `count` files, each place before each command in turn."""
    trials, draw = Trials(), random.Random(seed)
    world = World(scratch)
    for number in range(count):
        place = PLACES[(number + number // len(COMMANDS)) % len(PLACES)]
        trial(world, trials, COMMANDS[number % len(COMMANDS)], place, draw)
        if number % CLEAN_EVERY == CLEAN_EVERY - 1 or number == count - 1:
            # A push does not look at the workspace; a build puts right what it relies on.
            trials.faults += invariants.quiet(world.scene.run("build"), f"after trial {number}: build")
            trials.faults += invariants.like_a_clean_build(world.scene)
    # Damage in the workspace or the remote after the last build or push is nobody's success.
    world.scene.must("build")
    trials.faults += invariants.verified(world.scene)
    return trials


if __name__ == "__main__":
    main(run, name="damages", count=COUNT, doc=__doc__)
