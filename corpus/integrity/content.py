"""Compare what a version says about itself with what it has: keys, batches, ledger, and the tables' promises."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import yaml

from corpus.batches import register as raw
from corpus.errors import StorageError
from corpus.integrity.faults import Fault, Place, Trouble
from corpus.progress import progress
from corpus.repo.commit import METRICS
from corpus.tables import engine, parquet
from corpus.tables.shards import EMPTY
from schemas.checks import broken, promises
from schemas.tables import PUBLISHED, TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

    from corpus.batches.stored import Digests, Stored
    from corpus.snapshots.snapshot import Snapshot
    from schemas.table import Table

_KEYS: Final = "data/keys/"


@dataclass(slots=True)
class Content:
    """What was checked, and what is wrong with it."""

    looked: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def fault(self, trouble: Trouble, path: str, detail: str) -> None:
        """Note a fault."""
        self.faults.append(Fault(Place.CONTENT, trouble, path, detail))


def check_content(version: Snapshot, wanted: Iterable[Stored], sound: Mapping[str, Digests]) -> Content:
    """Compare what a version says of itself with what it has.

    Args:
        version: the version to check.
        wanted: its objects.
        sound: the digests of the complete objects, by md5. The other objects are not checked here.
    """
    files = {one.path: one for one in wanted if not one.md5.endswith(".dir")}
    found = Content()
    rows = _keys(version, files, sound, found)
    _batches(version, files, sound, found)
    _tables(version, files, sound, found)
    if len(sound) == len({one.md5 for one in wanted}):
        _ledger(version, rows, found)
    return found


def _path(version: Snapshot, one: Stored) -> Path:
    return version.objects.path(one.md5)


def _keys(
    version: Snapshot, files: Mapping[str, Stored], sound: Mapping[str, Digests], found: Content
) -> dict[str, int]:
    """Compare each shard with the key that its stage keeps. Returns the rows of each table."""
    import pyarrow.parquet as pq

    rows: dict[str, int] = {}
    shards = 0
    folders = {path.rpartition("/")[0] for path in files}
    known: set[str] = set()
    for path, one in files.items():
        if not path.startswith(_KEYS) or one.md5 not in sound:
            continue
        try:
            kept = json.loads(_path(version, one).read_bytes())["shards"]
            keyed_files = {
                f"data/{table}/{name}.parquet": (table, file["sha256"], int(file["rows"]), int(file["bytes"]))
                for name, shard in kept.items()
                for table, file in shard["files"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            found.fault(Trouble.DAMAGED, path, f"it holds no keys: {type(error).__name__}")
            continue
        known |= keyed_files.keys()
        for shard, (table, sha256, count, size) in keyed_files.items():
            shards += 1
            rows[table] = rows.get(table, 0) + count
            if shard not in files:
                if f"data/{table}" in folders:
                    found.fault(Trouble.MISSING, shard, f"{path} has a key of it, the listing does not name it")
                continue
            digests = sound.get(files[shard].md5)
            if digests is None:
                continue
            if (digests.sha256, digests.size) != (sha256, size):
                kept_as = f"sha256 {sha256}, {size:,} bytes"
                found.fault(
                    Trouble.DIFFERS, shard, f"{path} says {kept_as}; found {digests.sha256}, {digests.size:,} bytes"
                )
                continue
            counted = pq.read_metadata(_path(version, files[shard])).num_rows
            if counted != count:
                found.fault(Trouble.DIFFERS, shard, f"{path} says {count:,} rows; found {counted:,}")
    keyed = {shard.rpartition("/")[0] for shard in known}
    for shard in files:
        folder, _, name = shard.rpartition("/")
        if folder in keyed and shard not in known and name != f"{EMPTY}.parquet":
            found.fault(Trouble.UNEXPECTED, shard, "no stage has a key of it")
    found.looked["shards"] = shards
    return rows


def _batches(version: Snapshot, files: Mapping[str, Stored], sound: Mapping[str, Digests], found: Content) -> None:
    """Compare each file of a batch with the register."""
    import pyarrow.parquet as pq

    text = version.text(raw.BATCHES)
    try:
        batches = raw.parse(text) if text else []
    except (ValueError, TypeError, KeyError, yaml.YAMLError) as error:
        found.fault(Trouble.DAMAGED, raw.BATCHES, " ".join(str(error).split()))
        return
    registered = {f"{raw.RAW}/{file.name}": file for batch in batches for file in batch.all_files}
    listed = any(path.startswith(f"{raw.RAW}/") for path in files)
    for path, file in registered.items():
        if path not in files:
            if listed or not any(pin.stage == "raw" for pin in version.pins):
                found.fault(Trouble.MISSING, path, f"{raw.BATCHES} names it, {raw.RAW}.dvc does not")
            continue
        digests = sound.get(files[path].md5)
        if digests is None:
            continue
        if digests.sha256 != file.sha256:
            found.fault(Trouble.DIFFERS, path, f"{raw.BATCHES} says {file.sha256}; found {digests.sha256}")
            continue
        metadata = pq.read_metadata(_path(version, files[path]))
        counts = (metadata.num_rows, digests.size, metadata.num_row_groups)
        if counts != (file.documents, file.size, file.groups):
            expected = f"{file.documents:,} documents, {file.size:,} bytes, {file.groups:,} groups"
            found.fault(Trouble.DIFFERS, path, f"{raw.BATCHES} says {expected}; found {counts}")
    for path in files:
        if path.startswith(f"{raw.RAW}/") and path not in registered:
            found.fault(Trouble.UNEXPECTED, path, f"no batch of {raw.BATCHES} has it")
    found.looked["batches"] = len(batches)


def _tables(version: Snapshot, files: Mapping[str, Stored], sound: Mapping[str, Digests], found: Content) -> None:
    """Compare each shard with its table: columns and types, and the promises of published tables."""
    import pyarrow.parquet as pq

    by_table: dict[str, list[Stored]] = {}
    for name, one in files.items():
        parts = name.split("/")
        if len(parts) == 3 and parts[1] in TABLES and one.md5 in sound:
            by_table.setdefault(parts[1], []).append(one)
    same_engine = pinned_engine(version) == engine.installed()
    others: set[str] = set()
    with progress("tables", sum(map(len, by_table.values())), "shards") as advance:
        for name, shards in by_table.items():
            table = TABLES[name]
            for one in shards:
                path = _path(version, one)
                try:
                    if not pq.read_schema(path).equals(table.arrow):
                        if same_engine:
                            found.fault(Trouble.DIFFERS, one.path, "its columns are not the table's")
                        others.add(name)
                    elif table in PUBLISHED:
                        _promises(table, parquet.read(path), one.path, found)
                except (StorageError, OSError, ValueError) as error:
                    found.fault(Trouble.DAMAGED, one.path, " ".join(str(error).split()))
                advance(1)
    if others and not same_engine:
        found.notes = (
            f"made by another engine, with other columns: {', '.join(sorted(others))}; their promises were not checked",
        )


def pinned_engine(version: Snapshot) -> dict[str, str]:
    """Return the engine.yaml of a version."""
    try:
        values = yaml.safe_load(version.text(engine.ENGINE) or "")
    except yaml.YAMLError:
        return {}
    return {str(key): str(value) for key, value in values.items()} if isinstance(values, dict) else {}


def _promises(table: Table, rows: pa.Table, path: str, found: Content) -> None:
    import polars as pl

    if not broken(table, pl.DataFrame(rows.select(promises(table)))):
        return
    from pandera.errors import SchemaErrors  # half a second to import, for which there is seldom a reason

    from schemas.models import published

    try:
        published(table).validate(pl.DataFrame(rows), lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.group_by("column", "check").len().sort("column", "check")
        failures = "; ".join(f"{column}: {check} ({count:,} rows)" for column, check, count in cases.iter_rows())
        found.fault(Trouble.DIFFERS, path, f"breaks the table's promises: {failures}")


def _ledger(version: Snapshot, rows: Mapping[str, int], found: Content) -> None:
    """Compare the figures of the report with the rows of the tables."""
    text = version.text(METRICS)
    try:
        ledger = {str(name): int(count) for name, count in json.loads(text or "")["ledger"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        found.fault(Trouble.DAMAGED, METRICS, "it holds no ledger")
        return
    counted = {"documents": rows.get("documents", 0), **dict.fromkeys(ledger.keys() - {"documents"}, 0)}
    for decision, count in _decisions(version).items():
        counted[_in_ledger(decision, ledger)] = count
    for name, count in sorted(counted.items()):
        if ledger.get(name) != count:
            found.fault(Trouble.DIFFERS, METRICS, f"ledger: {name} {ledger.get(name)}; the tables have {count:,}")
    if counted["documents"] != sum(count for name, count in counted.items() if name != "documents"):
        found.fault(Trouble.DIFFERS, METRICS, f"the ledger does not balance: {counted}")
    for table, name in (("articles", "articles"), ("revisions", "superseded"), ("quarantine", "quarantined")):
        if rows.get(table, 0) != counted.get(name, 0):
            found.fault(
                Trouble.DIFFERS, f"data/{table}", f"{rows.get(table, 0):,} rows, {counted.get(name, 0):,} decisions"
            )
    if twice := _twice(version):
        found.fault(Trouble.DIFFERS, "data/articles", f"{twice:,} articles are in more than one row")
    found.looked["documents"] = counted["documents"]


def _in_ledger(decision: str, ledger: Mapping[str, int]) -> str:
    return decision if decision in ledger else f"{decision}s"


def _columns(version: Snapshot, table: str, column: str) -> Iterator[pa.ChunkedArray]:
    for pin in version.pins:
        if pin.path == f"data/{table}":
            for file in version.objects.files(pin) or ():
                yield parquet.read(version.objects.path(file.md5), [column])[column]


def _decisions(version: Snapshot) -> dict[str, int]:
    counted: dict[str, int] = {}
    for column in _columns(version, "decisions", "decision"):
        for entry in column.value_counts().to_pylist():
            counted[entry["values"]] = counted.get(entry["values"], 0) + entry["counts"]
    return counted


def _twice(version: Snapshot) -> int:
    """Return how many rows of `articles` have the identity of another row."""
    import pyarrow as pa

    ids = pa.chunked_array(
        [chunk for column in _columns(version, "articles", "article_id") for chunk in column.chunks], pa.string()
    )
    return len(ids) - len(ids.unique())
