"""What the pages of `corpus browse` cost: `python -m benchmarks.browse --articles 100000`. Prints seconds and bytes.

A corpus of synthetic articles is made and built, or one that exists is taken (`--repo`). The command is started as a user
starts it, and each page is asked for several times: the first time, and the median of the times after it. Of the first
time the processor time of the server is noted too, which says more than the clock where other work is done beside it.
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
from pathlib import Path
from urllib.parse import quote

from benchmarks.results import record
from corpus.app.init import init
from corpus.repo.repository import find
from corpus.search.places import folder_of

_AGAIN = 5
# A rare word, a frequent one, and the two most frequent.
_RARE, _OFTEN, _MOST = "number77", "council", "the town"
_WORDS = ["the", "town", "council", "tram", "school", "election", "energy", "police", "budget", "minister"]


def make(folder: Path, count: int) -> Path:
    """Make and build a corpus of so many articles of ten years, about 1.8 KB each; return its folder."""
    repo = init(folder / "repo").root
    rng = random.Random(1)
    words = [*_WORDS, *(f"w{number}" for number in range(20_000))]
    weights = [1 / (number + 1) ** 0.9 for number in range(len(words))]
    total, cumulative = 0.0, []
    for weight in weights:
        total += weight
        cumulative.append(total)
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as file:
        for number in range(count):
            text = " ".join(rng.choices(words, cum_weights=cumulative, k=290))
            day = date(2015, 1, 1) + timedelta(days=number * 3650 // count)
            paper = f"paper{rng.randint(0, 59)}.example"
            row = {
                "title": f"{text[:60]} {number}", "text": f"{text[:700]}\n\n{text[700:]} number{number}",
                "date": day.isoformat(), "url": f"https://www.{paper}/{day.year}/{number}",
                "author": f"Author {rng.randint(1, 3000)}", "section": rng.choice(["World", "City", "Sport"]),
            }  # fmt: skip
            file.write(json.dumps(row) + "\n")
    for arguments in (("add", "--captured-at", "2025-01-01", str(folder / "articles.jsonl")), ("build",)):
        subprocess.run([sys.executable, "-m", "corpus", *arguments], cwd=repo, check=True, stdout=subprocess.DEVNULL)
    return repo


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


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--repo", type=Path, help="a corpus that exists, in place of a synthetic one")
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
            count = json.loads(server.get("/index.json")[1])["articles"]
            at = f" of {count:,} articles"
            times, sizes, worked = measure(server, at)
            seconds = {f"{name}{at}": value for name, value in (seconds | {"warm start": server.start}).items()}
            before = server.processor()
            seconds[f"a day{at}"] = server.waited(f"/search?q={_OFTEN}&asof=2025-06-01")
            worked[f"a day{at}"] = server.processor() - before
            sizes[f"memory{at}"] = server.memory()
        finally:
            server.end()
    times |= {f"processor time of {name}": value for name, value in worked.items()}
    print(json.dumps(seconds | times | sizes, indent=1))
    record("browse", seconds, "s")
    record("browse", times, "ms")
    record("browse", sizes, "bytes")


if __name__ == "__main__":
    main()
