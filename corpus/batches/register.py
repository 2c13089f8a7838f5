"""Batches on disk: `data/raw/*.parquet`, and `batches.yaml`, which names each of their files with its digest.

The manifest is small and in git, the files are DVC's. A batch exists when the manifest names it, not before; it is
never changed, so whoever knows its name knows its bytes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import yaml

from corpus.errors import CorpusError, DamagedObject, MissingObjects, StorageError
from corpus.repo import paths
from corpus.repo.files import write_text
from corpus.tables.shards import digests
from corpus.text import plain_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.parquet as pq

BATCHES: Final = paths.BATCHES
RAW: Final = paths.RAW
_HEADER: Final = (
    "# The batches of documents in data/raw/, in the order in which they were added. `corpus add` writes this.\n"
)
# Of one site's pages each repeats much of the others, which zstd sees only within one page of Parquet.
_PAGE_BYTES: Final = 64_000_000
_REPEATING: Final = ("media_type", "publisher", "licence")


@dataclass(frozen=True, slots=True)
class RawFile:
    """One Parquet file of a batch: its digest, and how many documents, bytes and row groups it has."""

    name: str
    sha256: str
    documents: int
    size: int
    groups: int


@dataclass(frozen=True, slots=True)
class Batch:
    """One `corpus add`: when it was captured, under what licence, its files, and how much was skipped and why.

    `redacted` counts the documents that were taken out again by `corpus forget`. The batch keeps its name, by which
    every row cites it; a file without some of its documents has a name and a digest of its own. `observations` is the
    file of what `corpus collect` observed, one row a request, with the bodies that are evidence.
    """

    name: str
    captured_at: datetime
    licence: str | None
    files: tuple[RawFile, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)
    redacted: int = 0
    observations: RawFile | None = None

    @property
    def all_files(self) -> tuple[RawFile, ...]:
        """The files of documents, and the one of observations if there is one."""
        return self.files if self.observations is None else (*self.files, self.observations)

    @property
    def documents(self) -> int:
        """How many documents it has."""
        return sum(file.documents for file in self.files)

    @property
    def size(self) -> int:
        """Its bytes on disk."""
        return sum(file.size for file in self.all_files)


def load(root: Path) -> list[Batch]:
    """The batches of a repository, as its manifest names them.

    Raises:
        CorpusError: the manifest is no manifest.
    """
    path = root / BATCHES
    try:
        return parse(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, KeyError) as error:
        raise CorpusError(
            f"{path} cannot be read: {' '.join(str(error).split())}. `git checkout -- {BATCHES}` restores it."
        ) from None


def parse(text: str) -> list[Batch]:
    """The batches in the text of a manifest. Raises ValueError, TypeError or KeyError if it is none."""
    values = plain_yaml.load(text) or {}
    return [
        Batch(
            _plain_name(entry["name"]),
            datetime.fromisoformat(entry["captured_at"]).astimezone(UTC),
            entry.get("licence"),
            tuple(map(_raw_file, entry["files"])),
            dict(entry.get("skipped") or {}),
            int(entry.get("redacted") or 0),
            _raw_file(entry["observations"]) if entry.get("observations") else None,
        )
        for entry in values["batches"]
    ]


def _raw_file(entry: dict[str, Any]) -> RawFile:
    return RawFile(**{**entry, "name": _plain_name(entry["name"])})


def _plain_name(name: str) -> str:
    if "/" in name or name.startswith("."):
        raise ValueError(f"{name!r} is no name of a batch")
    return name


def save(root: Path, batches: Iterable[Batch]) -> None:
    """Write the manifest."""
    write_text(root / BATCHES, as_text(batches))


def as_text(batches: Iterable[Batch]) -> str:
    """The manifest as text."""
    entries: list[dict[str, Any]] = []
    for batch in batches:
        entry = {**asdict(batch), "captured_at": batch.captured_at.isoformat()}
        entry["files"] = [asdict(file) for file in batch.files]
        entries.append({key: value for key, value in entry.items() if value not in (None, {}, 0)})
    return _HEADER + yaml.safe_dump({"batches": entries}, sort_keys=False, allow_unicode=True, width=120)


def path_of(root: Path, file: RawFile) -> Path:
    """Where a batch's file stands."""
    return root / RAW / file.name


def require(root: Path, batches: Iterable[Batch], *, reread: bool = False) -> None:
    """Hold the files of batches against the manifest.

    Args:
        root: the repository.
        batches: which.
        reread: read each file; by default only those that were touched since they were last read.

    Raises:
        MissingObjects: one is not here.
        DamagedObject: one has other bytes.
    """
    memory = digests(root, of="raw")
    for batch in batches:
        for file in batch.all_files:
            path = path_of(root, file)
            try:
                found = memory.read(path) if reread else memory.of(path)
            except OSError:
                raise MissingObjects(
                    f"Batch {batch.name} is not here. Fetch it: `dvc pull {RAW}`.", [str(path)]
                ) from None
            if found != file.sha256:
                memory.save()
                raise DamagedObject(path, file.sha256, found)
    memory.save()


def writer(path: Path) -> pq.ParquetWriter:
    """Open a file for a batch's row groups."""
    import pyarrow.parquet as pq

    from schemas.raw import RAW as TABLE

    return pq.ParquetWriter(
        path,
        TABLE.arrow,
        compression="zstd",
        compression_level=3,
        use_dictionary=list(_REPEATING),
        write_statistics=[name for name in TABLE.names if name not in {"data", "headers"}],
        write_page_checksum=True,
        data_page_size=_PAGE_BYTES,
    )


def groups(path: Path, columns: list[str] | None = None) -> Iterator[pa.Table]:
    """The row groups of a batch's file, one by one. A column that is newer than the file is null."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for number in range(file.num_row_groups):
            yield _conformed(file.read_row_group(number, columns=columns, use_threads=False), columns)


def _conformed(rows: pa.Table, columns: list[str] | None = None) -> pa.Table:
    """Return rows with the columns of today in their order."""
    import pyarrow as pa

    from schemas.raw import RAW as TABLE

    fields = [TABLE.arrow.field(name) for name in columns or TABLE.names]
    found = [
        rows[field.name] if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type) for field in fields
    ]
    return pa.table(found, schema=pa.schema(fields))


def read_group(path: Path, number: int) -> pa.Table:
    """One row group of a batch's file, with its page checksums verified.

    Raises:
        StorageError: it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            return _conformed(file.read_row_group(number, use_threads=False))
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"{path} cannot be read: {error}. Delete it and run `dvc checkout {RAW}`.") from None
