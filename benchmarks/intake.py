"""How fast intake is: `python -m benchmarks.intake [COUNT] [--pages FOLDER]`.

Small text files, rows of some 2 KB and 0.5 KB, and a WARC of HTML pages, each added to a new corpus, rows and pages also
ingested; beside it the size of the same documents as `.tar.zst -3`, and how fast the same pages are parsed and no more.
Rows of which nothing says the language have theirs found. `work` is without what the command takes for a single document.
With datatrove installed its readers are timed on the same JSONL and WARC; they read only, check and keep nothing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import sys
import tarfile
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from benchmarks.make_seeds import NAMES, SITES, article, make
from benchmarks.processes import Cost, a_second, run
from benchmarks.results import record

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


PEERS = "uv run --with datatrove --with orjson --with warcio --with faust-cchardet --with python-magic python -m benchmarks.intake"


def new(folder: Path) -> Path:
    """A new corpus."""
    run(folder.parent, "init", str(folder))
    return folder


def tar_zst(files: list[Path]) -> int:
    """The size of files as `.tar.zst -3`."""
    with tempfile.NamedTemporaryFile() as made:
        with zstd.open(made.name, "wb", level=3) as packed, tarfile.open(fileobj=packed, mode="w|") as archive:
            for path in files:
                archive.add(path, arcname=str(path))
        return Path(made.name).stat().st_size


def warc(path: Path, bodies: list[bytes], count: int) -> int:
    """Write a WARC of so many responses. Returns its bytes, decompressed."""
    size = 0
    with path.open("wb") as file:
        for number in range(count):
            # One document is like no other, as pages of one site are.
            body = bodies[number % len(bodies)].replace(b"</body>", f"<p>{number}</p></body>".encode(), 1)
            http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nServer: x\r\n\r\n" + body
            head = (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number:032}>\r\n"
                f"WARC-Date: 2024-01-01T00:00:00Z\r\nWARC-Target-URI: https://example.com/{number}\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
            ).encode()
            record = head + http + b"\r\n\r\n"
            size += len(record)
            file.write(gzip.compress(record, 6))
    return size


def pages_of(path: Path) -> list[tuple[str, bytes]]:
    """The addresses and bodies of a WARC's responses."""
    from fastwarc.warc import ArchiveIterator

    with path.open("rb") as file:
        return [(record.headers["WARC-Target-URI"], record.reader.read()) for record in ArchiveIterator(file)]


def parse(pages: list[tuple[str, bytes]]) -> int:
    """Parse pages that are at hand, by ourselves, and keep nothing."""
    from corpus.formats import parser_of
    from corpus.formats.article import Document

    parser = parser_of("text/html", "by-language")
    return sum(len(parser.parse(Document(data, "text/html", url, url)).text) for url, data in pages) if parser else 0


def parsed_alone(path: Path) -> float:
    """Seconds that it takes to read a WARC and parse its pages in as many processes as there are processors."""
    workers = len(os.sched_getaffinity(0))
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(parse, [pages_of(path)[:1]] * workers))
        began = time.perf_counter()
        pages = pages_of(path)
        list(pool.map(parse, [pages[at : at + 32] for at in range(0, len(pages), 32)]))
        return time.perf_counter() - began


def jsonl(path: Path, count: int, length: int, *, language: bool) -> Path:
    """Write so many rows with texts of about `length` characters, each a day, an hour and an address of its own."""
    path.parent.mkdir()
    with path.open("w") as out:
        for number in range(count):
            title, _, text = article(number, length).partition("\n\n")
            day = date(2015, 1, 1) + timedelta(days=number % 4_000)
            row = {
                "title": title, "text": text.partition("\n\nOriginal url")[0], "authors": [NAMES[number % len(NAMES)]],
                "url": f"https://www.{SITES[number % len(SITES)]}/{day:%Y/%m/%d}/{number}-some-words",
                "date": f"{day}T{number % 24:02}:{number % 60:02}:{number // 60 % 60:02}Z",
            }  # fmt: skip
            out.write(json.dumps({**row, "language": "en"} if language else row) + "\n")
    return path


def report(what: str, cost: Cost, rates: str) -> None:
    """One line."""
    print(f"{what:34} {cost.seconds:6.2f} s {cost.memory / 1e6:5.0f} MB  {rates}", flush=True)
    record("intake", {what: cost.seconds}, "s")
    record("intake", {what: cost.memory}, "bytes")


def batch_size(corpus: Path) -> int:
    """Bytes of the batch's files."""
    return sum(path.stat().st_size for path in (corpus / "data" / "raw").iterdir())


def rate(count: float, cost: Cost, least: Cost, unit: str) -> str:
    """So much a second, of all the time and of that without the start."""
    return f"{a_second(count, cost.seconds)} {unit}, work {a_second(count, cost.seconds - least.seconds)}"


def tables_of(rows: Path) -> list[Path]:
    """The same rows in the other forms that tables come in."""
    frame = pl.read_ndjson(rows)
    made = [rows.parent / "tables" / f"rows.{ending}" for ending in ("csv", "tsv", "parquet", "arrow")]
    made[0].parent.mkdir()
    flat = frame.with_columns(pl.col("authors").list.join("; "))
    flat.write_csv(made[0])
    flat.write_csv(made[1], separator="\t")
    frame.write_parquet(made[2])
    frame.write_ipc(made[3])
    return made


