"""Upgrade a repository that an older newscorpus made: show what would change, and commit the change."""

from __future__ import annotations

import difflib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus import settings
from corpus.app import monthly, yamlmerge
from corpus.app.migrating import merge_parameters
from corpus.app.origins import origin
from corpus.batches import adding, register, tracking, withdrawals
from corpus.errors import Refused, SettingsError, UsageError
from corpus.repo import commit, layout, outdated, replacing, staging
from corpus.repo.files import write_text
from corpus.repo.lock import write_lock
from corpus.repo.merging import DRIVER
from corpus.repo.paths import ENGINE, PIPELINE
from corpus.stages import STAGES
from corpus.tables import engine
from corpus.text.threeway import merge

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from corpus.repo.repository import Repository

_MOST_BYTES: Final = 1_000_000
# Of longer files the difference is not shown line by line.
_LONG: Final = 20_000
# Lines that are added here by both sides do not depend on one another.
_JOINED: Final = (".gitignore", ".dvcignore", ".gitattributes", ".dvc/config")


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file as the upgrade leaves it.

    Attributes:
        path: from the root.
        diff: the change as a unified diff.
        text: the new content.
    """

    path: str
    diff: str
    text: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """One place where the user and a newer newscorpus changed the same lines. The file is not changed.

    Attributes:
        path: the file.
        where: the key or the line.
        yours: the lines that you have.
        new: the lines that this version has there.
    """

    path: str
    where: str
    yours: str
    new: str


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade changes, or has changed.

    Attributes:
        changes: the files that change, sorted by path.
        conflicts: the places that need the user's decision.
        notes: values that moved or have another default now.
        parameters: the stages whose parameters get other values, each with its tables.
        code: the stages that the installed engine builds again, with or without this upgrade, each with its tables.
        commit: the commit that was made; None if nothing was committed.
    """

    changes: tuple[FileChange, ...]
    conflicts: tuple[Conflict, ...]
    notes: tuple[str, ...]
    parameters: Mapping[str, tuple[str, ...]]
    code: Mapping[str, tuple[str, ...]]
    commit: str | None = None


def upgrade(repository: Repository, *, apply: bool = False, keep: Collection[str] = (), wait: float = 0.0) -> Upgrade:
    """Bring the files that `corpus init` wrote up to this version. The user's edits are kept.

    If it was killed while it changed files, run it again: it undoes first what was not committed.

    Args:
        repository: the corpus.
        apply: change the files in one commit. Files with conflicts are not changed.
        keep: files to keep as they are, even if they have conflicts.
        wait: seconds to wait for another writer.

    Raises:
        UsageError: a file to keep is not one of ours, or a file is not text.
        Refused: HEAD cannot move, or some of the files have changes that are not committed.
        Busy: another process is writing.
    """
    unknown = sorted(set(keep) - set(layout.FILES))
    if unknown:
        raise UsageError(
            f"--keep {unknown[0]}: `corpus upgrade` does not change this file. Choose from {', '.join(layout.FILES)}."
        )
    if not apply:
        return _plan(repository, keep)
    with write_lock(repository.root, "corpus upgrade", wait):
        replacing.settle(repository)
        _require_committed(repository)
        plan = _plan(repository, keep)
        monthly.store(repository, monthly.plan(repository))
        repository.git("config", "merge.corpus.driver", DRIVER)
        return replace(plan, commit=_apply(repository, plan)) if plan.changes else plan


def _plan(repository: Repository, keep: Collection[str]) -> Upgrade:
    root = repository.root
    noted = layout.notes(root)
    settled = {path: layout.digest(layout.current(path)) for path in layout.FILES}
    changes: dict[str, tuple[str, str]] = {}
    conflicts: list[Conflict] = []
    notes: list[str] = []
    for path in layout.FILES:
        yours, new = _read(root / path), layout.current(path).decode()
        if path in keep or yours == new or (yours is None and _was_deleted(repository, path, noted)):
            continue
        base = origin(repository, path, (yours or "").encode(), noted.get(path)).decode() if yours is not None else ""
        text, found, more = _merge(path, base, yours or "", new)
        notes += more
        if found:
            conflicts += found
            settled.pop(path)
            settled |= {path: noted[path]} if path in noted else {}
        elif text != yours:
            changes[path] = (yours or "", text)
    for path, text in _registers().items():
        if not (root / path).exists():
            changes[path] = ("", text)
    months = monthly.plan(repository)
    changes |= months.texts
    notes += [months.note] if months.note else []
    if changes or keep or (noted != settled and not conflicts and outdated.outdated(root)):
        old = _read(root / ENGINE) or ""
        text = layout.with_notes(old, settled)
        if text != old:
            changes[ENGINE] = (old, text)
    return Upgrade(
        tuple(FileChange(path, _diff(path, *both), both[1]) for path, both in sorted(changes.items())),
        tuple(conflicts),
        tuple(notes),
        _other_values(root, changes.get(settings.PARAMS, ("", ""))[1]),
        _other_code(root),
    )


