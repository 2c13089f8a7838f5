"""What a schedule of many small batches costs: `python -m benchmarks.small_batches [--days N] [--every MINUTES]`.

So many days of batches of some ten documents, as `corpus collect` seals them, with their observations. Then one batch
more is added and built, on the same day and on the next. Prints a line of JSON: seconds, processor seconds, files, bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.processes import Cost, run
from corpus.batches import batchfiles
from corpus.batches import register as raw
from corpus.batches.register import Batch, RawFile
from corpus.repo.files import publish
from corpus.sources.batch import Writer
from corpus.sources.entries import Item
from corpus.sources.known import Known
from schemas.observations import OBSERVED

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
WORDS = [word for word in Path(__file__).read_text(encoding="utf-8").split() if word.isalpha()]


def articles(at: datetime, count: int, draw: random.Random) -> list[Item]:
    """Return documents of plain text that were captured at a moment, each at an address of its own."""
    made = []
    for number in range(count):
        url = f"https://www.site{draw.randrange(40)}.com/{at:%Y/%m/%d/%H%M}-{number}"
        lines = [" ".join(draw.choices(WORDS, k=60)).capitalize() + "." for _ in range(5)]
        title = " ".join(draw.choices(WORDS, k=8)).capitalize()
        text = "\n\n".join([title, f"{at:%B %d, %Y}", *lines, "Original url:", f"<{url}>"])
        made.append(Item(url, text.encode(), "text/plain", url=url, status=200, captured_at=at))
    return made


def observed(path: Path, items: list[Item], name: str) -> RawFile:
    """Write the observations of a batch: one for each document, and four times as many pages that are unchanged."""
    rows: list[dict[str, Any]] = []
    for item in items:
        common: dict[str, Any] = {
            "source": "all",
            "via": "page",
            "at": item.captured_at,
            "redirects": [],
            "status": 200,
        }
        rows.append({**common, "url": item.url, "outcome": "new", "sha256": hashlib.sha256(item.data).hexdigest()})
        rows += [{**common, "url": f"{item.url}/{n}", "outcome": "unchanged-304", "status": 304} for n in range(4)]
    table = pa.Table.from_pylist([{name: row.get(name) for name in OBSERVED.names} for row in rows], OBSERVED.arrow)
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)
    data = path.read_bytes()
    return RawFile(f"{name}-observations.parquet", hashlib.sha256(data).hexdigest(), len(rows), len(data), 1)


def sealed(root: Path, at: datetime, count: int, draw: random.Random) -> Batch:
    """Write the files of a batch, and return its entry in the register."""
    folder = root / "data" / "tmp" / "made"
    items = articles(at, count, draw)
    with Writer(folder, at, None, Known(), dated=True) as writer:
        for item in items:
            writer.add(item)
        finished = writer.finish()
    if finished is None:
        raise SystemExit("a batch without documents")
    batch, (path,) = finished
    seen = observed(folder / "observations.parquet", items, batch.name)
    batch = replace(batch, observations=seen, content=sum(len(item.data) for item in items))
    publish(path, batchfiles.path_of(root, batch.files[0]), sync=False)
    publish(folder / "observations.parquet", batchfiles.path_of(root, seen), sync=False)
    shutil.rmtree(folder)
    return batch


def dvc(root: Path, *arguments: str) -> float:
    """Run DVC; return its seconds."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "dvc", *arguments], cwd=root, check=True, stdout=subprocess.DEVNULL)
    return round(time.perf_counter() - began, 1)


def more(root: Path, at: datetime, folder: Path) -> dict[str, Any]:
    """Add a batch of one page through `corpus add`, which seals as the collector does, and build."""
    folder.mkdir(exist_ok=True)
    page = folder / f"{at:%Y%m%d%H%M}.txt"
    page.write_bytes(articles(at, 1, random.Random(f"{at}"))[0].data)
    before = objects(root)
    add = run(root, "add", "--captured-at", at.isoformat(), str(page))
    build = run(root, "build")
    idle = run(root, "build")
    grown = {path: size for path, size in objects(root).items() if path not in before}
    listings = sum(size for path, size in grown.items() if path.suffix == ".dir")
    return {
        "add": cost(add), "build": cost(build), "build_of_nothing": cost(idle),
        "new_objects": len(grown), "new_bytes": sum(grown.values()), "of_these_listings": listings,
    }  # fmt: skip


def objects(root: Path) -> dict[Path, int]:
    """Return the objects in DVC's cache with their sizes."""
    return {path: path.stat().st_size for path in (root / ".dvc/cache/files/md5").glob("*/*")}


def cost(found: Cost) -> dict[str, float]:
    """Return what a command cost, rounded."""
    return {"s": round(found.seconds, 1), "cpu": round(found.processor, 1), "mb": round(found.memory / 1e6)}


def measure(root: Path, days: int, every: int, documents: int, aside: Path) -> dict[str, Any]:
    """Make the corpus, and measure."""
    run(Path.cwd(), "init", str(root))
    (root / raw.RAW).mkdir(parents=True, exist_ok=True)
    draw = random.Random(18)
    moments = [FIRST + timedelta(minutes=every * number) for number in range(days * 24 * 60 // every)]
    batches = [sealed(root, at, documents, draw) for at in moments]
    raw.save(root, batches)
    tracked = dvc(root, "add", "--quiet", raw.RAW)
    clean = run(root, "build")
    files = Counter(path.parent.name for path in (root / "data").glob("*/*.parquet"))
    keys = {path.stem: path.stat().st_size for path in (root / "data/keys").iterdir()}
    last = moments[-1]
    return {
        "benchmark": "small_batches", "batches": len(batches), "documents": len(batches) * documents,
        "first_dvc_add_s": tracked, "clean_build": cost(clean), "files": dict(sorted(files.items())),
        "keys_bytes": keys, "dvc_lock_bytes": (root / "dvc.lock").stat().st_size,
        "register_bytes": (root / raw.BATCHES).stat().st_size,
        "largest_listing_bytes": max(size for path, size in objects(root).items() if path.suffix == ".dir"),
        "dvc_status_s": dvc(root, "status", "--quiet"),
        "one_more": more(root, last + timedelta(minutes=every // 2), aside),
        "next_day": more(root, datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=1), aside),
        "late_by_a_fortnight": more(root, last - timedelta(days=14, minutes=1), aside),
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--every", type=int, default=15, help="minutes from one batch to the next")
    parser.add_argument("--documents", type=int, default=10, help="documents of a batch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        found = measure(folder / "repo", options.days, options.every, options.documents, folder / "in")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
