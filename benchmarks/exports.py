"""Measures exports of press databases: how many articles each file gives, how many have their fields, and how fast.

    uv run python -m benchmarks.exports FOLDER [--show FILE] [--profile FILE]

The folder holds exports, and may hold `counts.json` with the number of articles of each (null where nobody counted).
The exports belong to their publishers: this program reads them where they are, and nothing of them is committed.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

from benchmarks.results import record
from corpus.formats import parser_of
from corpus.formats.article import Document, Parsed
from corpus.sources.entries import Item, Selection, Skipped
from corpus.sources.gather import documents

_FIELDS = (
    "title", "published_date", "publication", "text", "authors", "section", "page", "edition", "language", "agency",
    "keywords", "accession", "image_credits", "description",
)  # fmt: skip
# Fields that every article of a press database has.
_NEEDED = _FIELDS[:4]
# Each file is read again for so long, in seconds, so that a small one is not measured by its first import.
_LEAST_SECONDS = 1.0


class Reading(NamedTuple):
    """What a file gives: its articles, the documents that they are parsed from, and what else is in it."""

    articles: list[Parsed]
    items: list[Item]
    skipped: list[Skipped]


def read(path: Path) -> Reading:
    """Split an export and parse its pieces, in this process."""
    found = list(documents([path], Selection()))
    items = [one for one in found if isinstance(one, Item)]
    return Reading([parse(item) for item in items], items, [one for one in found if isinstance(one, Skipped)])


def parse(item: Item) -> Parsed:
    """Parse one document; of one that no parser reads, say so in `parser`."""
    parser = parser_of(item.media_type, "by-language")
    if parser is None:
        return Parsed(parser=f"none for {item.media_type}")
    return parser.parse(Document(item.data, item.media_type, item.source))


def speed(path: Path) -> float:
    """Return the articles per second of one process that splits a file and parses its pieces, once all is imported."""
    began, articles = time.process_time(), 0
    while (taken := time.process_time() - began) < _LEAST_SECONDS:
        articles += len(read(path).articles)
    return articles / taken


def show(reading: Reading) -> None:
    """Print each article with its fields."""
    for item, one in zip(reading.items, reading.articles, strict=True):
        print(f"--- {item.source} {item.media_type}")
        for name in (*_FIELDS, "url", "headings", "problems"):
            if value := getattr(one, name):
                end = f" … {value[-160:]!r}" if name == "text" else ""
                print(f"  {name}: {str(value)[:300]!r}{end}")


def report(path: Path, reading: Reading, expected: int | None, rate: float) -> None:
    """Print the figures of a file."""
    found = len(reading.articles)
    verdict = "not counted" if expected is None else "exact" if expected == found else f"WRONG: {expected} expected"
    print(f"{path.name}: {found} articles, {verdict}; {rate:,.0f}/s")
    print("   ", " ".join(f"{name}={sum(bool(getattr(one, name)) for one in reading.articles)}" for name in _FIELDS))
    problems = Counter(str(problem.check) for one in reading.articles for problem in one.problems)
    asides = Counter(f"{one.reason}: {one.detail}" for one in reading.skipped)
    if problems or asides:
        print("   ", dict(problems), dict(asides))


def main() -> None:
    """Measure every export of a folder, and print and record the figures."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--show", metavar="FILE", help="print the articles of this file with their fields")
    arguments.add_argument("--profile", metavar="FILE", help="print where the time of reading this file goes")
    given = arguments.parse_args()
    if given.show:
        show(read(given.folder / given.show))
        return
    if given.profile:
        read(given.folder / given.profile)
        with cProfile.Profile() as profile:
            read(given.folder / given.profile)
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        return
    counts_file = given.folder / "counts.json"
    counts: dict[str, int | None] = json.loads(counts_file.read_text()) if counts_file.exists() else {}
    rates: dict[str, list[tuple[int, float]]] = defaultdict(list)
    totals: Counter[str] = Counter()
    for path in sorted(given.folder.iterdir()):
        if path.name in {"counts.json", "README.md"} or not path.is_file():
            continue
        reading, expected = read(path), counts.get(path.name)
        rate = speed(path)
        report(path, reading, expected, rate)
        totals["counted"] += expected is not None
        totals["exact"] += expected == len(reading.articles)
        totals["articles"] += len(reading.articles)
        totals.update(name for one in reading.articles for name in _NEEDED if getattr(one, name))
        rates[path.suffix.lower().lstrip(".")].append((len(reading.articles), rate))
    articles = totals["articles"] or 1
    shares = {"exact counts": totals["exact"] / (totals["counted"] or 1)}
    shares |= {name: totals[name] / articles for name in _NEEDED}
    speeds = {name: sum(n for n, _ in rows) / sum(n / rate for n, rate in rows) for name, rows in rates.items()}
    print(f"{totals['articles']} articles: " + ", ".join(f"{name} {share:.3f}" for name, share in shares.items()))
    print("one process: " + ", ".join(f"{name} {rate:,.0f}/s" for name, rate in speeds.items()))
    record("exports", {f"{name} ({articles})": share for name, share in shares.items()}, "share")
    record("exports", {f"{name}, one process": rate for name, rate in speeds.items()}, "/s")


if __name__ == "__main__":
    main()
