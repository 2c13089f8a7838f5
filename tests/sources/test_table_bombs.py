"""Parquet and Arrow that would take all memory or time: they cost themselves, and what lies beside them is read."""

from __future__ import annotations

import gzip
import json
import os
import signal
import struct
import tarfile
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.sources.entries import Item, Reason, Selection, Skipped
from corpus.sources.gather import documents
from corpus.sources.tableprocess import READERS
from corpus.sources.weighing import weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Corpus

MEGABYTE = 1 << 20
ROWS = 2_000
PARQUET_MEMORY = 1 << 30
READERS_MODULE = "corpus.sources.tableworker"


def once(rows: int = ROWS, size: int = 16 * MEGABYTE) -> pa.Array:
    """So many rows that share one value."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array(["A" * size]))


def table(**columns: pa.Array) -> pa.Table:
    return pa.table({"title": ["A"] * len(next(iter(columns.values()))), **columns})


def as_parquet(path: Path, content: pa.Table, **options: object) -> None:
    pq.write_table(content, path, compression="zstd", write_statistics=False, **options)


def as_file(path: Path, content: pa.Table, compression: str = "zstd") -> None:
    with pa.ipc.new_file(path, content.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as out:
        out.write_table(content)


def as_stream(path: Path, content: pa.Table) -> None:
    with pa.ipc.new_stream(path, content.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as out:
        out.write_table(content)


def one_dictionary_page(path: Path) -> None:
    as_parquet(path, table(text=once()), store_schema=False)


def one_dictionary_page_that_stays_one(path: Path) -> None:
    as_parquet(path, table(text=once()))


def many_large_values(path: Path) -> None:
    values = pa.array([letter * (16 * MEGABYTE) for letter in "abcd"])
    indices = pa.array([number % 4 for number in range(400)], pa.int32())
    as_parquet(path, table(text=pa.DictionaryArray.from_arrays(indices, values)), dictionary_pagesize_limit=1 << 30)


def many_rows_of_the_same(path: Path) -> None:
    as_parquet(path, pa.table({"title": pa.array(["the same title"] * 700_000)}), row_group_size=700_000)


def nested_dictionary(path: Path) -> None:
    offsets = pa.array(range(ROWS + 1), pa.int32())
    as_file(path, table(authors=pa.ListArray.from_arrays(offsets, once())))


def dictionary_in_a_struct(path: Path) -> None:
    as_file(path, table(meta=pa.StructArray.from_arrays([once()], ["text"])))


def dictionary_of_a_file(path: Path) -> None:
    as_file(path, table(text=once()))


def dictionary_of_a_stream(path: Path) -> None:
    as_stream(path, table(text=once()))


def run(path: Path) -> None:
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([1_000_000], pa.int32()), pa.array(["A" * 100_000]))
    as_file(path, pa.table({"title": runs}))


def views(path: Path) -> None:
    _, view, data = pa.array(["A" * (16 * MEGABYTE)], pa.string_view()).buffers()
    many = pa.py_buffer(view.to_pybytes() * 50_000)
    as_file(path, pa.table({"title": pa.Array.from_buffers(pa.string_view(), 50_000, [None, many, data])}))


def views_of_a_list(path: Path) -> None:
    same = pa.ListViewArray.from_arrays(
        pa.array([0] * 5_000, pa.int32()), pa.array([1] * 5_000, pa.int32()), pa.array(["A" * MEGABYTE])
    )
    as_file(path, table(authors=same))


def buffer_that_lies(path: Path, claimed: int = 1 << 40) -> None:
    as_file(path, pa.table({"title": ["A" * 100] * 100}), "lz4")
    data = bytearray(path.read_bytes())
    at = data.rfind(b"\x04\x22\x4d\x18")
    data[at - 8 : at] = struct.pack("<q", claimed)
    path.write_bytes(data)


BOMBS: list[tuple[Callable[[Path], None], str]] = [
    (one_dictionary_page, "parquet"), (one_dictionary_page_that_stays_one, "parquet"), (many_large_values, "parquet"),
    (many_rows_of_the_same, "parquet"), (nested_dictionary, "arrow"), (dictionary_in_a_struct, "arrow"),
    (dictionary_of_a_file, "arrow"), (dictionary_of_a_stream, "arrow"), (run, "arrow"), (views, "arrow"),
    (views_of_a_list, "arrow"), (buffer_that_lies, "arrow"),
]  # fmt: skip


def children() -> list[int]:
    """The processes that read tables for this one. Others may have begun in this process, or end at this moment."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            found += [int(pid) for pid in (task / "children").read_text().split()]
    return [pid for pid in found if READERS_MODULE in _of_process(pid, "cmdline")]


