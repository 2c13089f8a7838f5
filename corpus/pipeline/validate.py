"""validate: pandera checks -> verdicts, one row for each failed check."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.pipeline.outcome import Outcome
from corpus.pipeline.threads import THREADS, in_turn
from corpus.progress import progress
from corpus.repo.digest import canonical_json, digest
from corpus.tables import engine, parquet
from corpus.tables.shards import KeyedShards, require, shard_path
from corpus.text.normalise import text_hash
from schemas.checks import CHECKED, Limits, checks, failing
from schemas.rules import RULES, Severity
from schemas.tables import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from corpus.pipeline.executor import Executor
    from corpus.settings import Settings, Validate

_NOTHING: Final = text_hash("")


def validate(root: Path, settings: Settings, _: Executor | None = None) -> Outcome:
    """Check every document that has changed since it was last checked."""
    fingerprint = engine.require(root, "validate")
    params = canonical_json(settings.section("validate"))
    with KeyedShards(root, "validate", [VERDICTS]) as shards:
        sources = require(root, "ingest", shards.memory)
        keys = {
            name: digest([fingerprint, params, source.files["documents"].sha256]) for name, source in sources.items()
        }
        stale = shards.stale(keys)

        def check(name: str) -> pl.DataFrame:
            return verdicts(
                pl.DataFrame(
                    parquet.read(
                        shard_path(root, "documents", name), list(CHECKED), sources[name].files["documents"].sha256
                    )
                ),
                settings.validate_,
            )

        with progress("validate", len(stale), "shards") as advance, ThreadPoolExecutor(THREADS) as pool:
            for name, found in in_turn(pool, check, stale):
                shards.put(name, keys[name], [(VERDICTS, found.to_arrow())])
                advance(1)
        shards.finish(keys)
    came = sum(source.files["documents"].rows for source in sources.values())
    return Outcome("validate", came=came, kept=came, shards=len(keys), made=len(stale))


def found_by_pandera(limits: Limits, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return which rows fail which check, by the pandera model; see `schemas.models.failures`.

    A row that passes every expression of the model passes the model, so only the other rows are given to it.
    """
    suspects = failing(checks(limits), frame, by).select(by).unique()
    if suspects.is_empty():
        return failing(checks(limits), frame, by, only=())
    from schemas.models import failures  # pandera takes a third of a second to import

    return failures(limits, frame.join(suspects, on=by, how="semi", maintain_order="left"), by)


def found_at_once(limits: Limits, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return the same by the same expressions, without pandera."""
    return failing(checks(limits), frame, by)


def verdicts(
    frame: pl.DataFrame,
    settings: Validate,
    find: Callable[[Limits, pl.DataFrame, list[str]], pl.DataFrame] = found_by_pandera,
) -> pl.DataFrame:
    """Return the verdicts of the checks and the parsers on some documents.

    Args:
        frame: rows of `schemas.DOCUMENTS`, at least the columns `CHECKED`.
        settings: params.yaml's `validate`.
        find: how to find the rows that fail a check.

    Returns:
        Rows of `schemas.VERDICTS`, without ignored checks.
    """
    limits = Limits(settings.min_words, settings.title_length, settings.earliest_date, settings.latest_date)
    key = ["document_id", "source", "batch"]
    reported = frame.select(*key, "problems").explode("problems", empty_as_null=False).unnest("problems")
    # What could not be read has no title and no words either; its one reason is enough.
    unread = (frame["text_hash"] == _NOTHING) & (frame["problems"].list.len() > 0)
    checked = find(limits, frame.filter(~unread), key) if not unread.all() else reported.clear()
    severity = {check.value: settings.severity.get(check, rule.severity).value for check, rule in RULES.items()}
    found = (
        pl.concat([reported, checked])
        .unique(maintain_order=True)
        .with_columns(severity=pl.col("check").replace_strict(severity, return_dtype=pl.String))
        .filter(pl.col("severity") != Severity.IGNORE.value)
    )
    return found.select(VERDICTS.names)
