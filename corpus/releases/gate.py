"""Find what prevents a release. All reasons are reported at once."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from corpus.batches import stored
from corpus.batches import tracking as raw
from corpus.batches.register import RAW
from corpus.errors import CorpusError, InvariantError, MissingObjects
from corpus.objects import dvc_process, pins, soundness
from corpus.repo import commit
from corpus.repo.repository import LOCK, PIPELINE
from corpus.snapshots.snapshot import Snapshot
from corpus.stages import NAMES
from corpus.tables import engine
from corpus.tables.ledger import Ledger, rows
from corpus.tables.shards import load_keys
from schemas.expected import Verdict

if TYPE_CHECKING:
    from corpus.repo.releases import Release
    from corpus.repo.repository import Repository
    from corpus.settings import Expectations

NOTES: Final = "CORPUS.md"
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Gate:
    """The reasons to refuse a release, and the warnings. It is open if there are no reasons."""

    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


def examine(repository: Repository, expectations: Expectations, last: Release | None) -> Gate:
    """Check everything that can prevent a release.

    Args:
        repository: the corpus.
        expectations: the expectations of params.yaml.
        last: the release before.

    Returns:
        All reasons. Files that a release commits itself (`commit.PATHS`) may be uncommitted.
    """
    pinned = _pinned(repository)
    if isinstance(pinned, str):
        return Gate((*commit.obstacles(repository), *_uncommitted(repository), pinned), ())
    # DVC takes its second in a process of its own.
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(_stale, repository)
        before = stored.pins_of(repository, last.commit) if last else []
        missing = soundness.verify(repository, pinned, trusted=soundness.names(repository, before))
        expected = _unmet(repository, expectations, last) if not missing else Gate((), ())
        reasons = [
            *commit.obstacles(repository),
            *_uncommitted(repository),
            *_unbalanced(repository),
            *_lost(missing),
            *_altered(repository, pinned),
            *expected.reasons,
        ]
        stale = asked.result()
    return Gate((*reasons, *stale), expected.warnings)


def _pinned(repository: Repository) -> list[pins.Pin] | str:
    """Return what dvc.lock and data/raw.dvc pin, or why that is not known."""
    try:
        pinned = pins.of_working_tree(repository)
    except CorpusError as error:
        return str(error)
    if not pinned:
        return f"there is no {LOCK}: nothing was built yet; run `corpus build`"
    batches = repository.root / raw.PIN
    try:
        return [*pinned, *(raw.pinned(batches.read_text(encoding="utf-8")) if batches.exists() else ())]
    except (yaml.YAMLError, ValueError, KeyError, TypeError):
        return f"{raw.PIN} is damaged; `git checkout -- {raw.PIN}` brings the committed one back"


def _uncommitted(repository: Repository) -> list[str]:
    # What a release commits itself may be uncommitted.
    others = [entry[3:] for entry in commit.uncommitted(repository, commit.PATHS)]
    reasons = []
    if others:
        more = f", and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        reasons.append(f"uncommitted: {', '.join(others[:_SHOWN])}{more}; commit or stash them")
    notes = repository.root / NOTES
    if notes.is_symlink() or (notes.exists() and not notes.is_file()):
        reasons.append(f"{NOTES} is not a file; a release writes this file")
    elif notes.exists() and NOTES not in others and not repository.git("ls-files", "--", NOTES):
        reasons.append(f"{NOTES} is ignored by git; a release writes it. Move it away")
    return reasons


def _unbalanced(repository: Repository) -> list[str]:
    """Return the reasons if the ledger does not add up, or its counts differ from the rows of the tables."""
    try:
        counts_by_name = json.loads((repository.root / commit.METRICS).read_bytes())["ledger"]
        ledger = Ledger(**{name: int(counts_by_name[name]) for name in Ledger.__dataclass_fields__})
    except InvariantError as error:
        return [str(error).partition("\n")[0]]
    except (OSError, ValueError, KeyError, TypeError):
        return [f"there is no ledger in {commit.METRICS}; run `corpus build`"]
    shards = load_keys(repository.root, "write")
    counts = (("articles", ledger.articles), ("revisions", ledger.superseded), ("quarantine", ledger.quarantined))
    return [
        f"the ledger says {count:,} rows of {table}, the table has {found:,}; run `corpus build`"
        for table, count in counts
        if (found := rows(shards, table)) != count
    ]


def _lost(missing: list[soundness.Wrong]) -> list[str]:
    if not missing:
        return []
    lost = [str(one) for one in missing]
    error = MissingObjects(
        "the DVC cache lacks what dvc.lock names, or has other bytes; run `corpus build`, which mends it:", lost
    )
    return [str(error).replace("\n", "\n  ")]


def _altered(repository: Repository, pinned: list[pins.Pin]) -> list[str]:
    """Return the outputs in git that are not what was built: a release would commit them."""
    reasons = []
    for pin in pinned:
        if not pin.cached:
            try:
                content = (repository.root / pin.path).read_bytes()
            except OSError:
                content = None
            if content is None or hashlib.md5(content, usedforsecurity=False).hexdigest() != pin.md5:
                reasons.append(f"{pin.path} is not what was built; run `corpus build`")
    return reasons


def _unmet(repository: Repository, expectations: Expectations, last: Release | None) -> Gate:
    if not (expectations.overall or expectations.per_publisher):
        return Gate((), ())
    from corpus.releases.expectations import expect

    try:
        found = expect(expectations, Snapshot(repository, last.readable) if last else None, Snapshot(repository, None))
    except MissingObjects as error:
        return Gate((f"the expectations cannot be checked: {error}".replace("\n", "\n  "),), ())
    return Gate(
        tuple(f"expectation failed: {one}" for one in found if one.verdict is Verdict.FAILED),
        tuple(f"expected otherwise: {one}" for one in found if one.verdict is Verdict.WARNED),
    )


def _stale(repository: Repository) -> list[str]:
    listed = _status(repository)
    reasons = []
    if raw.PIN in listed:
        reasons.append(f"{RAW}/ is not what {raw.PIN} names; `dvc pull {raw.PIN}` brings it back")
    if stale := _among(repository, listed):
        reasons.append(f"out of date: {', '.join(stale)}; run `corpus build`")
    return reasons


def outdated(repository: Repository) -> list[str]:
    """Return the stages that are out of date, by DVC or by the installed engine.

    Raises:
        CorpusError: DVC failed.
    """
    # Without the files of batches, which take DVC 14 s after a year of small ones.
    return _among(repository, _status(repository, PIPELINE))


def _among(repository: Repository, listed: set[str]) -> list[str]:
    pinned, installed = engine.pinned(repository.root), engine.installed()
    return [stage for stage in NAMES if stage in listed or pinned.get(stage) != installed[stage]]


def _status(repository: Repository, *targets: str) -> set[str]:
    """Return the stages and .dvc files that have changed according to DVC, of some targets or of all."""
    done = dvc_process.run(repository.root, "status", "--json", *targets)
    if done.returncode != 0:
        if full := dvc_process.full(repository.root, done, "DVC's notes in .dvc/tmp"):
            raise full
        raise CorpusError(f"`dvc status` failed: {dvc_process.complaint(done)}")
    return set(json.loads(done.stdout or "{}"))