def _merge(path: str, base: str, yours: str, new: str) -> tuple[str, list[Conflict], list[str]]:
    """Merge one file. Returns its text, the conflicts, and notes about values."""
    notes: list[str] = []
    if path == settings.PARAMS:
        text, found, notes = merge_parameters(base, yours, new)
    elif path == PIPELINE:
        text, found = yamlmerge.merge_keys(base, yours, new, keep_values=False)
    else:
        done = merge(base, yours, new, join=path in _JOINED)
        text, found = done.text, [(f"line {clash.line}", clash) for clash in done.clashes]
    conflicts = [Conflict(path, where, clash.yours, clash.new) for where, clash in found]
    if not conflicts and (fault := _fault(path, text)):
        conflicts.append(Conflict(path, fault, "", ""))
    return text, conflicts, notes


def _fault(path: str, text: str) -> str | None:
    """Return why a merged file would be invalid; None if it is valid."""
    import yaml

    try:
        if path == settings.PARAMS:
            settings.parse(text.encode(), Path(path))
        elif path == PIPELINE:
            yaml.safe_load(text)
    except SettingsError as error:
        return f"the merged file would be invalid: {'; '.join(error.faults)}"
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return f"the merged file would be invalid: {' '.join(str(error).split())[:200]}"
    return None


def _read(path: Path) -> str | None:
    """Return a text file; None without one."""
    if path.is_symlink():
        raise UsageError(f"{path.name} is a link. Replace it with the file, commit, and run again.")
    if not path.exists():
        return None
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{path.name} has {path.stat().st_size:,} bytes; at most {_MOST_BYTES:,} can be merged.")
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{path.name} is not UTF-8 text (byte {error.start:,}). Save it as UTF-8 and run again."
        ) from None


def _present(path: Path) -> str | None:
    """Return the text of a file that may be replaced, however long; None without one."""
    return path.read_bytes().decode() if path.exists() else None


def _was_deleted(repository: Repository, path: str, noted: Mapping[str, str]) -> bool:
    if path in {PIPELINE, settings.PARAMS}:
        return False
    return path in noted or bool(repository.git("log", "-1", "--format=%H", "--", path, check=False).strip())


def _registers() -> dict[str, str]:
    """Return the empty registers that a new repository has and older versions did not write."""
    with tempfile.TemporaryDirectory(prefix="corpus-upgrade-") as name:
        folder = Path(name)
        register.save(folder, [])
        withdrawals.save(folder, [])
        return {one.name: one.read_text(encoding="utf-8") for one in folder.iterdir() if one.is_file()}


def _diff(path: str, old: str, new: str) -> str:
    before, after = (text.splitlines(keepends=True) for text in (old, new))
    names = f"a/{path}" if old else "/dev/null", f"b/{path}"
    if len(before) + len(after) > _LONG:
        # The register: that so many lines are other ones is not worth the hour that a comparison takes.
        return f"--- {names[0]}\n+++ {names[1]}\n@@ {len(before):,} lines, {len(after):,} after the upgrade @@\n"
    lines = difflib.unified_diff(before, after, *names)
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _other_values(root: Path, after: str) -> dict[str, tuple[str, ...]]:
    """Return the stages whose parameters have other values after the upgrade, with their tables."""
    before = _read(root / settings.PARAMS)
    if not after or before is None:
        return {}
    try:
        now, then = (
            settings.parse(before.encode(), Path(settings.PARAMS)),
            settings.parse(after.encode(), Path(settings.PARAMS)),
        )
    except SettingsError:
        # Earlier names: their values moved, as the notes say.
        return {}
    other = [stage for stage in STAGES if stage.parameters and now.section(stage.name) != then.section(stage.name)]
    return {stage.name: stage.tables for stage in other}


def _other_code(root: Path) -> dict[str, tuple[str, ...]]:
    pinned, installed = engine.pinned(root), engine.installed()
    return {stage.name: stage.tables for stage in STAGES if pinned.get(stage.name) != installed[stage.name]}


def _require_committed(repository: Repository) -> None:
    reasons = commit.obstacles(repository)
    if repository.commit_of("HEAD") is None:
        reasons.append("nothing is committed yet; `git add -A && git commit` first")
    else:
        paths = [*layout.FILES, ENGINE, tracking.PIN, *_registers()]
        listing = repository.git("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--", *paths)
        changed = [entry[3:] for entry in listing.split("\0") if entry]
        if changed:
            reasons.append(f"not committed: {', '.join(changed)}; commit or restore them first")
    if reasons:
        raise Refused("Nothing was upgraded.", reasons)


def _apply(repository: Repository, plan: Upgrade) -> str:
    """Write the files and commit them; other changes stay as they are."""
    head = repository.commit_of("HEAD") or ""
    branch = commit.branch_of(repository) or "HEAD"
    root = repository.root
    paths = [change.path for change in plan.changes]
    replacing.begin(repository, head, {one.path: (_present(root / one.path), one.text) for one in plan.changes})
    for change in plan.changes:
        write_text(root / change.path, change.text)
    adding.restore(repository)
    tree = staging.tree(repository, head, paths)
    version = engine.installed()["newscorpus"]
    text = f"Upgrade the repository to newscorpus {version}\n\n" + "".join(f"{path}\n" for path in paths)
    made = repository.git("commit-tree", tree, "-p", head, given=text).strip()
    # The old value must still be there: somebody's commit in between makes this fail.
    repository.git("update-ref", "-m", "corpus: upgrade", branch, made, head)
    repository.git("reset", "--quiet", "--", *paths, check=False)
    replacing.end(repository)
    return made
