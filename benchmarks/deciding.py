"""What `decide` costs in memory and time: `python -m benchmarks.deciding [COUNT …]`.

Makes the signatures of COUNT synthetic documents of 60 words, in shards of 2,048: a tenth are later captures of earlier
articles, a seventh are copies of other articles with some words changed, a fiftieth are copies to the letter. Then it
decides in a process of its own what each document is, and makes the shards of decisions, and prints

- seconds by the clock and of all processors, less what it takes to make the texts that are compared;
- the peak memory of that process;
- a digest of all decisions and compared pairs.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from corpus.pipeline import compared
from corpus.pipeline.decided import BLOCKED
from corpus.pipeline.deciding import decide
from corpus.pipeline.signed import SignedDocuments
from corpus.resolve.signatures import signatures
from corpus.settings import Resolve
from corpus.tables import parquet
from schemas.tables import SIGNATURES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

SHARD: Final = 2_048
WORDS: Final = 60
_VOCABULARY: Final = 1 << 14
# Copies and later captures follow within so many documents, but for one in eight of them, which may follow any.
_NEAR: Final = 20_000
_PROCESSES: Final = 2


def mixed(numbers: Numbers, salt: int) -> Numbers:
    """Return for each number another one below 2 ** 62 without any pattern (SplitMix64)."""
    value = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt * 0x632BE59BD9B4E019 % (1 << 64))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        value = (value ^ (value >> np.uint64(shift))) * np.uint64(factor)
    return ((value ^ (value >> np.uint64(31))) >> np.uint64(2)).astype(np.int64)


def origins(numbers: Numbers) -> tuple[Numbers, NDArray[np.bool_], NDArray[np.bool_]]:
    """Return for each document the one whose words it has, whether it changes some, and whether it is of that article."""
    kind = mixed(numbers, 1) % 100
    back = np.where(mixed(numbers, 2) % 8 == 0, mixed(numbers, 3), mixed(numbers, 3) % _NEAR)
    of = np.maximum(numbers - 1 - back % np.maximum(numbers, 1), 0)
    is_other = (kind < 27) & (numbers > 0)
    return np.where(is_other, of, numbers), is_other & (kind < 25), is_other & (kind < 10)


def texts(numbers: Numbers) -> pa.Array:
    """Return the texts of documents."""
    of, changed, same_article = origins(numbers)
    words = mixed((of[:, None] * WORDS + np.arange(WORDS)).ravel(), 4).reshape(-1, WORDS)
    for salt, where in ((5, changed), (6, same_article)):
        rows = np.flatnonzero(where)
        words[rows, mixed(numbers[rows], salt) % WORDS] = mixed(numbers[rows], salt + 2)
    words %= _VOCABULARY
    letters = np.full((*words.shape, 6), ord(" "), np.uint8)
    for place in range(5):
        letters[:, :, place] = ord("a") + words % 10
        words //= 10
    length = letters.shape[1] * letters.shape[2]
    letters[:, -1, -1] = ord("x")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * length
    return pa.Array.from_buffers(
        pa.string(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters))]
    )


def documents(first: int, count: int, total: int) -> pa.Table:
    """Return the documents from number `first` on, with what signatures are made from."""
    numbers = np.arange(first, first + count)
    of, _, same_article = origins(numbers)
    article = np.where(same_article, of, numbers)
    own = texts(numbers)
    ids = [hashlib.sha256(number.tobytes()).hexdigest() for number in numbers]
    seconds = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) + numbers * 60
    days = article * 2_000 // total + 15_000
    nothing = pa.nulls(count, pa.string())
    return pa.table(
        {
            "document_id": ids,
            "source": [f"https://www.site{one % 97}.example/{one}?at={number}" for one, number in zip(article, numbers, strict=True)],
            "batch": [f"20260101T000000Z-{first:012}"] * count,
            "captured_at": pa.array(seconds * 1_000_000, pa.timestamp("us", "UTC")),
            "url": [f"https://www.site{one % 97}.example/{one}" for one in article],
            "accession": nothing, "publication": nothing,
            "publisher": [f"site{one % 97}.example" for one in article],
            "title": [f"Council {one % 1_000} approves line {one % 7_919} of the tram {one}" for one in article],
            "authors": pa.array([["A. Writer"]] * count, pa.list_(pa.string())),
            "agency": nothing,
            "published_date": pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32()),
            "published_at": pa.nulls(count, pa.timestamp("us", "UTC")),
            "text": own,
            "text_hash": [hashlib.sha256(str(text).encode()).hexdigest()[:32] for text in own],
        }
    )  # fmt: skip


def _sign(folder: Path, total: int, first: int) -> None:
    rows = signatures(documents(first, min(SHARD, total - first), total), Resolve())
    parquet.write(folder / f"{first:012}.parquet", SIGNATURES, rows)


def make(folder: Path, count: int) -> None:
    """Write the shards of signatures."""
    folder.mkdir(parents=True)
    with ProcessPoolExecutor(_PROCESSES) as pool:
        for _ in pool.map(partial(_sign, folder, count), range(0, count, SHARD), chunksize=16):
            pass


def decide_all(folder: Path) -> None:
    """Decide on the signatures of a folder, make all rows of decisions and pairs, and print what it took."""
    paths = sorted(folder.iterdir())
    apart = 0.0

    def read_texts(shard: int, rows: Numbers) -> pa.Array:
        nonlocal apart
        began = time.thread_time()
        found = texts(shard * SHARD + rows)
        apart += time.thread_time() - began
        return found

    began, processor = time.perf_counter(), time.process_time()
    rows = [pq.read_metadata(path).num_rows for path in paths]
    documents = SignedDocuments(rows, lambda shard, columns: parquet.read(paths[shard], columns))
    decided = decide(documents, pl.DataFrame(schema=BLOCKED), Resolve(), [], read_texts)
    state = hashlib.sha256()
    for shard in documents.shards:
        state.update(decided.rows(shard).write_csv().encode())
    for shard in documents.shards:
        state.update(compared.rows(decided.asked, documents.span(shard), decided.facts.text_hash).write_csv().encode())
    counts = {decision.value: count for decision, count in decided.counts().items() if count}
    copies = decided.likes["duplicate_of"].count()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"{len(documents):11,} documents: {time.perf_counter() - began:7.1f} s, "
        f"{time.process_time() - processor - apart:7.1f} s of processors, {peak:6,.0f} MB at most; {counts}, {copies:,} "
        f"copies, {len(decided.asked.pairs):,} pairs; {state.hexdigest()[:16]}",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--folder", type=Path, help="where signatures are kept; a temporary folder by default")
    parser.add_argument("--decide", action="store_true", help="decide in this process on signatures that are there")
    arguments = parser.parse_args()
    if arguments.decide:
        decide_all(arguments.folder / str(arguments.count[0]))
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or Path(scratch)
        for count in arguments.count:
            if not (folder / str(count)).exists():
                make(folder / str(count), count)
            command = [sys.executable, "-m", "benchmarks.deciding", "--decide", "--folder", str(folder), str(count)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
