"""Compare the workers of a cluster with this machine, before they get a task: the engine, and the shared folder."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from corpus.cluster import attempts
from corpus.cluster.identity import differences, own
from corpus.cluster.messages import Greeting, Terms
from corpus.errors import ClusterMismatch, NoSharedFolder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from corpus.cluster.connection import Connection

__fingerprint__ = False

_BAD_IMPORTS: Final = (ImportError, AttributeError, TypeError)


class Greeter:
    """Knows which workers are as this machine is.

    Args:
        connection: the cluster.
        folder: the folder of a run, in which attempts get one of their own; None for tasks that write nothing.
    """

    def __init__(self, connection: Connection, folder: Path | None) -> None:
        self._connection = connection
        self._here = own()
        self._compare_scheduler()
        self._greeted: set[str] = set()
        self.folder = folder / f"attempts-{secrets.token_hex(8)}" if folder else None
        self.terms = Terms(secrets.token_hex(16), str(self.folder) if self.folder else None, secrets.token_hex(16))
        if self.folder is not None:
            self.folder.mkdir()
            (self.folder / attempts.CLIENT).write_text(self.terms.nonce, encoding="utf-8")

    def greet(self, workers: Iterable[str], *, again: bool = False) -> None:
        """Compare workers that are not known yet; with `again`, all of them.

        Raises:
            ClusterMismatch: a worker would make other bytes.
            NoSharedFolder: a worker does not see the folder of the run.
        """
        new = [worker for worker in workers if again or worker not in self._greeted]
        if not new:
            return
        for worker, answer in self._connection.on_workers(attempts.greet, self.terms, new).items():
            if isinstance(answer, Greeting):
                self._compare(worker, answer)
                self._greeted.add(worker)
            elif isinstance(answer, _BAD_IMPORTS):
                raise ClusterMismatch(worker, [f"it cannot import newscorpus as it is here: {answer}"])
            elif worker in self._connection.threads():
                raise self._connection.unreachable(f"its worker {worker} does not answer: {answer}")

    def release(self) -> None:
        """Let the workers end what they keep for this run."""
        self._connection.on_workers(
            attempts.release, self.terms.token, self._greeted & self._connection.threads().keys()
        )

    def _compare_scheduler(self) -> None:
        name = f"The scheduler at {self._connection.address}"
        try:
            there = self._connection.on_scheduler(attempts.versions)
        except _BAD_IMPORTS as error:
            raise ClusterMismatch(name, [f"it cannot import newscorpus as it is here: {error}"]) from None
        here = attempts.versions()
        packages = zip(("newscorpus", "distributed"), there, here, strict=True)
        if found := [f"{package} {theirs} there, {ours} here" for package, theirs, ours in packages if theirs != ours]:
            raise ClusterMismatch(name, found)

    def _compare(self, worker: str, greeting: Greeting) -> None:
        name = f"{greeting.host} ({worker})"
        if found := differences(greeting.identity, self._here):
            raise ClusterMismatch(name, found)
        if self.folder is None:
            return
        if not greeting.sees_client:
            raise NoSharedFolder(name, self.folder.parent, "what is written here cannot be read there")
        try:
            seen = (self.folder / (greeting.file or "")).read_text(encoding="utf-8") == greeting.nonce
        except OSError:
            seen = False
        if not seen:
            raise NoSharedFolder(name, self.folder.parent, "what is written there cannot be read here")
