"""Record the state of `corpus serve` for `corpus status`: its schedule, its last and next run, and their problems.

A small file in `.dvc/tmp`, written by `corpus serve` and read by every command. It needs no server and no Prefect.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import Busy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# A run that has not begun this long after its time is overdue.
GRACE: Final = timedelta(seconds=60)
_LOCK_SECONDS: Final = 0.5
_POLL: Final = 0.05
_LARGEST: Final = 100_000
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Serving:
    """The state of the schedule of a corpus.

    Attributes:
        schedule: when runs are due, in words.
        pid: the process that serves, or served last.
        address: the address of its page.
        next_run: when the next run is due.
        last_run: when the last run ended; `last_state` says how, `last_message` why if it did not complete.
        cancelled: how many runs were cancelled since the last complete one; `cancelled_because` says why.
        stopped: when it was stopped; None if it was not.
        running: whether the process still serves.
    """

    schedule: str
    pid: int
    address: str
    next_run: datetime | None = None
    last_run: datetime | None = None
    last_state: str | None = None
    last_message: str | None = None
    cancelled: int = 0
    cancelled_because: str | None = None
    stopped: datetime | None = None
    running: bool = True

    def overdue(self, now: datetime) -> bool:
        """Return whether a run is overdue at a moment."""
        return self.stopped is None and self.next_run is not None and now > self.next_run + GRACE

    def in_words(self, now: datetime) -> str:
        """Return one line for people, as of a moment."""
        parts = [self.schedule]
        if self.running:
            parts.append(f"served by process {self.pid} at {self.address}")
        elif self.stopped:
            parts.append(f"not served since {_at(self.stopped)}")
        else:
            parts.append(f"not served: process {self.pid} ended unexpectedly; run `corpus serve` again")
        if self.last_run:
            why = f" ({self.last_message})" if self.last_message and self.last_state != "completed" else ""
            parts.append(f"last run {_at(self.last_run)} {self.last_state}{why}")
        if self.cancelled:
            why = f" ({self.cancelled_because})" if self.cancelled_because else ""
            parts.append(f"{self.cancelled:,} {'run' if self.cancelled == 1 else 'runs'} cancelled since{why}")
        if self.next_run and not self.stopped:
            parts.append(f"{'OVERDUE since' if self.overdue(now) else 'next run'} {_at(self.next_run)}")
        return "; ".join(parts)


def record(root: Path, serving: Serving) -> None:
    """Write the state of the schedule. If the disk is full, the record is lost, not the run."""
    path = _path(root)
    aside = path.with_name(f"{path.name}.new")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(asdict(serving), default=datetime.isoformat), encoding="utf-8")
        aside.replace(path)


def serving(root: Path) -> Serving | None:
    """Return the state of the schedule; None if there was never one, or its record cannot be read."""
    try:
        with _path(root).open("rb") as file:
            found = json.loads(file.read(_LARGEST))
        values: dict[str, Any] = {
            "schedule": str(found["schedule"])[:_LONGEST],
            "pid": int(found["pid"]),
            "address": str(found["address"])[:_LONGEST],
            "cancelled": int(found["cancelled"]),
        }
        for name in ("next_run", "last_run", "stopped"):
            values[name] = datetime.fromisoformat(found[name]).astimezone(UTC) if found[name] else None
        for name in ("last_state", "last_message", "cancelled_because"):
            values[name] = str(found[name])[:_LONGEST] if found[name] else None
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    return Serving(**values, running=_is_locked(root))


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Allow only one process to serve a corpus while the context is open.

    Raises:
        Busy: another process serves it.
    """
    path = _lock_path(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        # `corpus status` looks at the lock for a moment, and must keep nobody out.
        deadline = time.monotonic() + _LOCK_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    file.seek(0)
                    raise Busy(f"`corpus serve` (process {file.read(20).strip() or 'unknown'})") from None
                time.sleep(_POLL)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _is_locked(root: Path) -> bool:
    try:
        with _lock_path(root).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _path(root: Path) -> Path:
    return root / ".dvc" / "tmp" / "corpus.schedule.json"


def _lock_path(root: Path) -> Path:
    return root / ".dvc" / "tmp" / "corpus.serve.lock"


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"
