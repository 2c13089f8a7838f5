"""Report the state of a corpus: its documents, what is not built yet, the ledger, git, and the last release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from corpus.app.serving import Serving, serving
from corpus.app.summary import summarise
from corpus.batches import register as raw
from corpus.batches.seeds import SEEDS, list_seeds
from corpus.errors import CorpusError
from corpus.formats.plugins import PlugIn, plug_ins
from corpus.objects import pins
from corpus.pipeline.ingest import sha256_of
from corpus.releases.gate import outdated
from corpus.repo.commit import uncommitted
from corpus.repo.lock import holder
from corpus.repo.releases import Release, releases
from corpus.snapshots.opening import Version, open_version
from corpus.tables.shards import digests

if TYPE_CHECKING:
    from corpus.repo.repository import Repository
    from corpus.tables.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Pending:
    """How many documents are new, changed or removed since the last build."""

    new: int
    changed: int
    removed: int


@dataclass(frozen=True, slots=True)
class CorpusStatus:
    """The state of a corpus."""

    documents: int
    batches: tuple[tuple[str, int], ...]
    pending: Pending
    outdated: tuple[str, ...]
    ledger: Ledger | None
    uncommitted: tuple[str, ...]
    release: Release | None
    writer: str | None
    schedule: Serving | None = None
    parsers: tuple[PlugIn, ...] = ()
    parsers_fault: str | None = None


def status(repository: Repository) -> CorpusStatus:
    """Return the state of a repository's corpus. Changes nothing."""
    seeds = list_seeds(repository.root)
    memory = digests(repository.root, of=SEEDS)
    now = {file.source: sha256_of(file, memory) for file in seeds}
    memory.save()
    batches = raw.load(repository.root)
    before: dict[str, str] = {}
    built: set[str] = set()
    ledger = None
    if pins.of_working_tree(repository):
        try:
            version: Version = open_version(None, repository.root)
            documents = version.scan("documents")
            built = set(documents.select(pl.col("batch").unique()).collect()["batch"])
            rows = documents.filter(pl.col("batch") == SEEDS).select("source", "document_id").collect()
            before = dict(rows.iter_rows())
            ledger = summarise(repository).ledger
        except CorpusError:
            # Cloned, but neither built nor pulled: there is nothing to compare with.
            pass
    named = releases(repository)
    plugged, fault = _parsers()
    return CorpusStatus(
        documents=len(now),
        batches=tuple((batch.name, batch.documents) for batch in batches),
        pending=Pending(
            new=len(now.keys() - before.keys()) + sum(one.documents for one in batches if one.name not in built),
            changed=sum(before[source] != now[source] for source in now.keys() & before.keys()),
            removed=len(before.keys() - now.keys()),
        ),
        outdated=tuple(outdated(repository)),
        ledger=ledger,
        uncommitted=tuple(entry[3:] for entry in uncommitted(repository)),
        release=named[-1] if named else None,
        writer=holder(repository.root),
        schedule=serving(repository.root),
        parsers=plugged,
        parsers_fault=fault,
    )


def _parsers() -> tuple[tuple[PlugIn, ...], str | None]:
    """Return the parsers of other packages, or why they cannot be used."""
    try:
        return tuple(plug_ins()), None
    except CorpusError as error:
        return (), str(error)
