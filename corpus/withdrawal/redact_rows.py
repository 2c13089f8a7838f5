"""Removes the rows of some documents from a version's objects: its shards, their keys, its batches."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from corpus.batches import register as raw
from corpus.batches import stored
from corpus.batches.withdrawals import Tombstones
from corpus.objects.pins import Objects
from corpus.repo.files import publish
from corpus.withdrawal import collected, originals, redactedfiles
from corpus.withdrawal.holding import Sought, holds, rows, withdrawn_rows
from schemas.observations import OBSERVATIONS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa

    from corpus.batches.withdrawals import Withdrawal
    from corpus.repo.repository import Repository


@dataclass(slots=True)
class Redaction:
    """The changes to a release: the changed files of git, the removed rows, and the new objects."""

    changes: dict[str, bytes | None] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    ledger: dict[str, int] = field(default_factory=dict)
    report_kept: bool = False


class Work:
    """The work on one version. Its scratch folder becomes the workspace of the version, with links into the cache."""

    def __init__(
        self,
        repository: Repository,
        commit: str,
        withdrawal: Withdrawal,
        documents: frozenset[str],
        ensure: Callable[[str, str], Path],
        folder: Path,
        made: Redaction,
    ) -> None:
        self.repository = repository
        self.commit = commit
        self.withdrawal = withdrawal
        self.documents = documents
        self.ensure = ensure
        self.made = made
        self.objects = Objects(repository)
        self.root = folder / "version"
        self.aside = folder / "aside"
        self.aside.mkdir()
        self.pins = stored.pins_of(repository, commit)
        # path: md5, as it was and as it will be
        self.was: dict[str, str] = {}
        self.now: dict[str, str] = {}
        self.shards: dict[str, Any] = {}

    def read(self) -> None:
        """Bring all objects of the version into the cache and link to them."""
        for pin in self.pins:
            if not pin.cached:
                continue
            path = self.ensure(pin.path, pin.md5)
            files = stored.entries(pin, path.read_bytes()) if pin.is_folder else [stored.Stored(pin.path, pin.md5)]
            for one in files:
                self.link(one.path, self.ensure(one.path, one.md5))
                self.was[one.path] = self.now[one.path] = one.md5

    def link(self, path: str, target: Path) -> None:
        """Make a file of the scratch folder a link to an object of the cache."""
        link = self.root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)

    def _put(self, path: str, file: Path) -> None:
        """Put a new file into the version and the cache."""
        digests = stored.digests_of(file)
        target = self.objects.path(digests.md5)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.chmod(0o444)
        publish(file, target)
        self.link(path, target)
        self.now[path] = digests.md5

    def _put_text(self, path: str, text: str) -> None:
        file = self.aside / "text"
        file.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        self._put(path, file)

    def tables(self) -> None:
        """Write each shard that holds a withdrawn row again, without these rows."""
        for path in list(self.was):
            folder, _, name = path.rpartition("/")
            table = folder.removeprefix("data/")
            is_shard = name.endswith(".parquet") and not path.startswith(f"{raw.RAW}/")
            if not is_shard or not holds(self.root / path, self.withdrawal):
                continue
            before = _count(self.root / path)
            aside = self.aside / name
            written = redactedfiles.shard(self.root / path, self._stays(table), aside, table)
            self.shards[path] = written
            self.made.rows[table] = self.made.rows.get(table, 0) + before - (written.rows if written else 0)
            if written:
                self._put(path, aside)
                continue
            del self.now[path]
            if not any(other.startswith(f"{folder}/") for other in self.now):
                redactedfiles.empty(aside, table, self.root / path)
                self._put(f"{folder}/empty.parquet", aside)
            (self.root / path).unlink()

    def _stays(self, table: str) -> Callable[[pa.Table], pa.Array]:
        """Return a function that finds the rows of a table that stay."""
        if table == OBSERVATIONS.name:
            gone = collected.Gone(Tombstones((self.withdrawal,)))
            return lambda rows: collected.stays(rows, gone)
        return redactedfiles.of_documents(self.documents)

    def keys(self) -> None:
        """Write the keys of the new shards. They no longer claim that a shard has all of its inputs."""
        gone = {
            path.rpartition("/")[2].removesuffix(".parquet")
            for path, written in self.shards.items()
            if written is None and path.startswith("data/documents/")
        }
        for path in [path for path in self.was if path.startswith("data/keys/")]:
            kept = json.loads((self.root / path).read_bytes())
            for name in list(kept["shards"]):
                files = kept["shards"][name]["files"]
                for table in list(files):
                    shard = f"data/{table}/{name}.parquet"
                    if shard in self.shards:
                        written = self.shards[shard]
                        if written is None:
                            del files[table]
                        else:
                            files[table] = {
                                "sha256": written.sha256, "rows": written.rows, "bytes": written.bytes
                            }  # fmt: skip
                if name in gone and not files:
                    del kept["shards"][name]
            text = json.dumps(kept, indent=1, sort_keys=True) + "\n"
            if text.encode() != (self.root / path).read_bytes():
                self._put_text(path, text)

    def batches(self) -> None:
        """Write each file of a batch that has such a document without it, and remove such files of seeds/."""
        text = self.repository.read_at(self.commit, raw.BATCHES)
        batches = []
        for batch in raw.parse(text) if text else []:
            files, gone = [], 0
            for file in batch.files:
                path = f"{raw.RAW}/{file.name}"
                if path not in self.was or not holds(self.root / path, self.withdrawal):
                    files.append(file)
                    continue
                found = redactedfiles.batch_file(
                    self.root / path, lambda rows: withdrawn_rows(rows, self.withdrawal), self.aside
                )
                gone += found.gone
                del self.now[path]
                (self.root / path).unlink()
                if found.file:
                    files.append(self._put_batch_file(file, found.file))
            batches.append(self._originals(self._observations(without(batch, files, gone))))
        made = raw.as_text(batches) if text else None
        if made and made != text:
            self.made.changes[raw.BATCHES] = made.encode()
        for source in self._seeds():
            self.made.changes[source] = None

    def _observations(self, batch: raw.Batch) -> raw.Batch:
        """Return a batch whose observations do not name the withdrawn article."""
        file = batch.observations
        if file is None:
            return batch
        path = f"{raw.RAW}/{file.name}"
        gone = collected.Gone(Tombstones((self.withdrawal,)))
        if path not in self.was or not collected.file_holds(self.root / path, gone):
            return batch
        found = collected.redact(self.root / path, gone, self.aside)
        del self.now[path]
        (self.root / path).unlink()
        return replace(batch, observations=self._put_batch_file(file, found.file) if found.file else None)

    def _originals(self, batch: raw.Batch) -> raw.Batch:
        """Return a batch whose originals do not have the withdrawn documents."""
        file = batch.originals
        if file is None:
            return batch
        path = f"{raw.RAW}/{file.name}"
        if path not in self.was or not holds(self.root / path, self.withdrawal):
            return batch
        found = originals.redact(self.root / path, self.withdrawal, self.aside)
        del self.now[path]
        (self.root / path).unlink()
        return replace(batch, originals=self._put_batch_file(file, found.file) if found.file else None)

    def _put_batch_file(self, old: raw.RawFile, made: raw.RawFile) -> raw.RawFile:
        """Put a new file of a batch beside the old one, and return its entry in the register."""
        placed = raw.beside(old, made)
        self._put(f"{raw.RAW}/{placed.name}", self.aside / made.name)
        return placed

    def _seeds(self) -> list[str]:
        """Return the files of seeds/ in the commit that are withdrawn documents."""
        listed = self.repository.git("ls-tree", "-r", "-z", "--name-only", self.commit, "--", "seeds/").split("\0")
        sources = self._sources()
        return [
            path
            for path in listed
            if path in sources
            and hashlib.sha256(
                (self.repository.read_at(self.commit, path) or "").encode("utf-8", "surrogateescape")
            ).hexdigest()
            in self.documents
        ]

    def _sources(self) -> set[str]:
        """Return the sources of the withdrawn documents, from the version's own table."""
        found: set[str] = set()
        for path, md5 in self.was.items():
            if path.startswith("data/documents/") and path in self.shards:
                sought = Sought(documents=set(self.documents))
                frame = rows(self.objects.path(md5), sought)
                found |= set(frame["source"])
                self.made.documents += frame.height
        return found


def without(batch: raw.Batch, files: list[raw.RawFile], gone: int) -> raw.Batch:
    """Return a batch with other files and fewer documents."""
    return replace(batch, files=tuple(files), redacted=batch.redacted + gone) if gone else batch


def _count(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
