"""Settle a git merge of two branches that each added batches: unite the registers, and rebuild what is built.

Conflicts in files that people edit (seeds/, params.yaml, …) are listed and not changed. Every step starts from the
commits of the merge, so an interrupted run can simply be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.batches import adding, batchfiles, fetching, tracking, withdrawals
from corpus.batches import register as raw
from corpus.batches.stored import text_of
from corpus.batches.withdrawals import WITHDRAWN, Tombstones
from corpus.errors import CorpusError
from corpus.objects import recovery
from corpus.pipeline.build import build
from corpus.repo import merging, staging
from corpus.repo.files import write_text
from corpus.repo.lock import write_lock
from corpus.repo.paths import ENGINE, LOCK, PIPELINE, SEEDS
from corpus.stages import STAGES
from corpus.withdrawal.redact_batches import redact_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from corpus.pipeline.reproducing import Step
    from corpus.repo.merging import Merge
    from corpus.repo.repository import Repository

_REPORTS: Final = tuple(path for stage in STAGES for path in (*stage.metrics, *stage.reports))
# What a build makes, kept in git: ours until the build has made it again.
_BUILT: Final = (LOCK, ENGINE, *_REPORTS)
SETTLED: Final = (raw.BATCHES, WITHDRAWN, tracking.PIN, *_BUILT)
# No build can begin while these conflict.
_INPUTS: Final = (f"{SEEDS}/", "params.yaml", PIPELINE, ".dvc/", ".dvcignore")


@dataclass(frozen=True, slots=True)
class Merged:
    """What was settled of a merge, and what is left.

    Attributes:
        batches: how many batches the register names now.
        added: the names of the batches that the other side added.
        fetched: the files of batches that were brought to data/raw/.
        redacted: how many documents were taken out of each batch because the other side had withdrawn them.
        settled: the paths that were settled and staged.
        left: the paths that still conflict.
        built: whether the corpus was rebuilt. It is not rebuilt while its inputs conflict.
    """

    batches: int
    added: tuple[str, ...]
    fetched: tuple[str, ...]
    redacted: dict[str, int]
    settled: tuple[str, ...]
    left: tuple[str, ...]
    built: bool


def merge(
    repository: Repository,
    *,
    wait: float = 0.0,
    workers: int | None = None,
    tell: Callable[[Step], None] = lambda _: None,
) -> Merged:
    """Settle the merge that git is in the middle of. Commits nothing.

    Args:
        repository: where.
        wait: seconds to wait for another writer.
        workers: how many processes parse; None for one for each core.
        tell: called with each stage of the build as it ends.

    Raises:
        UsageError: git is not in the middle of a merge.
        MissingObjects: a batch is neither in the cache nor in the remote. The error names it.
        CorpusError: something must be done first. The error says what; then run again.
    """
    merging.under_way(repository)
    with write_lock(repository.root, "corpus merge", wait):
        found = merging.under_way(repository)
        _restore_built(repository, found)
        added, batches = _unite(repository, found)
        batchfiles.put_in_place(repository.root, batches)
        fetched = fetching.bring(repository, batches, _texts(repository, found, tracking.PIN))
        recovery.clear(repository)
        adding.sweep(repository, batches)
        if batches:
            tracking.track(repository)
        redacted = _redact(repository, found)
        staging.stage(repository, (raw.BATCHES, WITHDRAWN, tracking.PIN))
    left = tuple(path for path in found.conflicts if path not in SETTLED)
    built = not any(path.startswith(_INPUTS) for path in left)
    if built:
        build(repository, wait=wait, workers=workers, show=tell)
        staging.stage(repository, _BUILT)
    settled = tuple(path for path in found.conflicts if path in (SETTLED if built else SETTLED[:3]))
    return Merged(len(raw.load(repository.root)), added, fetched, redacted, settled, left, built)


def merge_file(base: Path, ours: Path, theirs: Path, path: str) -> bool:
    """Merge one file for git, as its merge driver: the result takes the place of `ours`.

    The register and the record of withdrawals are united. A built file stays as our side has it, without conflict
    markers, and is reported as a conflict. So git does not commit it before it is rebuilt.

    Returns:
        Whether the file is merged.
    """
    texts = [one.read_text(encoding="utf-8") for one in (base, ours, theirs)]
    if path == WITHDRAWN:
        write_text(ours, withdrawals.as_text(withdrawals.united(withdrawals.parse(text) for text in texts[1:])))
    elif path == raw.BATCHES:
        write_text(ours, raw.as_text(_three(*(raw.parse(text) if text.strip() else [] for text in texts))))
    return path in {WITHDRAWN, raw.BATCHES}


def _texts(repository: Repository, found: Merge, path: str) -> list[str]:
    """Return a file as each side of the merge has it, ours first; "" for a side without it."""
    return [repository.read_at(commit, path) or "" for commit in (found.ours, *found.theirs)]


def _restore_built(repository: Repository, found: Merge) -> None:
    """Restore our version of built files that conflict: nobody can read them with git's conflict markers."""
    for path in (tracking.PIN, *_BUILT):
        if path in found.conflicts:
            text = repository.read_at(found.ours, path)
            if text is None:
                (repository.root / path).unlink(missing_ok=True)
            else:
                write_text(repository.root / path, text)


def _unite(repository: Repository, found: Merge) -> tuple[tuple[str, ...], list[raw.Batch]]:
    """Write the united register and record of withdrawals. Returns the added batches, and all batches."""
    root = repository.root
    base = _register(repository, found.base)
    ours = batches = _register(repository, found.ours)
    for commit in found.theirs:
        batches = _three(base, batches, _register(repository, commit))
    records = [withdrawals.parse(text) for text in _texts(repository, found, WITHDRAWN) if text]
    withdrawals.save(root, withdrawals.united(records))
    if any("/" in file.name for batch in batches for file in batch.all_files):
        # One side was upgraded: the files of both go into the folders of their months.
        batches = [raw.in_month(batch) for batch in batches]
    raw.save(root, batches)
    known = {batch.name for batch in ours}
    return tuple(batch.name for batch in batches if batch.name not in known), batches


def _register(repository: Repository, commit: str | None) -> list[raw.Batch]:
    text = text_of(repository, commit, raw.BATCHES) if commit else None
    try:
        return raw.parse(text) if text else []
    except ValueError as error:
        raise CorpusError(f"{raw.BATCHES} of {(commit or '')[:10]} cannot be read: {error}.") from None


def _three(base: Sequence[raw.Batch], ours: Sequence[raw.Batch], theirs: Sequence[raw.Batch]) -> list[raw.Batch]:
    """Return the batches of both sides, without those that one side removed by hand."""
    sides = [{batch.name for batch in side} for side in (ours, theirs)]
    removed = {batch.name for batch in base if not all(batch.name in side for side in sides)}
    return [batch for batch in raw.normalised([*ours, *theirs]) if batch.name not in removed]


def _redact(repository: Repository, found: Merge) -> dict[str, int]:
    """Take out of each side's batches what only the other side withdrew. Returns the number of documents by batch."""
    records = [
        set(withdrawals.parse(text).withdrawals if text else ()) for text in _texts(repository, found, WITHDRAWN)
    ]
    shared = set.intersection(*records)
    taken: dict[str, int] = {}
    for record in withdrawals.united([Tombstones(tuple(set.union(*records) - shared))]):
        names = {batch.name for batch in raw.load(repository.root)}
        for name, count in redact_batches(repository, record, names).items():
            taken[name] = taken.get(name, 0) + count
    return taken
