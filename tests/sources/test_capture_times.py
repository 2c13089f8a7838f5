"""Rows that give the time of their capture in a column of their own."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather

import corpus
from corpus.formats.mapping import columns
from corpus.sources.capturetimes import read
from corpus.sources.entries import Item, Selection
from corpus.sources.gather import documents

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus

URL = "https://www.example.com/tram"
FIRST = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DAY = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("2026-01-02T03:04:05Z", FIRST),
        ("2026-01-02 03:04:05", FIRST),
        ("2026-01-02T04:04:05+01:00", FIRST),
        ("2026-01-02 03:04:05.000 UTC", FIRST),
        ("2026-01-02T03:04:05.000000000Z", FIRST),
        ("20260102T030405Z", FIRST),
        ("20260102030405", FIRST),
        (20260102030405, FIRST),
        (20260102030405.0, FIRST),
        (1767323045, FIRST),
        (1767323045000, FIRST),
        ("1767323045", FIRST),
        (1767323045.5, FIRST.replace(microsecond=500_000)),
        ("Fri, 02 Jan 2026 03:04:05 GMT", FIRST),
        ("Fri, 02 Jan 2026 05:04:05 +0200", FIRST),
        ("Fri Jan  2 03:04:05 2026", FIRST),
        ("2026/01/02 03:04:05", FIRST),
        ("January 2, 2026 03:04 AM", FIRST.replace(second=0)),
        ("2 Jan 2026 03:04:05", FIRST),
        ("2026-01-02", DAY),
        ("20260102", DAY),
        ("January 2, 2026", DAY),
        ("13/01/2026", datetime(2026, 1, 13, tzinfo=UTC)),
        # Which of them is the month is not known.
        ("02/01/2026", None),
        ("02/01/2026 03:04", None),
        ("soon", None),
        ("", None),
        ("1970-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+10:00", None),
        ("9999-12-31", None),
        (0, None),
        (7, None),
        (True, None),
        (float("nan"), None),
        (["2026-01-02"], DAY),
        ({"at": 1}, None),
        ("2026-01-02" * 1_000, None),
    ],
)
def test_times_of_capture_as_tables_write_them(written: Any, found: datetime | None) -> None:
    assert read(written) == found


@pytest.mark.parametrize(
    "name",
    [
        "captured_at", "crawl_date", "fetched", "scraped_at", "date_download", "retrieved_on", "CrawlTime", "fetch-timestamp",
        "Date crawled", "accessed_at", "snapshot_date", "collect_date", "WARC-Date", "wayback_timestamp", "scrapeDate",
        "download_time", "harvested_at", "archived_at",
    ],
)  # fmt: skip
def test_columns_that_give_one(name: str) -> None:
    assert columns([name, "title"], {}) == {"title": ["title"], "captured": [name]}


@pytest.mark.parametrize(
    "name", ["published_at", "updated_at", "created", "collection", "archive", "access", "datetime"]
)
def test_columns_that_give_none(name: str) -> None:
    assert "captured" not in columns([name], {})


def row(text: str, at: Any, name: str = "crawl_date") -> dict[str, Any]:
    return {"url": URL, "title": "Council approves tram", "text": text, "date": "2026-01-01", name: at}


ROWS = [row("A", "2026-01-02T03:04:05Z"), row("B", "2026-01-03 00:00:00"), row("A", "2026-01-04")]
TIMES = [FIRST, datetime(2026, 1, 3, tzinfo=UTC), datetime(2026, 1, 4, tzinfo=UTC)]


def as_csv(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def as_arrow(rows: list[dict[str, Any]]) -> bytes:
    sink = io.BytesIO()
    feather.write_feather(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


def nested(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rows as Fundus has them: the time of capture within an object."""
    return [{name: value for name, value in one.items() if name != "crawl_date"} | {"html": {"crawl_date": one["crawl_date"]}}
            for one in rows]  # fmt: skip


