"""Keep the files of exports once, with the batch of their articles, and cut withdrawn articles out of them."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

import pyarrow as pa

from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.press.excision import copy, cut
from corpus.sources.entries import Item, Reason, Skipped
from schemas.originals import ORIGINALS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from corpus.batches.withdrawals import Tombstones

_CHUNK: Final = 8_000_000
_GROUP_BYTES: Final = 32_000_000
_IDS_A_ROW: Final = 4_096
_DIGEST: Final = 32


class Originals:
    """The originals of a batch that is being written. `gather.documents` calls `begin` and `end`, the writer `note`.

    An original is kept if all of it was read, at least one of its articles was new, and it is not itself the document.
    Memory holds 32 bytes for each article of one file.

    Args:
        folder: the folder to write to.
        known: the ids of the documents of each original that a batch has, by its sha256.
        tombstones: the withdrawals. What was withdrawn is cut out; otherwise the file is not kept.
    """

    def __init__(self, folder: Path, known: dict[str, set[str]], tombstones: Tombstones) -> None:
        self._folder = folder
        self._known = known
        self._tombstones = tombstones
        self._file: OriginalsFile | None = None
        self._source = ""
        self._ids = bytearray()
        self._brings_new = self._has_withdrawn = False

    def begin(self, source: str) -> None:
        """Begin a file, whose articles follow."""
        self._source = source
        self._ids.clear()
        self._brings_new = self._has_withdrawn = False

    def note(self, entry: Item | Skipped, *, is_new: bool) -> None:
        """Note a part of the current file. Entries of other files are ignored."""
        if not self._source or not entry.source.startswith(f"{self._source}#"):
            return
        if isinstance(entry, Item):
            self._ids += hashlib.sha256(entry.data).digest()
            self._brings_new |= is_new
        else:
            self._has_withdrawn |= entry.reason is Reason.WITHDRAWN

    def end(self, stream: BinaryIO) -> None:
        """Keep the current file.

        Args:
            stream: the file, seekable.
        """
        source, self._source = self._source, ""
        ids = {self._ids[at : at + _DIGEST].hex() for at in range(0, len(self._ids), _DIGEST)}
        if not self._brings_new:
            return
        sha256 = _digest(stream)
        if ids == {sha256} or ids <= self._known.get(sha256, set()):
            return
        if self._has_withdrawn:
            aside = self._folder / "original"
            try:
                copy(stream, aside)
                if cut(aside, source, self._is_withdrawn):
                    with aside.open("rb") as opened:
                        self._add(source, opened, ids)
            finally:
                aside.unlink(missing_ok=True)
        else:
            self._add(source, stream, ids)
        self._known[sha256] = ids | self._known.get(sha256, set())

    def finish(self, batch: str) -> tuple[raw.RawFile, Path] | None:
        """Close the file of originals.

        Args:
            batch: the name of the batch.

        Returns:
            Its entry in the register and its path; None if nothing was kept.
        """
        return None if self._file is None else (self._file.finish(f"{batch}-originals.parquet"), self._file.path)

    def _add(self, source: str, stream: BinaryIO, ids: Iterable[str]) -> None:
        if self._file is None:
            self._file = OriginalsFile(self._folder / "originals.parquet")
        self._file.add(source, stream, ids)

    def _is_withdrawn(self, item: Item) -> bool:
        return self._tombstones.refused(hashlib.sha256(item.data).hexdigest(), item.url) is not None


class OriginalsFile:
    """A file of originals that is being written.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self.path = path
        self._writer = pq.ParquetWriter(
            path, ORIGINALS.arrow, compression="zstd", compression_level=3, use_dictionary=["original", "source"],
            write_statistics=["original", "part"], write_page_checksum=True, data_page_size=64_000_000,
        )  # fmt: skip
        self._digest = hashlib.sha256()
        self._rows: list[dict[str, Any]] = []
        self._size = self._count = self._groups = 0

    def add(self, source: str, stream: BinaryIO, ids: Iterable[str]) -> None:
        """Copy a file.

        Args:
            source: its path, as it was given.
            stream: the file, seekable.
            ids: the documents that it was split into.
        """
        sha256 = _digest(stream)
        stream.seek(0)
        part = 0
        while data := stream.read(_CHUNK):
            self._row(sha256, source, part, data, [])
            part += 1
        named = sorted(ids)
        for start, end in pairwise([*range(0, len(named), _IDS_A_ROW), len(named)]):
            self._row(sha256, source, part, None, named[start:end])
            part += 1
        self._digest.update("\0".join([sha256, source, *named, "\n"]).encode("utf-8", "replace"))

    @property
    def digest(self) -> str:
        """Return the sha256, in hex, of the files so far."""
        return self._digest.hexdigest()

    @property
    def is_empty(self) -> bool:
        """Return whether no file was added."""
        return not self._rows and not self._count

    def finish(self, name: str) -> raw.RawFile:
        """Close the file, and return its entry in the register under a name."""
        self._flush()
        self._writer.close()
        with self.path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return raw.RawFile(name, sha256, self._count, self.path.stat().st_size, self._groups)

    def close(self) -> None:
        """Close the file without finishing it."""
        self._writer.close()
        self.path.unlink(missing_ok=True)

    def _row(self, sha256: str, source: str, part: int, data: bytes | None, ids: list[str]) -> None:
        self._rows.append({"original": sha256, "source": source, "part": part, "data": data, "document_ids": ids})
        self._size += len(data or b"")
        if self._size >= _GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            table = pa.Table.from_pylist(self._rows, schema=ORIGINALS.arrow).combine_chunks()
            self._writer.write_table(table, row_group_size=table.num_rows)
            self._count += table.num_rows
            self._groups += 1
            self._rows, self._size = [], 0


