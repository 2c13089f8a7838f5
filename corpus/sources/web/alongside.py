"""Sealing while a run still fetches: a thread closes the batches that are full, so that the spool stays small.

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
        size: what a batch holds at most.

    Attributes:
        made: the batches that were closed.
    """

    repository: Repository
    size: Size = FULL
    made: list[Sealed] = field(default_factory=list)
    _task: asyncio.Task[None] | None = None
    _kept: int = 0

    def kept(self, spool: Spool, number: int) -> None:
        """Note that a row was spooled and the state knows it; close batches if it fills one.

        Args:
            spool: where it is.
            number: its number there.
        """
        self._kept += 1
        begun = self._task
        if self._kept % min(_LOOK_EVERY, self.size.documents) or (begun is not None and not _has_succeeded(begun)):
            return
        if self.size.is_reached(spool.backlog(number)):
            self._task = asyncio.create_task(asyncio.to_thread(self._seal, number))

    async def finish(self) -> None:
        """Wait until what was begun has ended. Raises what was not foreseen in it."""
        if self._task is not None:
            await self._task

    def _seal(self, number: int) -> None:
        # The thread has a connection of its own, as SQLite wants it. What cannot be sealed now stays in the spool: the
        # run seals at its end, too, and says then why it cannot.
        with Spool(self.repository.root) as spool, suppress(CorpusError):
            self.made += seal(self.repository, spool, size=self.size, until=number)


def _has_succeeded(task: asyncio.Task[None]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