FILES = {
    "a.csv": as_csv(ROWS),
    "a.tsv": as_csv(ROWS, "\t"),
    "a.jsonl": b"\n".join(json.dumps(one).encode() for one in ROWS),
    "lines.json": b"\n".join(json.dumps(one).encode() for one in ROWS),
    "a.json": json.dumps(ROWS).encode(),
    "answer.json": json.dumps({"status": "ok", "articles": ROWS}).encode(),
    "nested.json": json.dumps(nested(ROWS)).encode(),
    "a.parquet": as_parquet(ROWS),
    "nested.parquet": as_parquet(nested(ROWS)),
    "times.parquet": as_parquet([row(one["text"], at) for one, at in zip(ROWS, TIMES, strict=True)]),
    "a.arrow": as_arrow(ROWS),
}


def entries(tmp_path: Path, name: str, data: bytes, *names: str) -> list[Item]:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(data)
    found = list(documents([tmp_path / "in" / name], Selection(capture_columns=names)))
    assert all(isinstance(one, Item) for one in found)
    return [one for one in found if isinstance(one, Item)]


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_table(tmp_path: Path, name: str) -> None:
    assert [one.captured_at for one in entries(tmp_path, name, FILES[name])] == TIMES


def test_one_document_as_json(tmp_path: Path) -> None:
    assert [one.captured_at for one in entries(tmp_path, "a.json", json.dumps(ROWS[0]).encode())] == [FIRST]


@pytest.mark.parametrize("kind", [as_csv, as_parquet])
def test_a_column_that_params_name(tmp_path: Path, kind: Any) -> None:
    rows = [row("A", "2026-01-02T03:04:05Z", "abgerufen")]
    (found,) = entries(tmp_path, "a.csv" if kind is as_csv else "a.parquet", kind(rows), "abgerufen")
    assert found.captured_at == FIRST


@pytest.mark.parametrize("at", ["soon", "02/01/2026", "2999-01-01", 99999999999])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_what_cannot_be_read_or_is_yet_to_come_is_named(tmp_path: Path, name: str, at: Any) -> None:
    data = {"a.csv": as_csv, "a.parquet": as_parquet}.get(name, lambda rows: json.dumps(rows[0]).encode())(
        [row("A", at)]
    )
    (found,) = entries(tmp_path, name, data)
    assert (found.captured_at, found.unread_time) == (None, str(at))


@pytest.mark.parametrize("at", [None, "", "null", True, "N/A"])
def test_a_column_that_says_nothing_is_ignored(tmp_path: Path, at: Any) -> None:
    (found,) = entries(tmp_path, "a.jsonl", json.dumps(row("A", at)).encode())
    assert (found.captured_at, found.unread_time) == (None, None)


def test_a_table_of_captures_from_adding_to_history(corpus_repo: Corpus, tmp_path: Path) -> None:
    one, other = (
        "\n\n".join(f"The council approved {what} tram line on Monday, after {n} hours of debate." for n in range(9))
        for what in ("a new", "no")
    )
    table = tmp_path / "crawl.csv"
    table.write_bytes(
        as_csv([row(one, "2026-01-04"), row(other, "2026-01-03"), row(one, "2026-01-02"), row(one, "soon")])
    )
    table.with_name("later.csv").write_bytes(as_csv([row(one, "soon")]))
    added = corpus_repo.run("add", str(table), "--captured-at", "2026-01-05")
    assert (
        "1 row with a time of capture that cannot be read or is in the future, as soon in crawl.csv#4" in added.stderr
    )
    assert "Nothing to add" in corpus_repo.run("add", str(table), "--captured-at", "2026-01-05").stdout
    corpus_repo.build()
    version = corpus.open(repo=corpus_repo.root)
    current = version.scan().collect()
    assert current["revision"].to_list() == [3]
    assert current["captured_at"].to_list() == [datetime(2026, 1, 4, tzinfo=UTC)]
    assert "a new tram" in current["text"].item()
    for day, number in (("2026-01-02", 1), ("2026-01-03", 2), ("2026-01-04", 3)):
        then = corpus.open(repo=corpus_repo.root, as_of=day).scan().collect()
        assert then["revision"].to_list() == [number]
    rules = version.scan("decisions").select(pl.col("decision")).collect()
    assert sorted(rules["decision"]) == ["article", "repeat", "superseded", "superseded"]
