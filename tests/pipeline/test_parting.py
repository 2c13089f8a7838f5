"""Row groups of a file that share a shard of documents: which of them, and that parts make the same bytes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.batches import batchfiles, withdrawals
from corpus.batches.register import Batch, RawFile
from corpus.batches.withdrawals import Kind, Withdrawal, hashed
from corpus.pipeline import folding
from corpus.pipeline.ingest import ingest, make
from corpus.pipeline.origins import RowGroup, RowGroups
from corpus.pipeline.parting import Task
from corpus.pipeline.processes import Processes
from corpus.repo.files import publish
from corpus.sources.batch import Writer
from corpus.sources.entries import Item
from corpus.sources.known import Known
from corpus.withdrawal.redactedfiles import batch_file
from tests.pipeline.test_folding import Here, Repo, item

AT = datetime(2026, 3, 1, tzinfo=UTC)


def added(*files: tuple[int, int]) -> Batch:
    """A batch of `corpus add`, by the numbers of documents and row groups of its files."""
    name = f"{AT:%Y%m%dT%H%M%SZ}-0a9bbbadf914"
    found = (RawFile(f"{name}-{n:04}.parquet", "0" * 64, *(rows, 1, groups)) for n, (rows, groups) in enumerate(files))
    return Batch(name, AT, None, tuple(found))


@given(st.lists(st.tuples(st.integers(1, 2_048), st.integers(1, 200)), min_size=1, max_size=4))
def test_neighbours_in_a_file_share_a_shard(tmp_path_factory, drawn):
    files = [(each * groups, groups) for each, groups in drawn]
    shards = folding.shards(tmp_path_factory.getbasetemp(), [added(*files)])
    of_file: dict[str, list[list[int]]] = {}
    for name, groups in shards.items():
        assert name == f"{groups[0].path.stem}-{groups[0].number:04}"
        assert len({group.path for group in groups}) == 1
        of_file.setdefault(groups[0].path.name, []).append([group.number for group in groups])
        assert len(groups) <= 8
        assert sum(group.documents for group in groups) <= 2_048
    # Each row group once, in its order, and shards of a file are even.
    for runs, (each, groups) in zip(of_file.values(), drawn, strict=True):
        assert [number for run in runs for number in run] == list(range(groups))
        least = min(8, max(1, 2_048 // each))
        assert len(runs) == -(-groups // least)
        assert len({len(run) for run in runs[:-1]}) <= 1


def test_ten_million_pages_are_few_shards(tmp_path):
    # 32 MB are 75 pages; a file has 16 such row groups.
    batch = added(*[(75 * 16, 16)] * 833)
    shards = folding.shards(tmp_path, [batch])
    assert len(shards) * 10 <= 17_000
    # Texts of 3 KB fill a row group by their number, and a shard each.
    assert len(folding.shards(tmp_path, [added((2_048 * 5, 5))])) == 5


def large(number: int) -> Item:
    """A document that fills more than half of a row group, and costs nothing to parse."""
    data = number.to_bytes(4, "big") + bytes(17_000_000)
    return Item(f"{number}.bin", data, "application/octet-stream", captured_at=AT + timedelta(seconds=number))


@pytest.fixture
def repo(tmp_path):
    """A repository with a batch of four row groups, pages and large files mixed."""
    repo = Repo(tmp_path / "repo")
    with Writer(tmp_path / "aside", AT, None, Known()) as writer:
        for number in range(4):
            for page in (2 * number, 2 * number + 1):
                writer.add(item(page, 60 * page))
            writer.add(large(number))
        finished = writer.finish()
    assert finished is not None
    batch, (path,) = finished
    assert batch.files[0].groups == 4
    publish(path, batchfiles.path_of(repo.root, batch.files[0]))
    repo.register([batch])
    return repo


def test_parts_make_the_bytes_of_the_whole_in_processes_and_here(repo, tmp_path):
    outcome = ingest(repo.root, repo.settings, Processes(2))
    assert (outcome.kept, outcome.shards, outcome.made) == (12, 1, 1)
    (path,) = (repo.root / "data" / "documents").iterdir()
    folder = tmp_path / "whole"
    folder.mkdir()
    (batch,) = repo.batches
    raw = batchfiles.path_of(repo.root, batch.files[0])
    whole = RowGroups(tuple(RowGroup(raw, number, batch.name, 3) for number in range(4)))
    make(Task("s", whole, folder, repo.settings.ingest))
    assert (folder / "documents.s.parquet").read_bytes() == path.read_bytes()
    # Nothing is left of the parts, and a second run makes nothing.
    assert not (repo.root / "data" / "tmp").exists()
    assert ingest(repo.root, repo.settings, Here()).made == 0
    path.write_bytes(b"damaged")
    assert ingest(repo.root, repo.settings, Here()).made == 1
    assert (folder / "documents.s.parquet").read_bytes() == path.read_bytes()


def test_a_withdrawal_empties_one_document_of_a_shard_of_parts(repo, tmp_path):
    repo.build()
    gone = hashlib.sha256(item(3, 180).data).hexdigest()
    before = pl.read_parquet(repo.root / "data" / "documents" / "*.parquet")
    record = Withdrawal(date(2026, 3, 25), "Test", documents=frozenset({hashed(Kind.DOCUMENT, gone)}))
    withdrawals.save(repo.root, [record])
    repo.build()
    assert repo.ingested == 1
    after = pl.read_parquet(repo.root / "data" / "documents" / "*.parquet")
    kept = pl.col("document_id") != gone
    assert after.filter(kept).equals(before.filter(kept))
    assert after.filter(~kept)["text"].to_list() == [""]
    assert repo.files() == repo.clean(tmp_path / "clean")


class Broken(Exception):
    """What stops a run."""


class Stopping:
    """Works here, and breaks off after some tasks."""

    def __init__(self, tasks: int) -> None:
        self.tasks = tasks

    def map(self, work, tasks, *, light=False):
        for number, task in enumerate(tasks):
            if number == self.tasks:
                raise Broken
            yield task, work(task)


@pytest.mark.parametrize("tasks", [1, 3])
def test_a_run_that_is_broken_off_between_parts_leaves_nothing_and_is_made_up_for(repo, tmp_path, tasks):
    with pytest.raises(Broken):
        ingest(repo.root, repo.settings, Stopping(tasks))
    assert [path.parent.name for path in (repo.root / "data").rglob("*.parquet")] == ["raw"]
    repo.build()
    assert repo.files() == repo.clean(tmp_path / "clean")


def test_a_file_without_one_of_its_documents_gives_what_a_clean_build_gives(repo, tmp_path):
    repo.build()
    (batch,) = repo.batches
    gone = hashlib.sha256(large(1).data).hexdigest()
    path = batchfiles.path_of(repo.root, batch.files[0])
    made = batch_file(path, lambda group: pc.equal(group["document_id"], gone), path.parent)
    assert made.file is not None
    assert (made.file.groups, made.gone) == (4, 1)
    repo.register([replace(batch, files=(made.file,), redacted=1)])
    repo.build()
    assert repo.files() == repo.clean(tmp_path / "clean")
