"""Make the signatures of documents, in shards beside the documents: once for each document, in several processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.errors import CorpusError
from corpus.pipeline.executor import WorkerDied
from corpus.progress import progress
from corpus.repo.digest import canonical_json, digest
from corpus.resolve.signatures import COLUMNS, PARAMETERS, signatures
from corpus.tables import parquet
from corpus.tables.shards import KeyedShards, ShardFile, encode, shard_path
from schemas.tables import SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corpus.pipeline.executor import Executor
    from corpus.settings import Resolve
    from corpus.tables.shards import Shard

STAGE: Final = "signatures"
# Starting a process takes as long as signing 15,000 documents.
_FEW: Final = 30_000


@dataclass(frozen=True, slots=True)
class Task:
    """One shard for a worker to sign."""

    name: str
    root: Path
    folder: Path
    settings: Resolve
    sha256: str


def sign(
    root: Path, settings: Resolve, fingerprint: str, documents: Mapping[str, Shard], executor: Executor
) -> dict[str, Shard]:
    """Bring the signatures up to date with the shards of documents."""
    params = canonical_json(settings.model_dump(mode="json", include=set(PARAMETERS)))
    keys = {name: digest([fingerprint, params, of.files["documents"].sha256]) for name, of in documents.items()}
    with KeyedShards(root, STAGE, [SIGNATURES]) as shards:
        stale = shards.stale(keys)
        tasks = [Task(name, root, shards.folder, settings, documents[name].files["documents"].sha256) for name in stale]
        rows = sum(documents[name].files["documents"].rows for name in stale)
        with progress("sign", rows, "documents") as advance:
            try:
                for task, files in executor.map(make, tasks, light=rows < _FEW):
                    shards.adopt(task.name, keys[task.name], files)
                    advance(documents[task.name].files["documents"].rows)
            except WorkerDied:
                raise CorpusError(
                    "A process that signed documents was killed, most likely for want of memory. "
                    "Free some memory and run `corpus build` again."
                ) from None
        return shards.finish(keys)


def make(task: Task) -> dict[str, ShardFile]:
    """Sign the documents of one shard, into the run's folder. Runs in a worker process."""
    documents = parquet.read(shard_path(task.root, "documents", task.name), list(COLUMNS), task.sha256)
    return encode(task.folder, task.name, [(SIGNATURES, signatures(documents, task.settings))])
