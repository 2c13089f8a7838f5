"""What others take for what a page of `corpus browse` shows: `python -m benchmarks.browse_peers REPO`. Milliseconds.

Articles that have a word, with their number and the most frequent publishers: by DuckDB, which reads every text, and by
Datasette on a table of SQLite with a full-text index; each where it is installed, `datasette` on the path.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import shutil
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

import corpus
from benchmarks.results import record

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.snapshots.version import Version

_AGAIN: Final = 5
_WORD: Final = "council"
_COLUMNS: Final = ("article_id", "title", "publisher", "text")


def median(work: Callable[[], object]) -> float:
    """Return the median of some runs, in milliseconds, after one that does not count."""
    work()
    times = []
    for _ in range(_AGAIN):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def by_duckdb(version: Version, word: str) -> float:
    """Return how long DuckDB takes to scan for the word."""
    import duckdb

    connection = duckdb.connect()
    files = [str(path) for path in version.paths()]

    def ask() -> object:
        found = connection.read_parquet(files).filter(f"regexp_matches(text, '\\b{word}\\b', 'i')")
        return found.aggregate("publisher, count(*)").fetchall(), found.limit(20).fetchall()

    return median(ask)


def by_datasette(version: Version, word: str, folder: Path) -> tuple[float, float]:
    """Return how long Datasette takes, and the seconds in which the table for it is made."""
    began = time.perf_counter()
    database = folder / "articles.db"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(f"create table articles ({', '.join(_COLUMNS)})")
        for path in version.paths():
            rows = pl.read_parquet(path, columns=list(_COLUMNS), glob=False).select(_COLUMNS).iter_rows()
            connection.executemany("insert into articles values (?, ?, ?, ?)", rows)
        connection.execute("create virtual table articles_fts using fts5(title, text, content='articles')")
        connection.execute("insert into articles_fts(articles_fts) values ('rebuild')")
    made = time.perf_counter() - began
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    limits = ("--setting", "sql_time_limit_ms", "60000", "--setting", "facet_time_limit_ms", "60000")
    server = subprocess.Popen(["datasette", "serve", str(database), "--port", str(port), *limits],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    address = f"http://127.0.0.1:{port}/articles/articles?_search={word}&_facet=publisher&_size=20"

    def ask() -> object:
        while True:
            try:
                with urllib.request.urlopen(address) as answer:
                    return answer.read()
            except urllib.error.HTTPError:
                raise
            except urllib.error.URLError:
                if server.poll() is not None:
                    raise
                time.sleep(0.1)

    try:
        return median(ask), made
    finally:
        server.terminate()
        server.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repo", type=Path, help="a corpus, as benchmarks.browse takes it")
    parser.add_argument("--word", default=_WORD, help="what is looked for (default: %(default)s)")
    options = parser.parse_args()
    version = corpus.open(repo=options.repo)
    at = f" of {version.scan().select(pl.len()).collect().item():,} articles"
    times = {}
    if importlib.util.find_spec("duckdb"):
        times[f"DuckDB's scan{at}"] = by_duckdb(version, options.word)
    if shutil.which("datasette"):
        with tempfile.TemporaryDirectory() as scratch:
            times[f"Datasette{at}"], times[f"Datasette's table{at}"] = by_datasette(
                version, options.word, Path(scratch)
            )
            times[f"Datasette's table{at}"] *= 1000
    print(json.dumps(times, indent=1))
    record("browse_peers", times, "ms")


if __name__ == "__main__":
    main()
