"""End a process that waits for ever within a library.

Polars and other libraries compute in threads of their own. If such a thread ends with an error of the system (no
memory, a failed device), the thread that waits for its result is never woken. So one of our threads checks every few
seconds. If another thread stays at the same place within such a library, and no thread of the process runs or waits
for a disk, the process will never continue.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

# It can change no byte of a table.
__fingerprint__ = False

_LIBRARIES: Final = frozenset({"polars", "pyarrow", "duckdb"})
_EVERY_SECONDS: Final = 5.0
# Far longer than a disk takes to answer, and looks at the process, not at the clock: a suspended machine is not idle.
_IDLE_LOOKS: Final = 12
# Of processor time between two looks. Waiting threads wake now and then.
_IDLE_SHARE: Final = 0.05
_FIELD_OF_STATE: Final = 0
_NAME: Final = "stalls"


class Place(NamedTuple):
    """The place of a thread: the call, the instruction in it, and the library."""

    frame: int
    instruction: int
    library: str


def watch(end: Callable[[str], None], *, every: float = _EVERY_SECONDS, idle: int = _IDLE_LOOKS) -> None:
    """Watch this process from a separate thread until the process ends. A second call changes nothing.

    Args:
        end: gets one line that says what happened, and must end the process.
        every: seconds between two checks.
        idle: how many checks in a row must find the process waiting.
    """
    if any(thread.name == _NAME for thread in threading.enumerate()):
        return
    # Without a thread for it, there is no watch; what needs one more urgently says so.
    with suppress(RuntimeError):
        threading.Thread(target=_look, args=(end, every, idle), name=_NAME, daemon=True).start()


def _look(end: Callable[[str], None], every: float, idle: int) -> None:
    # Signals are for the main thread, which a system call of this one must not keep them from.
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    before: dict[int, Place] = {}
    used, looks = time.process_time(), 0
    while True:
        time.sleep(every)
        if _LIBRARIES.isdisjoint(sys.modules):
            continue
        now, spent = waiting(), time.process_time()
        stuck = before.items() & now.items()
        looks = looks + 1 if stuck and spent - used < every * _IDLE_SHARE and not _busy() else 0
        before, used = now, spent
        if looks >= idle:
            library = next(place.library for _, place in stuck)
            end(
                f"{library} has done nothing for {every * looks:.0f} seconds: a thread of it has ended, as happens "
                "when memory, a disk or another device fails. Nothing incomplete was published. Run again."
            )


def waiting() -> dict[int, Place]:
    """Return the places of threads within such a library, by the number of the thread."""
    return {
        thread: Place(id(frame), frame.f_lasti, library)
        for thread, frame in sys._current_frames().items()  # noqa: SLF001 - the one way to see where a thread is
        if (library := str(frame.f_globals.get("__name__", "")).partition(".")[0]) in _LIBRARIES
    }


def _busy() -> bool:
    """Return whether another thread of this process runs, wants to run, or waits for a disk."""
    own = threading.get_native_id()
    with suppress(OSError):
        for task in os.scandir("/proc/self/task"):
            if int(task.name) != own and _state(task.path) in {"R", "D"}:
                return True
    return False


def _state(task: str) -> str:
    """Return the state of a thread as the kernel has it; empty if it has ended."""
    with suppress(OSError), open(f"{task}/stat", encoding="utf-8", errors="replace") as file:
        return file.read().rpartition(")")[2].split()[_FIELD_OF_STATE]
    return ""
