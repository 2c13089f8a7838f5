"""Allow one writer at a time, which does not outlive the process that started it.

The lock is a `flock` on `.dvc/tmp/corpus.lock`: the kernel releases it when its holder dies in any way. A build holds
it, and its children find its token in the environment. A stage holds a second lock while it works, so that a new build
does not start beside a stage whose parent was just killed.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import secrets
import signal
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import Busy, CorpusError
from corpus.repo import room

if TYPE_CHECKING:
    from collections.abc import Iterator

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

TOKEN: Final = "CORPUS_LOCK_TOKEN"  # noqa: S105 - the name of a variable
_POLL = 0.1
# A process that asks for the holder takes the lock for a moment, and must not keep others out.
_GLANCE_SECONDS = 0.2
# It writes no name. Where the machine is busy, its moment is as long as it waits for a processor.
_LONGEST_GLANCE_SECONDS = 5.0
_ORPHAN_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1
# The largest number of a process, which the kernel gives to none.
_NOBODY = 2**31 - 1
# Loaded now: between fork and exec nothing may be.
_LIBC = ctypes.CDLL(None)


@contextmanager
def write_lock(root: Path, purpose: str, wait: float = 0.0) -> Iterator[int]:
    """Hold the repository's write lock. Yields a descriptor that a child process may inherit to hold it too.

    Args:
        root: the repository.
        purpose: what the holder does, for messages to those who wait.
        wait: seconds to wait for another holder.

    Raises:
        Busy: another process holds it.
    """
    folder = root / ".dvc" / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    main = _open(folder / "corpus.lock")
    try:
        inherited = os.environ.get(TOKEN)
        if _lock(main, 0.0) if inherited else _take(main, wait):
            if inherited:
                # Our build held the lock, and was killed. The next writer must not meet us still at work.
                raise CorpusError("The build that started this is gone.")
            token = secrets.token_hex(8)
            with room.writing(folder / "corpus.lock"):
                _describe(main, purpose, token)
            _wait_for_orphans(folder)
            os.environ[TOKEN] = token
            try:
                yield main
            finally:
                os.ftruncate(main, 0)
                del os.environ[TOKEN]
        elif inherited and inherited == _holder(main).get("token"):
            # A child of the holder: it works under the holder's lock, and holds the stages' own.
            stage = _open(folder / "corpus.stage.lock")
            try:
                if not _lock(stage, _ORPHAN_SECONDS):
                    raise Busy("another stage of this build")
                yield stage
            finally:
                os.close(stage)
        else:
            raise Busy(_describe_holder(_holder(main)))
    finally:
        os.close(main)


def holder(root: Path) -> str | None:
    """Return in words who is writing to the repository now; None if nobody is."""
    try:
        descriptor = os.open(root / ".dvc" / "tmp" / "corpus.lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return None if _lock(descriptor, 0.0) else _describe_holder(_holder(descriptor))
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)


def _lock(descriptor: int, wait: float) -> bool:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL)
        else:
            return True


def _take(descriptor: int, wait: float) -> bool:
    """Take the lock after waiting for another holder so long, and longer for a process that only looks."""
    if _lock(descriptor, max(wait, _GLANCE_SECONDS)):
        return True
    return not _is_alive(_holder(descriptor).get("pid")) and _lock(descriptor, _LONGEST_GLANCE_SECONDS)


def _is_alive(pid: object) -> bool:
    """Return whether a process is there. A holder that was killed leaves its name in the file."""
    try:
        os.kill(pid if isinstance(pid, int) and pid > 0 else _NOBODY, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _wait_for_orphans(folder: Path) -> None:
    stage = _open(folder / "corpus.stage.lock")
    try:
        if not _lock(stage, _ORPHAN_SECONDS):
            raise Busy("a stage of an earlier run that is still ending")
    finally:
        os.close(stage)


def _describe(descriptor: int, purpose: str, token: str) -> None:
    note = {"pid": os.getpid(), "purpose": purpose, "token": token}
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(note).encode(), 0)


def _holder(descriptor: int) -> dict[str, object]:
    try:
        note = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}
    return note if isinstance(note, dict) else {}


def _describe_holder(note: dict[str, object]) -> str:
    return f"`{note['purpose']}` (process {note['pid']})" if {"purpose", "pid"} <= note.keys() else "another process"


def die_with_parent(parent: int | None = None) -> None:
    """Let the kernel end this process when its parent ends. Does nothing on systems other than Linux.

    Args:
        parent: the id of the parent. If the parent is another process by now, this process ends at once.
    """
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if parent is not None and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)


def die_with_dvc() -> None:
    """End this process when the `dvc` that runs it ends, even if a shell is between the two.

    Raises:
        CorpusError: that `dvc` has already ended.
    """
    parent = os.getppid()
    die_with_parent()
    if os.getppid() != parent:
        raise CorpusError("The process that started this stage is gone.")
    watched = _up_to_dvc(parent)
    if not watched:
        return

    def watch() -> None:
        while all(_started(pid) == since for pid, since in watched):
            time.sleep(_POLL)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True, name="die-with-dvc").start()


def _up_to_dvc(pid: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for _ in range(3):
        since = _started(pid)
        if pid <= 1 or since is None:
            break
        found.append((pid, since))
        if b"dvc" in Path(f"/proc/{pid}/cmdline").read_bytes():
            return found
        pid = int(_stat(pid)["ppid"])
    return []


def _started(pid: int) -> str | None:
    stat = _stat(pid)
    return None if stat.get("state") in {None, "Z", "X"} else stat["started"]


def _stat(pid: int) -> dict[str, str]:
    # Linux only; elsewhere there is no /proc, and only the direct parent is watched.
    try:
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return {}
    return {"state": fields[0].decode(), "ppid": fields[1].decode(), "started": fields[19].decode()}