def at_work() -> list[int]:
    """Those of them that read a file now: the others wait for one."""
    idle = {reader._process.pid for reader in READERS._idle}
    return [pid for pid in children() if pid not in idle]


def _of_process(pid: int, name: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_text()
    return ""


def peak() -> int:
    """The most memory that any process that reads tables for this one had, in bytes."""
    lines = (line for pid in children() for line in _of_process(pid, "status").splitlines())
    return max((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), default=0)


def skipped(path: Path) -> list[Skipped]:
    return [entry for entry in documents([path], Selection()) if isinstance(entry, Skipped)]


@pytest.mark.parametrize(("make", "ending"), BOMBS)
def test_a_bomb_is_named_and_costs_itself(tmp_path: Path, make: Callable[[Path], None], ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    make(path)
    assert path.stat().st_size < 100_000
    pq.write_table(pa.table({"title": ["A"], "text": ["B"]}), tmp_path / "b.parquet")
    found = list(documents([path, tmp_path / "b.parquet"], Selection()))
    assert isinstance(found[-1], Item)
    (refused,) = (entry for entry in found if isinstance(entry, Skipped))
    assert (refused.source, refused.reason) == (path.name, Reason.BOMB)
    assert sum(len(entry.data) for entry in found if isinstance(entry, Item)) < 20 * MEGABYTE
    assert peak() < 2 * PARQUET_MEMORY


def test_a_bomb_in_an_archive_is_weighed_against_what_was_brought(tmp_path: Path) -> None:
    one_dictionary_page(bomb := tmp_path / "x.parquet")
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.write(bomb, "x.parquet")
    with tarfile.open(tmp_path / "a.tar.gz", "w:gz") as tar:
        tar.add(bomb, "x.parquet")
    (tmp_path / "a.parquet.gz").write_bytes(gzip.compress(bomb.read_bytes()))
    for name in ("a.zip", "a.tar.gz", "a.parquet.gz"):
        (refused,) = skipped(tmp_path / name)
        assert refused.reason is Reason.BOMB, name


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: pq.write_table(pa.table({f"c{n}": ["x"] for n in range(12_000)}), path), "12,000 columns"),
        (lambda path: as_file(path, pa.table({"title": ["A"], "m": pa.array([dict.fromkeys(map(str, range(11_000)), 1)])})), "11,002 columns"),
        (lambda path: as_file(path, pa.table({"title": ["A"], "deep": nested(40)})), "nested more than"),
        (lambda path: pq.write_table(pa.table({"title": ["A"], "deep": nested(60)}), path), "deep"),
        (lambda path: pq.write_table(pa.table({"title": ["A"], "x" * 2_000_000: ["b"]}), path), "names of its columns"),
        (lambda path: path.write_bytes(b"PAR1" + bytes(64) + struct.pack("<i", 2_000_000_000) + b"PAR1"), "footer"),
        (lambda path: path.write_bytes(b"PAR1\x15\x02\x19\xfc\xff\xff\xff\xff\x07" + bytes(64) + struct.pack("<i", 73) + b"PAR1"), "thrift"),
        (lambda path: buffer_that_lies(path, 10), "too small"),
        (lambda path: buffer_that_lies(path, -5), "egative"),
    ],
)  # fmt: skip
def test_tables_that_no_one_means_are_named(tmp_path: Path, make: Callable[[Path], None], told: str) -> None:
    make(tmp_path / "a.parquet")
    (refused,) = skipped(tmp_path / "a.parquet")
    assert told in refused.detail


def nested(depth: int) -> pa.Array:
    array = pa.array(["x"])
    for _ in range(depth):
        array = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), array)
    return array


