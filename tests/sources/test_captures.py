"""Captures of documents that are known: told by address, time and bytes, with their bytes kept once."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corpus
from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.errors import InputError, StorageError
from corpus.pipeline.captures import Group, holders_of
from corpus.pipeline.origins import RowGroup
from corpus.sources.batch import Writer
from corpus.sources.entries import Item, Selection
from corpus.sources.gather import documents
from corpus.sources.known import Known
from corpus.withdrawal import redactedfiles
from tests.conftest import article

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus

START = datetime(2026, 1, 1, tzinfo=UTC)
URL = "https://www.example.com/tram"


def item(text: str, day: int | None = None, url: str | None = URL) -> Item:
    when = None if day is None else START + timedelta(day)
    return Item(f"{text}.txt", text.encode(), "text/plain", url, captured_at=when)


class Store:
    """Batches in a folder, as `corpus add` makes them, without DVC."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tally = None
        self._adds = 0
        (root / raw.RAW).mkdir(parents=True)

    def add(self, *items: Item, day: int = 100, dated: bool = False) -> raw.Batch | None:
        batches = raw.load(self.root)
        self._adds += 1
        folder = self.root / "aside" / str(self._adds)
        with Writer(folder, START + timedelta(day), None, Known.of(self.root, batches), dated=dated) as writer:
            for one in items:
                writer.add(one)
            finished = writer.finish()
        self.tally = writer.tally
        if finished is None:
            return None
        for file, path in zip(finished[0].files, finished[1], strict=True):
            path.replace(batchfiles.path_of(self.root, file))
        raw.save(self.root, [*batches, finished[0]])
        return finished[0]

    def stored(self) -> pl.DataFrame:
        frames = [pl.DataFrame(group) for batch in raw.load(self.root) for file in batch.files
                  for group in batchfiles.groups(batchfiles.path_of(self.root, file))]  # fmt: skip
        return pl.concat(frames).drop("headers")

    def read(self) -> pl.DataFrame:
        """All captures, with their bytes, as `ingest` reads them."""
        batches = raw.load(self.root)
        groups = {
            Group(batchfiles.path_of(self.root, file), number): batch.name
            for batch in batches
            for file in batch.files
            for number in range(file.groups)
        }
        held = holders_of(self.root, groups, batches)
        tables = [
            RowGroup(group.path, group.number, name, 1, holders=held.get(group, ())).table()
            for group, name in groups.items()
        ]
        return pl.DataFrame(pa.concat_tables(tables)).drop("headers").sort("captured_at")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_captures_of_one_address_keep_their_rows_and_their_bytes_once(store: Store) -> None:
    store.add(item("A", 1), item("B", 2), item("A", 3))
    store.add(item("A", 4), item("C", 5))
    store.add(item("A", 6), item("B", 7))
    stored = store.stored()
    assert stored["data"].null_count() == 4
    assert sorted(stored["data"].drop_nulls()) == [b"A", b"B", b"C"]
    assert stored["size"].to_list() == [1] * 7
    found = store.read()
    assert found["data"].to_list() == [b"A", b"B", b"A", b"A", b"C", b"A", b"B"]
    assert found["captured_at"].to_list() == [START + timedelta(day) for day in range(1, 8)]
    assert (
        found["data"]
        .map_elements(lambda data: hashlib.sha256(data).hexdigest(), pl.String)
        .equals(found["document_id"])
    )


@pytest.mark.parametrize(
    ("again", "dated", "rows"),
    [
        # Without a time of its own: the same bytes at the same address are known.
        (item("A"), False, 1),
        (item("A", 1), False, 1),
        (item("A", 2), False, 2),
        (item("A"), True, 2),
        (item("A", url="https://www.example.com/other"), False, 2),
        (item("A", url=None), False, 2),
        (item("B"), False, 2),
    ],
)
def test_what_is_known(store: Store, again: Item, dated: bool, rows: int) -> None:
    store.add(item("A", 1))
    assert (store.add(again, dated=dated) is None) == (rows == 1)
    assert store.stored().height == rows
    # Only at the same address are the bytes kept once, for they are withdrawn by address.
    assert store.read()["data"].null_count() == 0
    assert store.stored()["data"].null_count() == (rows == 2 and again.data == b"A" and again.url == URL)
    assert store.add(again, dated=dated) is None
    assert store.tally.repeats == 1


def test_a_folder_of_a_given_time_is_known_at_that_time_only(store: Store) -> None:
    folder = [item("A", url=None), item("B", url=None)]
    assert store.add(*folder, day=1, dated=True)
    assert store.add(*folder, day=1, dated=True) is None
    assert store.add(*folder, day=2) is None
    assert store.add(*folder, day=2, dated=True)
    assert (store.tally.recaptured, store.tally.size) == (2, 0)
    assert store.read()["data"].to_list() == [b"A", b"B"] * 2


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3), st.integers(0, 2)), max_size=12))
def test_any_split_into_batches_gives_the_same_captures(
    tmp_path_factory: pytest.TempPathFactory, captures: list[tuple[str, int, int]]
) -> None:
    parts = Store(tmp_path_factory.mktemp("parts"))
    for number in range(3):
        parts.add(*(item(text, day) for text, day, batch in captures if batch == number), day=100 + number)
    expected = {(text.encode(), START + timedelta(day)) for text, day, _ in captures}
    if not expected:
        return
    found = parts.read()
    assert found.height == len(expected)
    assert set(zip(found["data"], found["captured_at"], strict=True)) == expected
    assert sorted(parts.stored()["data"].drop_nulls()) == sorted({text for text, _ in expected})


