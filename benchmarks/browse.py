"""What the pages of `corpus browse` cost: `python -m benchmarks.browse --articles 100000`. Prints seconds and bytes.

A corpus of synthetic articles is made, built and released, or one that exists is taken (`--repo`). The command is started
as a user starts it, and each page is asked for several times: the first time, and the median of the times after it. Of
the first time the processor time of the server is noted too, which says more than the clock where other work is done
beside it. While the server runs, a day's articles are added to a synthetic corpus, and it is released again.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from datetime import date, timedelta
from itertools import accumulate, product
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from benchmarks.results import record
from corpus.app.init import init
from corpus.repo.releases import releases
from corpus.repo.repository import find
from corpus.search.places import folder_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_AGAIN = 5
# A rare word, a frequent one, and the two most frequent.
_RARE, _OFTEN, _MOST = "number77", "council", "the town"
# What people write: the pages of these are the searches of which 95 of 100 are faster than a figure.
_QUERIES = (
    _RARE, _OFTEN, _MOST, f'"{_MOST}"', "council tram", "tram OR school OR energy", "council -police", "minis*",
    "title:election", '"tram school"~3', "(budget OR energy) minister", "author:author", "",
)  # fmt: skip
_NARROWED = ("", "&language=en", "&since=2016-01-01&until=2018-12-31", "&order=newest", "&page=3")
_A_DAY = 300
_WORDS = ["the", "town", "council", "tram", "school", "election", "energy", "police", "budget", "minister"]


def make(folder: Path, count: int) -> Path:
    """Make, build and release a corpus of so many articles of ten years, about 1.8 KB each; return its folder."""
    repo = init(folder / "repo").root
    rng = random.Random(1)
    days = (date(2015, 1, 1) + timedelta(days=number * 3650 // count) for number in range(count))
    _add(repo, folder / "articles.jsonl", rng, days, "2025-01-01")
    _release(repo, "corpus@v1.0.0")
    return repo


def _add(repo: Path, file: Path, rng: random.Random, days: Iterable[date], captured: str) -> None:
    """Add an article for each of some days, and build."""
    words = [*_WORDS, *(f"w{number}" for number in range(20_000))]
    cumulative = list(accumulate(1 / (number + 1) ** 0.9 for number in range(len(words))))
    with file.open("w", encoding="utf-8") as lines:
        for number, day in enumerate(days):
            text = " ".join(rng.choices(words, cum_weights=cumulative, k=290))
            paper = f"paper{rng.randint(0, 59)}.example"
            row = {
                "title": f"{text[:60]} {number}", "text": f"{text[:700]}\n\n{text[700:]} number{number}",
                "date": day.isoformat(), "url": f"https://www.{paper}/{captured}/{number}",
                "author": f"Author {rng.randint(1, 3000)}", "section": rng.choice(["World", "City", "Sport"]),
            }  # fmt: skip
            lines.write(json.dumps(row) + "\n")
    for arguments in (("add", "--captured-at", captured, str(file)), ("build",)):
        subprocess.run([sys.executable, "-m", "corpus", *arguments], cwd=repo, check=True, stdout=subprocess.DEVNULL)


def _release(repo: Path, tag: str) -> None:
    who = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.com", "-c", "commit.gpgsign=false")
    for arguments in (("add", "--all"), ("commit", "-qm", tag), ("tag", "--annotate", "-m", tag, tag)):
        subprocess.run(["git", *who, *arguments], cwd=repo, check=True, stdout=subprocess.DEVNULL)


class Server:
    """A running `corpus browse`."""

    def __init__(self, repo: Path) -> None:
        """Start it, and wait until it answers."""
        began = time.perf_counter()
        command = [sys.executable, "-m", "corpus", "browse", "--no-open", "--port", "0", "--json", "--repo", str(repo)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        if self._process.stdout is None:
            raise AssertionError("It was started with a pipe.")
        printed = ""
        while not printed.endswith("}\n") and (line := self._process.stdout.readline()):
            printed += line
        base, _, self._token = str(json.loads(printed)["address"]).partition("?token=")
        self._base = base.rstrip("/")
        self.get("/")
        self.start = time.perf_counter() - began

    def get(self, path: str) -> tuple[float, bytes]:
        """Return how long a page takes, in seconds, and its bytes; while the index is made, wait."""
        while True:
            headers = {"Authorization": f"Bearer {self._token}"}
            began = time.perf_counter()
            try:
                with urllib.request.urlopen(urllib.request.Request(self._base + path, headers=headers)) as answer:  # noqa: S310
                    body: bytes = answer.read()
                    return time.perf_counter() - began, body
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
                time.sleep(0.1)

    def waited(self, path: str) -> float:
        """Return how long it takes until a page is there, with what has to be indexed for it, in seconds."""
        began = time.perf_counter()
        self.get(path)
        return time.perf_counter() - began

    def processor(self) -> float:
        """Return the processor time that it took until now, in milliseconds."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        user, system = (int(ticks) for ticks in fields[11:13])
        return 1000 * (user + system) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Return the most memory that it took, in bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return 1024 * int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1])

    def end(self) -> None:
        """Stop it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait()


def measure(server: Server, at: str) -> tuple[dict[str, float], dict[str, float], dict[str, float]]:
    """Return the milliseconds, the bytes and the milliseconds of processor time of the pages."""
    articles = json.loads(server.get(f"/search.json?q={_OFTEN}")[1])["articles"]
    article = f"/article/{articles[-1]['article_id']}"
    phrase = quote(f'"{_MOST}"')
    compared = "".join(f"&compare={word}" for word in ("tram", "town", "school", "w9"))
    pages = {
        "first page": "/", "search, often": f"/search?q={_OFTEN}", "search, phrase": f"/search?q={phrase}",
        "search, all": "/search", "over time": f"/search?q={_OFTEN}&view=time",
        "five over time": f"/search?q={_OFTEN}&view=time{compared}", "context, rare": f"/search?q={_RARE}&view=kwic",
        "context, often": f"/search?q={_OFTEN}&view=kwic", "context, phrase": f"/search?q={phrase}&view=kwic",
        "words": f"/search?q={_OFTEN}&view=words", "article": article, "revisions": f"{article}/revisions",
        "why": f"{article}/why",
    }  # fmt: skip
    times: dict[str, float] = {}
    sizes: dict[str, float] = {}
    worked: dict[str, float] = {}
    for name, path in pages.items():
        before = server.processor()
        first, body = server.get(path)
        worked[f"{name}, first{at}"] = server.processor() - before
        times[f"{name}, first{at}"] = 1000 * first
        times[f"{name}{at}"] = 1000 * statistics.median(server.get(path)[0] for _ in range(_AGAIN))
        sizes[f"bytes of {name}{at}"] = len(body)
    return times, sizes, worked


def searches(server: Server) -> tuple[list[float], list[float], int]:
    """Return the milliseconds and the processor time of each page of a search, asked for once, and the most bytes."""
    times, worked, most = [], [], 0
    for query, narrowed in product(_QUERIES, _NARROWED):
        path = f"/search?q={quote(query)}{narrowed}"
        before = server.processor()
        try:
            taken, body = server.get(path)
        except urllib.error.HTTPError as error:
            # A search that finds little has no third page.
            if error.code != 404:
                raise
            continue
        times.append(1000 * taken)
        worked.append(server.processor() - before)
        most = max(most, len(body))
    return times, worked, most


def switches(server: Server, repo: Path, day: str) -> tuple[dict[str, float], dict[str, float]]:
    """Return the seconds, and the processor time, until a search in another version of the same index is there."""
    paths = {"a day": f"/search?q={_OFTEN}&asof={day}"}
    if found := releases(find(repo)):
        paths["a release"] = f"/v/{quote(found[0].tag, safe='')}/search?q={_OFTEN}"
    seconds, worked = {}, {}
    for name, path in paths.items():
        before = server.processor()
        seconds[name] = server.waited(path)
        worked[name] = server.processor() - before
    return seconds, worked


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--repo", type=Path, help="a corpus that exists, in place of a synthetic one; it is only read")
    parser.add_argument("--day", default="2025-06-01", help="the day to switch to (default: %(default)s)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        repo = options.repo or make(Path(scratch), options.articles)
        seconds = {}
        if not folder_of(find(repo)).is_dir():
            cold = Server(repo)
            seconds["index"] = cold.waited("/search")
            cold.end()
        server = Server(repo)
        try:
            seconds["warm start"] = server.start
            started = server.processor()
            count = json.loads(server.get("/index.json")[1])["articles"]
            at = f" of {count:,} articles"
            every, of_each, most = searches(server)
            times, sizes, worked = measure(server, at)
            if options.repo is None:
                days = (date(2025, 1, 1) + timedelta(days=number % 2) for number in range(_A_DAY))
                _add(repo, Path(scratch) / "day.jsonl", random.Random(2), days, "2025-06-15")
                seconds["a day's articles"] = server.waited(f"/search?q={_OFTEN}")
                _release(repo, "corpus@v1.1.0")
            switched, worked_for = switches(server, repo, options.day)
            sizes[f"memory{at}"] = server.memory()
        finally:
            server.end()
    seconds = {f"{name}{at}": value for name, value in (seconds | switched).items()}
    worked |= {f"{name}{at}": value for name, value in worked_for.items()} | {f"warm start{at}": started}
    for name, values in (("", every), ("processor time of ", of_each)):
        times[f"{name}a search, median{at}"] = statistics.median(values)
        times[f"{name}a search, 95 of 100{at}"] = statistics.quantiles(values, n=20)[-1]
    times |= {f"processor time of {name}": value for name, value in worked.items()}
    sizes[f"most bytes of a page{at}"] = max(
        most, *(value for name, value in sizes.items() if name.startswith("bytes"))
    )
    print(json.dumps(seconds | times | sizes, indent=1))
    record("browse", seconds, "s")
    record("browse", times, "ms")
    record("browse", sizes, "bytes")


if __name__ == "__main__":
    main()
