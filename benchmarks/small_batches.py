"""What a schedule of many small batches costs: `python -m benchmarks.small_batches [--days N] [--every MINUTES]`.

So many days of batches of some documents, as `corpus collect` seals them, with their observations. Then one batch more
is added, built and committed: on the same day, on the next, and for a day a fortnight before. Prints a line of JSON:
seconds, processor seconds, memory, files, and the bytes that each version stores in DVC's cache and in git.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.processes import Cost, run
from corpus.batches import batchfiles, tracking
from corpus.batches import register as raw
from corpus.batches.register import Batch, RawFile
from corpus.repo import commit as committing
from corpus.repo.files import publish
from corpus.repo.repository import find
from corpus.sources.batch import Writer
from corpus.sources.entries import Item
from corpus.sources.known import Known
from schemas.observations import OBSERVED

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST = datetime(2025, 1, 1, tzinfo=UTC)
# As many as a byte can choose from: a year has ten million and more words, and drawing each alone would cost minutes.
WORDS = [word for word in Path(__file__).read_text(encoding="utf-8").split() if word.isalpha()][:256]


def words(count: int, draw: random.Random) -> str:
    """Return so many words at random."""
    return " ".join([WORDS[byte] for byte in draw.randbytes(count)])


def articles(at: datetime, count: int, draw: random.Random) -> list[Item]:
    """Return documents of plain text that were captured at a moment, each at an address of its own."""
    made = []
    for number in range(count):
        url = f"https://www.site{draw.randrange(40)}.com/{at:%Y/%m/%d/%H%M}-{number}"
        lines = [words(60, draw).capitalize() + "." for _ in range(5)]
        title = words(8, draw).capitalize()
        text = "\n\n".join([title, f"{at:%B %d, %Y}", *lines, "Original url:", f"<{url}>"])
        made.append(Item(url, text.encode(), "text/plain", url=url, status=200, captured_at=at))
    return made


def observed(path: Path, items: list[Item], name: str) -> RawFile:
    """Write the observations of a batch: one for each document, and four times as many pages that are unchanged."""
    rows: list[dict[str, Any]] = []
    for item in items:
        common: dict[str, Any] = {
            **dict.fromkeys(OBSERVED.names),
            "source": "all",
            "via": "page",
            "at": item.captured_at,
            "redirects": [],
            "status": 200,
        }
        rows.append({**common, "url": item.url, "outcome": "new", "sha256": hashlib.sha256(item.data).hexdigest()})
        rows += [{**common, "url": f"{item.url}/{n}", "outcome": "unchanged-304", "status": 304} for n in range(4)]
    table = pa.Table.from_pylist(rows, OBSERVED.arrow)
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
    batch = raw.in_month(replace(batch, observations=seen, content=sum(len(item.data) for item in items)))
    targets = [batchfiles.path_of(root, file) for file in batch.all_files]
    targets[0].parent.mkdir(parents=True, exist_ok=True)
    publish(path, targets[0], sync=False)
    publish(folder / "observations.parquet", targets[1], sync=False)
    shutil.rmtree(folder)
    return batch


def dvc(root: Path, *arguments: str) -> float:
    """Run DVC; return its seconds of processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "dvc", *arguments], cwd=root, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round(sum(after[:2]) - sum(before[:2]), 1)


def processor(work: Callable[[], object]) -> float:
    """Return the seconds of processors that something takes in this process."""
    began = time.process_time()
    work()
    return round(time.process_time() - began, 3)


def read(root: Path) -> float:
    """Return what reading the register takes, in a process of its own that has not read it before."""
    program = (
        "import pathlib, sys, time; from corpus.batches import register; began = time.process_time(); "
        "register.load(pathlib.Path(sys.argv[1])); print(time.process_time() - began)"
    )
    return round(float(subprocess.check_output([sys.executable, "-c", program, str(root)])), 3)


def opened(root: Path) -> dict[str, float]:
    """Return what opening the corpus, and counting its articles, takes in a process of its own."""
    program = "import corpus, polars as pl; corpus.open().scan().select(pl.len()).collect()"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu": round(sum(after[:2]) - sum(before[:2]), 1)}