def peers(tables: list[Path], crawl: Path) -> None:
    """Datatrove's readers on the same files, if they are installed; one that lacks a package is left out, and says which."""
    try:
        from datatrove.pipeline.readers import JsonlReader, WarcReader  # type: ignore[import-not-found]
    except ImportError as error:
        print(f"datatrove's readers are left out: {error}. They run with `{PEERS}`")
        return
    readers = [(f"JsonlReader {rows.name}", JsonlReader, rows.parent) for rows in tables]
    for name, reader, folder in [*readers, ("WarcReader", WarcReader, crawl.parent)]:
        began = time.perf_counter()
        try:
            # The same rows in other formats stand below.
            count = sum(1 for _ in reader(str(folder), recursive=False).run())
        except ImportError as error:
            # Datatrove asks for what a reader needs when the reader is made, or first used.
            print(f"datatrove {name} is left out: {' '.join(str(error).split()).rstrip('.')}. It runs with `{PEERS}`")
            continue
        print(f"datatrove {name}: {count / (time.perf_counter() - began):,.0f} documents/s, reading alone")


class Intake:
    """What is measured, in a folder to work in; the start of a command is what it takes for a single document."""

    def __init__(self, scratch: Path, count: int) -> None:
        self.scratch = scratch
        self.count = count
        one = scratch / "one"
        one.mkdir()
        (one / "a.txt").write_text("A title\n\nA text.\n")
        self.least = run(new(scratch / "c0"), "add", str(one))
        row = jsonl(scratch / "row" / "row.jsonl", 1, 500, language=True)
        run(corpus := new(scratch / "c-row"), "add", str(row))
        self.first = run(corpus, "ingest")
        print(f"start-up: add {self.least.seconds:.2f} s with DVC's, ingest {self.first.seconds:.2f} s")

    def files(self) -> list[Path]:
        """Small files; returns them."""
        files = self.scratch / "files"
        make(files, self.count)
        cost = run(corpus := new(self.scratch / "c-files"), "add", str(files))
        report("add small files", cost, rate(self.count, cost, self.least, "files/s"))
        listed = sorted(path for path in files.rglob("*") if path.is_file())
        batch, packed = batch_size(corpus) / 1e6, tar_zst(listed) / 1e6
        print(f"{'':34} batch {batch:.1f} MB, tar.zst -3 {packed:.1f} MB: {batch / packed:.2f} x")
        return listed

    def rows(self, name: str, length: int, *, language: bool = True) -> Path:
        """Rows of JSONL; returns their file."""
        rows = jsonl(self.scratch / name / f"{name}.jsonl", self.count, length, language=language)
        what = f"rows of {rows.stat().st_size // self.count:,} B{'' if language else ', no language'}"
        self.table(rows, what)
        return rows

    def table(self, rows: Path, what: str) -> None:
        """A table of rows."""
        cost = run(corpus := new(self.scratch / f"c-{rows.name}"), "add", str(rows))
        report(f"add {what}", cost, rate(self.count, cost, self.least, "rows/s"))
        cost = run(corpus, "ingest")
        report(f"ingest {what}", cost, rate(self.count, cost, self.first, "rows/s"))

    def warc(self, bodies: list[bytes]) -> Path:
        """A WARC of pages, twenty of each; returns its file."""
        crawl = self.scratch / "warc" / "crawl.warc.gz"
        crawl.parent.mkdir()
        count = 20 * len(bodies)
        size = warc(crawl, bodies, count) / 1e6
        adding = run(corpus := new(self.scratch / "c-warc"), "add", str(crawl))
        report("add WARC", adding, rate(size, adding, self.least, "MB/s decompressed"))
        cost, alone = run(corpus, "ingest"), parsed_alone(crawl)
        ingesting = cost.seconds - self.first.seconds
        both = ingesting + adding.seconds - self.least.seconds
        report("ingest WARC", cost, rate(count, cost, self.first, "pages/s"))
        print(
            f"{'':34} HTML alone {count / alone:,.0f} pages/s: ingest at {alone / ingesting:.0%} of that, with add "
            f"{alone / both:.0%}\n"
            f"{'':34} batch {batch_size(corpus) / 1e6:.1f} MB of {size:.0f} MB, WARC {crawl.stat().st_size / 1e6:.1f} MB"
        )
        return crawl


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--pages", type=Path, help="a folder of *.html.gz for the WARC")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        intake = Intake(Path(name), given.count)
        listed = intake.files()
        tables = [intake.rows("2k", 2_000), intake.rows("half", 300), intake.rows("unknown", 2_000, language=False)]
        for other in tables_of(tables[0]):
            intake.table(other, f"the first as {other.suffix[1:]}")
        given_pages = sorted(given.pages.glob("*.html.gz")) if given.pages else []
        bodies = [gzip.decompress(path.read_bytes()) for path in given_pages] or [
            f"<html><body><article><h1>{path.name}</h1><p>{path.read_text() * 10}</p></article></body></html>".encode()
            for path in listed[:200]
        ]
        peers(tables, intake.warc(bodies))


if __name__ == "__main__":
    main()
