"""How long a comparison takes: `python -m benchmarks.diff [COUNT]`. Prints seconds of the clock and of the processors.

Two versions of a corpus are written as a build would leave them, in a real repository: a release, and the corpus 60
days on. In between every day brought articles, some of the last half year were corrected, some read by a newer parser,
a few marked as duplicates, a few withdrawn. `folded` is the worst case: no shard is shared, for the layout was changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import yaml

from benchmarks.results import record
from corpus.tables import parquet
from schemas.tables import ARTICLES, DECISIONS, REVISIONS

if TYPE_CHECKING:
    from schemas.table import Table

SHARD = 2_048
DAYS = 60
A_DAY = 200
FIRST = date(2022, 1, 1)


def digest(*parts: object) -> str:
    """A hash that looks like the real ones."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def rows(count: int) -> pl.DataFrame:
    """So many articles, oldest first."""
    draw = random.Random(1)
    words = [digest("word", number)[: draw.randint(2, 10)] for number in range(5_000)]
    paragraphs = [" ".join(draw.choices(words, k=75)) for _ in range(4_000)]
    days = [FIRST + timedelta(days=number // A_DAY) for number in range(count)]
    texts = ["\n\n".join(draw.choices(paragraphs, k=5)) for _ in range(count)]
    known = {
        "article_id": [digest("article", number)[:32] for number in range(count)],
        "revision": 1,
        "url": [f"https://www.example.com/{day:%Y/%m/%d}/{number}" for number, day in enumerate(days)],
        "publisher": [f"site{number % 40}.example" for number in range(count)],
        "title": [" ".join(draw.choices(words, k=9)) for _ in range(count)],
        "authors": [[f"Author {number % 500}"] for number in range(count)],
        "language": "en",
        "published_date": days,
        "text": texts,
        "word_count": 375,
        "text_hash": [digest("text", number)[:32] for number in range(count)],
        "keywords": [[words[number % 5_000], words[number % 777]] for number in range(count)],
        "document_id": [digest("document", number) for number in range(count)],
        "source": [f"crawl.warc.gz#{number}" for number in range(count)],
        "batch": [f"{day:%Y%m%d}" for day in days],
        "parser": "html/1",
    }
    frame = pl.DataFrame({name: known.get(name) for name in ARTICLES.names if isinstance(known.get(name), list)})
    empty = pl.DataFrame(ARTICLES.empty).schema
    lists = [name for name in ("headings", "image_credits", "links") if name not in known]
    return frame.with_columns(
        *(
            pl.lit(known[name]).cast(empty[name]).alias(name)
            for name in ("revision", "language", "word_count", "parser")
        ),
        *(pl.lit([], empty[name]).alias(name) for name in lists),
        *(pl.lit(None, empty[name]).alias(name) for name in ARTICLES.names if name not in known and name not in lists),
    ).select(pl.col(name).cast(empty[name]) for name in ARTICLES.names)


def later(old: pl.DataFrame, whole: pl.DataFrame) -> pl.DataFrame:
    """The same corpus 60 days on: with what came, and with what became of what was there."""
    numbers = np.random.default_rng(1)
    lately = max(old.height - 180 * A_DAY, 0)
    chosen = numbers.choice(np.arange(lately, old.height), size=min(2_400, old.height - lately), replace=False)
    corrected, parsed, marked, gone = (pl.Series(part) for part in np.split(chosen, [1_500, 2_000, 2_300]))
    row = pl.int_range(pl.len())
    return whole.with_columns(
        text=pl.when(row.is_in(corrected.implode())).then(pl.col("text").str.replace_all("a ", "b ")).otherwise("text"),
        text_hash=pl.when(row.is_in(corrected.implode()))
        .then(pl.col("text_hash").str.reverse())
        .otherwise("text_hash"),
        document_id=pl.when(row.is_in(corrected.implode()))
        .then(pl.col("document_id").str.reverse())
        .otherwise("document_id"),
        parser=pl.when(row.is_in(parsed.implode())).then(pl.lit("html/2")).otherwise("parser"),
        duplicate_of=pl.when(row.is_in(marked.implode())).then(pl.col("article_id").first()),
    ).filter(~row.is_in(gone.implode()))


def decisions(articles: pl.DataFrame) -> pl.DataFrame:
    """What a build would have decided of these articles' documents."""
    return articles.select(
        "document_id", "source", "batch", "article_id", "revision", "first_seen", "duplicate_of"
    ).with_columns(
        decision=pl.lit("article"),
        rule=pl.lit("url"),
        winner=pl.col("document_id"),
        similarity=pl.lit(None, pl.Float32),
        **{name: pl.lit(None, pl.String) for name in ("superseded_by", "superseded_at")},
    )


def pin(root: Path, table: Table, shards: list[pl.DataFrame]) -> dict[str, object]:
    """Write shards into the DVC cache of a repository, and say what dvc.lock says of them."""
    cache = root / ".dvc" / "cache" / "files" / "md5"
    aside = root / "aside.parquet"
    listing, size = [], 0
    for number, shard in enumerate(shards):
        missing = [pl.lit(None).alias(name) for name in table.names if name not in shard.columns]
        parquet.write(aside, table, shard.with_columns(missing).to_arrow())
        data = aside.read_bytes()
        size += len(data)
        listing.append({"md5": keep(cache, data), "relpath": f"{number:05d}.parquet"})
    whole = keep(cache, json.dumps(listing).encode(), ".dir")
    return {"path": f"data/{table.name}", "hash": "md5", "md5": whole, "size": size, "nfiles": len(listing)}


def keep(cache: Path, data: bytes, suffix: str = "") -> str:
    """Put an object into a cache. Returns its name."""
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest() + suffix
    path = cache / md5[:2] / md5[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return md5


def commit(root: Path, articles: pl.DataFrame, tag: str, *, shift: int = 0) -> None:
    """Make a version of some articles; `shift` moves all the cuts between shards."""
    cuts = [0, *range(SHARD - shift, articles.height, SHARD), articles.height]
    lock = {"schema": "2.0", "stages": {}}
    for stage, table, frame in (("write", ARTICLES, articles), ("resolve", DECISIONS, decisions(articles))):
        shards = [frame[begin:end] for begin, end in pairwise(cuts)]
        lock["stages"][stage] = {"cmd": f"corpus {stage}", "outs": [pin(root, table, shards)]}
    nothing = pl.DataFrame(REVISIONS.empty)
    lock["stages"]["write"]["outs"].append(pin(root, REVISIONS, [nothing]))
    (root / "dvc.lock").write_text(yaml.safe_dump(lock))
    (root / "aside.parquet").unlink()
    for arguments in (["add", "--all"], ["commit", "--quiet", "-m", tag], ["tag", "-a", f"corpus@{tag}", "-m", tag]):
        subprocess.run(["git", "-c", "user.name=B", "-c", "user.email=b@example.org", *arguments], cwd=root, check=True)


def seconds(folder: Path, *arguments: str) -> tuple[float, float, str]:
    """The wall time and the processor time of a command of ours, with all its imports, and what it printed first."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "corpus", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout.partition("\n")[0]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "repo"
        subprocess.run([sys.executable, "-m", "corpus", "init", str(folder)], check=True, capture_output=True)
        whole = rows(arguments.count)
        old = whole[: max(arguments.count - DAYS * A_DAY, arguments.count // 2)]
        new = later(old, whole)
        commit(folder, old, "v1.0.0")
        commit(folder, new, "v1.1.0")
        commit(folder, new, "v1.2.0", shift=SHARD // 2)
        article = str(new["article_id"][-1])
        del whole, old, new
        asked = {
            "60 days, verifying": ("diff", "v1.0.0", "v1.1.0"),
            "60 days": ("diff", "v1.0.0", "v1.1.0"),
            "60 days, folded": ("diff", "v1.0.0", "v1.2.0"),
            "60 days, JSON of all": ("diff", "v1.0.0", "v1.1.0", "--json"),
            "60 days, a page": ("diff", "v1.0.0", "v1.1.0", "--html", str(Path(scratch) / "page.html")),
            "folded, nothing else": ("diff", "v1.1.0", "v1.2.0"),
            "the same version": ("diff", "v1.1.0", "v1.1.0"),
            "history of an article": ("history", article),
        }
        for name, command in asked.items():
            times: list[tuple[float, float]] = []
            for _ in range(arguments.runs):
                if name.endswith("verifying"):
                    shutil.rmtree(folder / ".dvc" / "tmp" / "corpus", ignore_errors=True)
                wall, processor, said = seconds(folder, *command)
                times.append((wall, processor))
            wall, processor = (statistics.median(column) for column in zip(*times, strict=True))
            print(f"{name:24} {wall:6.2f} s, {processor:6.2f} s of processors   {said}", flush=True)
            record("diff", {f"{name} ({arguments.count:,})": wall}, "s")


if __name__ == "__main__":
    main()
