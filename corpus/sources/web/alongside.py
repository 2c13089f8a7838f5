"""Seal full batches in a thread while a run still fetches, so that the spool stays small.

Only rows that the state knows are taken. A kill between spooling a row and noting it then finds the row in the spool.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError
from corpus.sources.web.sealing import FULL, Sealed, Size, seal
from corpus.sources.web.spool import Spool

if TYPE_CHECKING:
    from corpus.repo.repository import Repository

_LOOK_EVERY: Final = 64


@dataclass(slots=True)
class Sealer:
    """Closes the batches that fill up during a run.

    Args:
        repository: the corpus.
        size: the most that a batch may hold.

    Attributes:
        made: the batches that were closed.
    """

    repository: Repository
    size: Size = FULL
    made: list[Sealed] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None
    _kept: int = 0

    def kept(self, spool: Spool, number: int) -> None:
        """Note that a row is in the spool and in the state; close batches that are full.

        Args:
            spool: the spool.
            number: the number of the row there.
        """
        self._kept += 1
        begun = self._task
        if self._kept % min(_LOOK_EVERY, self.size.documents) or (begun is not None and not _has_succeeded(begun)):
            return
        if self.size.is_reached(spool.backlog(number)):
            self._task = asyncio.create_task(asyncio.to_thread(self._seal, number))

    async def finish(self) -> None:
        """Wait until the thread has ended. Raises its unexpected errors."""
        if self._task is not None:
            await self._task

    def _seal(self, number: int) -> None:
        # The thread has a connection of its own, as SQLite wants it. What cannot be sealed now stays in the spool: the
        # run seals at its end, too, and says then why it cannot.
        with Spool(self.repository.root) as spool, suppress(CorpusError):
            self.made += seal(self.repository, spool, size=self.size, until=number)


def _has_succeeded(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
