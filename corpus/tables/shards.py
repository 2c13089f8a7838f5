"""Keyed shards: it is known what each shard was made from, so a stage makes only what is out of date.

A stage owns one or more tables. For every shard it is called for, `data/keys/STAGE.json` holds the key (the
digest of what the shard is made from) and the sha256 of each file. `stale` names the shards to make, `put`
and `adopt` publish one, `finish` removes those no longer called for and writes the keys. Killed anywhere in
between, the next run finds what is there and makes the rest: the keys of shards that are finished are noted at once
(`unfinished_path`), and `data/keys` gets them when all are made.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from corpus.errors import DamagedObject, MissingObjects
from corpus.repo.digest import FileDigests, stamp_of
from corpus.repo.files import publish, sync_folder, write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    import pyarrow as pa

    from schemas.table import Table

DATA: Final = "data"
# A table without rows still has one file, so that `read_parquet('data/revisions/*.parquet')` works.
EMPTY: Final = "empty"


@dataclass(frozen=True, slots=True)
class ShardFile:
    """One Parquet file of a shard, as it was written."""

    sha256: str
    rows: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Shard:
    """What a shard was made from, and its file in each table that has rows of it."""

    key: str
    files: dict[str, ShardFile]


def shard_path(root: Path, table: str, name: str) -> Path:
    """Where the file of a shard is."""
    return root / DATA / table / f"{name}.parquet"


def keys_path(root: Path, stage: str) -> Path:
    """Where a stage keeps its keys."""
    return root / DATA / "keys" / f"{stage}.json"


def unfinished_path(root: Path, stage: str) -> Path:
    """Where a stage notes the shards that it has published in a run that has not ended, one a line."""
    return root / ".dvc" / "tmp" / "corpus" / f"made.{stage}.jsonl"


def load_keys(root: Path, stage: str) -> dict[str, Shard]:
    """The shards of a stage by name, in order; none where the file is absent or damaged."""
    try:
        return parse_keys(keys_path(root, stage).read_bytes())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # A run was killed, or somebody edited it: everything is made anew.
        return {}


def parse_keys(stored: bytes) -> dict[str, Shard]:
    """The shards in a stage's file of keys, by name, in order. Raises ValueError, KeyError and kin if it is not one."""
    return {name: _shard(entry) for name, entry in sorted(json.loads(stored)["shards"].items())}


def _shard(entry: Mapping[str, Any]) -> Shard:
    return Shard(entry["key"], {table: ShardFile(**file) for table, file in entry["files"].items()})


def _load_unfinished(path: Path) -> dict[str, Shard]:
    """The shards that an earlier run published before it was broken off; a line that was cut off does not count."""
    found: dict[str, Shard] = {}
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return found
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            entry = json.loads(line)
            found[str(entry["name"])] = _shard(entry)
    return found


def digests(root: Path, of: str = DATA) -> FileDigests:
    """The memory of the digests of this repository's shards, or of its seeds."""
    return FileDigests(root / ".dvc" / "tmp" / "corpus" / f"sha256.{of}.json")


def require(root: Path, stage: str, memory: FileDigests) -> dict[str, Shard]:
    """The shards of an upstream stage, each file verified against its sha256.

    Raises:
        MissingObjects: the stage has not run here, or a file is gone.
        DamagedObject: a file has other bytes.
    """
    if not keys_path(root, stage).exists():
        raise MissingObjects(f"Stage '{stage}' has not run here. Run `corpus build`.", [f"{DATA}/keys/{stage}.json"])
    shards = load_keys(root, stage)
    for name, shard in shards.items():
        for table, file in shard.files.items():
            path = shard_path(root, table, name)
            try:
                found = memory.of(path)
            except OSError:
                raise MissingObjects("A shard is missing. Run `corpus build`.", [str(path)]) from None
            if found != file.sha256:
                with suppress(OSError):
                    # DVC may not have seen it change. Touched, it is looked at by the next build.
                    os.utime(path)
                raise DamagedObject(path, file.sha256, found)
    return shards


def encode(folder: Path, name: str, tables: Iterable[tuple[Table, pa.Table]]) -> dict[str, ShardFile]:
    """Write a shard's files into a run's own folder as `TABLE.NAME.parquet`. Safe in a worker process."""
    files: dict[str, ShardFile] = {}
    for table, rows in tables:
        if rows.num_rows == 0:
            continue
        aside = folder / f"{table.name}.{name}.parquet"
        count = _write(aside, table, rows)
        with aside.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            # On disk before it is published, and where several are made at a time, waited for together.
            os.fsync(file.fileno())
        files[table.name] = ShardFile(sha256, count, aside.stat().st_size)
    return files


