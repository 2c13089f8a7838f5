"""Tables as people have them: by other names, in other encodings, with columns that say nothing, and torn ones."""

from __future__ import annotations

import gzip
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.sources.entries import Item, Reason, Selection, Skipped
from corpus.sources.gather import documents

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


@pytest.mark.parametrize("size", [500, 512, 513, 3_000_000])
def test_json_of_any_length_is_read_completely(tmp_path: Path, size: int) -> None:
    text = json.dumps({"title": "A", "text": "x" * (size - 25)})
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "b.json").write_text(f"[{text}]")
    (tmp_path / "c.json").write_text(f"{text}\n{text}\n")
    assert [len(row["text"]) for name in "abc" for row in gather(tmp_path / f"{name}.json")[0]] == [size - 25] * 4


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
        [(Reason.TORN, "a quotation mark in line 3 that is never closed")],
    )


B, D = "The council voted.", "2020-01-02"


@pytest.mark.parametrize(
    "header",
    [
        "title;text;date", 'title;text;"date, local"', "title;text;date (dd,mm)", "title|text|date", "title\ttext, all\tdate",
        "sep=;\ntitle;text;date",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_the_header_says_what_parts_the_fields(tmp_path: Path, header: str, name: str) -> None:
    separator = next(one for one in ";|\t" if one in header)
    (tmp_path / name).write_text(f"{header}\n" + separator.join(("A, B", B, D)) + "\n")
    (row,), skipped = gather(tmp_path / name)
    assert (list(row.values()), skipped) == (["A, B", B, D], [])


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("cp1252", "Straße, “übel” – 10 €"), ("cp1251", "Совет отложил трамвайную линию"), ("koi8-r", "Совет отложил линию"),
        ("cp1250", "Rada miejska odłożyła budowę, żółć gęślą jaźń"), ("shift-jis", "町議会が路面電車の建設を延期"),
        ("gb18030", "市议会推迟了第二条有轨电车线路"), ("utf-16-le", "Straße"), ("utf-16-be", "Straße"), ("utf-32", "Straße"),
    ],
)  # fmt: skip
def test_csv_in_the_encodings_of_the_world(tmp_path: Path, encoding: str, title: str) -> None:
    (tmp_path / "a.csv").write_bytes(f'title,text\n"{title}","{B}"\nB,{B}\n'.encode(encoding))
    assert gather(tmp_path / "a.csv") == ([{"title": title, "text": B}, {"title": "B", "text": B}], [])


@pytest.mark.parametrize("told", ['"', "\r", " ", "", "ab", "\0"])
def test_what_says_no_separator_is_a_header(tmp_path: Path, told: str) -> None:
    (tmp_path / "a.csv").write_bytes(f"sep={told}\nA\n".encode())
    assert len(gather(tmp_path / "a.csv")[0] + gather(tmp_path / "a.csv")[1]) == 1


