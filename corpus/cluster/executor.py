"""The executor of a Dask cluster: hands out tasks, and adopts what their attempts wrote, in the order of the tasks."""

from __future__ import annotations

import pickle
import shutil
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from corpus.cluster import adopting
from corpus.cluster.attempts import attempt
from corpus.cluster.connection import Connection, Lost
from corpus.cluster.greeting import Greeter
from corpus.cluster.messages import Answer, Kind, Order
from corpus.errors import NoSharedFolder
from corpus.pipeline.executor import InFolder, Walled, WorkerDied

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Future

    from corpus.cluster.address import Address

__fingerprint__ = False

# A task whose process or worker ended so often, without a document to blame, ends the run.
_MOST_TRIES: Final = 5
# How often to look for workers that joined, while waiting.
_LOOK_SECONDS: Final = 2.0
_NO_WORKERS_SECONDS: Final = 300.0

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Cluster:
    """The workers of a Dask cluster.

    Attributes:
        address: of its scheduler.
        show: is given lines that say which cluster is used, each time it is.
    """

    address: Address
    show: Callable[[str], None] = lambda _: None
    # See `corpus.pipeline.executor.is_remote`.
    remote: ClassVar[bool] = True

    def map(self, work: Callable[[T], R], tasks: Sequence[T], *, light: bool = False) -> Iterator[tuple[T, R]]:
        """See `Executor.map`. Light work is done in this process, without the cluster.

        Raises:
            WorkerDied: workers ended several times over a task, and no document was the cause.
            ClusterError: the cluster cannot be used, or a worker differs from this machine.
        """
        if light or not tasks:
            yield from ((task, work(task)) for task in tasks)
            return
        with Connection(self.address) as connection:
            for line in connection.describe().lines:
                self.show(line)
            folder = next((task.folder for task in tasks if isinstance(task, InFolder)), None)
            run: _Run[T, R] = _Run(connection, Greeter(connection, folder), work)
            try:
                yield from run.results(tasks)
            finally:
                run.end()


@dataclass(slots=True)
class _Pending(Generic[T]):
    """A task that was handed out."""

    number: int
    task: T
    future: Future[Answer]
    tries: int = 1


class _Run(Generic[T, R]):
    def __init__(self, connection: Connection, greeter: Greeter, work: Callable[[T], R]) -> None:
        self._connection = connection
        self._greeter = greeter
        self._work = work
        self._pending: deque[_Pending[T]] = deque()
        self._threads = 1
        self._looked = self._seen = time.monotonic()

    def results(self, tasks: Sequence[T]) -> Iterator[tuple[T, R]]:
        self._look()
        for number, task in enumerate(tasks):
            self._pending.append(_Pending(number, task, self._submit(number, task, 1)))
            # A few ahead of the slowest, not all: what is done but not yet taken costs disk.
            while len(self._pending) > 2 * self._threads:
                yield self._first()
        while self._pending:
            yield self._first()

    def end(self) -> None:
        """Withdraw what is under way, let the workers go, and remove what no attempt will be asked for."""
        self._connection.cancel([one.future for one in self._pending])
        with suppress(Exception):
            self._greeter.release()
        if self._greeter.folder is not None:
            shutil.rmtree(self._greeter.folder, ignore_errors=True)

    def _submit(self, number: int, task: T, tries: int) -> Future[Answer]:
        order = Order(self._greeter.terms, number, pickle.dumps((self._work, task)))
        name = f"newscorpus-{self._greeter.terms.token}-{number}-{tries}"
        return self._connection.submit(attempt, order, name, -number)

    def _first(self) -> tuple[T, R]:
        """Return the first of the tasks that were handed out, with its result."""
        first = self._pending[0]
        while True:
            answer = self._answer(first)
            lacking = None
            match answer.kind if answer else Kind.DIED:
                case Kind.DONE if answer is not None:
                    lacking = self._adopt(first, answer)
                    if lacking is None:
                        self._pending.popleft()
                        return self._with_deadly(first.task, answer), self._loaded(answer)
                case Kind.FAILED if answer is not None:
                    raise self._loaded(answer)
                case Kind.STRANGER:
                    self._greeter.greet(self._connection.threads(), again=True)
                case _:
                    pass
            first.tries += 1
            if first.tries > _MOST_TRIES:
                if lacking is not None and answer is not None and self._greeter.folder is not None:
                    raise NoSharedFolder(answer.host, self._greeter.folder.parent, lacking)
                raise WorkerDied
            first.future = self._submit(first.number, first.task, first.tries)

    def _answer(self, pending: _Pending[T]) -> Answer | None:
        """Wait for the answer to a task; None if its workers were lost."""
        while True:
            try:
                answer = self._connection.result(pending.future, _LOOK_SECONDS)
            except Lost:
                return None
            if time.monotonic() - self._looked > _LOOK_SECONDS:
                self._look()
            if answer is not None:
                return answer

    def _look(self) -> None:
        """Compare workers that joined with this machine, and count the threads of all."""
        threads = self._connection.threads()
        self._greeter.greet(threads)
        self._looked = time.monotonic()
        if threads:
            self._seen = self._looked
            self._threads = sum(threads.values())
        elif self._looked - self._seen > _NO_WORKERS_SECONDS:
            raise self._connection.unreachable(f"it had no workers for {_NO_WORKERS_SECONDS:.0f} seconds")

    def _adopt(self, pending: _Pending[T], answer: Answer) -> str | None:
        """Take over the files of an attempt. Returns why not, if they are not as its worker wrote them."""
        if self._greeter.folder is None or answer.folder is None or not isinstance(pending.task, InFolder):
            return None
        attempts = self._greeter.folder
        return adopting.adopt(attempts / answer.folder.rpartition("/")[2], pending.task.folder, answer.files)

    @staticmethod
    def _with_deadly(task: T, answer: Answer) -> T:
        if not (answer.deadly and isinstance(task, Walled)):
            return task
        changed: Any = replace(task, deadly=task.deadly | answer.deadly)  # type: ignore[type-var]
        return changed  # type: ignore[no-any-return]

    @staticmethod
    def _loaded(answer: Answer) -> Any:
        return pickle.loads(answer.content)  # noqa: S301 - from a worker, which may run any code anyway