def commit(root: Path) -> int:
    """Commit what was built, as a scheduled run does; return by how many bytes git's objects grew."""
    before = stored_by_git(root)
    committing.commit(find(root))
    return stored_by_git(root) - before


def stored_by_git(root: Path) -> int:
    """Return the bytes of git's objects."""
    return sum(path.stat().st_size for path in (root / ".git/objects").rglob("*") if path.is_file())


def more(root: Path, at: datetime, folder: Path) -> dict[str, Any]:
    """Add a batch of one page through `corpus add`, which seals as the collector does, and build."""
    folder.mkdir(exist_ok=True)
    page = folder / f"{at:%Y%m%d%H%M}.txt"
    page.write_bytes(articles(at, 1, random.Random(f"{at}"))[0].data)
    before = objects(root)
    add = run(root, "add", "--captured-at", at.isoformat(), str(page))
    build = run(root, "build")
    idle = run(root, "build")
    in_git = commit(root)
    grown = {path: size for path, size in objects(root).items() if path not in before}
    listings = [size for path, size in grown.items() if path.suffix == ".dir"]
    keys = {path.stat().st_size for path in (root / "data/keys").iterdir()}
    return {
        "add": cost(add), "build": cost(build), "build_of_nothing": cost(idle),
        "new_objects": len(grown), "new_bytes": sum(grown.values()), "of_these_listings": sum(listings),
        "of_these_the_listing_of_raw": max(listings),
        "of_these_keys": sum(size for size in grown.values() if size in keys), "new_bytes_in_git": in_git,
    }  # fmt: skip


def objects(root: Path) -> dict[Path, int]:
    """Return the objects in DVC's cache with their sizes."""
    return {path: path.stat().st_size for path in (root / ".dvc/cache/files/md5").glob("*/*")}


def cost(found: Cost) -> dict[str, float]:
    """Return what a command cost, rounded."""
    return {"s": round(found.seconds, 1), "cpu": round(found.processor, 1), "mb": round(found.memory / 1e6)}


def make(root: Path, days: int, every: int, documents: int) -> tuple[float, float]:
    """Make a corpus with the batches of so many days, not built.

    Returns:
        What making the batches, and what DVC to record them, took of processors.
    """
    run(Path.cwd(), "init", str(root))
    draw = random.Random(18)
    moments = [FIRST + timedelta(minutes=every * number) for number in range(days * 24 * 60 // every)]
    made = processor(lambda: raw.save(root, [sealed(root, at, documents, draw) for at in moments]))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    tracking.track(find(root))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return made, round(sum(after[:2]) - sum(before[:2]), 1)


def measure(root: Path, days: int, every: int, documents: int, aside: Path) -> dict[str, Any]:
    """Make the corpus unless it is there, and measure."""
    made, tracked = (None, None) if root.exists() else make(root, days, every, documents)
    batches = raw.load(root)
    register = {
        "bytes": (root / raw.BATCHES).stat().st_size,
        "read_cpu": read(root),
        "write_cpu": processor(lambda: raw.as_text(batches)),
    }
    clean = run(root, "build")
    first = commit(root)
    files = Counter(path.parent.name for path in (root / "data").glob("*/*.parquet"))
    keys = {path.stem: path.stat().st_size for path in (root / "data/keys").iterdir()}
    last = batches[-1].captured_at
    return {
        "benchmark": "small_batches", "batches": len(batches), "documents": sum(batch.documents for batch in batches),
        "making_cpu": made, "first_record_cpu": tracked, "clean_build": cost(clean), "files": dict(sorted(files.items())),
        "keys_bytes": keys, "dvc_lock_bytes": (root / "dvc.lock").stat().st_size, "register": register,
        "largest_listing_bytes": max(size for path, size in objects(root).items() if path.suffix == ".dir"),
        "first_commit_bytes": first, "dvc_status_cpu": dvc(root, "status", "--quiet", "dvc.yaml"),
        "status": cost(run(root, "status")), "open": opened(root),
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
    parser.add_argument("--keep", type=Path, help="make the corpus in this folder, or measure the one that is there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        root = (options.keep or folder / "repo").absolute()
        found = measure(root, options.days, options.every, options.documents, folder / "in")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
