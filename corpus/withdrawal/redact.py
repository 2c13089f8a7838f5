"""Makes the successor of a release without the rows of some documents: new objects, a new commit and a new tag.

Nothing is built. The writer of shards writes them without these rows, and the files that name the shards (keys,
listings, batches.yaml, dvc.lock, the report) are changed to match. Everything else in the release stays the same.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import yaml

from corpus import settings
from corpus.batches.tracking import PIN as RAW_PIN
from corpus.batches.tracking import pinned as pins_of_batches
from corpus.errors import SettingsError
from corpus.objects.listing import listing
from corpus.pipeline.report import report
from corpus.repo.commit import METRICS
from corpus.repo.files import aside_of, publish, scratch
from corpus.repo.repository import LOCK
from corpus.tables import engine
from corpus.withdrawal.redact_rows import Redaction, Work
from schemas.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from corpus.batches.withdrawals import Withdrawal
    from corpus.objects.pins import Pin
    from corpus.repo.repository import Repository

_SUCCESSOR: Final = re.compile(r"\+redacted\.([1-9]\d*)$")


def is_successor(tag: str) -> bool:
    """Return whether a tag names a release that is the successor of a redacted one."""
    return _SUCCESSOR.search(tag) is not None


def next_tag(repository: Repository, tag: str) -> str:
    """Return the name of the next successor of a release: `corpus@v1.0.0` -> `corpus@v1.0.0+redacted.1`."""
    base = _SUCCESSOR.sub("", tag)
    known = repository.git("for-each-ref", "--format=%(refname:strip=2)", f"refs/tags/{base}+redacted.*").split()
    numbers = [int(found[1]) for name in known if (found := _SUCCESSOR.search(name))]
    return f"{base}+redacted.{max(numbers, default=0) + 1}"


def redact(
    repository: Repository,
    commit: str,
    withdrawal: Withdrawal,
    documents: frozenset[str],
    ensure: Callable[[str, str], Path],
) -> Redaction:
    """Remove the rows of some documents from a version. New objects go into the cache; git is not changed.

    Args:
        repository: the corpus repository.
        commit: the commit of the version.
        withdrawal: the withdrawal.
        documents: ids of the documents to remove.
        ensure: a function of a path and an md5 that brings an object into the cache if it is missing.
    """
    made = Redaction()
    with _scratch(repository) as folder:
        work = Work(repository, commit, withdrawal, documents, ensure, folder, made)
        work.read()
        work.tables()
        work.keys()
        work.batches()
        _figures(work)
        _lock(work)
    return made


@contextmanager
def _scratch(repository: Repository) -> Iterator[Path]:
    place = repository.root / ".dvc" / "tmp" / "corpus"
    place.mkdir(parents=True, exist_ok=True)
    with scratch("redact-", place) as folder:
        yield folder


def _figures(work: Work) -> None:
    """Return the new report; if the installed engine does not know the tables, only the ledger."""
    text = work.repository.read_at(work.commit, METRICS)
    chosen = _settings(work)
    if chosen is not None:
        _report_anew(work, chosen)
    elif text:
        work.made.report_kept = True
        metrics = json.loads(text)
        metrics["ledger"] = _ledger(work, metrics.get("ledger", {}))
        work.made.changes[METRICS] = (json.dumps(metrics, indent=2, ensure_ascii=False) + "\n").encode()
    changed = work.made.changes.get(METRICS)
    work.made.ledger = json.loads(changed or text or "{}").get("ledger", {})


def _settings(work: Work) -> settings.Settings | None:
    """Return the version's settings; None if the installed engine does not know them or the version's tables."""
    import pyarrow.parquet as pq

    for path in work.now:
        table = TABLES.get(path.split("/")[1])
        if table and path.endswith(".parquet") and not pq.read_schema(work.root / path).equals(table.arrow):
            return None
    params = work.repository.read_at(work.commit, settings.PARAMS) or ""
    (work.root / settings.PARAMS).write_text(params, encoding="utf-8")
    try:
        return settings.load(work.root)
    except SettingsError:
        return None


def _report_anew(work: Work, chosen: settings.Settings) -> None:
    engine.pin(work.root)
    report(work.root, chosen)
    for pin in work.pins:
        if not pin.cached and (work.root / pin.path).is_file():
            content = (work.root / pin.path).read_bytes()
            if content != (work.repository.read_at(work.commit, pin.path) or "").encode("utf-8", "surrogateescape"):
                work.made.changes[pin.path] = content


def _ledger(work: Work, before: dict[str, int]) -> dict[str, int]:
    import pyarrow.parquet as pq

    counted = dict.fromkeys(before, 0)
    for path in work.now:
        if path.startswith("data/decisions/"):
            column = pq.read_table(work.root / path, columns=["decision"])["decision"]
            for entry in column.value_counts().to_pylist():
                name = entry["values"] if entry["values"] in before else f"{entry['values']}s"
                counted[name] = counted.get(name, 0) + entry["counts"]
                counted["documents"] = counted.get("documents", 0) + entry["counts"]
    return counted


def _lock(work: Work) -> None:
    """Write new listings, and the dvc.lock and data/raw.dvc that name them."""
    outs: dict[str, dict[str, Any]] = {}
    for pin in work.pins:
        if not pin.cached:
            content = work.made.changes.get(pin.path)
            if content is not None:
                outs[pin.path] = {"md5": _md5(content), "size": len(content)}
            continue
        outs |= _out(work, pin)
    text = work.repository.read_at(work.commit, LOCK)
    if text:
        stages = yaml.safe_load(text)
        for stage in stages["stages"].values():
            for entry in (*stage.get("deps", ()), *stage.get("outs", ())):
                entry.update(outs.get(entry["path"], {}))
        work.made.changes[LOCK] = yaml.safe_dump(stages, sort_keys=False, width=1000).encode()
    pinned = work.repository.read_at(work.commit, RAW_PIN)
    if pinned:
        found = yaml.safe_load(pinned)
        for entry, pin in zip(found["outs"], pins_of_batches(pinned), strict=True):
            entry.update(outs.get(pin.path, {}))
        work.made.changes[RAW_PIN] = yaml.safe_dump(found, sort_keys=False).encode()


def _out(work: Work, pin: Pin) -> dict[str, dict[str, Any]]:
    """Return the entry of a lock for a changed output; nothing for an unchanged one."""
    if not pin.is_folder:
        md5 = work.now[pin.path]
        if md5 == pin.md5:
            return {}
        return {pin.path: {"md5": md5, "size": work.objects.path(md5).stat().st_size}}
    inside = {path: md5 for path, md5 in work.now.items() if path.startswith(f"{pin.path}/")}
    if inside == {path: md5 for path, md5 in work.was.items() if path.startswith(f"{pin.path}/")}:
        return {}
    data, md5 = listing(inside, pin.path)
    target = work.objects.path(md5)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = aside_of(target)
    aside.write_bytes(data)
    aside.chmod(0o444)
    publish(aside, target)
    size = sum(work.objects.path(one).stat().st_size for one in inside.values())
    return {pin.path: {"md5": md5, "size": size, "nfiles": len(inside)}}


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
