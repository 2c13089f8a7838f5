"""A release once more, without the rows of some documents: new objects, a new commit beside it, its own tag.

Nothing is built: rows are taken out of shards, by the writer that wrote them, and what names them (keys, listings,
batches.yaml, dvc.lock, the report) follows. Whatever else the release has, it keeps.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from corpus import settings
from corpus.errors import SettingsError
from corpus.stages.report import report
from corpus.store import engine, raw, redaction
from corpus.store.files import publish
from corpus.versioning import stored
from corpus.versioning.commit import METRICS
from corpus.versioning.holding import holds, withdrawn_rows
from corpus.versioning.pins import Objects, Pin
from corpus.versioning.raw import PIN as RAW_PIN
from corpus.versioning.repository import LOCK
from schemas import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from corpus.store.withdrawals import Withdrawal
    from corpus.versioning.repository import Repository

_SUCCESSOR: Final = re.compile(r"\+redacted\.([1-9]\d*)$")


@dataclass(slots=True)
class Redaction:
    """What becomes of a release: the files of git that change, the rows that go, the objects that are new."""

    changes: dict[str, bytes | None] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    documents: int = 0
    ledger: dict[str, int] = field(default_factory=dict)
    report_kept: bool = False


def is_successor(tag: str) -> bool:
    """Whether a tag names a release that was made by redacting another."""
    return _SUCCESSOR.search(tag) is not None


def next_tag(repository: Repository, tag: str) -> str:
    """What the next successor of a release is called: `corpus@v1.0.0` -> `corpus@v1.0.0+redacted.1`."""
    base = _SUCCESSOR.sub("", tag)
    known = repository.git("tag", "--list", f"{base}+redacted.*").split()
    numbers = [int(found[1]) for name in known if (found := _SUCCESSOR.search(name))]
    return f"{base}+redacted.{max(numbers, default=0) + 1}"


def redact(
    repository: Repository,
    commit: str,
    withdrawal: Withdrawal,
    documents: frozenset[str],
    ensure: Callable[[str, str], Path],
) -> Redaction:
    """Take the rows of some documents out of a version. New objects go into the cache; git is not touched.

    Args:
        repository: where.
        commit: the version.
        withdrawal: what is withdrawn.
        documents: ids of the documents that go.
        ensure: brings an object into the cache if it is not there; of a path and an md5.
    """
    made = Redaction()
    with _scratch(repository) as folder:
        work = _Work(repository, commit, withdrawal, documents, ensure, folder, made)
        work.read()
        work.tables()
        work.keys()
        work.batches()
        work.figures()
        work.lock()
    return made


@contextmanager
def _scratch(repository: Repository) -> Iterator[Path]:
    place = repository.root / ".dvc" / "tmp" / "corpus"
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="redact-", dir=place) as folder:
        yield Path(folder)


class _Work:
    """One version on its way. The scratch folder comes to look like its workspace, of links into the cache."""

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
        """Bring everything that the version has into the cache and link to it."""
        for pin in self.pins:
            if not pin.cached:
                continue
            path = self.ensure(pin.path, pin.md5)
            files = stored.entries(pin, path.read_bytes()) if pin.is_folder else [stored.Stored(pin.path, pin.md5)]
            for one in files:
                self._link(one.path, self.ensure(one.path, one.md5))
                self.was[one.path] = self.now[one.path] = one.md5

    def _link(self, path: str, target: Path) -> None:
        link = self.root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(target)

    def _put(self, path: str, file: Path) -> None:
        """A new file of the version, and of the cache."""
        digests = stored.digests_of(file)
        target = self.objects.path(digests.md5)
        target.parent.mkdir(parents=True, exist_ok=True)
        file.chmod(0o444)
        publish(file, target)
        self._link(path, target)
        self.now[path] = digests.md5

    def _put_text(self, path: str, text: str) -> None:
        file = self.aside / "text"
        file.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        self._put(path, file)

    def tables(self) -> None:
        """Each shard that holds a row, without it."""
        for path in list(self.was):
            folder, _, name = path.rpartition("/")
            table = folder.removeprefix("data/")
            if not name.endswith(".parquet") or folder == raw.RAW or not holds(self.root / path, self.withdrawal):
                continue
            before = _count(self.root / path)
            aside = self.aside / name
            written = redaction.shard(self.root / path, self.documents, aside, table)
            self.shards[path] = written
            self.made.rows[table] = self.made.rows.get(table, 0) + before - (written.rows if written else 0)
            if written:
                self._put(path, aside)
                continue
            del self.now[path]
            if not any(other.startswith(f"{folder}/") for other in self.now):
                redaction.empty(aside, table, self.root / path)
                self._put(f"{folder}/empty.parquet", aside)
            (self.root / path).unlink()

    def keys(self) -> None:
        """The keys of the shards, as they are now. What a shard was made from is said no longer to be all of it."""
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
        """Each file of a batch that has a document, without it; and files of seeds/ that are one."""
        text = self.repository.read_at(self.commit, raw.BATCHES)
        batches = []
        for batch in raw.parse(text) if text else []:
            files, gone = [], 0
            for file in batch.files:
                path = f"{raw.RAW}/{file.name}"
                if path not in self.was or not holds(self.root / path, self.withdrawal):
                    files.append(file)
                    continue
                found = redaction.batch_file(
                    self.root / path, lambda rows: withdrawn_rows(rows, self.withdrawal), self.aside
                )
                gone += found.gone
                del self.now[path]
                (self.root / path).unlink()
                if found.file:
                    files.append(found.file)
                    self._put(f"{raw.RAW}/{found.file.name}", self.aside / found.file.name)
            batches.append(without(batch, files, gone))
        made = raw.as_text(batches) if text else None
        if made and made != text:
            self.made.changes[raw.BATCHES] = made.encode()
        for source in self._seeds():
            self.made.changes[source] = None

    def _seeds(self) -> list[str]:
        """The files of seeds/ in the commit that are a document which goes."""
        import hashlib

        listed = self.repository.git("ls-tree", "-r", "-z", "--name-only", self.commit, "--", "seeds/").split("\0")
        sources = self.made_sources()
        return [
            path
            for path in listed
            if path in sources
            and hashlib.sha256(
                (self.repository.read_at(self.commit, path) or "").encode("utf-8", "surrogateescape")
            ).hexdigest()
            in self.documents
        ]

    def made_sources(self) -> set[str]:
        """Where the documents that go were found, by the version's own table as it was."""
        from corpus.versioning.holding import Sought, rows

        found: set[str] = set()
        for path, md5 in self.was.items():
            if path.startswith("data/documents/") and path in self.shards:
                sought = Sought(documents=set(self.documents))
                frame = rows(self.objects.path(md5), sought)
                found |= set(frame["source"])
                self.made.documents += frame.height
        return found

    def figures(self) -> None:
        """The report of what is left; of tables that the installed engine does not know, its ledger alone."""
        text = self.repository.read_at(self.commit, METRICS)
        chosen = self._settings()
        if chosen is not None:
            self._report_anew(chosen)
        elif text:
            self.made.report_kept = True
            metrics = json.loads(text)
            metrics["ledger"] = self._ledger(metrics.get("ledger", {}))
            self.made.changes[METRICS] = (json.dumps(metrics, indent=2, ensure_ascii=False) + "\n").encode()
        changed = self.made.changes.get(METRICS)
        self.made.ledger = json.loads(changed or text or "{}").get("ledger", {})

    def _settings(self) -> settings.Settings | None:
        """The version's settings; None if the installed engine knows them or the version's tables not."""
        import pyarrow.parquet as pq

        for path in self.now:
            table = TABLES.get(path.split("/")[1])
            if table and path.endswith(".parquet") and not pq.read_schema(self.root / path).equals(table.arrow):
                return None
        params = self.repository.read_at(self.commit, settings.PARAMS) or ""
        (self.root / settings.PARAMS).write_text(params, encoding="utf-8")
        try:
            return settings.load(self.root)
        except SettingsError:
            return None

    def _report_anew(self, chosen: settings.Settings) -> None:
        engine.pin(self.root)
        report(self.root, chosen)
        for pin in self.pins:
            if not pin.cached and (self.root / pin.path).is_file():
                content = (self.root / pin.path).read_bytes()
                if content != (self.repository.read_at(self.commit, pin.path) or "").encode("utf-8", "surrogateescape"):
                    self.made.changes[pin.path] = content

    def _ledger(self, before: dict[str, int]) -> dict[str, int]:
        import pyarrow.parquet as pq

        counted = dict.fromkeys(before, 0)
        for path in self.now:
            if path.startswith("data/decisions/"):
                column = pq.read_table(self.root / path, columns=["decision"])["decision"]
                for entry in column.value_counts().to_pylist():
                    name = entry["values"] if entry["values"] in before else f"{entry['values']}s"
                    counted[name] = counted.get(name, 0) + entry["counts"]
                    counted["documents"] = counted.get("documents", 0) + entry["counts"]
        return counted

    def lock(self) -> None:
        """New listings, and the dvc.lock and data/raw.dvc that name them."""
        outs: dict[str, dict[str, Any]] = {}
        for pin in self.pins:
            if not pin.cached:
                content = self.made.changes.get(pin.path)
                if content is not None:
                    outs[pin.path] = {"md5": _md5(content), "size": len(content)}
                continue
            outs |= self._out(pin)
        text = self.repository.read_at(self.commit, LOCK)
        if text:
            stages = yaml.safe_load(text)
            for stage in stages["stages"].values():
                for entry in (*stage.get("deps", ()), *stage.get("outs", ())):
                    entry.update(outs.get(entry["path"], {}))
            self.made.changes[LOCK] = yaml.safe_dump(stages, sort_keys=False, width=1000).encode()
        pinned = self.repository.read_at(self.commit, RAW_PIN)
        if pinned and raw.RAW in outs:
            found = yaml.safe_load(pinned)
            for entry in found["outs"]:
                entry.update(outs[raw.RAW])
            self.made.changes[RAW_PIN] = yaml.safe_dump(found, sort_keys=False).encode()

    def _out(self, pin: Pin) -> dict[str, dict[str, Any]]:
        """What a lock says of an output that is another now; nothing of one that is the same."""
        if not pin.is_folder:
            md5 = self.now[pin.path]
            if md5 == pin.md5:
                return {}
            return {pin.path: {"md5": md5, "size": self.objects.path(md5).stat().st_size}}
        inside = {path: md5 for path, md5 in self.now.items() if path.startswith(f"{pin.path}/")}
        if inside == {path: md5 for path, md5 in self.was.items() if path.startswith(f"{pin.path}/")}:
            return {}
        listing = json.dumps(
            [{"md5": md5, "relpath": path.removeprefix(f"{pin.path}/")} for path, md5 in sorted(inside.items())],
            sort_keys=True,
        ).encode()
        md5 = f"{_md5(listing)}.dir"
        target = self.objects.path(md5)
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.{os.getpid()}")
        aside.write_bytes(listing)
        aside.chmod(0o444)
        publish(aside, target)
        size = sum(self.objects.path(one).stat().st_size for one in inside.values())
        return {pin.path: {"md5": md5, "size": size, "nfiles": len(inside)}}


def without(batch: raw.Batch, files: list[raw.RawFile], gone: int) -> raw.Batch:
    """A batch with other files, some documents fewer."""
    from dataclasses import replace

    return replace(batch, files=tuple(files), redacted=batch.redacted + gone) if gone else batch


def _md5(content: bytes) -> str:
    import hashlib

    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _count(path: Path) -> int:
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)
