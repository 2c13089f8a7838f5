"""Rebuild a version in a scratch folder, and compare the result with the md5s that it pins."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from corpus.batches import register as raw
from corpus.batches import stored
from corpus.batches.seeds import SEEDS
from corpus.batches.withdrawals import WITHDRAWN
from corpus.errors import DamagedObject, MissingObjects, Refused, StageFailed
from corpus.integrity.content import pinned_engine
from corpus.integrity.faults import Fault, Place, Trouble
from corpus.objects.listing import listing
from corpus.repo import files as storing
from corpus.repo import staging
from corpus.repo.environment import inherited
from corpus.repo.lock import TOKEN
from corpus.repo.repository import PIPELINE
from corpus.stages import NAMES
from corpus.tables import engine
from corpus.withdrawal.redact import is_successor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from corpus.snapshots.snapshot import Snapshot

# What a build reads, besides seeds/ and data/raw/.
_INPUTS: Final = (PIPELINE, "params.yaml", engine.ENGINE, raw.BATCHES, WITHDRAWN)


def rebuild(version: Snapshot, tell: Callable[[str], None]) -> tuple[int, list[Fault]]:
    """Build a version again from its documents, and compare each output.

    Args:
        version: the version.
        tell: called with the name of each finished stage.

    Returns:
        How many files were compared, and which differ.

    Raises:
        Refused: another engine made it, or its documents are not available here.
        StageFailed: a stage failed. The error is the stage's own.
    """
    _require_built(version)
    _require_engine(version)
    with _scratch(version) as folder:
        _lay_out(version, folder)
        surroundings = {name: value for name, value in inherited().items() if name not in {TOKEN, "DVC_STAGE"}}
        for stage in NAMES:
            done = subprocess.run(
                [sys.executable, "-m", "corpus", stage],
                cwd=folder, env=surroundings, capture_output=True, text=True, errors="replace", check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
            if done.returncode != 0:
                raise StageFailed(stage, done.stderr.strip().removeprefix("error: "))
            tell(stage)
        return _compare(version, folder)


def _require_built(version: Snapshot) -> None:
    tags = version.repository.tags_at(version.commit) if version.commit else []
    if any(is_successor(tag) for tag in tags):
        raise Refused(
            f"{version.name} cannot be rebuilt: it was made by taking rows out of a release.",
            ["verify it without --rebuild"],
        )


def _require_engine(version: Snapshot) -> None:
    pinned, installed = pinned_engine(version), engine.installed()
    others = [
        f"{name}: engine.yaml pins {pinned.get(name, 'nothing')}, installed is {installed[name]}"
        for name in NAMES
        if pinned.get(name) != installed[name]
    ]
    if others:
        version_then = pinned.get("newscorpus", "that engine.yaml names")
        raise Refused(
            f"{version.name} was made by another engine, so other bytes would prove nothing. Install "
            f"newscorpus {version_then} as it was then, and verify with that.",
            others,
        )


@contextmanager
def _scratch(version: Snapshot) -> Iterator[Path]:
    """Make a temporary folder on the disk of the repository."""
    place = version.repository.root / ".dvc" / "tmp" / "corpus"
    place.mkdir(parents=True, exist_ok=True)
    with storing.scratch("rebuild-", place) as folder:
        yield folder


def _lay_out(version: Snapshot, folder: Path) -> None:
    """Put the inputs of a build into a folder: from git or from the working tree, and batches from the cache."""
    root = version.repository.root
    if version.commit is None:
        for name in _INPUTS:
            if (root / name).is_file():
                shutil.copyfile(root / name, folder / name)
        shutil.copytree(root / SEEDS, folder / SEEDS, symlinks=True)
    else:
        with staging.index(version.repository, version.commit) as variables:
            version.repository.git("checkout-index", "--all", "--quiet", f"--prefix={folder}/", env=variables)
        # What was built is not what is built from.
        shutil.rmtree(folder / "reports", ignore_errors=True)
        if not (folder / SEEDS).is_dir():
            raise Refused(f"{version.name} cannot be rebuilt.", [f"git does not have its {SEEDS}/"])
    files = {one.path: one for one in version.needed()}
    text = version.text(raw.BATCHES)
    for file in (file for batch in (raw.parse(text) if text else ()) for file in batch.all_files):
        one = files.get(f"{raw.RAW}/{file.name}")
        source = version.objects.path(one.md5) if one else None
        if source is None or not source.is_file():
            raise MissingObjects(f"{version.name} cannot be rebuilt: a batch is not in the cache.", [file.name])
        target = folder / raw.RAW / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        found = stored.digests_of(target).sha256
        if found != file.sha256:
            raise DamagedObject(source, file.sha256, found)


def _compare(version: Snapshot, folder: Path) -> tuple[int, list[Fault]]:
    faults: list[Fault] = []
    compared = 0
    wanted = version.needed()
    for pin in version.pins:
        if pin.stage == "raw":
            continue
        made = _made(folder, pin.path)
        pinned = _pinned(wanted, pin.path, pin.md5)
        compared += len(made)
        for path in sorted(made.keys() | (pinned or {}).keys()):
            was, now = (pinned or {}).get(path), made.get(path)
            if pinned is None or was == now:
                continue
            if now is None:
                faults.append(Fault(Place.REBUILD, Trouble.MISSING, path, f"pinned {was}, not made again"))
            elif was is None:
                faults.append(Fault(Place.REBUILD, Trouble.UNEXPECTED, path, f"made as {now}, not pinned"))
            else:
                faults.append(Fault(Place.REBUILD, Trouble.DIFFERS, path, f"pinned {was}, made {now}"))
        if pinned is None and (found := listing(made, pin.path).md5) != pin.md5:
            faults.append(Fault(Place.REBUILD, Trouble.DIFFERS, pin.path, f"pinned {pin.md5}, made {found}"))
    return compared, faults


def _made(folder: Path, path: str) -> dict[str, str]:
    target = folder / path
    if target.is_file():
        return {path: stored.digests_of(target).md5}
    files = (file for file in target.rglob("*") if file.is_file()) if target.is_dir() else ()
    return {file.relative_to(folder).as_posix(): stored.digests_of(file).md5 for file in files}


def _pinned(wanted: list[stored.Stored], path: str, md5: str) -> dict[str, str] | None:
    """Return the files that a pin represents; None if its listing is not in the cache."""
    if not md5.endswith(".dir"):
        return {path: md5}
    inside = {one.path: one.md5 for one in wanted if one.listing == md5 and one.path.startswith(f"{path}/")}
    return inside or None