def test_a_batch_without_the_column_reads_as_before(store: Store) -> None:
    batch = store.add(item("A", 1))
    path = batchfiles.path_of(store.root, batch.files[0])
    pq.write_table(pq.read_table(path).drop_columns(["held_by"]), path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    file = raw.RawFile(path.name, sha256, 1, path.stat().st_size, 1)
    raw.save(store.root, [raw.Batch(batch.name, batch.captured_at, None, (file,))])
    store.add(item("A", 2))
    assert store.read()["data"].to_list() == [b"A", b"A"]
    (store.root / "made").mkdir()
    made = redactedfiles.batch_file(path, lambda rows: pa.array([False] * rows.num_rows), store.root / "made")
    assert pq.read_table(store.root / "made" / made.file.name)["data"].to_pylist() == [b"A"]


def test_bytes_that_are_nowhere_are_named(store: Store) -> None:
    store.add(item("A", 1))
    store.add(item("A", 2))
    raw.save(store.root, raw.load(store.root)[1:])
    with pytest.raises(StorageError, match=r"capture without bytes: document 559aead0.*git checkout"):
        store.read()


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2026-01-02", datetime(2026, 1, 2, tzinfo=UTC)),
        (" 2026-01-02T03:04:05.6+02:00 ", datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)),
        ("2026-01-02 03:04", datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        ("0001-01-01", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("2999-01-01", None),
        ("soon", None),
        ("02/01/2026", None),
    ],
)
def test_times_of_capture_in_a_sidecar(tmp_path: Path, written: str, found: datetime | None) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("A")
    (tmp_path / "in" / "sources.yaml").write_text(f"a.txt: {{url: '{URL}', captured_at: '{written}'}}")
    if found is None:
        with pytest.raises(InputError) as refused:
            list(documents([tmp_path / "in"], Selection()))
        assert "captured_at" not in str(refused.value)
        assert "no time of capture" in str(refused.value)
    else:
        (one,) = documents([tmp_path / "in"], Selection())
        assert (one.captured_at, one.url) == (found, URL)


def test_a_folder_whose_sidecar_names_times_may_be_added_again(store: Store, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for day, text in ((1, "A"), (2, "B"), (3, "A")):
        (tmp_path / "in" / "a.txt").write_text(text)
        (tmp_path / "in" / "sources.csv").write_text(f"file,url,captured_at\na.txt,{URL},2026-01-0{day}\n")
        found = list(documents([tmp_path / "in"], Selection()))
        assert store.add(*found) is not None
        assert store.add(*found) is None
    assert store.read()["data"].to_list() == [b"A", b"B", b"A"]


def warc(path: Path, *captures: tuple[str, str]) -> Path:
    """A WARC of pages of one address, each captured on a day."""
    records = []
    for number, (day, text) in enumerate(captures):
        body = f"<html><head><title>Council approves tram</title></head><body><article>{text}</article></body></html>"
        http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{body}".encode()
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number:032}>\r\n"
            f"WARC-Date: {day}T06:00:00Z\r\nWARC-Target-URI: {URL}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )
        records.append(head.encode() + http + b"\r\n\r\n")
    path.write_bytes(b"".join(records))
    return path


def test_a_reverted_edit_from_capture_to_withdrawal(corpus_repo: Corpus, tmp_path: Path) -> None:
    one, other = (
        "".join(f"<p>The council approved {what} tram line on Monday, after {n} hours of debate.</p>" for n in range(9))
        for what in ("a new", "no")
    )
    corpus_repo.seed("tram.txt", article("seed"))
    first = warc(tmp_path / "a.warc", ("2026-01-01", one), ("2026-01-02", other))
    later = warc(tmp_path / "b.warc", ("2026-01-03", one), ("2026-01-04", one))
    corpus_repo.run("add", str(later))
    corpus_repo.run("add", str(first))
    assert "Nothing to add" in corpus_repo.run("add", str(first), str(later)).stdout
    corpus_repo.build()
    version = corpus.open(repo=corpus_repo.root)
    mine = pl.col("url") == URL
    current = version.scan().filter(mine).collect()
    assert current["revision"].to_list() == [3]
    assert "a new tram" in current["text"].item()
    revisions = version.scan("revisions").filter(mine).sort("revision").collect()
    assert revisions["text"].to_list()[0] == current["text"].item() != revisions["text"].to_list()[1]
    rules = version.scan("decisions").filter(pl.col("article_id") == current["article_id"].item()).collect()
    assert sorted(rules["decision"]) == ["article", "repeat", "superseded", "superseded"]
    assert rules.filter(pl.col("decision") == "article")["rule"].to_list() == ["earlier text again"]
    for day, number in (("2026-01-01", 1), ("2026-01-02", 2), ("2026-01-03", 3)):
        then = corpus.open(repo=corpus_repo.root, as_of=day).scan().filter(mine).collect()
        assert then["revision"].to_list() == [number]
    shown = corpus_repo.run("history", URL).stdout
    assert [f"revision {number}," in shown for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert "earlier text again" in corpus_repo.run("why", URL).stdout
    corpus_repo.run("verify")
    corpus_repo.commit()
    corpus_repo.run("forget", URL, "--reason", "Asked", "--yes")
    left = corpus.open(repo=corpus_repo.root)
    assert not left.scan().filter(mine).collect().height
    assert not any(path.name.endswith(".parquet") for path in (corpus_repo.root / raw.RAW).rglob("*"))
