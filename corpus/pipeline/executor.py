"""Where the work of a stage is done. A stage hands tasks to an executor, and does not know which.

The work is a module's function, a task and its result can be pickled, and files are passed by their paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

# It cannot change a byte of a table: what is in here is part of no stage's fingerprint (`corpus.fingerprints`).
__fingerprint__ = False

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Does work on tasks, in as many places as it has."""

    def map(self, work: Callable[[T], R], tasks: Sequence[T], *, light: bool = False) -> Iterator[tuple[T, R]]:
        """Do the work on each task. Yields each task with its result, in the order of the tasks.

        Tasks that are `Walled` are done behind a wall: a document that kills a worker costs itself. Such a task comes
        back with the document in its `deadly`, and the result of the work without it.

        Args:
            work: a function of a module.
            tasks: what to do it on.
            light: the work is less than it costs to send it anywhere.

        Raises:
            WorkerDied: a worker ended, and no document is to blame.
        """
        ...


@runtime_checkable
class Walled(Protocol):
    """A task with documents that may kill a worker. A frozen dataclass."""

    @property
    def note(self) -> Path:
        """The file in which a worker notes the document that it is at."""
        ...

    @property
    def deadly(self) -> frozenset[str]:
        """The documents that are known to kill a worker."""
        ...


class WorkerDied(Exception):
    """A worker ended without a result: killed by a limit, by the machine or by somebody."""
