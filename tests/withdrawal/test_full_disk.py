"""Files that cannot be written: the system's own error, the old file as it was, and nothing left beside it."""

from __future__ import annotations

import errno
import resource
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.batches import register, withdrawals
from corpus.repo.files import aside_of, copy, write_text
from corpus.tables import shards
from corpus.withdrawal import collected, redactedfiles
from schemas.observations import OBSERVED
from schemas.raw import RAW
from schemas.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

NOTES = Table("notes", "Notes.", (Column("text", pa.string(), "a text"),))
ROWS = pa.table({"text": [f"Note {n}. " * 40 for n in range(9)]})


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """Let no file of this process grow above `size` bytes, as a quota does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def text(root: Path) -> Path:
    write_text(root / "batches.yaml", "new " * 100)
    return root / "batches.yaml"


def record(root: Path) -> Path:
    one = withdrawals.Withdrawal(date(2026, 1, 2), "Trial " * 50, frozenset({"ab" * 32}), frozenset(), frozenset())
    withdrawals.save(root, [one])
    return root / withdrawals.WITHDRAWN


def manifest(root: Path) -> Path:
    file = register.RawFile("a.parquet", "ab" * 32, 1, 1, 1)
    register.save(root, [register.Batch("a", datetime(2026, 1, 2, tzinfo=UTC), None, (file,))])
    return root / register.BATCHES


def place_of(write: Callable[[Path], Path], root: Path) -> Path:
    """Return the file that `write` writes, with other text in it."""
    target = write(root)
    target.write_text("# old\n")
    return target


SMALL = pytest.mark.parametrize("write", [text, record, manifest])


# Devices and links that fail at one system call each.
@pytest.mark.parametrize(
    ("leads_to", "reason"),
    [("/dev/full", errno.ENOSPC), ("/dev/null", errno.EINVAL), ("/missing/file", errno.ENOENT)],
    ids=["write", "fsync", "open"],
)
@SMALL
def test_a_record_is_the_old_one_if_the_new_one_cannot_be_written(tmp_path, write, leads_to, reason):
    (tmp_path / ".dvc").mkdir()
    target = place_of(write, tmp_path)
    aside = aside_of(target)
    aside.symlink_to(leads_to)
    with pytest.raises(OSError) as failed:  # noqa: PT011 - its errno is compared
        write(tmp_path)
    assert failed.value.errno == reason
    assert target.read_text() == "# old\n"
    assert not aside.is_symlink()
    assert write(tmp_path).read_text() != "# old\n"


@SMALL
def test_a_record_whose_place_is_taken(tmp_path, write):
    (tmp_path / ".dvc").mkdir()
    target = write(tmp_path)
    target.unlink()
    target.mkdir()
    with pytest.raises(OSError, match=r"."):
        write(tmp_path)
    assert not list(aside_of(target).parent.iterdir())
    target.rmdir()
    assert write(tmp_path).is_file()


@pytest.mark.parametrize("size", [0, 100])
def test_a_copy_is_complete_or_not_there(tmp_path, size):
    (tmp_path / "from").write_text("new " * 100)
    (tmp_path / "to").write_text("old")
    with no_file_above(size), pytest.raises(OSError) as failed:  # noqa: PT011
        copy(tmp_path / "from", tmp_path / "to")
    assert failed.value.errno == errno.EFBIG
    assert sorted(one.name for one in tmp_path.iterdir()) == ["from", "to"]
    assert (tmp_path / "to").read_text() == "old"


@pytest.mark.parametrize("leads_to", ["/dev/full", None], ids=["full disk", "quota"])
def test_parquet_that_cannot_be_written_ends_with_the_system_s_error(tmp_path, leads_to):
    if leads_to:
        (tmp_path / "notes.a.parquet").symlink_to(leads_to)
    with no_file_above(100 if leads_to is None else 1_000_000), pytest.raises(OSError) as failed:  # noqa: PT011
        shards.encode(tmp_path, "a", [(NOTES, ROWS)])
    assert failed.value.errno == (errno.ENOSPC if leads_to else errno.EFBIG)


def stored(path: Path, table: Table, columns: dict[str, list[object]]) -> None:
    """Write rows of a table whose other columns are null, or where they may not be, zero or empty."""
    size = len(next(iter(columns.values())))
    made = []
    for field in table.arrow:
        is_list = pa.types.is_list(field.type) or pa.types.is_map(field.type)
        blank = None if field.nullable else [] if is_list else "" if pa.types.is_string(field.type) else 0
        made.append(pa.array(columns.get(field.name, [blank] * size), field.type))
    pq.write_table(pa.table(made, schema=table.arrow), path)


@pytest.mark.parametrize("size", [0, 3, 700])
def test_a_batch_that_cannot_be_written_anew_is_not_called_unreadable(tmp_path, size):
    (tmp_path / "made").mkdir()
    stored(tmp_path / "a.parquet", RAW, {"document_id": ["a", "b"], "source": ["a", "b"], "data": [b"A", b"B"]})
    before = (tmp_path / "a.parquet").read_bytes()

    def redact() -> redactedfiles.Redacted:
        return redactedfiles.batch_file(tmp_path / "a.parquet", lambda _: pa.array([True, False]), tmp_path / "made")

    with no_file_above(size), pytest.raises(OSError) as failed:  # noqa: PT011
        redact()
    assert failed.value.errno == errno.EFBIG
    assert not list((tmp_path / "made").iterdir())
    assert (tmp_path / "a.parquet").read_bytes() == before
    assert redact().gone == 1


@pytest.mark.parametrize("size", [0, 3])
def test_observations_that_cannot_be_written_anew_are_not_called_unreadable(tmp_path, size):
    (tmp_path / "made").mkdir()
    stored(tmp_path / "a.parquet", OBSERVED, {"url": ["https://example.com/a"]})
    gone = collected.Gone(withdrawals.Tombstones(()))
    with no_file_above(size), pytest.raises(OSError) as failed:  # noqa: PT011
        collected.redact(tmp_path / "a.parquet", gone, tmp_path / "made")
    assert failed.value.errno == errno.EFBIG
    assert not list((tmp_path / "made").iterdir())
