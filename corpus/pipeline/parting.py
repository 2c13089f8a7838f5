"""Make a shard in parts that workers share, one for each row group, and join the parts.

A row group of pages is closed at 32 MB, after some 75 pages, which take a second to parse. The file of a shard has the
pages of several row groups, so that ten million pages do not make a hundred thousand files. Were a shard the unit of
work, a batch of a thousand pages would occupy two workers, and one worker would hold the bytes of all its pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from corpus.pipeline.origins import RowGroups, Seeds
from corpus.tables import parquet
from corpus.tables.shards import ShardFile, encode
from schemas.tables import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corpus.settings import Ingest


@dataclass(frozen=True, slots=True)
class Task:
    """A shard for a worker to make, or a part of one, and where its documents are.

    Attributes:
        name: the name of the shard.
        note: the file in which the worker notes its present document.
        number: which part of the shard it is.
        parts: how many parts the shard has.
    """

    name: str
    origin: Seeds | RowGroups
    folder: Path
    settings: Ingest
    deadly: frozenset[str] = frozenset()
    root: Path | None = None
    note: Path | None = None
    number: int = 0
    parts: int = 1

    @property
    def file(self) -> str:
        """Return the name of what the worker makes; that of the shard if it makes all of it."""
        return _file(self.name, self.number, self.parts)


class Made(NamedTuple):
    """What a worker made: the digests of seeds in the order of reading, the media types of the documents, the file."""

    ids: list[str]
    kinds: list[str]
    files: dict[str, ShardFile]


def tasks_of(name: str, origin: Seeds | RowGroups, folder: Path, root: Path, settings: Ingest) -> list[Task]:
    """Return the tasks that make a shard in the folder of a run: one for each of its parts, in their order."""
    origins = _parts(origin)
    parts = len(origins)
    notes = [folder / f"{_file(name, number, parts)}.at" for number in range(parts)]
    return [
        Task(name, part, folder, settings, root=root, note=note, number=number, parts=parts)
        for number, (part, note) in enumerate(zip(origins, notes, strict=True))
    ]


def joined(task: Task, made: Sequence[Made]) -> Made:
    """Join what was made of all parts of a shard, as if it had one part. The files of the parts are removed.

    Args:
        task: any task of the shard.
        made: the results of all of them, in their order.

    Raises:
        StorageError: the file of a part is not as it was written.
    """
    if len(made) == 1:
        return made[0]
    names = [_file(task.name, number, len(made)) for number in range(len(made))]
    paths = [task.folder / f"{DOCUMENTS.name}.{name}.parquet" for name in names]
    rows = [
        parquet.read(path, sha256=part.files[DOCUMENTS.name].sha256) for path, part in zip(paths, made, strict=True)
    ]
    files = encode(task.folder, task.name, [(DOCUMENTS, pa.concat_tables(rows))])
    for path in paths:
        path.unlink()
    ids = [one for part in made for one in part.ids]
    return Made(ids, sorted({kind for part in made for kind in part.kinds}), files)


def _parts(origin: Seeds | RowGroups) -> tuple[Seeds | RowGroups, ...]:
    """Return what the parts of a shard are made from: a row group is a part, unless it is of many small batches."""
    if isinstance(origin, Seeds) or len({group.batch for group in origin.groups}) > 1:
        return (origin,)
    return tuple(RowGroups((group,)) for group in origin.groups)


def _file(shard: str, number: int, parts: int) -> str:
    return shard if parts == 1 else f"{shard}.{number:04}"
