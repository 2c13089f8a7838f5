"""Clear what a killed run leaves behind and what makes DVC or git refuse to work.

This is done only while our own lock is held, so that no other writer of ours can use any of it.
"""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError
from corpus.objects import pins
from corpus.repo import journal, replacing
from corpus.repo.files import ASIDE, write_text
from corpus.repo.repository import LOCK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corpus.repo.repository import Repository

# git holds its index lock for moments; an older one belongs to nobody.
_GIT_LOCK_SECONDS: Final = 10.0
# DVC writes for as long as bytes come; a file that it has not touched for so long belongs to nobody.
_DVC_FILE_SECONDS: Final = 600.0
# How DVC calls a file that it is copying or downloading.
_DVC_FILE: Final = re.compile(r"\.[A-Za-z0-9_-]{22}\.tmp")
# A file of ours that is being written, with the process that writes it: in a folder of temporary files, …
_UNFINISHED: Final = re.compile(r"(?!\.).+\.(?P<pid>\d{1,10})")
# … and beside its place, where earlier versions wrote it, and this one writes if .dvc is on another disk. The first are
# written under the write lock alone, which we hold: its writer is gone, though another process may have its number.
_BESIDE: Final = re.compile(
    r"\.((?P<ours>(batches|engine|withdrawn|removed)\.yaml|CORPUS\.md|dvc\.lock|raw\.dvc|"
    r"(ingest|validate|resolve|write|report|signatures|pairs)\.json)|CITATION\.cff)\.(?P<pid>\d{1,10})"
)
# Folders that hold nothing but what stages write.
_MADE: Final = re.compile(r"\.(?P<ours>.+\.(parquet|json|html|md|csv|svg|yaml|txt))\.(?P<pid>\d{1,10})")


def clear(repository: Repository) -> list[str]:
    """Clear what a killed run left. Returns a text for each thing that was mended."""
    in_data = list(_hidden(repository.root / "data"))
    return [
        *_clear_rwlock(repository.root / ".dvc" / "tmp" / "rwlock"),
        *_sweep(repository.root, in_data),
        *_sweep_dvc(repository, in_data),
        *_clear_runs(repository),
        *_mend_pins(repository),
        *_clear_git_locks(repository),
        *journal.settle(repository),
        *replacing.settle(repository),
    ]


def _clear_rwlock(path: Path) -> list[str]:
    if not is_abandoned(path):
        return []
    path.unlink(missing_ok=True)
    return ["removed .dvc/tmp/rwlock of a run that was killed"]


def is_abandoned(path: Path) -> bool:
    """Return whether an rwlock is empty, damaged, or held only by processes that have ended or are not dvc.

    DVC's other locks are flocks, which the kernel releases when a process dies.
    """
    try:
        holders = _process_ids(json.loads(path.read_bytes()))
    except OSError:
        return False
    except ValueError:
        return True
    return bool(holders) and not any(_is_dvc(pid) for pid in holders)


def _process_ids(content: object) -> list[int]:
    """Return every `pid` in an rwlock, at any depth."""
    if isinstance(content, dict):
        own = [content["pid"]] if isinstance(content.get("pid"), int) else []
        return own + [pid for value in content.values() for pid in _process_ids(value)]
    return [pid for value in content for pid in _process_ids(value)] if isinstance(content, list) else []


def _is_dvc(pid: int) -> bool:
    """Return whether a process is alive and is dvc. Another process may have got the same id."""
    command = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return b"dvc" in command.read_bytes()
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _clear_runs(repository: Repository) -> list[str]:
    runs = pins.Objects(repository).folder.parents[1] / "runs"
    gone = 0
    for folder in runs.glob("*/*") if runs.is_dir() else ():
        # Only an empty one can be removed so.
        with suppress(OSError):
            folder.rmdir()
            gone += 1
    return [f"removed {gone} empty run-cache folders"] if gone else []


def _mend_pins(repository: Repository) -> list[str]:
    path = repository.root / LOCK
    if not path.exists():
        return []
    try:
        pins.of_working_tree(repository)
    except (CorpusError, UnicodeDecodeError):
        if repository.git("ls-files", "--", LOCK):
            # Its bytes as they are, with no conversion of line endings.
            write_text(path, repository.git("cat-file", "blob", f":{LOCK}"))
            return [f"restored {LOCK}, which a killed run left unreadable, from git"]
        path.unlink()
        return [f"removed {LOCK}, which a killed run left unreadable"]
    return []


