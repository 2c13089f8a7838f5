"""report: figures, plots, the page, the card and the data dictionary, from the finished tables."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Final

from corpus.batches import register as raw
from corpus.pipeline.write import balance
from corpus.repo.files import publish
from corpus.report import write as write_report
from corpus.stages import STAGES
from corpus.tables import engine
from corpus.tables.shards import DATA, digests, require, shard_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corpus.pipeline.executor import Executor
    from corpus.settings import Settings
    from corpus.tables.ledger import Ledger
    from corpus.tables.shards import Shard

REPORTS: Final = "reports"
_READ: Final = next(stage.reads for stage in STAGES if stage.name == "report")
_MADE_BY: Final = {stage.name: tables for stage in STAGES if (tables := [one for one in stage.tables if one in _READ])}


def _content(shards: Mapping[str, Shard]) -> str:
    """Return a digest of the files of all tables that are published: the same content, the same digest."""
    files = sorted((table, name, file.sha256) for name, shard in shards.items() for table, file in shard.files.items())
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()


def report(root: Path, settings: Settings, _: Executor | None = None) -> Ledger:
    """Write reports/ anew. Each file is replaced completely."""
    engine.require(root, "report")
    memory = digests(root)
    made = {stage: require(root, stage, memory) for stage in _MADE_BY}
    memory.save()
    ledger = balance(root, made["ingest"], made["resolve"], made["write"])
    tables = {
        table: [shard_path(root, table, name) for name, shard in made[stage].items() if table in shard.files]
        for stage, names in _MADE_BY.items()
        for table in names
    }
    aside = root / DATA / "tmp" / "report"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        licences = {batch.name: batch.licence for batch in raw.load(root)}
        version = _content(made["write"])
        write_report(tables, ledger, aside, settings.report.title, settings.report.top, licences, version)
        for path in sorted(aside.iterdir()):
            target = root / REPORTS / path.name
            if not (target.is_file() and target.read_bytes() == path.read_bytes()):
                publish(path, target)
    finally:
        shutil.rmtree(aside.parent, ignore_errors=True)
    return ledger
