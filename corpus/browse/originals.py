"""The bytes of a document as they were found: in the file of its batch, or of a seed in git or in `seeds/`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from corpus.batches import register as raw
from corpus.batches.seeds import SEEDS
from corpus.errors import StorageError
from corpus.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corpus.snapshots.version import Version

# A capture may name another batch that holds its bytes, and that one holds them itself.
_MOST_HOLDERS: Final = 2


def bytes_of(version: Version, document: Mapping[str, Any]) -> bytes | None:
    """Return the bytes of a document of a version.

    Args:
        version: whose batches are searched.
        document: its row in `documents`: its `document_id`, `source` and `batch`.

    Returns:
        The bytes, which have the digest that the document's id is; None if they are not kept any more: a seed was
        changed or removed since, or the document was withdrawn.

    Raises:
        MissingObjects: a batch is neither in the cache nor in the remote.
        DamagedObject: a file has another digest than was pinned.
        StorageError: a file cannot be read.
    """
    wanted = str(document["document_id"])
    snapshot = Snapshot(version.repository, version.commit)
    if document["batch"] == SEEDS:
        found = _seed(snapshot, str(document["source"]))
    else:
        found = _of_batch(snapshot, str(document["batch"]), wanted)
    return found if found is not None and hashlib.sha256(found).hexdigest() == wanted else None


def _seed(snapshot: Snapshot, source: str) -> bytes | None:
    """Return a file of `seeds/` as the version has it; None if it is not there, or leads out of the folder."""
    if snapshot.commit is not None:
        text = snapshot.repository.read_at(snapshot.commit, source)
        return None if text is None else text.encode("utf-8", "surrogateescape")
    root = snapshot.repository.root
    path = root / source
    try:
        is_inside = path.resolve().is_relative_to((root / SEEDS).resolve())
        return path.read_bytes() if is_inside and path.is_file() and not path.is_symlink() else None
    except (OSError, ValueError):
        return None


def _of_batch(snapshot: Snapshot, name: str, document_id: str) -> bytes | None:
    text = snapshot.text(raw.BATCHES)
    batches = {batch.name: batch for batch in (raw.parse(text) if text else [])}
    for _ in range(_MOST_HOLDERS):
        batch = batches.get(name)
        if batch is None:
            return None
        files = snapshot.batch_files([file.name for file in batch.files])
        found, holder = _in_files(snapshot.paths(files), document_id)
        if found is not None or holder is None:
            return found
        name = holder
    return None


def _in_files(paths: Sequence[Path], document_id: str) -> tuple[bytes | None, str | None]:
    """Return the bytes of a document in the files of a batch, or the batch that holds them for it."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    holder: str | None = None
    for path in paths:
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                names = [name for name in ("document_id", "held_by") if name in file.schema_arrow.names]
                for number in range(file.num_row_groups):
                    ids = file.read_row_group(number, columns=names, use_threads=False)
                    rows = ids.filter(pc.equal(ids["document_id"], document_id))
                    if not rows.num_rows:
                        continue
                    data = file.read_row_group(number, columns=["document_id", "data"], use_threads=False)
                    for one in data.filter(pc.equal(data["document_id"], document_id))["data"]:
                        if one.is_valid:
                            return one.as_py(), None
                    holders = rows["held_by"].drop_null() if "held_by" in names else []
                    holder = str(holders[0].as_py()) if len(holders) else holder
        except (pa.ArrowException, OSError) as error:
            raise StorageError(f"A file of the batch cannot be read: {error}. Run `corpus verify --repair`.") from None
    return None, holder or None
