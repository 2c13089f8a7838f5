"""validate: pandera checks -> verdicts, one row a failed check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from corpus.stages.groups import ahead, groups, side_by_side
from corpus.stages.outcome import Outcome
from corpus.stages.progress import progress
from corpus.store import engine, parquet
from corpus.store.digest import canonical_json, digest
from corpus.store.shards import KeyedShards, require, shard_path
from schemas import RULES, VERDICTS, Severity
from schemas.checks import Limits, checks, failing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from corpus.settings import Settings, Validate


SHARD: Final = "shard"


def validate(root: Path, settings: Settings) -> Outcome:
    """Check every document that has changed since it was last checked."""
    fingerprint = engine.require(root, "validate")
    params = canonical_json(settings.section("validate"))
    with KeyedShards(root, "validate", [VERDICTS]) as shards:
        sources = require(root, "ingest", shards.memory)
        keys = {
            name: digest([fingerprint, params, source.files["documents"].sha256]) for name, source in sources.items()
        }
        stale = shards.stale(keys)

        def read(names: list[str]) -> pl.DataFrame:
            return pl.concat(side_by_side(lambda name: _read(root, name), names))

        reading = ahead(read, list(groups(stale, sources)))
        if stale:
            import schemas.models  # noqa: F401 - pandera takes a third of a second; meanwhile the first shards are read
        with progress("validate", len(stale), "shards") as advance:
            for names, rows in reading:
                said = verdicts(rows, settings.validate_, by=[SHARD]).partition_by(
                    SHARD, as_dict=True, include_key=False
                )
                for name in names:
                    rows_of = said[name,].to_arrow() if (name,) in said else VERDICTS.empty
                    shards.put(name, keys[name], [(VERDICTS, rows_of)])
                advance(len(names))
        shards.finish(keys)
    came = sum(source.files["documents"].rows for source in sources.values())
    return Outcome("validate", came=came, kept=came, shards=len(keys), made=len(stale))


def _read(root: Path, name: str) -> pl.DataFrame:
    return pl.DataFrame(parquet.read(shard_path(root, "documents", name))).with_columns(pl.lit(name).alias(SHARD))


def found_by_pandera(limits: Limits, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """See `schemas.models.failures`."""
    from schemas.models import failures  # pandera takes a third of a second to import

    return failures(limits, frame, by)


def found_at_once(limits: Limits, frame: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """The same by the same expressions, without pandera."""
    return failing(checks(limits), frame, by)


def verdicts(
    frame: pl.DataFrame,
    settings: Validate,
    by: Sequence[str] = (),
    find: Callable[[Limits, pl.DataFrame, list[str]], pl.DataFrame] = found_by_pandera,
) -> pl.DataFrame:
    """What the checks and the parsers say of some documents.

    Args:
        frame: rows of `schemas.DOCUMENTS`, and any columns named in `by`.
        settings: params.yaml's `validate`.
        by: columns to carry along.
        find: how to find the rows that fail a check.

    Returns:
        Rows of `schemas.VERDICTS`, and `by`; ignored checks leave none.
    """
    limits = Limits(settings.min_words, settings.title_length, settings.earliest_date, settings.latest_date)
    key = [*by, "document_id", "source"]
    told = frame.select(*key, "problems").explode("problems", empty_as_null=False).unnest("problems")
    # What could not be read has no title and no words either; its one reason is enough.
    unread = (frame["text"] == "") & (frame["problems"].list.len() > 0)
    checked = find(limits, frame.filter(~unread), key) if not unread.all() else told.clear()
    severity = {check.value: settings.severity.get(check, rule.severity).value for check, rule in RULES.items()}
    found = (
        pl.concat([told, checked])
        .unique(maintain_order=True)
        .with_columns(severity=pl.col("check").replace_strict(severity, return_dtype=pl.String))
        .filter(pl.col("severity") != Severity.IGNORE.value)
    )
    return found.select(*by, *VERDICTS.names)
