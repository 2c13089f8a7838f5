"""What searching costs: `python -m benchmarks.search --articles 200000`. Prints seconds, bytes and milliseconds.

Articles of synthetic text with a vocabulary and lengths like those of newspapers are written as shards of a month each;
the index is made of them in a process of its own, as `corpus search` does. Then a day's articles are added, and queries
are timed on an index that is in memory, as the operating system keeps it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.results import record
from corpus.objects.pins import Pinned
from corpus.search.opening import Search
from corpus.search.query import parse
from schemas.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

QUERIES = {
    "a rare word": "w19999",
    "a frequent word": "w1",
    "two words": "w20 w300",
    "a phrase": '"w1 w2"',
    "near": '"w5 w40"~5',
    "a prefix": "w12*",
    "a choice without a word": "(w7 OR w900) -w3",
    "everything": "",
}
PUBLISHERS = [f"paper{number}.example" for number in range(40)]
_LETTERS = "aeionrtslcudpmhgbfywkvxzjq"


@dataclass
class Files:
    """A version whose tables are files in a folder."""

    folder: Path
    names: list[str]
    name: str = "benchmark"

    def md5(self, table: str = "articles") -> str:
        """Return what pins a table."""
        return table

    def files(self, table: str = "articles") -> list[Pinned]:
        """Return the shards of a table."""
        wanted = self.names if table == "articles" else [name for name in ("verdicts",) if table == name]
        return [Pinned(f"data/{table}/{name}.parquet", hashlib.md5(name.encode()).hexdigest()) for name in wanted]  # noqa: S324

    def shard_paths(self, files: Sequence[Pinned]) -> list[Path]:
        """Return where shards are."""
        return [self.folder / Path(file.path).name for file in files]

    def scan(self, table: str = "articles") -> pl.LazyFrame:
        """Return a table."""
        return pl.scan_parquet(self.shard_paths(self.files(table)), glob=False)


def make(folder: Path, count: int) -> tuple[Files, int]:
    """Write articles of two years; return the version and the bytes of their texts."""
    rng = random.Random(1)
    # Few words are frequent and most are rare, as in any language; about 330 words an article.
    words = ["".join(rng.choice(_LETTERS[:14]) for _ in range(rng.randint(2, 9))) for _ in range(60_000)]
    for number in range(20_000):
        words[number] = f"w{number}" if number < 1000 or number > 19_000 else words[number]
    weights = [1 / (number + 3) for number in range(len(words))]
    cumulative = []
    total = 0.0
    for weight in weights:
        total += weight
        cumulative.append(total)
    pq.write_table(pa.Table.from_pylist([], TABLES["verdicts"].empty.schema), folder / "verdicts.parquet")
    version, size, made = Files(folder, []), 0, 0
    months = 24
    for month in range(months + 1):
        # The last is a day's.
        here = count // 730 if month == months else count // months
        rows = []
        for _ in range(here):
            picked = rng.choices(words, cum_weights=cumulative, k=rng.randint(80, 580))
            text = " ".join(picked)
            size += len(text)
            rows.append(_row(made, text, rng, month))
            made += 1
        pq.write_table(
            pa.Table.from_pylist(rows, TABLES["articles"].empty.schema),
            folder / f"{month:02}.parquet",
            row_group_size=5000,
        )
        version.names.append(f"{month:02}")
    return version, size


def _row(number: int, text: str, rng: random.Random, month: int) -> dict[str, object]:
    row: dict[str, object] = {
        one.name: [] if pa.types.is_list(one.dtype) else None for one in TABLES["articles"].columns
    }
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    day = date(2024 + month // 12, month % 12 + 1, 1) + timedelta(days=rng.randint(0, 27))
    return row | {
        "article_id": digest[:32], "revision": 1, "title": text[:60], "text": text, "word_count": text.count(" ") + 1,
        "text_hash": digest[:32], "document_id": digest, "source": str(number), "batch": "made", "parser": "text/1",
        "publisher": rng.choice(PUBLISHERS), "language": "en", "published_date": day, "date_source": "declared",
        "section": rng.choice(["World", "Local", "Sport", None]), "authors": [f"Author {rng.randint(0, 3000)}"],
    }  # fmt: skip


def _index(folder: str, names: str, index: str) -> None:
    """Make an index in this process, and print what it took."""
    began = time.perf_counter()
    version = Files(Path(folder), names.split(","))
    Search(version, Path(index)).update()
    took = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"s": took, "cpu": used.ru_utime + used.ru_stime, "bytes": used.ru_maxrss * 1024}))


def _apart(version: Files, index: Path) -> dict[str, float]:
    command = [
        sys.executable,
        "-m",
        "benchmarks.search",
        "--index",
        str(version.folder),
        ",".join(version.names),
        str(index),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def median(work: Callable[[], object], runs: int = 15) -> tuple[float, float]:
    """Return the median and the 95th percentile of some runs, in milliseconds, after one that does not count."""
    work()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times), sorted(times)[int(0.95 * (runs - 1))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--index", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.index:
        _index(*options.index)
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        version, text = make(folder, options.articles)
        days = Files(folder, version.names)
        days.names = version.names[:-1]
        first = _apart(days, folder / "index")
        day = _apart(version, folder / "index")
        search = Search(version, folder / "index")
        size = search.index.size()
        at = f" of {options.articles:,} articles"
        seconds = {f"index{at}": first["s"], f"index{at}, processor": first["cpu"], f"a day more{at}": day["s"]}
        began = time.perf_counter()
        searcher = Search(version, folder / "index").ready()
        seconds[f"open{at}"] = time.perf_counter() - began
        times = {}
        for name, text_ in QUERIES.items():
            query = parse(text_)

            def page(query: object = query) -> object:
                # Another searcher each time: nothing is remembered.
                fresh = search.searcher()
                return fresh.facets(query), fresh.count(query), fresh.page(query, limit=20)  # type: ignore[arg-type, union-attr]

            times[f"count of {name}{at}"] = median(lambda query=query: search.searcher().count(query))[0]  # type: ignore[misc]
            times[f"page of {name}, all facets{at}"], times[f"the same, 95 of 100: {name}"] = median(page)
        times[f"all ids{at}"] = median(lambda: searcher.ids(parse("")), 3)[0]
        print(
            json.dumps(
                {"text": text, "index": size, "share": size / text, "memory": first["bytes"]} | seconds | times,
                indent=1,
            )
        )
        record("search", {f"index / text{at}": size / text, f"memory{at}": first["bytes"]}, "bytes")
        record("search", seconds, "s")
        record("search", times, "ms")


if __name__ == "__main__":
    main()