def _clear_git_locks(repository: Repository) -> list[str]:
    """Remove the locks that a killed git left: of the index, and of the refs that it was moving."""
    place = Path(repository.git("rev-parse", "--git-common-dir").strip())
    place = place if place.is_absolute() else repository.root / place
    index = Path(repository.git("rev-parse", "--git-path", "index.lock").strip())
    index = index if index.is_absolute() else repository.root / index
    names = ("HEAD.lock", "packed-refs.lock", "config.lock")
    locks = [index, *(place / name for name in names), *(place / "refs").rglob("*.lock")]
    old = [path for path in locks if _age(path) >= _GIT_LOCK_SECONDS]
    if not old or _is_running("git", repository.root, place):
        return []
    for path in old:
        path.unlink(missing_ok=True)
    return [f"removed the {path.name} of a git that was killed" for path in old]


def _age(path: Path) -> float:
    """Return the seconds since a file was written; -1 if it does not exist."""
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return -1.0


def _sweep(root: Path, in_data: Iterable[Path]) -> list[str]:
    """Remove the files that a killed process wrote and did not move into place."""
    aside = [*(root / ASIDE).glob("*"), *(root / ".dvc" / "tmp" / "corpus").glob("*.json.*")]
    found = [(path, _UNFINISHED.fullmatch(path.name)) for path in aside]
    beside = [path for folder in (root, root / "data", root / "data" / "keys") for path in folder.glob(".*.*")]
    found += [(path, _BESIDE.fullmatch(path.name)) for path in beside]
    made = [*_hidden(root / "reports"), *in_data]
    found += [(path, _MADE.fullmatch(path.name)) for path in made]
    swept = {path for path, kind in found if kind and path.is_file() and not _is_being_written(kind)}
    for path in swept:
        path.unlink(missing_ok=True)
    seen = [path.relative_to(root).as_posix() for path in swept if ".dvc" not in path.relative_to(root).parts]
    return [f"removed {', '.join(sorted(seen))}, which a killed run was writing"] if seen else []


def _hidden(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder, at any depth, whose names begin with a dot. There may be 200,000 others."""
    folders = [str(folder)]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.name.startswith("."):
                    yield Path(entry.path)


def _sweep_dvc(repository: Repository, in_data: Iterable[Path]) -> list[str]:
    """Remove the files that a killed DVC was copying into or out of the cache. Nothing else removes them."""
    root, cache = repository.root, pins.Objects(repository).folder
    found = [*in_data, *_hidden(cache)]
    old = [path for path in found if _DVC_FILE.fullmatch(path.name) and _age(path) >= _DVC_FILE_SECONDS]
    # Several repositories may share a cache.
    if not old or _is_running("dvc", root, cache):
        return []
    for path in old:
        path.unlink(missing_ok=True)
    return [f"removed {len(old)} unfinished {'file' if len(old) == 1 else 'files'} of a DVC that was killed"]


def _is_being_written(kind: re.Match[str]) -> bool:
    """Return True if the process that a temporary file names may still be writing it."""
    return not kind.groupdict().get("ours") and _is_alive(int(kind["pid"]))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return pid != os.getpid()


def _is_running(program: str, *places: Path) -> bool:
    """Return True if a program may be at work in one of some folders.

    A program whose folder cannot be read counts too.

    Args:
        program: `git` or `dvc`. Python runs dvc, so its command line identifies it.
        places: the folders that it works in, or that its command line names.
    """
    here = [place.resolve() for place in places]
    for process in Path("/proc").glob("[0-9]*"):
        try:
            named = (process / "cmdline").read_bytes().split(b"\0")
            if not any(one.rpartition(b"/")[2] == program.encode() for one in named[:4]):
                continue
        except OSError:
            continue  # it has ended
        try:
            at = (process / "cwd").resolve(strict=True)
        except FileNotFoundError:
            continue
        except OSError:
            return True
        if any(at.is_relative_to(place) or any(os.fsencode(place) in one for one in named) for place in here):
            return True
    return False
