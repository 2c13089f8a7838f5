"""Tables as people have them: by other names, in other encodings, with columns that say nothing, and torn ones."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.intake.entries import Item, Reason, Selection, Skipped
from corpus.intake.gather import documents

if TYPE_CHECKING:
    from pathlib import Path


def gather(path: Path) -> tuple[list[dict[str, Any]], list[tuple[Reason, str]]]:
    found = list(documents([path], Selection()))
    return (
        [json.loads(entry.data) for entry in found if isinstance(entry, Item)],
        [(entry.reason, entry.detail) for entry in found if isinstance(entry, Skipped)],
    )


@pytest.mark.parametrize("begin", ["", "\ufeff", "\n\n"])
def test_json_lines_by_the_name_of_json(tmp_path: Path, begin: str) -> None:
    path = tmp_path / "rows.json"
    path.write_text(begin + '{"title": "A"}\n{"title": "B"}\nbroken\n', encoding="utf-8")
    found = list(documents([path], Selection()))
    assert [entry.data for entry in found if isinstance(entry, Item)] == [
        b'{"title": "A"}',
        b'{"title": "B"}',
        b"broken",
    ]


@pytest.mark.parametrize("text", ['{"title": "A"}', '{"title": "A"}\n\n', '{"title":\n"A"}', '{\n"title": "A"\n}\n'])
def test_one_object_is_one_document(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    assert gather(tmp_path / "a.json") == ([{"title": "A"}], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize(("name", "separator"), [("a.csv", ","), ("a.csv", ";"), ("a.csv", "\t"), ("a.tsv", "\t")])
def test_csv_as_spreadsheets_write_it(tmp_path: Path, encoding: str, name: str, separator: str) -> None:
    lines = [["title", "text"], ["Café", '"One, two; ""three""\nfour"'], ["B", "C"]]
    (tmp_path / name).write_bytes("\r\n".join(map(separator.join, lines)).encode(encoding))
    rows, skipped = gather(tmp_path / name)
    assert rows == [{"title": "Café", "text": 'One, two; "three"\nfour'}, {"title": "B", "text": "C"}]
    assert skipped == []


def test_a_quotation_mark_that_is_never_closed_takes_no_article_with_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('title,text\nA,B\nC,"D\nE,F\n')
    assert gather(tmp_path / "a.csv") == (
        [{"title": "A", "text": "B"}],
        [(Reason.TORN, "a quotation mark that is never closed")],
    )


def test_columns_that_json_cannot_tell_are_left_out(tmp_path: Path) -> None:
    binary = pa.array([[b"x"]])
    mars = pa.array([1_600_000_000], pa.timestamp("s", "Mars/Base"))
    mapped = pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int32()))
    lasted = pa.array([timedelta(1)])
    table = pa.table(
        {"title": ["A"], "binary": binary, "date": mars, "mapped": mapped, "lasted": lasted, "none": pa.nulls(1)}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert gather(tmp_path / "a.parquet") == ([{"title": "A", "date": "2020-09-13T12:26:40Z"}], [])
    pl.DataFrame({"title": ["A"], "lasted": [timedelta(1)]}).write_ipc(tmp_path / "a.arrow")
    assert gather(tmp_path / "a.arrow") == ([{"title": "A"}], [])


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"title": pa.array([b"A", b"\xff"]).view(pa.string())}, "Invalid UTF8"),
        ({"x": pa.array([b"A"])}, "no column of text"),
        ({"title": pa.array([[1]], pa.list_(pa.timestamp("s", "Mars/Base")))}, "time zone"),
    ],
)
def test_tables_that_cannot_be_read_are_told(tmp_path: Path, columns: dict[str, pa.Array], told: str) -> None:
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    rows, ((reason, detail), *_) = gather(tmp_path / "a.parquet")
    assert (rows, reason) == ([], Reason.CORRUPT)
    assert told in detail
