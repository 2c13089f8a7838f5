"""The connection to the scheduler of a cluster: the only module that imports Dask, where a cluster is used."""

from __future__ import annotations

import logging
import ssl
import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

from corpus.cluster.address import redacted
from corpus.errors import ClusterMismatch, ClusterUnreachable, UsageError
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import TracebackType

    from distributed import Future

    from corpus.cluster.address import Address

__fingerprint__ = False

_CONNECT_SECONDS: Final = 30.0
_CLOSE_SECONDS: Final = 5.0
# Batch systems start workers one by one, and may start them again elsewhere.
_FIRST_WORKER_SECONDS: Final = 120.0
_PAUSE: Final = 0.2

T = TypeVar("T")
R = TypeVar("R")


class Lost(Exception):
    """The workers that had a task were lost, several times."""


@dataclass(frozen=True, slots=True)
class Description:
    """A cluster, as it is shown."""

    address: str
    workers: int
    threads: int
    dashboard: str | None

    @property
    def lines(self) -> list[str]:
        """What to print of it."""
        size = f"{count(self.workers, 'worker')}, {count(self.threads, 'thread')}"
        return [f"cluster    {self.address} ({size})", *([f"dashboard  {self.dashboard}"] if self.dashboard else [])]


class Connection:
    """A connection to the scheduler of a cluster. Use as a context manager.

    Raises:
        UsageError: Dask is not installed.
        ClusterUnreachable: no scheduler answers, from any method.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        # A distributed.Client; half of its methods have no types.
        self._client: Any = None

    def __enter__(self) -> Self:
        try:
            from distributed import Client
        except ImportError:
            raise UsageError("--cluster needs Dask: pip install 'newscorpus[dask]'.") from None
        _silence()
        self._require_certificates()
        try:
            with warnings.catch_warnings():
                # Versions that matter are compared with each worker's.
                warnings.simplefilter("ignore")
                connect: Any = Client
                self._client = connect(self.address.url, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError) as error:
            # Of TLS that does not fit, Dask says so with the cause.
            fits = not isinstance(error.__cause__, ssl.SSLError)
            raise self.unreachable("no scheduler answers there" if fits else _line(error)) from None
        except Exception as error:  # what TLS lacks, what a configuration has wrong
            raise self.unreachable(_line(error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(Exception):
            self.client.close(_CLOSE_SECONDS)

    def _require_certificates(self) -> None:
        """Refuse `tls://` without certificates. A client made without them waits for a minute as it ends."""
        if not self.address.url.startswith("tls:"):
            return
        from distributed.security import Security

        try:
            # Dask has no type for it.
            arguments: Mapping[str, object] = Security().get_connection_args("client")  # type: ignore[no-untyped-call]
        except OSError as error:  # also what ssl raises
            raise self.unreachable(f"a certificate of Dask's configuration cannot be used ({_line(error)})") from None
        if arguments.get("ssl_context") is None:
            raise self.unreachable("Dask's configuration names no certificates (docs: guides/cluster)")

    @property
    def client(self) -> Any:
        """The client, between enter and exit."""
        if self._client is None:
            raise RuntimeError("The cluster is not connected.")
        return self._client

    def unreachable(self, reason: str) -> ClusterUnreachable:
        """Return the error that says why this cluster cannot be used."""
        return ClusterUnreachable(str(self.address), reason)

    def threads(self) -> dict[str, int]:
        """Return the number of threads of each worker, by its address."""
        threads: Mapping[str, int] = self._asked(self.client.nthreads)
        return dict(threads)

    def wait_for_workers(self) -> dict[str, int]:
        """Return the threads of the workers, once there is one."""
        deadline = time.monotonic() + _FIRST_WORKER_SECONDS
        while not (found := self.threads()):
            if time.monotonic() > deadline:
                raise self.unreachable(f"it had no workers for {_FIRST_WORKER_SECONDS:.0f} seconds")
            time.sleep(_PAUSE)
        return found

    def describe(self) -> Description:
        """Return what to show of the cluster, once it has a worker."""
        threads = self.wait_for_workers()
        link = None
        with suppress(Exception):  # it has none, or the link's own format is wrong
            link = redacted(self.client.dashboard_link) or None
        return Description(str(self.address), len(threads), sum(threads.values()), link)

    def on_workers(self, work: Callable[..., Any], argument: object, workers: Iterable[str]) -> dict[str, Any]:
        """Run a function on some workers, beside their tasks. Returns their results or errors, by address."""
        asked = list(workers)
        found: dict[str, Any] = self._asked(lambda: self.client.run(work, argument, workers=asked, on_error="return"))
        return found

    def on_scheduler(self, work: Callable[[], R]) -> R:
        """Run a function in the scheduler. Returns its result, or raises its error."""
        found: R = self._asked(lambda: self.client.run_on_scheduler(work))
        return found

    def submit(self, work: Callable[[T], R], argument: T, name: str, priority: int) -> Future[R]:
        """Hand out a task. Of several that wait, the one with the highest priority is first."""
        made: Future[R] = self._asked(
            lambda: self.client.submit(work, argument, key=name, pure=False, priority=priority)
        )
        return made

    def cancel(self, futures: Iterable[Future[Any]]) -> None:
        """Withdraw tasks that are not wanted any more."""
        with suppress(Exception):
            self.client.cancel(list(futures), force=True, reason="over")

    def result(self, future: Future[R], seconds: float) -> R | None:
        """Wait for a task. Returns its result; None if it has none after so many seconds.

        Raises:
            Lost: its workers were lost.
            ClusterMismatch: a worker cannot import what the task is.
        """
        from concurrent.futures import CancelledError

        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        try:
            found: R = future.result(timeout=seconds)
        except TimeoutError:
            return None
        except KilledWorker:
            raise Lost from None
        except (FutureCancelledError, CancelledError, OSError) as error:
            # Its answer may have been on its way from a worker that was lost. Without a scheduler, this is an error.
            self.threads()
            raise Lost from error
        except (ImportError, AttributeError) as error:
            raise ClusterMismatch("A worker", [f"it cannot import what a task needs: {_line(error)}"]) from None
        return found

    def _asked(self, ask: Callable[[], R]) -> R:
        from concurrent.futures import CancelledError

        from distributed.client import ClosedClientError

        try:
            if self.client.status not in {"running", "newly-created"}:
                raise self.unreachable("the connection to its scheduler was lost")
            return ask()
        except (OSError, TimeoutError, CancelledError, ValueError, ClosedClientError):
            raise self.unreachable("the connection to its scheduler was lost") from None


def describe(address: Address) -> Description:
    """Return what to show of a cluster, once it has a worker.

    Raises:
        UsageError: Dask is not installed.
        ClusterUnreachable: no scheduler answers, or it has no workers.
    """
    with Connection(address) as connection:
        return connection.describe()


def _line(error: BaseException) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


def _silence() -> None:
    """Let our own lines say what happened: Dask's log would repeat it, with a traceback."""
    for name in ("distributed", "tornado", *logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
