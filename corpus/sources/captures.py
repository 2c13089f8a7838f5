"""Find which documents the files of batches have, and when they were captured. Small files are read once, ever.

A schedule makes tens of thousands of small files a year, and each new batch needs to know what all of them have. So the
content of small files is remembered, as hashes, in a file of this machine that may be lost at any time.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.batches import batchfiles
from corpus.errors import NotWritten
from corpus.repo.files import aside_of, publish

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from corpus.batches.register import Batch

# Reading a larger file costs no more than finding what is remembered of it.
_SMALL: Final = 2_048
# So many files are read again before what they have is remembered too.
_FEW: Final = 32
_COLUMNS: Final = ("document_id", "url", "captured_at", "held_by")
_SCHEMA: Final = pa.schema(
    [("file", pa.string()), ("identity", pa.binary(16)), ("at", pa.int64()), ("holder", pa.string())]
)
_HEX: Final = 64

# An identity, a time, and the batch that has the bytes if it is another one.
_Row: TypeAlias = tuple[bytes, int, str | None]


class Capture(NamedTuple):
    """One capture of a document: its identity, microseconds since 1970, and the batch that has the bytes."""

    identity: bytes
    at: int
    holder: str


def identity(document_id: str, url: str | None) -> bytes:
    """Return what identifies a document: its bytes and its address."""
    if not url:
        return bytes.fromhex(document_id[:32])
    return hashlib.sha256(f"{document_id}\0{url}".encode()).digest()[:16]


def captures(root: Path, batches: Iterable[Batch]) -> Iterator[Capture]:
    """Yield all captures of some batches, in their order.

    Args:
        root: the repository.
        batches: all batches of the register. What is remembered of the files of others is forgotten.
    """
    memory = root / ".dvc" / "tmp" / "corpus" / "captures-1.parquet"
    known = _remembered(memory)
    small: dict[str, list[_Row]] = {}
    read = 0
    for batch in batches:
        for file in batch.files:
            if file.documents > _SMALL:
                rows: Iterable[_Row] = _read(batchfiles.path_of(root, file))
            else:
                if file.sha256 not in known:
                    known[file.sha256] = list(_read(batchfiles.path_of(root, file)))
                    read += 1
                rows = small[file.sha256] = known[file.sha256]
            for one, at, holder in rows:
                yield Capture(one, at, holder or batch.name)
    if read >= _FEW:
        # Writing the batch itself meets the full disk, too.
        with suppress(OSError, NotWritten):
            _remember(memory, small)


def _read(path: Path) -> Iterator[_Row]:
    for group in batchfiles.groups(path, list(_COLUMNS)):
        times = group["captured_at"].cast(pa.int64())
        columns = (group["document_id"], group["url"], times, group["held_by"])
        for document_id, url, at, holder in zip(*(one.to_pylist() for one in columns), strict=True):
            yield identity(document_id, url), at, holder


def _remembered(memory: Path) -> dict[str, list[_Row]]:
    """Return what is remembered of each file, by its sha256; nothing if the memory is lost or damaged."""
    try:
        stored = memory.read_bytes()
        if hashlib.sha256(stored[_HEX:]).hexdigest().encode() != stored[:_HEX]:
            return {}
        # Not `read_table`, which imports pandas: that takes longer than to read a year.
        with pq.ParquetFile(pa.BufferReader(stored[_HEX:])) as file:
            table = file.read(use_threads=False)
    except (OSError, pa.ArrowException):
        return {}
    names, *columns = (table[name].to_pylist() for name in _SCHEMA.names)
    found: dict[str, list[_Row]] = {}
    for name, row in zip(names, zip(*columns, strict=True), strict=True):
        found.setdefault(name, []).append(row)
    return found


def _remember(memory: Path, found: dict[str, list[_Row]]) -> None:
    rows = [(name, *row) for name, several in found.items() for row in several]
    arrays = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), _SCHEMA, strict=True)]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(arrays, schema=_SCHEMA), sink, compression="zstd", use_dictionary=["file", "holder"])
    data = sink.getvalue().to_pybytes()
    memory.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(memory)
    try:
        aside.write_bytes(hashlib.sha256(data).hexdigest().encode() + data)
        publish(aside, memory, sync=False)
    finally:
        aside.unlink(missing_ok=True)
