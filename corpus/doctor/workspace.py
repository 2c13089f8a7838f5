"""Checks the repository on its disk: git's state, settings, engine, cache, objects, locks and free space."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from corpus import settings
from corpus.batches import register as raw
from corpus.batches import tracking as batches
from corpus.doctor import attributes
from corpus.doctor.finding import Finding, ok, problem, warning
from corpus.errors import CorpusError
from corpus.objects import pins, recovery, soundness
from corpus.repo import commit, journal, merging, replacing
from corpus.repo.lock import holder
from corpus.repo.outdated import outdated
from corpus.repo.paths import LOCK
from corpus.search import keeping, places
from corpus.stages import NAMES
from corpus.tables import engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from corpus.repo.repository import Repository

# What a build keeps free (see `pipeline`), and what makes one uneasy.
_SPARE_BYTES: Final = 50_000_000
_LOW_BYTES: Final = 2_000_000_000
_SHOWN: Final = 5


def examine(repository: Repository, config: Mapping[str, object]) -> Iterator[Finding]:
    """Check a repository. It changes nothing and does not use the network.

    Args:
        repository: the repository to check.
        config: DVC's settings.
    """
    yield from _git(repository)
    yield attributes.examine(repository)
    yield from _driver(repository)
    yield _settings(repository)
    yield _layout(repository)
    yield _engine(repository)
    yield _cache_type(config)
    objects, size = _objects(repository)
    yield objects
    yield from _room(repository, size)
    yield from _locks(repository)
    yield _search(repository)


def _git(repository: Repository) -> Iterator[Finding]:
    for reason in commit.obstacles(repository):
        found, _, mend = reason.partition("; ")
        yield problem("git state", found, mend)
    changed = [entry[3:] for entry in commit.uncommitted(repository)]
    if changed:
        more = f", and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        yield warning("git state", f"uncommitted: {', '.join(changed[:_SHOWN])}{more}", "git add, git commit")
    else:
        head = repository.commit_of("HEAD")
        yield ok("git state", f"everything is committed, at {head[:10]}" if head else "nothing is committed yet")


def _driver(repository: Repository) -> Iterator[Finding]:
    """Check that git calls newscorpus in a merge if .gitattributes asks for it; clones do not get this setting."""
    asked = repository.git("check-attr", "merge", "--", LOCK)
    if asked.strip().endswith(": corpus"):
        if repository.git("config", "merge.corpus.driver", check=False).strip():
            yield ok("git merge", "git calls `corpus merge` for built files")
        else:
            yield warning(
                "git merge",
                "git does not know the merge driver that .gitattributes names; a merge leaves markers in dvc.lock",
                f"git config merge.corpus.driver '{merging.DRIVER}'",
            )


def _settings(repository: Repository) -> Finding:
    try:
        settings.load(repository.root)
    except CorpusError as error:
        return problem("params.yaml", str(error).replace("\n", " "), "mend params.yaml")
    return ok("params.yaml", "no faults")


def _layout(repository: Repository) -> Finding:
    if replacing.is_interrupted(repository):
        found = "`corpus upgrade --apply` was interrupted, or is at work; some files may be changed and not committed"
        return warning("layout", found, "`corpus upgrade --apply` undoes what was not committed, and upgrades")
    reasons = outdated(repository.root)
    if reasons:
        return warning("layout", f"an older newscorpus made this repository: {'; '.join(reasons)}", "`corpus upgrade`")
    return ok("layout", "dvc.yaml and params.yaml have what this version needs")


def _engine(repository: Repository) -> Finding:
    pinned, installed = engine.pinned(repository.root), engine.installed()
    stale = [stage for stage in NAMES if pinned.get(stage) != installed[stage]]
    if stale:
        return warning(
            "engine",
            f"engine.yaml names newscorpus {pinned.get('newscorpus', 'nothing')}, whose code differs from the "
            f"installed {installed['newscorpus']} in {', '.join(stale)}",
            "`corpus build` builds with the installed engine; to reproduce the earlier build, install that newscorpus",
        )
    return ok("engine", f"newscorpus {installed['newscorpus']}, as engine.yaml says")


def _cache_type(config: Mapping[str, object]) -> Finding:
    cache = config.get("cache")
    setting = cache.get("type") if isinstance(cache, dict) else None
    kinds = setting if isinstance(setting, list) else [str(setting)] if setting else ["reflink", "copy"]
    links = [kind for kind in kinds if kind in {"hardlink", "symlink"}]
    if links:
        return problem(
            "cache type",
            f"{', '.join(kinds)}: what is written through a {links[0]} damages the cache",
            "dvc config cache.type reflink,copy && dvc checkout --relink",
        )
    return ok("cache type", ", ".join(kinds))


def _objects(repository: Repository) -> tuple[Finding, int]:
    """Check that the cache has the undamaged objects that the working tree's version pins; report their size."""
    try:
        raw.load(repository.root)
        pinned = pins.of_working_tree(repository)
        path = repository.root / batches.PIN
        if path.exists():
            pinned += batches.pinned(path.read_text(encoding="utf-8"))
        missing = [str(one) for one in soundness.verify(repository, pinned)]
    except (CorpusError, OSError, ValueError, KeyError, TypeError) as error:
        return problem(
            "objects", f"the pins of the version cannot be read: {error}", "restore the file: git checkout -- FILE"
        ), 0
    size = sum(pin.size for pin in pinned)
    if not pinned:
        return ok("objects", "nothing was built yet"), 0
    if missing:
        more = f", and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
        return problem(
            "objects",
            f"missing from the cache, or damaged: {', '.join(missing[:_SHOWN])}{more}",
            "`dvc pull` fetches them from the remote; `corpus build` builds them again",
        ), size
    return ok("objects", f"the cache has all of this version, {size / 1e6:,.1f} MB, undamaged"), size