def _digest(stream: BinaryIO) -> str:
    """Return the sha256, in hex, of a seekable stream."""
    stream.seek(0)
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


class Original(NamedTuple):
    """A file that a batch keeps: sha256, path as it was given, size in bytes, and the ids of its documents."""

    sha256: str
    source: str
    size: int
    ids: frozenset[str]


def listed(path: Path) -> Iterator[Original]:
    """Yield the originals in a batch's file of originals, without their bytes in memory."""
    last, size, ids = ("", ""), 0, set[str]()
    for row in _rows(path):
        if (row["original"], row["source"]) != last and row["part"] == 0:
            if last[0]:
                yield Original(*last, size, frozenset(ids))
            last, size, ids = (row["original"], row["source"]), 0, set()
        size += len(row["data"] or b"")
        ids.update(row["document_ids"])
    if last[0]:
        yield Original(*last, size, frozenset(ids))


def known(root: Path, batches: Iterable[raw.Batch]) -> dict[str, set[str]]:
    """Return the ids of the documents of each original that some batches keep, by its sha256."""
    import pyarrow.parquet as pq

    found: dict[str, set[str]] = {}
    for batch in batches:
        if batch.originals is None:
            continue
        table = pq.read_table(batchfiles.path_of(root, batch.originals), columns=["original", "document_ids"])
        for sha256, ids in zip(table["original"].to_pylist(), table["document_ids"].to_pylist(), strict=True):
            found.setdefault(sha256, set()).update(ids)
    return found


def write_to(path: Path, sha256: str, target: BinaryIO) -> int:
    """Write an original that a batch keeps to a stream, part by part.

    Args:
        path: the batch's file of originals.
        sha256: the sha256 of the original.
        target: the stream to write to.

    Returns:
        Its size in bytes; 0 if this file does not have it.
    """
    size, last = 0, -1
    for row in _rows(path, sha256):
        if row["original"] == sha256 and row["part"] > last:
            last = row["part"]
            size += target.write(row["data"] or b"")
    return size


def _rows(path: Path, sha256: str | None = None) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of originals; only those of row groups that have an original, if one is given."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for number in range(file.num_row_groups):
            if sha256 is not None:
                named = file.read_row_group(number, columns=["original"], use_threads=False)["original"]
                if sha256 not in named.to_pylist():
                    continue
            yield from file.read_row_group(number, use_threads=False).to_pylist()