@pytest.mark.parametrize("ending", ["arrow", "arrow.gz", "feather"])
@pytest.mark.parametrize("kind", ["file", "stream"])
@pytest.mark.parametrize("claimed", [1 << 31, 1 << 39, (1 << 62) + 8, -8])
def test_a_message_that_claims_more_than_there_is_costs_itself(
    tmp_path: Path, ending: str, kind: str, claimed: int
) -> None:
    """Reading such a file by its own sizes would ask for all of that memory at once."""
    content = pa.table({"title": ["A" * 100] * 20})
    (as_file if kind == "file" else as_stream)(tmp_path / "right", content)
    data = (tmp_path / "right").read_bytes()
    # The length of the body of a record batch: the only number of eight bytes that is repeated in its metadata's frame.
    length = pa.ipc.read_message(_first_batch(data)).body.size
    wrong = data.replace(struct.pack("<q", length), struct.pack("<q", claimed))
    assert wrong != data
    path = tmp_path / f"a.{ending}"
    path.write_bytes(gzip.compress(wrong) if ending.endswith("gz") else wrong)
    pq.write_table(pa.table({"title": ["A"], "text": ["B"]}), tmp_path / "b.parquet")
    found = list(documents([path, tmp_path / "b.parquet"], Selection()))
    assert isinstance(found[-1], Item)
    (refused,) = (entry for entry in found if isinstance(entry, Skipped))
    assert refused.reason in {Reason.CORRUPT, Reason.BOMB}
    assert "malloc" not in refused.detail
    assert "MemoryError" not in refused.detail
    assert peak() < 2 * PARQUET_MEMORY


def _first_batch(data: bytes) -> pa.BufferReader:
    """Return what follows the schema in an Arrow file or stream."""
    reader = pa.BufferReader(data)
    reader.seek(8 if data.startswith(b"ARROW1") else 0)
    pa.ipc.read_message(reader)
    return reader


def test_no_row_and_much_that_describes_it(tmp_path: Path) -> None:
    empty = pa.table({"title": pa.array([], pa.string())}).replace_schema_metadata({"k": "x" * 20_000_000})
    pq.write_table(empty, tmp_path / "a.parquet")
    as_file(tmp_path / "a.arrow", empty)
    for name in ("a.parquet", "a.arrow"):
        assert [entry.reason for entry in skipped(tmp_path / name)] == [Reason.EMPTY]


def test_a_row_that_is_too_large_costs_itself(tmp_path: Path) -> None:
    texts = ["B", "x" * 21_000_000, "C", "D" * 15_000_000, "E" * 15_000_000, "F"]
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet", compression="none")
    found = list(documents([tmp_path / "a.parquet"], Selection()))
    assert [entry.source for entry in found] == [f"a.parquet#{number}" for number in range(1, 7)]
    assert [json.loads(entry.data)["text"][0] for entry in found if isinstance(entry, Item)] == list("BCDEF")
    assert isinstance(found[1], Skipped)
    assert found[1].reason is Reason.TOO_LARGE


def test_every_kind_of_column_that_shares_is_read(tmp_path: Path) -> None:
    columns = {
        "title": pa.array(["A", "B"]).dictionary_encode(),
        "text": pa.array(["one", "two"], pa.string_view()),
        "publisher": pa.RunEndEncodedArray.from_arrays([2], ["p"]),
        "authors": pa.array([["x"], ["y", "z"]], pa.list_view(pa.string())),
    }
    as_file(tmp_path / "a.arrow", pa.table(columns))
    rows = [
        json.loads(entry.data) for entry in documents([tmp_path / "a.arrow"], Selection()) if isinstance(entry, Item)
    ]
    assert rows == [
        {"title": "A", "text": "one", "publisher": "p", "authors": ["x"]},
        {"title": "B", "text": "two", "publisher": "p", "authors": ["y", "z"]},
    ]


