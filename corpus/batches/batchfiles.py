"""The Parquet files of batches in `data/raw/`: where they are, writing and reading their row groups, verifying them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from corpus.batches.register import RAW, is_month
from corpus.errors import DamagedObject, MissingObjects, StorageError
from corpus.tables.shards import digests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.parquet as pq

    from corpus.batches.register import Batch, RawFile
    from corpus.repo.digest import FileDigests

# The pages of one site repeat much of each other, and zstd sees that only within one page of Parquet.
_PAGE_BYTES: Final = 64_000_000
# For more batches, all files of the folder are looked at together.
_FEW: Final = 100
_REPEATING: Final = ("media_type", "publisher", "licence")


def path_of(root: Path, file: RawFile) -> Path:
    """Return the path of a batch's file."""
    return root / RAW / file.name


def folders(root: Path) -> dict[str, Path]:
    """Return the folders that may have files of batches, by what the names of their files begin with.

    These are `data/raw/` itself, with "", and the folders of months in it, each with `2026-11/`.
    """
    try:
        with os.scandir(root / RAW) as entries:
            found = [entry for entry in entries if is_month(entry.name) and entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        found = []
    return {"": root / RAW, **{f"{entry.name}/": root / RAW / entry.name for entry in found}}


def listed(root: Path) -> set[str]:
    """Return the names of everything in the folders of batches, but not those of the folders of months."""
    months = folders(root)
    found = {f"{prefix}{name}" for prefix, folder in months.items() if folder.is_dir() for name in os.listdir(folder)}  # noqa: PTH208 - a path for each of 100,000 files takes longer than the rest
    return found - {prefix.removesuffix("/") for prefix in months}


def names(root: Path) -> set[str]:
    """Return the names of the files that are in the folders of batches. A link without its target does not count."""
    found = set()
    months = folders(root)
    for prefix, folder in months.items():
        with suppress(FileNotFoundError), os.scandir(folder) as entries:
            found |= {
                f"{prefix}{entry.name}" for entry in entries if not entry.is_symlink() or (folder / entry.name).exists()
            }
    return found - {prefix.removesuffix("/") for prefix in months}


def put_in_place(root: Path, batches: Iterable[Batch]) -> int:
    """Move files of batches from other folders of data/raw to those in which the register has them.

    They are elsewhere after an upgrade that puts them into the folders of months, and after git has checked out a
    version from before that upgrade.

    Returns:
        How many were moved.
    """
    there = names(root)
    wanted = {file.name for batch in batches for file in batch.all_files}
    elsewhere = {name.rpartition("/")[2]: name for name in there - wanted}
    moved = 0
    for name in sorted(wanted - there):
        if (old := elsewhere.pop(name.rpartition("/")[2], None)) is not None:
            target = root / RAW / name
            target.parent.mkdir(exist_ok=True)
            (root / RAW / old).rename(target)
            moved += 1
    return moved


def doubtful(root: Path, batches: Iterable[Batch], memory: FileDigests) -> list[RawFile]:
    """Return the files of batches that are not known to be as the register says: missing, changed, or not read yet.

    Args:
        root: the repository.
        batches: the batches to look at.
        memory: the digests that are remembered of the files of batches.
    """
    known: dict[str, str] = {}
    for prefix, folder in folders(root).items():
        # Missing, or with a link that leads nowhere: the caller looks at each file, and reports it.
        with suppress(OSError):
            known |= {f"{prefix}{name}": digest for name, digest in memory.of_folder(folder).items()}
    return [file for batch in batches for file in batch.all_files if known.get(file.name) != file.sha256]


def require(root: Path, batches: Iterable[Batch], *, reread: bool = False) -> None:
    """Compare the files of batches with the register.

    Args:
        root: the repository.
        batches: the batches to check.
        reread: read each file; by default only the files that changed since they were last read.

    Raises:
        MissingObjects: a file is not here.
        DamagedObject: a file has other bytes.
    """
    memory = digests(root, of="raw")
    asked = list(batches)
    some = None if reread or len(asked) < _FEW else {file.name for file in doubtful(root, asked, memory)}
    for batch in asked:
        for file in batch.all_files:
            if some is not None and file.name not in some:
                continue
            path = path_of(root, file)
            try:
                found = memory.read(path) if reread else memory.of(path)
            except OSError:
                raise MissingObjects(
                    f"Batch {batch.name} is not here. Fetch it: `dvc pull {RAW}.dvc`.", [str(path)]
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
    """Yield the row groups of a batch's file. A column that is newer than the file is null."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for number in range(file.num_row_groups):
            yield _conformed(file.read_row_group(number, columns=columns, use_threads=False), columns)


def _conformed(rows: pa.Table, columns: list[str] | None = None) -> pa.Table:
    """Return rows with the columns of this version in their order."""
    import pyarrow as pa

    from schemas.raw import RAW as TABLE

    fields = [TABLE.arrow.field(name) for name in columns or TABLE.names]
    found = [
        rows[field.name] if field.name in rows.column_names else pa.nulls(rows.num_rows, field.type) for field in fields
    ]
    return pa.table(found, schema=pa.schema(fields))


def read_group(path: Path, number: int) -> pa.Table:
    """Return a row group of a batch's file. Its page checksums are verified.

    Raises:
        StorageError: it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            return _conformed(file.read_row_group(number, use_threads=False))
    except (pa.ArrowException, OSError) as error:
        raise StorageError(f"{path} cannot be read: {error}. Delete it and run `dvc checkout {RAW}.dvc`.") from None
