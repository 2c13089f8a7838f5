"""A corpus that collects from a server on loopback, with a clock that a test sets."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import polars as pl

from corpus.app.collecting import Report, Web, collect
from corpus.batches import batchfiles, register
from corpus.repo.repository import Repository
from corpus.sources.web.observed import read
from corpus.sources.web.wire import Limits

START = datetime(2026, 5, 4, 9, tzinfo=UTC)
# Every server here answers: however long that takes on a busy machine, it is no outcome.
WEB = Web(allow_loopback=True, limits=Limits(total=300, connect=300, read=300))
AGENT = 'agent: {name: newscorpus, contact: "https://example.org/bot"}\n'


class Scene:
    """A corpus with a collect.yaml, and a clock that a test sets."""

    def __init__(self, root):
        self.root = root
        self.repository = Repository(root)
        self.now = START

    def settings(self, *sources, delay="0s", **defaults):
        shared = {"every": "1h", "delay": delay, "max_age": "3650d", **defaults}
        lines = [AGENT, f"defaults: {json.dumps(shared)}", "sources:", *(f"  - {json.dumps(one)}" for one in sources)]
        (self.root / "collect.yaml").write_text("\n".join(lines) + "\n")

    def run(self, *names, **options) -> Report:
        return collect(self.repository, names, now=lambda: self.now, web=options.pop("web", WEB), **options)

    def later(self, **span):
        self.now += timedelta(**span)

    def observations(self):
        return [
            seen
            for batch in register.load(self.root)
            if batch.observations
            for seen in read(batchfiles.path_of(self.root, batch.observations))
        ]

    def documents(self):
        rows = [
            row
            for batch in register.load(self.root)
            for file in batch.files
            for row in pl.read_parquet(batchfiles.path_of(self.root, file)).iter_rows(named=True)
        ]
        return sorted(rows, key=lambda row: (row["captured_at"], row["url"]))


def outcomes(report):
    return {outcome.value: count for outcome, count in report.outcomes.items() if count}


def feed(site, path="/feed.xml", **more):
    return {"name": more.pop("name", "paper"), "kind": "feed", "url": site.url(path), **more}