def test_stray_bytes_in_utf8_cost_themselves(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("title,text\nDéjà café,one ".encode() + b"\x96" + " end\nÄ,x\n".encode())
    assert gather(tmp_path / "a.csv") == (
        [{"title": "Déjà café", "text": "one – end"}, {"title": "Ä", "text": "x"}],
        [],
    )


def test_no_column_hides_another(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(",title,text,text,text.2,\n0,A,one,two,three,x\n")
    rows, _ = gather(tmp_path / "a.csv")
    assert rows == [{"": "0", "title": "A", "text": "one", "text.3": "two", "text.2": "three", ".2": "x"}]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_every_line_end(tmp_path: Path, end: str) -> None:
    (tmp_path / "a.csv").write_bytes(end.join(["title,text", f'A,"{B}"', 'B,"C', 'D"', ""]).encode())
    turned = end.replace("\r", "\n") if end == "\r" else end
    assert gather(tmp_path / "a.csv") == ([{"title": "A", "text": B}, {"title": "B", "text": f"C{turned}D"}], [])


def test_a_quotation_mark_closed_in_another_row_makes_no_article_of_several(tmp_path: Path) -> None:
    rows = [
        "title,text,date",
        f'A,"{B},{D}',
        f"B,{B},{D}",
        f'C,"{B}",{D}',
        f"D,{B},{D}",
        f"E\rE,{B},{D}",
        f'"F"f,{B},{D}',
    ]
    (tmp_path / "a.csv").write_text("\n".join(rows), newline="\n")
    found, skipped = gather(tmp_path / "a.csv")
    assert [row["title"] for row in found] == ["D", "Ff"]
    assert skipped == [
        (Reason.CORRUPT, "lines 2 to 4: a quotation mark that is closed too late"),
        (Reason.CORRUPT, "line 6: a line end within it"),
    ]


def test_quotation_marks_as_spark_escapes_them(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('title,text\nA,"He said \\"no, thanks\\" then"\nB,C\n')
    assert gather(tmp_path / "a.csv")[0] == [
        {"title": "A", "text": 'He said "no, thanks" then'},
        {"title": "B", "text": "C"},
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json"])
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (gzip.compress(b"title,text\nA,B\n", mtime=0), "application/gzip"), (b"PK\x03\x04 a workbook", "application/zip"),
        (b"\n<!DOCTYPE html><html><title>Sign in, please</title>\n<p>a, b</p></html>", "text/html"),
        (b"PAR1, and more", "application/vnd.apache.parquet"),
    ],
)  # fmt: skip
def test_what_is_no_table_by_its_content_is_reported(tmp_path: Path, name: str, content: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(content)
    told = f"no .{name.partition('.')[2]}, but {kind} by its first bytes"
    assert gather(tmp_path / name) == ([], [(Reason.CORRUPT, told)])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_json_lines_as_a_shell_on_windows_writes_them(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.jsonl").write_bytes('{"title":"Ä"}\r\n{"title":"B"}\r\n'.encode(encoding))
    assert gather(tmp_path / "a.jsonl") == ([{"title": "Ä"}, {"title": "B"}], [])


def test_columns_that_json_cannot_tell_are_left_out(tmp_path: Path) -> None:
    binary = pa.array([[b"x"]])
    mars = pa.array([1_600_000_000], pa.timestamp("s", "Mars/Base"))
    mapped = pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int32()))
    lasted = pa.array([timedelta(1)])
    table = pa.table(
        {"title": ["A"], "binary": binary, "date": mars, "mapped": mapped, "lasted": lasted, "none": pa.nulls(1)}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    named = "binary (list<element: binary>), mapped (map<string, int32 ('mapped')>), lasted (duration[us]), none (null)"
    rows = [{"title": "A", "date": "2020-09-13T12:26:40Z"}]
    assert gather(tmp_path / "a.parquet") == (rows, [(Reason.LEFT_OUT, named)])
    pl.DataFrame({"title": ["A"], "lasted": [timedelta(1)]}).write_ipc(tmp_path / "a.arrow")
    assert gather(tmp_path / "a.arrow") == ([{"title": "A"}], [(Reason.LEFT_OUT, "lasted (duration[us])")])


def test_a_list_of_lists_is_a_table_if_it_has_a_header(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[["title", "text"], ["A", "words"], ["B", null]]')
    assert gather(tmp_path / "a.json")[0] == [{"title": "A", "text": "words"}, {"title": "B", "text": None}]
    (tmp_path / "b.json").write_text('[["A", "words"], ["B", "more"]]')
    # Nothing says what its columns are: it goes on as one document, which its parser will call unreadable.
    ((one, *_), *_) = gather(tmp_path / "b.json")
    assert isinstance(one, list)


@pytest.mark.parametrize("dtype", [pa.binary(), pa.large_binary(), pa.binary_view()])
def test_text_that_is_called_bytes_is_text(tmp_path: Path, dtype: pa.DataType) -> None:
    texts = pa.array(["Ä".encode(), "Café".encode("cp1252"), None], dtype)
    pq.write_table(pa.table({"title": ["A", "B", "C"], "Text": texts}), tmp_path / "a.parquet")
    rows, _ = gather(tmp_path / "a.parquet")
    assert [row.get("Text") for row in rows] == ["Ä", "Café", None]


def test_what_is_parquet_or_arrow_is_read_by_whichever_of_their_names(tmp_path: Path) -> None:
    frame = pl.DataFrame({"title": ["A"]})
    for name, write in (("p", frame.write_parquet), ("f", frame.write_ipc), ("s", frame.write_ipc_stream)):
        for ending in ("parquet", "arrow", "feather"):
            path = tmp_path / f"{name}.{ending}"
            write(path)
            assert gather(path) == ([{"title": "A"}], []), path
    (tmp_path / "old.feather").write_bytes(b"FEA1 and more FEA1")
    ((reason, told),) = gather(tmp_path / "old.feather")[1]
    assert (reason, told) == (Reason.UNSUPPORTED, "Feather of version 1; write it anew as Parquet or Arrow")


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"title": pa.array([b"A", b"\xff"]).view(pa.string())}, "Invalid UTF8"),
        ({"x": pa.array([b"A"])}, "no column of text"),
        ({"title": pa.array([[1]], pa.list_(pa.timestamp("s", "Mars/Base")))}, "time zone"),
    ],
)
def test_tables_that_cannot_be_read_are_reported(tmp_path: Path, columns: dict[str, pa.Array], told: str) -> None:
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    rows, ((reason, detail), *_) = gather(tmp_path / "a.parquet")
    assert (rows, reason) == ([], Reason.CORRUPT)
    assert told in detail


