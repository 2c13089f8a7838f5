"""Kill `corpus collect` at random moments: each page becomes one document, and only what was in flight is asked for again.

The pages are on a server on loopback that counts what it is asked for. A kill comes after a random number of requests, or
a random time after the start, so that it also meets the sealing of batches. Runs with and without `--seal` take turns.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from benchmarks.faults import invariants
from benchmarks.faults.harness import LIMIT_SECONDS, Scene, Trials, kill, main

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

COUNT: Final = 12
# Each trial has so many new pages.
PAGES: Final = 12
# Loopback is allowed by an argument of the code, never by a setting; so this is not the command itself.
PROGRAM: Final = """
import sys
from pathlib import Path
from corpus.app.collecting import Web, collect
from corpus.repo.repository import Repository
report = collect(Repository(Path.cwd()), web=Web(allow_loopback=True), seal_now=sys.argv[1] == "seal")
print({outcome.value: count for outcome, count in report.outcomes.items() if count})
"""
_POLL_SECONDS: Final = 0.005
_LONGEST_SECONDS: Final = 8.0


class Server(ThreadingHTTPServer):
    """A server that says nothing of clients that were killed."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Be quiet."""


class Site:
    """A site with a feed of its newest pages."""

    def __init__(self) -> None:
        """Start it on a free port."""
        self.pages = 0
        self.asked: Counter[str] = Counter()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked[self.path] += 1
                kind, body = site.answer(self.path)
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Be quiet."""

        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, path: str) -> str:
        """Return the address of a path."""
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def paths(self) -> list[str]:
        """Return the paths of all pages."""
        return [f"/{number}" for number in range(self.pages)]

    def answer(self, path: str) -> tuple[str, bytes]:
        """Return the media type and the body for a path; no type if there is nothing."""
        if path == "/feed.xml":
            items = "".join(f"<item><title>{one}</title><link>{self.url(one)}</link></item>" for one in self.paths())
            text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title>{items}</channel></rss>'
            return "application/rss+xml", text.encode()
        if path in self.paths():
            time.sleep(0.01)
            words = " ".join(f"word{path[1:]}x{number}" for number in range(60))
            return "text/html", f"<html><title>Page {path}</title><p>{words}</p></html>".encode()
        return "", b""


@contextmanager
def at_work(scene: Scene, how: str) -> Iterator[subprocess.Popen[str]]:
    """Start a run of the collector."""
    process = scene.start_python("-c", PROGRAM, how)
    try:
        yield process
    finally:
        if process.poll() is None:
            kill(process, whole_group=True)


def trial(scene: Scene, site: Site, trials: Trials, draw: random.Random, how: str) -> int:
    """Start a run and kill it. Returns how many kills it was: 0 if the run had ended."""
    site.pages += PAGES
    before = site.asked.total()
    after = draw.randint(1, PAGES + 3) if draw.random() < 0.5 else None
    began = time.monotonic()
    until = draw.uniform(0.5, _LONGEST_SECONDS)
    with at_work(scene, how) as process:
        while process.poll() is None:
            if after is not None and site.asked.total() >= before + after:
                break
            if (after is None or time.monotonic() - began > LIMIT_SECONDS) and time.monotonic() - began > until:
                break
            time.sleep(_POLL_SECONDS)
        ended = process.poll() is not None
    trials.made[f"{how}, {'the run had ended' if ended else 'killed'}"] += 1
    return int(not ended)


def documents(scene: Scene) -> Counter[str]:
    """Return how many documents the batches have of each address."""
    import polars as pl

    from corpus.batches import batchfiles, register

    found: Counter[str] = Counter()
    for batch in register.load(scene.root):
        for file in batch.files:
            path = batchfiles.path_of(scene.root, file)
            found.update(pl.read_parquet(path, columns=["url"], glob=False)["url"].to_list())
    return found


def run(scratch: Path, count: int, seed: int) -> Trials:
    """Kill `count` runs."""
    trials, draw = Trials(), random.Random(seed)
    scene, site = Scene.make(scratch), Site()
    source = {"name": "paper", "kind": "feed", "url": site.url("/feed.xml")}
    defaults = {"every": "1s", "delay": "0s", "recrawl": ["30d"], "seal": "day"}
    (scene.root / "collect.yaml").write_text(
        'agent: {name: newscorpus, contact: "https://example.org/bot"}\n'
        f"defaults: {json.dumps(defaults)}\nsources:\n  - {json.dumps(source)}\n"
    )
    kills = sum(trial(scene, site, trials, draw, ("seal", "no")[number % 2]) for number in range(count))
    # `every` has passed by then; the last run takes what is left, and seals it.
    for _ in range(2):
        time.sleep(1)
        with at_work(scene, "seal") as process:
            out, errors = process.communicate(timeout=LIMIT_SECONDS)
        trials.expect(process.returncode == 0, f"the last run ended with {process.returncode}: {errors[-300:]}")
        trials.expect("Traceback" not in out + errors, f"a traceback: {errors[-300:]}")
    pages = set(site.paths())
    wanted, found = {site.url(path) for path in pages}, documents(scene)
    trials.expect(
        found.keys() == wanted, f"lost {sorted(wanted - found.keys())[:5]}, surplus {sorted(found.keys() - wanted)[:5]}"
    )
    trials.expect(set(found.values()) <= {1}, f"more than once: {[url for url, n in found.items() if n > 1][:5]}")
    again = sum(number - 1 for path, number in site.asked.items() if path in pages)
    trials.expect(again <= kills, f"{again} pages were asked for again after {kills} kills")
    trials.figures |= {"pages": len(pages), "kills": kills, "pages asked for again": again}
    scene.must("build")
    scene.commit()
    trials.faults += invariants.balanced(scene) + invariants.verified(scene) + invariants.no_stray_files(scene)
    return trials


if __name__ == "__main__":
    main(run, name="collect_kills", count=COUNT, doc=__doc__)
