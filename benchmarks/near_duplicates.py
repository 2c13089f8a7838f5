"""How fast and how right `resolve` is: `python -m benchmarks.near_duplicates [COUNT …]`.

Makes a corpus of COUNT articles of about 2.3 kB, a fifth of which are copies of others at all degrees of change (edits at
random places, a new lead, the first part alone, the same text), and measures

- documents a second of the whole stage, as the process that DVC starts, over a clean build, and its peak memory;
- the time of the same after 1 % new documents;
- recall: of the articles with an earlier one of exact Jaccard similarity 0.8 or more, how many are marked. Found by
  Python sets of word tuples, over the planted pairs and over a sample compared with the whole corpus;
- precision: of those marked, how many have that similarity with the article they name, by the same sets.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
import pyarrow as pa

from benchmarks.processes import run
from benchmarks.results import record
from corpus.pipeline.validate import validate
from corpus.repo.digest import digest
from corpus.settings import load
from corpus.tables import engine
from corpus.tables.shards import KeyedShards
from corpus.text.normalise import text_hash
from schemas.tables import DOCUMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

WORDS = 375
SHARD = 4_000
SAMPLE = 200
N, THRESHOLD = 5, 0.8
_WORD = re.compile(r"[^\W_]+")


class Planted(NamedTuple):
    """A copy and what it was made from, by number."""

    copy: int
    of: int


class Corpus:
    """Texts by number; every text and every edit follows from its number."""

    def __init__(self) -> None:
        draw = np.random.default_rng(1)
        letters = np.array(list("etaoinshrdlucmfwypvbgk"))
        chances = np.arange(len(letters), 0, -1) / np.arange(1, len(letters) + 1).sum()
        lengths = draw.integers(2, 10, 30_000)
        self.words = np.array(["".join(draw.choice(letters, k, p=chances)) for k in lengths], dtype=object)
        # Words are as frequent as Zipf's law has it: half of a text is made of a few hundred.
        self.chances = np.cumsum(1 / np.arange(5, 30_005))

    def text(self, number: int) -> list[str]:
        """The words of an original."""
        draw = np.random.default_rng([2, number])
        count = int(draw.integers(WORDS // 2, WORDS * 3 // 2))
        return list(self.words[np.searchsorted(self.chances, draw.random(count) * self.chances[-1])])

    def copy(self, words: list[str], number: int) -> list[str]:
        """The words of a copy."""
        draw = np.random.default_rng([3, number])
        kind = draw.random()
        fresh = self.text(number + 500_000_000)
        if kind < 0.1:
            return list(words)
        if kind < 0.6:
            changed = list(words)
            for place in draw.integers(0, len(words), int(draw.integers(1, max(2, len(words) // 20)))):
                changed[place] = fresh[place % len(fresh)]
            return changed
        if kind < 0.8:
            lead = int(draw.integers(5, len(words) // 4))
            return [*fresh[:lead], *words[lead:]]
        return words[: int(len(words) * draw.uniform(0.3, 0.98))]


def prose(words: list[str]) -> str:
    """Words as sentences and paragraphs."""
    sentences = [" ".join(words[at : at + 15]).capitalize() + "." for at in range(0, len(words), 15)]
    return "\n\n".join(" ".join(sentences[at : at + 4]) for at in range(0, len(sentences), 4))


def rows(first: int, count: int, scattered: float, planted: list[Planted]) -> Iterator[dict[str, Any]]:
    """The documents from number `first` on; every fifth is a copy of an earlier one.

    Args:
        first: the first number.
        count: how many.
        scattered: so many of the copies are of any earlier one, the others of a recent one.
        planted: where to note the copies.
    """
    made = Corpus()
    captured = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(first, first + count):
        words = made.text(number)
        if number % 5 == 4:
            # A story is copied within days of 1,000 articles; some come back at any time.
            draw = np.random.default_rng([4, number])
            back = int(draw.exponential(1_000)) + 1 if draw.random() > scattered else int(draw.integers(1, number))
            of = max(number - back, 0)
            of -= of % 5 == 4
            planted.append(Planted(number, of))
            words = made.copy(made.text(of), number)
        text = prose(words)
        url = f"https://www.site{number % 97}.example/{number}"
        yield {
            "document_id": f"{number:064x}", "source": f"{number:09d}", "batch": f"batch-{first}",
            "media_type": "text/plain", "size": len(text), "encoding": "utf-8", "parser": "text/1",
            "captured_at": captured + timedelta(seconds=number), "url": url, "publisher": f"site{number % 97}.example",
            "publication": None, "page": None, "edition": None, "accession": None, "date_source": "declared",
            "title": " ".join(words[:8]), "description": None, "authors": ["A. Writer"], "agency": None, "section": None,
            "keywords": [], "language": "en", "published_date": date(2020, 1, 1) + timedelta(days=number * 2_000 // 10_000_000),
            "published_at": None, "modified_at": None, "text": text, "headings": [], "image_credits": [], "links": [],
            "word_count": len(words), "text_hash": text_hash(text), "control_characters": 0,
            "problems": [], "ai_agents_closed": [], "robots_tags": [], "rights_signals": [],
        }  # fmt: skip


def add(root: Path, first: int, count: int, scattered: float) -> list[Planted]:
    """Put documents into data/documents, as `ingest` would, and check them."""
    planted: list[Planted] = []
    keys: dict[str, str] = {}
    with KeyedShards(root, "ingest", [DOCUMENTS]) as shards:
        keys = {name: shard.key for name, shard in shards.known.items()}
        shards.stale(keys)
        found = rows(first, count, scattered, planted)
        for at in range(first, first + count, SHARD):
            part = [row for _, row in zip(range(min(SHARD, first + count - at)), found, strict=False)]
            name = f"20260101T000000Z-{at:09d}-0000"
            keys[name] = digest([name])
            shards.put(name, keys[name], [(DOCUMENTS, pa.Table.from_pylist(part, DOCUMENTS.arrow))])
        shards.finish(keys)
    validate(root, load(root))
    return planted


def grams(text: str) -> set[tuple[str, ...]]:
    """The set that Jaccard similarity is of, the plain way."""
    words = _WORD.findall(text.lower())
    return {tuple(words[at : at + N]) for at in range(max(1, len(words) - N + 1))}


def jaccard(one: set[Any], other: set[Any]) -> float:
    """The share of both together that is in both."""
    return len(one & other) / len(one | other)


def judge(root: Path, planted: list[Planted]) -> None:
    """Print recall and precision."""
    texts = pl.scan_parquet(root / "data/documents/*.parquet").select("source", "text").collect()
    text = dict(texts.iter_rows())
    decided = pl.scan_parquet(root / "data/decisions/*.parquet").collect()
    source_of = dict(decided.select("article_id", "source").iter_rows())
    marked = {
        source: (source_of[of], similarity)
        for source, of, similarity in decided.filter(pl.col("duplicate_of").is_not_null())
        .select("source", "duplicate_of", "similarity")
        .iter_rows()
    }
    right = sum(jaccard(grams(text[a]), grams(text[b])) >= THRESHOLD for a, (b, _) in marked.items())
    exact = sum(abs(jaccard(grams(text[a]), grams(text[b])) - s) < 1e-6 for a, (b, s) in list(marked.items())[::20])
    near = [p for p in planted if jaccard(grams(text[f"{p.copy:09d}"]), grams(text[f"{p.of:09d}"])) >= THRESHOLD]
    found = sum(f"{p.copy:09d}" in marked for p in near)
    print(f"  precision {right / max(len(marked), 1):.5f} of {len(marked):,} marked; "
          f"{exact:,} of {len(list(marked)[::20]):,} scores to the digit")  # fmt: skip
    print(f"  recall    {found / max(len(near), 1):.5f} of {len(near):,} planted")
    held = {row[0] for row in decided.filter(pl.col("contained_in").is_not_null()).select("source").iter_rows()}
    parts = []
    for p in planted:
        a, b = grams(text[f"{p.copy:09d}"]), grams(text[f"{p.of:09d}"])
        if jaccard(a, b) < THRESHOLD and len(a & b) / len(a) >= 0.9:
            parts.append(f"{p.copy:09d}" in held)
    print(f"  parts     {sum(parts) / max(len(parts), 1):.5f} of {len(parts):,} planted found")
    wanted = sorted(text)[:: max(1, len(text) // SAMPLE)]
    index: dict[tuple[str, ...], list[str]] = {}
    for source in wanted:
        for gram in grams(text[source]):
            index.setdefault(gram, []).append(source)
    expected = set()
    for source, other in text.items():
        own = grams(other)
        for near_by in {s for gram in own if gram in index for s in index[gram]}:
            if source < near_by and jaccard(own, grams(text[near_by])) >= THRESHOLD:
                expected.add(near_by)
    hit = sum(source in marked for source in expected)
    print(f"  sample    {hit} of the {len(expected)} copies among {len(wanted)} articles compared with all; "
          f"{sum(s in marked for s in wanted)} marked")  # fmt: skip


def measure(root: Path, count: int, scattered: float, *, judged: bool) -> None:
    """Measure and print for one size."""
    (root / "seeds").mkdir(parents=True)
    shutil.copy("params.yaml", root)
    shutil.copy("dvc.yaml", root)
    engine.pin(root)
    planted = add(root, 0, count, scattered)
    clean = run(root, "resolve")
    print(f"{count:9,} documents: {clean}, {count / clean.seconds:,.0f} a second", flush=True)
    new = count // 100
    planted += add(root, count, new, scattered)
    again = run(root, "resolve")
    shares = f"{again.seconds / clean.seconds:.1%} of the clean build, {again.processor / clean.processor:.1%} of its processors"
    print(f"{new:9,} new:       {again}, {shares}")
    print(f"     none new:       {run(root, 'resolve')}", flush=True)
    record("near_duplicates", {f"resolve of {count:,}": clean.seconds, f"1 % new of {count:,}": again.seconds}, "s")
    if judged:
        judge(root, planted)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="*", default=[200_000])
    parser.add_argument("--only-speed", action="store_true", help="do not compare with exact sets")
    parser.add_argument("--scattered", type=float, default=0.1, help="so many copies are of any earlier article")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder by default")
    arguments = parser.parse_args()
    for count in arguments.count:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as scratch:
            measure(Path(scratch) / "corpus", count, arguments.scattered, judged=not arguments.only_speed)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    main()