def test_a_row_group_that_is_damaged_costs_itself_and_no_number(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": [f"row {n}" for n in range(50)]}), path, row_group_size=10, use_dictionary=False)
    column = pq.ParquetFile(path).metadata.row_group(2).column(0)
    data = bytearray(path.read_bytes())
    start = column.data_page_offset
    data[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    path.write_bytes(data)
    found = list(documents([path], Selection()))
    rows = {entry.source: json.loads(entry.data)["text"] for entry in found if isinstance(entry, Item)}
    assert rows == {f"a.parquet#{n + 1}": f"row {n}" for n in range(50) if not 20 <= n < 30}
    (lost,) = (entry for entry in found if isinstance(entry, Skipped))
    assert lost.reason is Reason.CORRUPT
    assert lost.detail.startswith("row group 3, after row 20: ")


@pytest.mark.parametrize("groups", [(60_000,), (20_000, 20_000, 20_000), tuple([3_000] * 20)])
def test_a_reader_that_is_killed_costs_a_row_group_at_most(tmp_path: Path, groups: tuple[int, ...]) -> None:
    path = tmp_path / "a.parquet"
    text = pa.table({"text": [os.urandom(60).hex() for _ in range(60_000)]})
    with pq.ParquetWriter(path, text.schema) as out:
        start = 0
        for size in groups:
            out.write_table(text.slice(start, size), row_group_size=size)
            start += size
    rows = documents([path], Selection())
    assert next(rows).source == "a.parquet#1"
    # As a machine without memory does; it waits for us, for nobody reads what it sends.
    (reader,) = at_work()
    os.kill(reader, signal.SIGKILL)
    sources = {"a.parquet#1"}
    lost = []
    for entry in rows:
        if isinstance(entry, Item):
            assert entry.source not in sources
            sources.add(entry.source)
        else:
            lost.append(entry)
    if len(groups) == 20:
        assert (len(sources), lost) == (60_000, [])
    else:
        assert [entry.reason for entry in lost] == [Reason.UNREADABLE]
        assert "SIGKILL" in lost[0].detail
        assert {f"a.parquet#{number}" for number in range(groups[0] + 1, 60_001)} <= sources


def test_nobody_who_wants_no_more_leaves_a_process_at_work(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [os.urandom(60).hex() for _ in range(60_000)]}), tmp_path / "a.parquet")
    before = set(children())
    rows = documents([tmp_path / "a.parquet"], Selection())
    next(rows)
    rows.close()
    assert not set(children()) - before


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array(["a", None, "bcd"]), [5, 4, 7]),
        (pa.array(["a", "bcd"], pa.large_string()), [5, 7]),
        (pa.array(["a", "b" * 20], pa.string_view()), [5, 24]),
        (pa.array(["a", "bcd", "a"]).dictionary_encode(), [5, 7, 5]),
        (pa.array(["x", "a", None, "bcd"]).dictionary_encode().slice(1), [5, 5, 7]),
        (pa.array([["a", "b"], [], None, ["c"]]), [34, 24, 24, 29]),
        (pa.array([["x"], ["a", "b"], ["c"]]).slice(1), [34, 29]),
        (pa.array([["a", "b"], ["c", "d"]], pa.list_(pa.string(), 2)).slice(1), [34]),
        (pa.array([{"k": "a"}, {"k": "bcd"}]), [10, 12]),
        (pa.array([{"k": "a"}, {"k": "bcd"}]).slice(1), [12]),
        (pa.RunEndEncodedArray.from_arrays([2, 3], ["a", "bcd"]), [5, 5, 7]),
        (pa.RunEndEncodedArray.from_arrays([2, 3], ["a", "bcd"]).slice(1), [5, 7]),
        (pa.array([1, 2]), [24, 24]),
        (pa.nulls(2), [24, 24]),
    ],
)  # fmt: skip
def test_what_values_weigh(array: pa.Array, expected: list[int]) -> None:
    assert weights(array).tolist() == expected


def test_the_commands_name_a_bomb_and_go_on(corpus_repo: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    one_dictionary_page(folder / "a.parquet")
    pq.write_table(pa.table({"title": ["A title"], "text": ["words of it " * 20]}), folder / "b.parquet")
    for command in (("add", "--dry-run"), ("check",), ("add",)):
        done = corpus_repo.run(*command, "--json", str(folder), check=False)
        assert done.returncode == (command[0] == "check"), done.stderr
        assert "decompression bomb" in done.stdout
        assert "Traceback" not in done.stderr
