"""Measure what the two texts of each pair have in common: in this process, or in tasks for an executor.

A part has pairs with all of their texts. So parts can be measured anywhere, in any order, and again.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from corpus.errors import CorpusError
from corpus.pipeline.executor import WorkerDied
from corpus.pipeline.threads import side_by_side
from corpus.resolve import scores
from corpus.tables import parquet
from corpus.tables.shards import DATA, shard_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from corpus.columnar.ids import Ids
    from corpus.pipeline.executor import Executor
    from corpus.resolve.candidates import Pairs
    from corpus.resolve.scores import GramSets
    from corpus.resolve.shingles import Places
    from corpus.tables.shards import Shard

    # Returns texts of a shard of documents, by the number of the shard and the rows, ascending.
    Texts = Callable[[int, Places], pa.Array]
    # For each pair: distinct n-grams that both have, those of the later, and those of the earlier.
    Scores = NDArray[np.int32]
    # Keeps some pairs with their scores, given the text hashes of all documents.
    Keep = Callable[[Places, Scores, Ids], None]

_STAGE: Final = "compare"


@dataclass(frozen=True, slots=True)
class Part:
    """Some pairs of texts, and where the texts are.

    Attributes:
        numbers: both texts of each pair in one number, as `Compared` has them.
        texts: the rows of the texts in each shard of documents, by the number of the shard; both ascending.
        pairs: the pairs, by the places of their texts among these.
    """

    numbers: Places
    texts: tuple[tuple[int, Places], ...]
    pairs: Pairs


@dataclass(frozen=True, slots=True)
class Task:
    """A part for a worker to measure.

    Attributes:
        root: the folder of the repository.
        folder: of the run. The worker must see it; nothing is written there.
        n: the number of words in a gram.
        shards: the rows of the texts in each shard of documents, with the shard's name and sha256.
        pairs: the pairs, by the places of their texts among these.
    """

    root: Path
    folder: Path
    n: int
    shards: tuple[tuple[str, str, Places], ...]
    pairs: Pairs


def measure(part: Part, n: int, read: Texts) -> Scores:
    """Measure the pairs of a part in this process."""

    def sets_of(place: tuple[int, NDArray[Any]]) -> GramSets:
        return scores.gram_sets(read(*place), n)

    return _scored(scores.joined(side_by_side(sets_of, part.texts)), part.pairs)


def make(task: Task) -> Scores:
    """Measure the pairs of a task. Runs in a worker process."""
    sets = [
        scores.gram_sets(parquet.take(shard_path(task.root, "documents", name), "text", rows, sha256), task.n)
        for name, sha256, rows in task.shards
    ]
    return _scored(scores.joined(sets), task.pairs)


def _scored(sets: GramSets, pairs: Pairs) -> Scores:
    found = (scores.in_common(sets, pairs), sets.size[pairs.later], sets.size[pairs.earlier])
    return np.column_stack(found).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Has an executor measure parts. What is measured is kept for the next run, should this one be broken off.

    Attributes:
        root: the folder of the repository.
        n: the number of words in a gram.
        names: the names of the shards of documents, in order.
        documents: the shards, by name.
        executor: what does the work.
        keep: keeps what was measured.
    """

    root: Path
    n: int
    names: Sequence[str]
    documents: Mapping[str, Shard]
    executor: Executor
    keep: Keep

    def __call__(self, hashes: Ids, parts: Sequence[Part]) -> Iterator[Scores]:
        """Yield what the pairs of each part have in common.

        Args:
            hashes: the text hashes of all documents.
            parts: the parts.

        Raises:
            CorpusError: a worker was killed.
            StorageError: texts cannot be read.
        """
        folder = self.root / DATA / "tmp" / f"{_STAGE}-{os.getpid()}"
        folder.mkdir(parents=True, exist_ok=True)
        tasks = [Task(self.root, folder, self.n, self._shards(part), part.pairs) for part in parts]
        try:
            for part, (_, found) in zip(parts, self.executor.map(make, tasks), strict=True):
                self.keep(part.numbers, found, hashes)
                yield found
        except WorkerDied:
            raise CorpusError(
                "A process that compared texts was killed, most likely for want of memory. "
                "Free some memory and run `corpus build` again."
            ) from None
        finally:
            shutil.rmtree(folder.parent, ignore_errors=True)

    def _shards(self, part: Part) -> tuple[tuple[str, str, Places], ...]:
        found = ((self.names[number], rows) for number, rows in part.texts)
        return tuple((name, self.documents[name].files["documents"].sha256, rows) for name, rows in found)
