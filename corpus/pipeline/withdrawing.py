"""Keep out what was withdrawn: a withdrawn document becomes one row with a reason and without any of its content.

The key of a shard includes which of its documents are withdrawn. So after a withdrawal only the shards that it concerns
are made again, and a build is still a function of documents, parameters, withdrawals and code.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from corpus.batches.withdrawals import Kind, Tombstones, hashed
from corpus.errors import StorageError
from corpus.repo.digest import digest
from corpus.repo.files import write_text
from corpus.resolve.former import former_ids
from corpus.resolve.identity import COLUMNS, with_identity
from corpus.tables import parquet
from corpus.tables.shards import shard_path
from corpus.text.normalise import text_hash
from schemas.rules import Check
from schemas.tables import DOCUMENTS

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.tables.shards import KeyedShards

# What intake says of a document. All else is what the document says.
_ORIGIN: Final = frozenset({"document_id", "source", "batch", "media_type", "size", "captured_at"})
_IDENTITY: Final = ("document_id", *COLUMNS, "problems")


def blank(rows: pa.Table, tombstones: Tombstones) -> pa.Table:
    """Remove the content of withdrawn rows of `documents`, and note that in their `problems`."""
    matched = _matches(rows, tombstones)
    if not any(matched):
        return rows
    hit = pa.array([found is not None for found in matched])
    kept = rows.filter(pc.invert(hit))
    gone = rows.filter(hit)
    reasons = [[{"check": Check.WITHDRAWN.value, "found": found}] for found in matched if found is not None]
    columns = [
        gone[name].combine_chunks()
        if name in _ORIGIN
        else pa.array(
            reasons if name == "problems" else [_nothing(name)] * gone.num_rows, DOCUMENTS.arrow.field(name).type
        )
        for name in rows.column_names
    ]
    emptied = pa.Table.from_arrays(columns, names=rows.column_names).cast(rows.schema)
    # In the order in which they came: the caller pairs them with their documents.
    back = pl.concat([pl.DataFrame(kept), pl.DataFrame(emptied)])
    places = [number for number, found in enumerate(matched) if found is None]
    places += [number for number, found in enumerate(matched) if found is not None]
    return back.with_columns(_place=pl.Series(places)).sort("_place").drop("_place").to_arrow().cast(rows.schema)


def _nothing(name: str) -> object:
    """Return the value of a column for a document without content."""
    field = DOCUMENTS.arrow.field(name)
    if field.nullable:
        return None
    if pa.types.is_list(field.type):
        return []
    if name == "text_hash":
        return text_hash("")
    return "" if pa.types.is_string(field.type) else 0


def _matches(rows: pa.Table, tombstones: Tombstones) -> list[str | None]:
    """Return for each row the hash by which it was withdrawn; None for other rows."""
    named = with_identity(pl.DataFrame(rows.select([name for name in _IDENTITY if name != "problems"])))
    formers = former_ids(named) if tombstones.former else [()] * named.height
    return [
        tombstones.first(
            (
                hashed(Kind.DOCUMENT, document_id),
                hashed(Kind.ARTICLE, article_id),
                # A paper that is known by its name alone has no domain.
                *(hashed(Kind.PUBLISHER, name) for name in (publisher, publication) if name),
                *(problem["found"] for problem in problems if problem["check"] == Check.WITHDRAWN.value),
            ),
            former,
        )
        for (document_id, article_id, publisher, publication), former, problems in zip(
            named.select("document_id", "article_id", "publisher", "publication").iter_rows(),
            formers,
            rows["problems"].to_pylist() if "problems" in rows.column_names else (),
            strict=True,
        )
    ]


class Marks:
    """The hashes by which documents of each shard of `documents` were withdrawn, for the key of the shard."""

    def __init__(self, root: Path, shards: KeyedShards, tombstones: Tombstones) -> None:
        self._root = root
        self._shards = shards
        self._tombstones = tombstones
        self._memory = root / ".dvc" / "tmp" / "corpus" / "withdrawn.json"
        # What each shard's bytes gave by these withdrawals. It may be lost at any time.
        self._label = digest(tombstones.ranks)
        self._known: dict[str, list[str]] = _remembered(self._memory).get(self._label, {}) if tombstones else {}

    def of(self, name: str) -> list[str]:
        """Return the hashes for an existing shard, by the present withdrawals; empty if it does not exist."""
        shard = self._shards.known.get(name)
        if not self._tombstones or shard is None or DOCUMENTS.name not in shard.files:
            return []
        sha256 = shard.files[DOCUMENTS.name].sha256
        if sha256 not in self._known:
            try:
                self._known[sha256] = self._found(shard_path(self._root, DOCUMENTS.name, name))
            except StorageError:
                # It is made anew, and asked again then.
                return []
        return self._known[sha256]

    def made(self, name: str) -> list[str]:
        """Return the hashes for a shard that was just made and is not published yet."""
        return self._found(self._shards.folder / f"{DOCUMENTS.name}.{name}.parquet") if self._tombstones else []

    def save(self) -> None:
        """Keep what was found for the next time."""
        if self._tombstones:
            with suppress(OSError):
                write_text(self._memory, json.dumps({self._label: self._known}))

    def _found(self, path: Path) -> list[str]:
        matches = _matches(parquet.read(path, list(_IDENTITY)), self._tombstones)
        return sorted({found for found in matches if found is not None})


def _remembered(memory: Path) -> dict[str, dict[str, list[str]]]:
    try:
        known = json.loads(memory.read_bytes())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
