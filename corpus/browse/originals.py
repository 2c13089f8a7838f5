"""A document as it was found: in the file of its batch, or of a seed in git or in `seeds/`."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corpus.batches import register as raw
from corpus.batches.seeds import SEEDS
from corpus.errors import StorageError
from corpus.pipeline.origins import CHARSET
from corpus.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corpus.snapshots.version import Version

# A capture may name another batch that holds its bytes, and that one holds them itself.
_MOST_HOLDERS: Final = 2
_ROW: Final = ("document_id", "source", "data", "held_by", "url", "headers")


@dataclass(frozen=True, slots=True)
class Original:
    """A document as it was found.

    Attributes:
        data: its bytes.
        url: the address that the batch records for it.
        charset: the charset that its HTTP headers name.
    """

    data: bytes
    url: str | None = None
    charset: str | None = None


def bytes_of(version: Version, document: Mapping[str, Any]) -> bytes | None:
    """Return the bytes of a document of a version; None if they are not kept any more. See `original_of`."""
    found = original_of(version, document)
    return None if found is None else found.data


def original_of(version: Version, document: Mapping[str, Any]) -> Original | None:
    """Return a document of a version as it was found.

    Args:
        version: whose batches are searched.
        document: its row in `documents`: its `document_id`, `source` and `batch`.

    Returns:
        The document, whose bytes have the digest that its id is; None if they are not kept any more: a seed was
        changed or removed since, or the document was withdrawn.

    Raises:
        MissingObjects: a batch is neither in the cache nor in the remote.
        DamagedObject: a file has another digest than was pinned.
        StorageError: a file cannot be read.
    """
    wanted = str(document["document_id"])
    snapshot = Snapshot(version.repository, version.commit)
    if document["batch"] == SEEDS:
        data = _seed(snapshot, str(document["source"]))
        found = None if data is None else Original(data)
    else:
        found = _of_batch(snapshot, str(document["batch"]), wanted, str(document["source"]))
    return found if found is not None and hashlib.sha256(found.data).hexdigest() == wanted else None


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


@dataclass(slots=True)
class _Rows:
    """What the rows of a batch have of a document: bytes, the batch that holds them instead, and how it was found."""

    data: bytes | None = None
    holder: str | None = None
    url: str | None = None
    charset: str | None = None


def _of_batch(snapshot: Snapshot, name: str, document_id: str, source: str) -> Original | None:
    text = snapshot.text(raw.BATCHES)
    batches = {batch.name: batch for batch in (raw.parse(text) if text else [])}
    capture: _Rows | None = None
    for _ in range(_MOST_HOLDERS):
        batch = batches.get(name)
        if batch is None:
            return None
        files = snapshot.batch_files([file.name for file in batch.files])
        found = _in_files(snapshot.paths(files), document_id, source)
        capture = capture or found
        if found.data is not None:
            return Original(found.data, capture.url, capture.charset)
        if found.holder is None:
            return None
        name = found.holder
    return None


def _in_files(paths: Sequence[Path], document_id: str, source: str) -> _Rows:
    """Return what the files of a batch have of a document; how it was found is that of the row with the source."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    made = _Rows()
    for path in paths:
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                there = [name for name in _ROW if name in file.schema_arrow.names]
                for number in range(file.num_row_groups):
                    ids = file.read_row_group(number, columns=["document_id"], use_threads=False)["document_id"]
                    if not pc.any(pc.equal(ids, document_id)).as_py():
                        continue
                    rows = file.read_row_group(number, columns=there, use_threads=False)
                    for row in rows.filter(pc.equal(rows["document_id"], document_id)).to_pylist():
                        _note(made, row, is_own=row["source"] == source)
        except (pa.ArrowException, OSError) as error:
            raise StorageError(f"A file of the batch cannot be read: {error}. Run `corpus verify --repair`.") from None
    return made


def _note(made: _Rows, row: Mapping[str, Any], *, is_own: bool) -> None:
    if made.data is None:
        made.data = row["data"]
    made.holder = made.holder or row.get("held_by")
    if is_own:
        made.url = row.get("url")
        contents = (one["value"] for one in row.get("headers") or () if one["name"].lower() == "content-type")
        named = (re.search(CHARSET, value) for value in contents)
        made.charset = next((found[1] for found in named if found), None)
