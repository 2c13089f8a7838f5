"""The files of batches are compared with the register, one by one or as a folder, with the same findings."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from corpus.batches import batchfiles
from corpus.batches.register import RAW, Batch, RawFile, beside, in_month, is_flat
from corpus.errors import DamagedObject, MissingObjects
from corpus.tables.shards import digests

AT = datetime(2025, 1, 1, tzinfo=UTC)


def made(root, count):
    """Return so many batches of one file each, with their files."""
    (root / RAW).mkdir(parents=True)
    batches = []
    for number in range(count):
        name, content = f"20250101T000000Z-{number:012x}", f"{number}".encode()
        (root / RAW / f"{name}.parquet").write_bytes(content)
        file = RawFile(f"{name}.parquet", hashlib.sha256(content).hexdigest(), 1, len(content), 1)
        batches.append(Batch(name, AT, None, (file,)))
    return batches


@pytest.mark.parametrize("count", [3, 150])
def test_missing_and_damaged_files_are_found_among_few_and_among_many(tmp_path, count):
    batches = made(tmp_path, count)
    last = batchfiles.path_of(tmp_path, batches[-1].files[0])
    # The second time nothing needs to be read.
    for _ in range(2):
        batchfiles.require(tmp_path, batches)
    content = last.read_bytes()
    last.write_bytes(b"other bytes")
    for _ in range(2):
        with pytest.raises(DamagedObject, match=last.name):
            batchfiles.require(tmp_path, batches)
    last.unlink()
    with pytest.raises(MissingObjects, match=batches[-1].name):
        batchfiles.require(tmp_path, batches)
    last.write_bytes(content)
    batchfiles.require(tmp_path, batches)


def test_a_folder_that_is_not_there_lacks_every_file(tmp_path):
    batches = made(tmp_path, 150)
    for path in (tmp_path / RAW).iterdir():
        path.unlink()
    (tmp_path / RAW).rmdir()
    assert batchfiles.names(tmp_path) == set()
    with pytest.raises(MissingObjects):
        batchfiles.require(tmp_path, batches)


def test_doubtful_is_what_is_not_known_to_be_as_the_register_says(tmp_path):
    batches = made(tmp_path, 4)
    files = [batch.files[0] for batch in batches]
    assert batchfiles.doubtful(tmp_path, batches, digests(tmp_path, of="raw")) == files
    batchfiles.require(tmp_path, batches)
    assert batchfiles.doubtful(tmp_path, batches, digests(tmp_path, of="raw")) == []
    batchfiles.path_of(tmp_path, files[0]).write_bytes(b"other bytes")
    batchfiles.path_of(tmp_path, files[1]).unlink()
    assert batchfiles.doubtful(tmp_path, batches, digests(tmp_path, of="raw")) == files[:2]
    assert batchfiles.doubtful(tmp_path, batches[2:], digests(tmp_path, of="raw")) == []


def test_a_link_into_the_cache_is_a_file_only_while_the_cache_has_it(tmp_path):
    batches = made(tmp_path, 2)
    batchfiles.require(tmp_path, batches)
    first, second = (batchfiles.path_of(tmp_path, batch.files[0]) for batch in batches)
    kept = first.rename(tmp_path / "object")
    first.symlink_to(kept)
    assert batchfiles.names(tmp_path) == {first.name, second.name}
    kept.unlink()
    assert batchfiles.names(tmp_path) == {second.name}
    # The link is looked at with the others, and hides none of them.
    assert batchfiles.doubtful(tmp_path, batches, digests(tmp_path, of="raw")) == [
        file for batch in batches for file in batch.files
    ]


def test_files_move_to_the_folders_that_the_register_names_and_back(tmp_path):
    flat = made(tmp_path, 3)
    monthly = [in_month(batch) for batch in flat]
    names = {file.name for batch in monthly for file in batch.all_files}
    assert (is_flat(flat), is_flat(monthly)) == (True, False)
    assert {name.partition("/")[0] for name in names} == {"2025-01"}
    assert [in_month(batch) for batch in monthly] == monthly
    assert batchfiles.put_in_place(tmp_path, monthly) == 3
    assert batchfiles.names(tmp_path) == batchfiles.listed(tmp_path) == names
    batchfiles.require(tmp_path, monthly)
    assert batchfiles.doubtful(tmp_path, monthly, digests(tmp_path, of="raw")) == []
    # In a merge, each side may have some.
    assert batchfiles.put_in_place(tmp_path, [flat[0], *monthly[1:]]) == 1
    assert is_flat([flat[0], *monthly[1:]])
    assert batchfiles.put_in_place(tmp_path, flat) == 2
    assert batchfiles.put_in_place(tmp_path, flat) == 0
    batchfiles.require(tmp_path, flat)


def test_a_new_file_of_a_batch_is_beside_the_old_one(tmp_path):
    (batch,) = made(tmp_path, 1)
    new = replace(batch.files[0], name="x-r0123456789ab.parquet")
    assert beside(batch.files[0], new) == new
    assert beside(in_month(batch).files[0], new).name == f"2025-01/{new.name}"
