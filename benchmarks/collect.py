"""How fast, how lean and how politely `corpus.sources.web` fetches: many hosts on loopback, each with its own gap.

`python -m benchmarks.collect --hosts 1000 --pages 10 --delay 1` serves that many addresses of 127.0.0.0/8 from a process of
its own, which logs each arrival and the end of each answer; politeness is judged by that log. Prints a line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.results import record

BODY = b"<html><head><title>Page</title></head><body><p>" + b"Words of an article. " * 150 + b"</p></body></html>"
ROBOTS = b"User-agent: *\nAllow: /\n"


def addresses(hosts: int) -> list[str]:
    """Addresses of this machine, one a host."""
    return [f"127.1.{number // 250}.{1 + number % 250}" for number in range(hosts)]


def serve(port: int, ready: Any, stop: Any, answer: Any) -> None:
    """Serve until told to stop; send the smallest gap, the number of arrivals and the hosts asked too soon."""
    ended: dict[str, float] = {}
    gaps: dict[str, float] = {}
    arrivals = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal arrivals
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                began = time.monotonic()
                path = head.split(b" ", 2)[1]
                host = writer.get_extra_info("sockname")[0]
                arrivals += 1
                if host in ended:
                    gaps[host] = min(gaps.get(host, 1e9), began - ended[host])
                # While it is being answered nobody else may come.
                ended[host] = 1e12
                status, body = (b"200 OK", ROBOTS if path == b"/robots.txt" else BODY)
                if path == b"/.well-known/tdmrep.json":
                    status, body = b"404 Not Found", b""
                writer.write(
                    b"HTTP/1.1 "
                    + status
                    + b"\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body)
                    + body
                )
                await writer.drain()
                ended[host] = time.monotonic()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def main() -> None:
        servers = [await asyncio.start_server(talk, "0.0.0.0", port, backlog=4_096)]  # noqa: S104 - all of 127.0.0.0/8
        ready.set()
        await asyncio.to_thread(stop.wait)
        for server in servers:
            server.close()

    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    asyncio.run(main())
    answer.send({"arrivals": arrivals, "gaps": sorted(gaps.values())})


def fetch(hosts: int, pages: int, delay: float, port: int) -> dict[str, Any]:
    """Fetch all pages of all hosts as `corpus collect` does, into a spool and a state on disk."""
    from corpus.sources.web.asking import Asker
    from corpus.sources.web.collecting import Kind, Source
    from corpus.sources.web.collector import Collector
    from corpus.sources.web.guard import Guard
    from corpus.sources.web.pacing import Pacer
    from corpus.sources.web.spool import Spool
    from corpus.sources.web.state import State
    from corpus.sources.web.wire import Wire

    def now() -> datetime:
        return datetime.now(UTC)

    with tempfile.TemporaryDirectory() as folder, Spool(Path(folder)) as spool, State(Path(folder)) as state:
        urls = [f"http://{host}:{port}/{page}" for page in range(pages) for host in addresses(hosts)]
        (Path(folder) / "urls.txt").write_text("\n".join(urls))
        source = Source(
            "many",
            Kind.URLS,
            "",
            path=Path("urls.txt"),
            delay=timedelta(seconds=delay),
            max_new=len(urls) + 1,  # type: ignore[arg-type]
        )

        async def work() -> Any:
            async with Wire("newscorpus (+https://example.org/bot)", Guard(allow_loopback=True)) as wire:
                asker = Asker(wire, Pacer((), now()), state, spool, "newscorpus", now)
                collector = Collector(Path(folder), Path(folder), asker, lambda _: (), spare=0)
                return await collector.run([source])

        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.monotonic()
        (run,) = asyncio.run(work())
        seconds = time.monotonic() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        outcomes = {outcome.value: count for outcome, count in run.outcomes.items() if count}
        return {
            "seconds": round(seconds, 2),
            "outcomes": outcomes,
            "peak_mb": round(peak / 1e3),
            "base_mb": round(before / 1e3),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=1_000)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--delay", type=float, default=1.0)
    parser.add_argument("--port", type=int, default=18_080)
    options = parser.parse_args()
    # Not forked: the server must not count into our memory.
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    mine, theirs = context.Pipe()
    server = context.Process(target=serve, args=(options.port, ready, stop, theirs), daemon=True)
    server.start()
    if not ready.wait(60):
        raise SystemExit("the server did not start")
    found = fetch(options.hosts, options.pages, options.delay, options.port)
    stop.set()
    said = mine.recv()
    server.join(10)
    gaps = said["gaps"]
    pages = sum(found["outcomes"].values())
    of = f"of {options.hosts:,} hosts"
    record("collect", {f"pages {of}": pages / found["seconds"]}, "/s")
    record("collect", {f"memory {of}": found["peak_mb"] * 1e6}, "bytes")
    print(
        json.dumps(
            {
                "benchmark": "collect",
                "hosts": options.hosts,
                "pages": pages,
                "requests": said["arrivals"],
                "delay": options.delay,
                **found,
                "pages_per_second": round(pages / found["seconds"]),
                "requests_per_second": round(said["arrivals"] / found["seconds"]),
                "smallest_gap": round(gaps[0], 3) if gaps else None,
                "too_soon": sum(gap < options.delay - 0.005 for gap in gaps),
            }
        )
    )


if __name__ == "__main__":
    main()
