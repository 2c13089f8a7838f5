"""What must hold of a corpus repository after whatever was done to it; each function returns the faults it finds."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable
    from pathlib import Path

    from benchmarks.faults.harness import Scene

TABLES: Final = (
    "articles", "decisions", "documents", "observations", "pairs", "quarantine", "revisions", "signatures", "verdicts",
)  # fmt: skip
# `.NAME.PID` and `NAME.tmp`: what our writers and others call a file that is not finished.
_UNFINISHED = re.compile(r"^\..+\.\d+$|\.tmp$|\.part$")


def quiet(done: subprocess.CompletedProcess[str], doing: str, codes: Iterable[int] = (0,)) -> list[str]:
    """Check that a command ended with one of these exit codes and without a traceback."""
    found = []
    errors = done.stderr.strip()
    if done.returncode not in codes:
        found.append(f"{doing}: exit code {done.returncode}: {(errors or done.stdout.strip())[-300:]}")
    if "Traceback (most recent call last)" in done.stdout + done.stderr or "panicked at" in errors:
        found.append(f"{doing}: traceback: {errors[-300:]}")
    return found


def verified(scene: Scene) -> list[str]:
    """Check that `corpus verify` finds nothing wrong with the working tree: objects, shards, batches, ledger, tables."""
    return quiet(scene.run("verify"), "verify")


def no_stray_files(scene: Scene) -> list[str]:
    """Check that no unfinished file is left, and that git knows or ignores every file. For a scene that is committed."""
    found = [f"unfinished file {name}" for name in sorted(_unfinished(scene.root))]
    found += [f"git status: {name}" for name in scene.git("status", "--porcelain").splitlines()]
    return found


def _unfinished(root: Path) -> Iterable[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in {".git", ".prefect"}]
        place = os.path.relpath(folder, root)
        if place == ".dvc/tmp":
            # Scratch files may be here: recovery removes them.
            folders.clear()
            continue
        yield from (f"{place}/{name}" for name in files if _UNFINISHED.search(name))


def tables(root: Path) -> dict[str, str]:
    """Return the md5 of every file of the tables, by path."""
    found = {}
    for table in TABLES:
        for path in sorted((root / "data" / table).rglob("*")):
            if path.is_file():
                found[str(path.relative_to(root))] = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    return found


def like_a_clean_build(scene: Scene, name: str = "clean") -> list[str]:
    """Check that building the same documents in an empty place gives the same bytes: the tables and dvc.lock."""
    clean = type(scene)(scene.root.with_name(name), scene.home)

    def left_out(folder: str, names: list[str]) -> set[str]:
        place = os.path.relpath(folder, scene.root)
        made = {".": {"reports"}, "data": {*names} - {"raw", "raw.dvc"}, ".dvc": {"cache", "tmp"}}
        return made.get(place, set())

    shutil.copytree(scene.root, clean.root, symlinks=True, ignore=left_out)
    (clean.root / "dvc.lock").unlink(missing_ok=True)
    try:
        found = quiet(clean.run("build"), "a clean build")
        if not found:
            found = _differences(tables(scene.root), tables(clean.root))
            if (scene.root / "dvc.lock").read_bytes() != (clean.root / "dvc.lock").read_bytes():
                found.append("dvc.lock is not that of a clean build")
    finally:
        shutil.rmtree(clean.root, ignore_errors=True)
    return found


def _differences(left: dict[str, str], right: dict[str, str]) -> list[str]:
    names = sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))
    return [f"{name} is not that of a clean build" for name in names]


def balanced(scene: Scene) -> list[str]:
    """Check that every document of the corpus is in the ledger exactly once, by what `corpus build --json` says."""
    done = scene.run("build", "--json")
    found = quiet(done, "build --json")
    if found:
        return found
    ledger = json.loads(done.stdout).get("ledger") or {}
    total = ledger.get("documents")
    parts = {name: value for name, value in ledger.items() if name != "documents" and isinstance(value, int)}
    if total != sum(parts.values()):
        found.append(f"the ledger does not balance: {total} documents, {parts}")
    return found


def urls(root: Path, table: str = "articles") -> list[str]:
    """Return the URL of every row of a table of the working tree."""
    import polars as pl

    files = sorted((root / "data" / table).glob("*.parquet"))
    return sorted(pl.concat([pl.read_parquet(one, columns=["url"]) for one in files])["url"]) if files else []


def lost(scene: Scene, expected: Iterable[str]) -> list[str]:
    """Check that the articles are those of these URLs, each once."""
    wanted, there = sorted(expected), urls(scene.root)
    if wanted == there:
        return []
    missing, surplus = sorted(set(wanted) - set(there)), sorted(set(there) - set(wanted))
    twice = sorted({one for one in there if there.count(one) > 1})
    return [f"articles: missing {missing[:5]}, not expected {surplus[:5]}, more than once {twice[:5]}"]
