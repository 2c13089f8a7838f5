"""Find the installed executors, and choose the one for a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import UsageError

if TYPE_CHECKING:
    from corpus.pipeline.executor import Executor

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

# Packages register executors here: a name, and a function that takes the number of workers.
GROUP: Final = "newscorpus.executors"
# Which of them to use. A setting of the run: it can change no byte.
VARIABLE: Final = "CORPUS_EXECUTOR"
_OWN: Final = "processes"


def default_workers() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chosen(workers: int | None = None) -> Executor:
    """Return the executor that CORPUS_EXECUTOR names, or else worker processes on this machine.

    Args:
        workers: how many; by default one for each processor.

    Raises:
        UsageError: no package registers an executor of that name.
    """
    name = os.environ.get(VARIABLE) or _OWN
    count = workers or default_workers()
    if name == _OWN:
        from corpus.pipeline.processes import Processes  # who writes no table needs no processes

        return Processes(count)
    from importlib.metadata import entry_points

    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in found:
        known = ", ".join(sorted({_OWN, *found}))
        raise UsageError(f"{VARIABLE}={name}: no installed package has an executor of that name. There are {known}.")
    made: Any = found[name].load()(count)
    executor: Executor = made
    return executor