@pytest.mark.parametrize("name", ["a.parquet", "a.arrow"])
def test_objects_lose_what_json_cannot_tell_and_no_more(tmp_path: Path, name: str) -> None:
    inner = pa.struct([("name", pa.string()), ("photo", pa.binary()), ("age", pa.null())])
    people = [{"name": "Jane Doe", "photo": b"x", "age": None}]
    table = pa.table({
        "title": ["A"], "meta": pa.array([{"section": "News", "inner": people[0]}], pa.struct([("section", pa.string()), ("inner", inner)])),
        "authors": pa.array([people], pa.list_(inner)),
    })  # fmt: skip
    if name == "a.parquet":
        pq.write_table(table, tmp_path / name)
    else:
        with pa.ipc.new_file(tmp_path / name, table.schema) as out:
            out.write_table(table)
    rows, ((reason, told),) = gather(tmp_path / name)
    assert rows == [
        {"title": "A", "meta": {"section": "News", "inner": {"name": "Jane Doe"}}, "authors": [{"name": "Jane Doe"}]}
    ]
    assert reason is Reason.LEFT_OUT
    for one in ("meta.inner.photo (binary)", "meta.inner.age (null)", "authors.photo (binary)"):
        assert one in told


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("UTC", "2020-09-13T12:26:40Z"), ("Asia/Tokyo", "2020-09-13T21:26:40+09:00"), ("America/New_York", "2020-09-13T08:26:40-04:00"), ("+05:30", "2020-09-13T17:56:40+05:30"),
        ("-03:00", "2020-09-13T09:26:40-03:00"), ("+00:00", "2020-09-13T12:26:40Z"), ("Mars/Base", "2020-09-13T12:26:40Z"), (None, "2020-09-13T12:26:40.000"),
    ],
)  # fmt: skip
def test_an_instant_keeps_the_day_of_its_zone(tmp_path: Path, zone: str | None, written: str) -> None:
    pq.write_table(
        pa.table({"title": ["A"], "date": pa.array([1_600_000_000], pa.timestamp("s", zone))}), tmp_path / "a.parquet"
    )
    ((row,), skipped) = gather(tmp_path / "a.parquet")
    assert (row["date"][:25], skipped) == (written, [])


ROW = {"title": "A", "text": "one"}
ROWS = [ROW, {"title": "B", "text": "two"}]


@pytest.mark.parametrize(
    "value",
    [
        {"status": "ok", "totalResults": 2, "articles": ROWS}, {"results": ROWS}, {"data": ROWS}, {"items": ROWS}, {"response": {"docs": ROWS}},
        {"response": {"status": "ok", "results": ROWS}}, {"articles": {"results": ROWS, "pages": 1}}, {"hits": {"total": 2, "hits": [{"_id": "1", "_source": row} for row in ROWS]}},
        {"whatever": ROWS, "next": None}, {"schema": {"fields": []}, "data": ROWS}, {"title": {"0": "A", "1": "B"}, "text": {"0": "one", "1": "two"}},
        {"0": ROWS[0], "1": ROWS[1]}, {"columns": ["title", "text"], "index": [0, 1], "data": [["A", "one"], ["B", "two"]]}, ROWS, {"x7": ROWS[0], "x9": ROWS[1]},
        {"data": {"articles": {"edges": [{"node": row} for row in ROWS]}}}, {"data": [{"id": "1", "type": "article", "attributes": row} for row in ROWS]},
        {"d": {"results": ROWS}}, {"rss": {"channel": {"item": ROWS}}}, {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": row} for row in ROWS]},
        {"pages": [{"articles": ROWS[:1]}, {"articles": ROWS[1:]}]}, {"articles": {"id7": ROWS[0], "id9": ROWS[1]}}, {"title": ["A", "B"], "text": ["one", "two"]},
    ],
)  # fmt: skip
def test_rows_in_something(tmp_path: Path, value: Any) -> None:
    for indent in (None, 2):
        (tmp_path / "a.json").write_text(json.dumps(value, indent=indent))
        assert gather(tmp_path / "a.json") == (ROWS, [])


@pytest.mark.parametrize(
    "value",
    [
        ROW, {**ROW, "items": [{"x": 1}]}, {"title": {"rendered": "A"}, "content": {"rendered": "one"}}, {"title": "A", "data": ROWS}, {"metadata": {"title": "A"}}, {"a": 1}, {"articles": []},
        {"articles": [1, 2]}, [ROW, 3], [], {"title": None, "headline": "A", "results": ROWS},
    ],
)  # fmt: skip
def test_one_article_with_lists_in_it_is_one(tmp_path: Path, value: Any) -> None:
    (tmp_path / "a.json").write_text(json.dumps(value))
    assert gather(tmp_path / "a.json") == ([value], [])