def _write(path: Path, table: Table, rows: pa.Table) -> int:
    # Imported here: keys are also read where nothing of Arrow is needed, as at the end of a build.
    from corpus.tables import parquet

    return parquet.write(path, table, rows)


class KeyedShards:
    """The shards of one stage, open for making. Use as a context manager, holding the write lock."""

    def __init__(self, root: Path, stage: str, tables: Sequence[Table]) -> None:
        self.root = root
        self.stage = stage
        self.tables = tuple(tables)
        self.memory = digests(root)
        self.folder = root / DATA / "tmp" / f"{stage}-{os.getpid()}"
        self._unfinished = unfinished_path(root, stage)
        # The files decide: a shard whose bytes are not those that were noted is made again.
        self.known = load_keys(root, stage) | _load_unfinished(self._unfinished)
        self._made: dict[str, Shard] = {}

    def __enter__(self) -> Self:
        # The holder of the lock is alone: what is here was left by a killed run.
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        self.memory.save()

    def stale(self, keys: Mapping[str, str]) -> list[str]:
        """Return the names whose shard was made from other inputs, or whose files are missing or changed."""
        return [name for name, key in keys.items() if not self._is_current(name, key)]

    def _is_current(self, name: str, key: str) -> bool:
        shard = self.known.get(name)
        if shard is None or shard.key != key:
            return False
        for table in self.tables:
            path = shard_path(self.root, table.name, name)
            file = shard.files.get(table.name)
            try:
                if (self.memory.of(path) if path.exists() else None) != (file.sha256 if file else None):
                    return False
            except OSError:
                return False
        self._made[name] = shard
        return True

    def put(self, name: str, key: str, tables: Iterable[tuple[Table, pa.Table]]) -> None:
        """Write and publish one shard. A file that comes out the same is left as it is."""
        self.adopt(name, key, encode(self.folder, name, tables))

    def adopt(self, name: str, key: str, files: dict[str, ShardFile]) -> None:
        """Publish the files that `encode` left in this run's folder."""
        for table in self.tables:
            target = shard_path(self.root, table.name, name)
            if table.name not in files:
                target.unlink(missing_ok=True)
                continue
            aside = self.folder / f"{table.name}.{name}.parquet"
            if target.is_file() and not target.is_symlink() and self.memory.of(target) == files[table.name].sha256:
                aside.unlink()
            else:
                publish(aside, target, sync=False)
                # Its bytes were hashed when they were written.
                self.memory.learn(target, stamp_of(target.stat()), files[table.name].sha256)
        self._made[name] = Shard(key, files)
        # It only saves time: a disk that is full makes the next write fail, with a message of its own.
        with suppress(OSError):
            self._unfinished.parent.mkdir(parents=True, exist_ok=True)
            with self._unfinished.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"name": name, **asdict(self._made[name])}) + "\n")

    def finish(self, keys: Mapping[str, str]) -> dict[str, Shard]:
        """Remove what is no longer called for and write the keys. Returns all shards of the stage."""
        shards = {name: self._made[name] for name in sorted(keys)}
        for table in self.tables:
            folder = self.root / DATA / table.name
            folder.mkdir(parents=True, exist_ok=True)
            wanted = {f"{name}.parquet" for name, shard in shards.items() if table.name in shard.files}
            if not wanted:
                aside = self.folder / f"{table.name}.{EMPTY}.parquet"
                _write(aside, table, table.empty)
                target = shard_path(self.root, table.name, EMPTY)
                if not (target.is_file() and target.read_bytes() == aside.read_bytes()):
                    publish(aside, target)
                wanted = {target.name}
            for path in sorted(folder.iterdir()):
                if path.name not in wanted:
                    shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
            sync_folder(folder)
        stored: dict[str, Any] = {"stage": self.stage, "shards": {n: asdict(s) for n, s in shards.items()}}
        write_text(keys_path(self.root, self.stage), json.dumps(stored, indent=1, sort_keys=True) + "\n")
        self._unfinished.unlink(missing_ok=True)
        return shards