def _room(repository: Repository, size: int) -> Iterator[Finding]:
    cache = pins.Objects(repository).folder
    places = {"disk": repository.root, "cache disk": _standing(cache)}
    if places["cache disk"].stat().st_dev == repository.root.stat().st_dev:
        del places["cache disk"]
    for about, place in places.items():
        free = shutil.disk_usage(place).free
        found = f"{free / 1e9:,.1f} GB free at {place}"
        if free < _SPARE_BYTES + size // 2:
            yield problem(about, found, "make room: builds refuse to start with so little")
        elif free < max(_LOW_BYTES, 2 * size):
            yield warning(about, found, "make room: `dvc gc --all-commits --all-tags` removes what no commit needs")
        else:
            yield ok(about, found)


def _standing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())


def _locks(repository: Repository) -> Iterator[Finding]:
    writer = holder(repository.root)
    if writer:
        yield ok("locks", f"being written by {writer}")
        return
    left = [".dvc/tmp/rwlock"] if recovery.is_abandoned(repository.root / ".dvc" / "tmp" / "rwlock") else []
    left += [f"a release ({journal.NOTE})"] if (repository.root / journal.NOTE).exists() else []
    folder = repository.root / repository.git("rev-parse", "--git-dir").strip()
    left += [f".git/{name}" for name in ("index.lock", "HEAD.lock") if (folder / name).exists()]
    if left:
        yield warning("locks", f"a run that was killed left: {', '.join(left)}", "`corpus build` clears them")
    else:
        yield ok("locks", "no lock is held, and no killed run left one")


def _search(repository: Repository) -> Finding:
    """Return the space that search indexes take on disk."""
    folders = places.indexes(repository)
    if not folders:
        return ok("search", "no index: the first search makes one")
    shown = ", ".join(f"{keeping.size(folder) / 1e6:,.1f} MB in {folder}" for folder in folders[:_SHOWN])
    more = f", and {len(folders) - _SHOWN} more" if len(folders) > _SHOWN else ""
    return ok("search", f"indexes, which may be deleted: {shown}{more}")
