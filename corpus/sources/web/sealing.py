"""Seal a batch: sorted rows of the spool become files of a batch, under the write lock, completely or not at all.

The name and the bytes depend only on the rows. The rows are deleted from the spool when the register names the batch.
If the run is killed in between, the next run finds the name and deletes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from corpus.batches import adding, withdrawals
from corpus.batches import register as raw
from corpus.batches.register import Batch
from corpus.errors import InvariantError
from corpus.sources.entries import Item

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from corpus.batches.withdrawals import Tombstones
    from corpus.repo.repository import Repository
    from corpus.sources.known import Known
    from corpus.sources.web.spool import Backlog, Row, Spool


@dataclass(frozen=True, slots=True)
class Size:
    """The most that a batch may hold: a number of documents, and of bytes of bodies."""

    documents: int = 2_048
    bodies: int = 32_000_000

    def is_reached(self, backlog: Backlog) -> bool:
        """Return whether the waiting rows fill a batch."""
        return backlog.documents >= self.documents or backlog.size >= self.bodies


FULL: Final = Size()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed batch: its name, and how many documents and observations it has."""

    name: str
    documents: int
    observations: int


def settle(repository: Repository, spool: Spool) -> int:
    """Delete rows that are already in a batch whose run was killed. Returns how many."""
    names = {batch.name for batch in raw.load(repository.root)}
    return spool.settle(names.__contains__)


def seal(
    repository: Repository, spool: Spool, wait: float = 0.0, size: Size = FULL, until: int | None = None
) -> list[Sealed]:
    """Seal the spool into as many batches as it fills, until it is empty.

    Args:
        repository: the corpus.
        spool: the spool.
        wait: seconds to wait for another writer.
        size: the most that a batch may hold.
        until: the last row to take, while the run still adds rows. Then only full batches are sealed.

    Raises:
        Busy: another process is writing. The spool keeps its rows.
        DiskFull: the disk is nearly full. The spool keeps its rows.
    """
    made: list[Sealed] = []
    if not spool.backlog().rows:
        return made
    # Imported where a batch is written: a run that only fetches does without Arrow and Polars, 90 MB of memory.
    from corpus.sources.known import Known

    with adding.adding(repository, wait, "corpus collect") as (there, folder):
        batches = list(there)
        spool.settle({batch.name for batch in batches}.__contains__)
        tombstones = withdrawals.load(repository.root)
        known = Known.of(repository.root, batches)
        while last := spool.cut(size.documents, size.bodies, until):
            if until is not None and not size.is_reached(spool.backlog(until)):
                break
            batch, files = _written(spool, last, folder / str(len(made)), known, tombstones)
            spool.sealing(batch.name, last)
            if all(batch.name != other.name for other in batches):
                batches.append(adding.publish(repository, batches, batch, files))
            if not spool.settle({batch.name}.__contains__):
                raise InvariantError(f"The spool has no row of batch {batch.name}.")
            observations = batch.observations.documents if batch.observations else 0
            made.append(Sealed(batch.name, batch.documents, observations))
    if until is None:
        spool.compact()
    return made


def _written(
    spool: Spool, last: int, folder: Path, known: Known, tombstones: Tombstones
) -> tuple[Batch, Sequence[Path]]:
    """Write the files of a batch to a temporary folder. Returns the batch and their paths."""
    from corpus.sources.batch import Writer
    from corpus.sources.web.observed import ObservationFile

    moment = spool.latest(last)
    licences: set[str] = set()
    content = 0
    files: list[Path] = []
    with Writer(folder, moment, None, known, dated=True) as writer:
        file = ObservationFile(folder / "observations.parquet")
        for row in spool.until(last):
            if _is_withdrawn(row, tombstones):
                continue
            if row.capture is not None:
                licences |= {row.capture.licence} if row.capture.licence else set()
                content += len(row.body or b"") if writer.add(_item(row)) else 0
            file.add(row, is_evidence=row.capture is None)
        finished = writer.finish()
    if finished is None:
        name = f"{moment:%Y%m%dT%H%M%SZ}-{file.digest[:12]}"
        batch = Batch(name, moment.replace(microsecond=0), None, ())
    else:
        batch, files = finished
        batch = replace(batch, captured_at=batch.captured_at.replace(microsecond=0), content=content)
    licence = "; ".join(sorted(licences)) or None
    batch = replace(batch, licence=licence, observations=file.finish(batch.name))
    return batch, [*files, file.path]


def _item(row: Row) -> Item:
    capture, seen = row.capture, row.observation
    if capture is None:
        raise InvariantError("A row without a document was to become a document.")
    return Item(
        capture.url, row.body or b"", capture.media_type, url=capture.url, status=seen.status,
        headers=capture.headers, captured_at=seen.at, published_date=capture.published, publisher=capture.publisher,
        licence=capture.licence, signals=capture.signals,
    )  # fmt: skip


def _is_withdrawn(row: Row, tombstones: Tombstones) -> bool:
    seen = row.observation
    urls = {seen.url, seen.final_url or seen.url}
    return bool(tombstones) and any(tombstones.refused(seen.sha256 or "", url) is not None for url in urls)


def is_due(spool: Spool, now: datetime, *, daily: bool) -> bool:
    """Return whether it is time to seal the spool, even if it holds little.

    Args:
        spool: the spool.
        now: the present moment.
        daily: whether batches are sealed once a day, and not with each run.
    """
    if spool.backlog().documents and not daily:
        return True
    # Observations alone make a batch once a day at most, not one a run.
    first = spool.first()
    return first is not None and first.date() < now.date()
