"""A batch's row group: what is parsed together and what alone come to the same rows."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pytest

from corpus.pipeline.ingest import documents, make
from corpus.pipeline.origins import RowGroup, RowGroups
from corpus.pipeline.parting import Task
from corpus.settings import Ingest
from corpus.sources.batch import Writer
from corpus.sources.entries import Item
from corpus.sources.known import Known
from corpus.tables import parquet

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "The council approved a new tram line on Monday after four hours of debate."
JSON = "application/json"
ROWS = [
    Item("r#1", json.dumps({"title": "A", "text": f"{TEXT}\n\n{TEXT}", "tags": ["x", "y"]}).encode(), JSON),
    Item("r#2", json.dumps({"title": "B", "text": TEXT, "date": "soon"}).encode(), JSON),
    Item("r#3", b'{"title": "C", "body": {"sections": [{"headline": ["D"], "paragraphs": ["E"]}]}}', JSON),
    Item("r#4", b"{", JSON),
    Item("r#5", b"", JSON),
    Item("r#6", json.dumps({"title": "F", "text": "y" * 300_000}).encode(), JSON),
    Item("r#7", json.dumps({"title": "G", "text": "z" * 2_000_000}).encode(), JSON),
    Item("r#8", json.dumps({"title": "H", "text": TEXT}).encode(), JSON, url="https://example.com/h", publisher="P"),
    Item("a.html", f"<html><body><h1>I</h1><p>{TEXT}</p></body></html>".encode(), "text/html"),
    Item("a.bin", b"\0\1", "application/octet-stream"),
    Item("r#9", json.dumps({"title": "J", "text": TEXT, "date": "2020-09-11T04:05:06Z"}).encode(), JSON),
]


@pytest.mark.parametrize("chosen", [ROWS, ROWS[:1], ROWS[3:5], ROWS[8:10]])
def test_together_or_alone_the_rows_are_the_same(tmp_path: Path, chosen: list[Item]) -> None:
    with Writer(tmp_path / "batch", datetime(2026, 1, 1, tzinfo=UTC), None, Known()) as writer:
        for item in chosen:
            writer.add(item)
        finished = writer.finish()
    assert finished is not None
    batch, (path,) = finished
    group = RowGroup(path, 0, batch.name, batch.documents)
    settings = Ingest(max_bytes=1_000_000)
    alone = documents(group.documents_of(group.table(), settings.max_bytes), settings)
    (tmp_path / "made").mkdir()
    make(Task("s", RowGroups((group,)), tmp_path / "made", settings))
    made = parquet.read(tmp_path / "made" / "documents.s.parquet")
    assert pl.DataFrame(made).equals(pl.DataFrame(pa.table(alone)).sort("source"))
    assert made.num_rows == len(chosen)


def test_a_source_is_unique_in_its_batch(tmp_path: Path) -> None:
    names = ["t.tar!a.txt" if number % 1_500 == 0 else f"t.tar!{number}.txt" for number in range(5_000)]
    names[4_000] = "t.tar!a.txt#2"
    with Writer(tmp_path / "batch", datetime(2026, 1, 1, tzinfo=UTC), None, Known()) as writer:
        for number, name in enumerate(names):
            writer.add(Item(name, str(number).encode(), "text/plain"))
        finished = writer.finish()
    assert finished is not None
    _, (path,) = finished
    found = pl.read_parquet(path, columns=["source"])["source"]
    assert found.n_unique() == 5_000
    given = found.gather([0, 1_500, 3_000, 4_000, 4_500]).to_list()
    assert given == ["t.tar!a.txt", "t.tar!a.txt#2", "t.tar!a.txt#3", "t.tar!a.txt#2#2", "t.tar!a.txt#4"]


def test_pages_are_read_in_the_charset_of_their_headers(tmp_path: Path) -> None:
    # So short that nobody could tell: as Windows-1252 it reads `Äà`.
    page = f"<html><title>Да</title><p>{TEXT}</p></html>".encode("cp1251")
    kinds = [
        "text/html; charset=windows-1251",
        "text/html",
        'text/html; Charset="Windows-1251"',
        "text/html; charset=hex",
    ]
    with Writer(tmp_path / "batch", datetime(2026, 1, 1, tzinfo=UTC), None, Known()) as writer:
        for number, kind in enumerate(kinds):
            headers = (("Server", "x"), ("content-type", kind))
            writer.add(Item(f"{number}", page + b" " * number, "text/html", headers=headers))
        writer.add(Item("4", page + b"x", "text/html"))
        finished = writer.finish()
    assert finished is not None
    batch, (path,) = finished
    group = RowGroup(path, 0, batch.name, batch.documents)
    found = documents(group.documents_of(group.table(), 1_000_000), Ingest())
    assert found["title"].to_pylist() == ["Да", "Äà", "Да", "Äà", "Äà"]


def test_parsing_rows_imports_nothing_that_only_others_need(tmp_path: Path) -> None:
    with Writer(tmp_path / "batch", datetime(2026, 1, 1, tzinfo=UTC), None, Known()) as writer:
        for item in (ROWS[0], ROWS[1], ROWS[10]):
            writer.add(item)
        finished = writer.finish()
    assert finished is not None
    _, (path,) = finished
    (tmp_path / "made").mkdir()
    code = f"""if True:
        import sys
        from pathlib import Path
        from corpus.settings import Ingest
        from corpus.pipeline.ingest import make
        from corpus.pipeline.parting import Task
        from corpus.pipeline.origins import RowGroup, RowGroups
        make(Task("s", RowGroups((RowGroup(Path({str(path)!r}), 0, "b", 3),)), Path({str(tmp_path / "made")!r}), Ingest()))
        print(sorted({{"pandas", "pandera", "trafilatura", "selectolax"}} & sys.modules.keys()))
    """
    # pyarrow imports pandas wherever it is given a value of Python's, in each worker a fifth of a second.
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
