"""Read the observations of versions older than their table, from the files of their batches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from corpus.batches import register as raw
from corpus.errors import MissingObjects
from schemas.observations import OBSERVATIONS

if TYPE_CHECKING:
    import polars as pl

    from corpus.snapshots.snapshot import Snapshot

_PATH: Final = "_path"


def scan(snapshot: Snapshot) -> pl.LazyFrame:
    """Return the observations of a version, without the bodies that are evidence, and with the batch of each.

    Raises:
        MissingObjects: a file is neither in the cache nor in a remote.
        DamagedObject: a file has another digest than was pinned.
    """
    import polars as pl

    text = snapshot.text(raw.BATCHES)
    batches = raw.parse(text) if text else []
    batch_by_file = {file.name: batch.name for batch in batches if (file := batch.observations) is not None}
    wanted = {f"{raw.RAW}/{name}": batch for name, batch in batch_by_file.items()}
    found = snapshot.batch_files(batch_by_file)
    if len(found) < len(wanted):
        raise MissingObjects("A batch is not pinned.", sorted(wanted.keys() - {file.path for file in found}))
    if not found:
        return pl.DataFrame(OBSERVATIONS.empty).lazy()
    paths = [str(path) for path in snapshot.paths(found)]
    batch_of = pl.DataFrame({_PATH: paths, "batch": [wanted[file.path] for file in found]})
    rows = pl.scan_parquet(paths, glob=False, include_file_paths=_PATH)
    return rows.join(batch_of.lazy(), on=_PATH, how="left", maintain_order="left").select(OBSERVATIONS.names)
