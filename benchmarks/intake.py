"""How fast `corpus add` is: `python -m benchmarks.intake [COUNT] [--pages FOLDER]`.

Small text files, a WARC of HTML pages and JSONL rows of some 2 KB and 0.5 KB, each added to a new corpus, the rows also
ingested; beside it the size of the same documents as `.tar.zst -3`. Rows of which nothing says the language have theirs
found; of the WARC, also how fast it is ingested beside parsing its pages and no more. `work` is without what the command takes for a single document. With datatrove installed its readers are timed on
the same JSONL and WARC; they read only, check and keep nothing. They need packages that datatrove does not bring:

    uv run --with datatrove --with orjson --with warcio --with faust-cchardet --with python-magic python -m benchmarks.intake
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from pathlib import Path

from benchmarks.make_seeds import NAMES, SITES, article, make

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


PEERS = "uv run --with datatrove --with orjson --with warcio --with faust-cchardet --with python-magic python -m benchmarks.intake"


def timed(arguments: list[str], folder: Path) -> tuple[float, int]:
    """Seconds and peak memory in bytes of a command of ours."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "corpus", *arguments], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"corpus {' '.join(arguments)} failed")
    return time.perf_counter() - began, usage.ru_maxrss * 1024


def new(folder: Path) -> Path:
    """A new corpus."""
    subprocess.run([sys.executable, "-m", "corpus", "init", str(folder)], check=True, capture_output=True)
    return folder


def tar_zst(files: list[Path]) -> int:
    """The size of files as `.tar.zst -3`."""
    with tempfile.NamedTemporaryFile() as made:
        # To disk, for what a child uses at most counts from what its parent used.
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


def report(what: str, seconds: float, memory: int, rates: str) -> None:
    """One line."""
    print(f"{what:34} {seconds:6.2f} s {memory / 1e6:5.0f} MB  {rates}", flush=True)


def batch_size(corpus: Path) -> int:
    """Bytes of the batch's files."""
    return sum(path.stat().st_size for path in (corpus / "data" / "raw").iterdir())


def rate(count: int, seconds: float, least: float) -> str:
    """Rows a second, of all the time and of that without the start."""
    return f"{count / seconds:,.0f} rows/s, work {count / max(seconds - least, 1e-9):,.0f}/s"


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
            count = sum(1 for _ in reader(str(folder)).run())
        except ImportError as error:
            # Datatrove asks for what a reader needs when the reader is made, or first used.
            print(f"datatrove {name} is left out: {' '.join(str(error).split()).rstrip('.')}. It runs with `{PEERS}`")
            continue
        print(f"datatrove {name}: {count / (time.perf_counter() - began):,.0f} documents/s, reading alone")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--pages", type=Path, help="a folder of *.html.gz for the WARC")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        one = scratch / "one"
        one.mkdir()
        (one / "a.txt").write_text("A title\n\nA text.\n")
        least, _ = timed(["add", str(one)], new(scratch / "c0"))
        print(f"start-up, with DVC's                {least:6.2f} s")
        files = scratch / "files"
        make(files, given.count)
        listed = sorted(path for path in files.rglob("*") if path.is_file())
        seconds, memory = timed(["add", str(files)], corpus := new(scratch / "c1"))
        report(
            "add small files",
            seconds,
            memory,
            f"{given.count / seconds:,.0f} files/s, work {given.count / (seconds - least):,.0f}/s",
        )
        packed = tar_zst(listed)
        print(
            f"{'':34} batch {batch_size(corpus) / 1e6:.1f} MB, tar.zst -3 {packed / 1e6:.1f} MB: {batch_size(corpus) / packed:.2f} x"
        )
        tables: list[Path] = []
        timed(["add", str(jsonl(scratch / "row" / "row.jsonl", 1, 500, language=True))], corpus := new(scratch / "c2"))
        first, _ = timed(["ingest"], corpus)
        print(f"start-up of ingest                  {first:6.2f} s")
        for folder, length, language in (("2k", 2_000, True), ("half", 300, True), ("unknown", 2_000, False)):
            rows = jsonl(scratch / folder / f"{folder}.jsonl", given.count, length, language=language)
            tables.append(rows)
            what = f"rows of {rows.stat().st_size // given.count:,} B{'' if language else ', no language'}"
            seconds, memory = timed(["add", str(rows)], corpus := new(scratch / f"c-{folder}"))
            report(f"add {what}", seconds, memory, rate(given.count, seconds, least))
            seconds, memory = timed(["ingest"], corpus)
            report(f"ingest {what}", seconds, memory, rate(given.count, seconds, first))
        bodies = [gzip.decompress(path.read_bytes()) for path in sorted(given.pages.glob("*.html.gz"))] if given.pages else [
            f"<html><body><article><h1>{path.name}</h1><p>{path.read_text() * 10}</p></article></body></html>".encode() for path in listed[:200]
        ]  # fmt: skip
        crawl = scratch / "warc" / "crawl.warc.gz"
        crawl.parent.mkdir()
        size = warc(crawl, bodies, 20 * len(bodies))
        seconds, memory = timed(["add", str(crawl)], corpus := new(scratch / "c3"))
        report(
            "add WARC",
            seconds,
            memory,
            f"{size / seconds / 1e6:,.0f} MB/s decompressed, work {size / (seconds - least) / 1e6:,.0f} MB/s",
        )
        adding = seconds - least
        seconds, memory = timed(["ingest"], corpus)
        count, alone = 20 * len(bodies), parsed_alone(crawl)
        report(
            "ingest WARC",
            seconds,
            memory,
            f"{count / seconds:,.0f} pages/s, work {count / (seconds - first):,.0f}/s; HTML alone {count / alone:,.0f}/s: "
            f"ingest at {alone / (seconds - first):.0%} of that, with add {alone / (seconds - first + adding):.0%}",
        )
        print(
            f"{'':34} batch {batch_size(corpus) / 1e6:.1f} MB of {size / 1e6:.0f} MB, the WARC {crawl.stat().st_size / 1e6:.1f} MB"
        )
        peers(tables, crawl)


if __name__ == "__main__":
    main()
