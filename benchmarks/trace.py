"""What versions cost: `python -m benchmarks.trace [--articles N] [--days N]`. Prints bytes, files and seconds.

A corpus of so many articles, collected month by month over three years, then a version a day: 1,000 articles, of which
1 % are late by up to a year and 0.5 % are corrections, nine in ten of these of the last three days. Everything goes
through `corpus add` and `corpus build`, as a user would do it.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import deque
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import corpus
from benchmarks.processes import run
from corpus.tables import parquet
from schemas.tables import ARTICLES

DAILY, LATE, CORRECTED, RECENT = 1_000, 0.01, 0.005, 0.9
MONTHS = 36
# The first of July: 60 days touch two months.
FIRST = date(2025, 7, 1)


class Newsroom:
    """Articles of about 2.3 kB of words that are as unevenly frequent as a language's. The same ones every time."""

    def __init__(self) -> None:
        self._draw = random.Random(7)
        self._numbers = np.random.default_rng(7)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self._words = ["".join(self._draw.choices(letters, k=self._draw.randint(2, 11))) for _ in range(30_000)]
        weights = 1 / np.arange(1, len(self._words) + 1)
        self._shares = np.cumsum(weights / weights.sum())
        self.made = 0

    def text(self) -> str:
        """Seven paragraphs."""
        chosen = np.searchsorted(self._shares, self._numbers.random(self._draw.randint(260, 420)))
        words = [self._words[min(number, len(self._words) - 1)] for number in chosen]
        step = len(words) // 7 + 1
        return "\n\n".join(" ".join(words[at : at + step]).capitalize() + "." for at in range(0, len(words), step))

    def article(self, day: date) -> dict[str, Any]:
        """A new article of a day."""
        self.made += 1
        title = " ".join(self._draw.choices(self._words, k=8)).capitalize()
        return {
            "title": title,
            "text": self.text(),
            "url": f"https://www.site{self.made % 40}.com/{day:%Y/%m/%d}/{self.made}-{title.split()[0].lower()}",
            "date": f"{day}T{self._draw.randrange(24):02}:{self._draw.randrange(60):02}:00+00:00",
            "authors": [f"Name{self._draw.randrange(900)} Surname{self._draw.randrange(900)}"],
            "language": "en",
        }

    def corrected(self, article: dict[str, Any]) -> dict[str, Any]:
        """The same article with another first sentence."""
        return {**article, "text": f"Corrected {self._draw.random()}. {article['text']}"}

    def daily(self, day: date, days: deque[list[dict[str, Any]]], older: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What a day brings."""
        corrections = round(DAILY * CORRECTED)
        recent = [article for made in days for article in made]
        found = [
            self.corrected(self._draw.choice(recent if recent and self._draw.random() < RECENT else older))
            for _ in range(corrections)
        ]
        late = round(DAILY * LATE)
        found += [self.article(day - timedelta(days=self._draw.randint(1, 365))) for _ in range(late)]
        fresh = [self.article(day) for _ in range(DAILY - corrections - late)]
        days.append(fresh)
        older += self._draw.sample(fresh, 20)
        return found + fresh


def add(folder: Path, rows: list[dict[str, Any]], captured: datetime) -> None:
    """Bring in a batch of rows."""
    source = folder.parent / "rows.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    run(folder, "add", "--captured-at", captured.isoformat(), str(source))


def objects(folder: Path) -> dict[str, int]:
    """The objects of data/articles as dvc.lock pins them, with their sizes."""
    version = corpus.open(repo=folder)
    paths = version.paths()
    return {file.md5: path.stat().st_size for file, path in zip(version.files(), paths, strict=True)}


def fastest(work: Any, runs: int = 5) -> float:
    """The least time of several runs, in seconds."""
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def fixed(folder: Path, newsroom: Newsroom) -> float:
    """What a build takes in which every stage runs and hardly anything is done: DVC, and the start of five programs."""
    run(folder.parent, "init", str(folder))
    times = []
    for day in range(4):
        add(folder, [newsroom.article(FIRST)], datetime(FIRST.year, FIRST.month, FIRST.day + day, tzinfo=UTC))
        times.append(run(folder, "build").seconds)
    return float(np.median(times[1:]))


def scans(folder: Path) -> None:
    """How fast the files read, against one well-made file of the same rows."""
    version = corpus.open(repo=folder)
    paths = [str(path) for path in version.paths()]
    one = str(folder.parent / "one.parquet")
    pl.scan_parquet(paths, glob=False).sort("published_date", "article_id").sink_parquet(
        one, compression="zstd", compression_level=3, row_group_size=10_000
    )

    def full(source: Any) -> float:
        return fastest(
            lambda: (
                pl.scan_parquet(source, glob=False)
                .select(pl.col("text").str.len_bytes().sum(), pl.col("word_count").sum())
                .collect()
            )
        )

    def filtered(first: date) -> float:
        day = pl.col("published_date")
        month = pl.scan_parquet(paths, glob=False).filter(
            day.is_between(first, first + timedelta(days=31), closed="left")
        )
        return fastest(lambda: month.select(pl.col("text").str.len_bytes().sum()).collect())

    many, single = full(paths), full(one)
    print(f"full scan {many:.2f} s, of one file {single:.2f} s: {many / single:.2f} times")
    months = [filtered(FIRST - timedelta(days=31 * number)) for number in range(1, MONTHS)]
    print(
        f"a month {np.median(months):.3f} s: {many / np.median(months):.1f} times faster, "
        f"{many / max(months):.1f} times for the slowest of {len(months)}; "
        f"for {FIRST:%B %Y}, of which there are daily versions, {many / filtered(FIRST):.1f} times"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--keep", type=Path, help="a folder to leave the corpus in")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (chosen.keep or Path(scratch)) / "trace"
        run(Path.cwd(), "init", str(folder))
        newsroom = Newsroom()
        older: list[dict[str, Any]] = []
        began = time.perf_counter()
        for month in range(MONTHS):
            start = FIRST - timedelta(days=round((MONTHS - month) * 30.4))
            rows = [
                newsroom.article(start + timedelta(days=number % 30)) for number in range(chosen.articles // MONTHS)
            ]
            older += rows[:: max(1, len(rows) // 500)]
            add(folder, rows, datetime(start.year, start.month, start.day, tzinfo=UTC) + timedelta(days=30))
        print(f"made and added {newsroom.made:,} articles in {time.perf_counter() - began:.0f} s")
        clean = run(folder, "build").seconds
        idle = run(folder, "build").seconds
        floor = fixed(folder.parent / "tiny", newsroom)
        known = objects(folder)
        print(
            f"clean build {clean:.1f} s, nothing to do {idle:.1f} s, one article more of a few {floor:.1f} s; "
            f"{len(known)} files, {sum(known.values()) / 1e6:.0f} MB",
            flush=True,
        )
        days: deque[list[dict[str, Any]]] = deque(maxlen=3)
        grown = wanted = 0
        builds = []
        for number in range(chosen.days):
            day = FIRST + timedelta(days=number)
            add(folder, newsroom.daily(day, days, older), datetime(day.year, day.month, day.day, 23, tzinfo=UTC))
            builds.append(run(folder, "build").seconds)
            now = objects(folder)
            grown += sum(size for md5, size in now.items() if md5 not in known)
            known |= now
            version = corpus.open(repo=folder)
            last = max(
                batch for batch in version.scan().select("batch").unique().collect()["batch"] if batch != "seeds"
            )
            fresh = version.scan().filter(pl.col("batch") == last).collect().to_arrow()
            aside = folder.parent / "fresh.parquet"
            parquet.write(aside, ARTICLES, fresh)
            wanted += aside.stat().st_size
            if number % 10 == 9 or number == chosen.days - 1:
                print(
                    f"day {number + 1}: {len(now)} files; grown {grown / 1e6:.1f} MB, new and changed articles {wanted / 1e6:.1f} MB: "
                    f"{grown / wanted:.2f} times; daily build {np.median(builds):.2f} s",
                    flush=True,
                )
        daily = float(np.median(builds))
        print(
            f"daily build {daily:.2f} s, less what one of a few articles takes {daily - floor:.2f} s: "
            f"{(daily - floor) / clean:.1%} of a clean build"
        )
        scans(folder)


if __name__ == "__main__":
    main()
