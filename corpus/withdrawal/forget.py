"""Withdraw articles from the documents, the next build and, on request, past releases, the cache and the remote.

The order makes it safe to interrupt. The record is written first, and all else follows from it. Then the rest is built,
named and pushed. Objects are removed last, when no kept version needs them. If it is run again, it continues.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from corpus.batches import register as raw
from corpus.batches import withdrawals
from corpus.batches.tracking import PIN as RAW_PIN
from corpus.batches.withdrawals import WITHDRAWN
from corpus.errors import InvariantError, Refused
from corpus.repo.commit import uncommitted
from corpus.repo.files import write_text
from corpus.repo.repository import LOCK, PIPELINE
from corpus.snapshots import removed
from corpus.snapshots.removed import REMOVED, Removal
from corpus.tables.engine import ENGINE
from corpus.withdrawal import gitwork, holding, purge
from corpus.withdrawal.forget_plan import is_withdrawn_seed
from corpus.withdrawal.redact import next_tag, redact
from corpus.withdrawal.redact_batches import redact_batches

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from corpus.pipeline.build import Session
    from corpus.repo.repository import Repository
    from corpus.withdrawal.forget_plan import Plan
    from corpus.withdrawal.redact_rows import Redaction
    from corpus.withdrawal.survey import Ref, Survey

# What a withdrawal changes in git, besides files of seeds/.
_OURS: Final = (WITHDRAWN, REMOVED, raw.BATCHES, RAW_PIN, LOCK, ENGINE)
_REPORTS: Final = "reports/"


@dataclass(slots=True)
class Done:
    """What was done, for the certificate of the withdrawal."""

    seeds: tuple[str, ...] = ()
    batches: dict[str, int] = field(default_factory=dict)
    commit: str | None = None
    releases: dict[str, str] = field(default_factory=dict)
    rows: dict[str, dict[str, int]] = field(default_factory=dict)
    reports_kept: tuple[str, ...] = ()
    from_cache: int = 0
    from_remote: int | None = None
    kept: int = 0
    indexes: int = 0
    pushed: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def require_ready(repository: Repository, plan: Plan, *, everywhere: bool) -> None:
    """Refuse before anything is changed.

    Raises:
        Refused: the withdrawal is not possible. The error has all reasons.
    """
    reasons = []
    if f"- {WITHDRAWN}" not in (repository.root / PIPELINE).read_text(encoding="utf-8"):
        reasons.append(f"{PIPELINE} does not know {WITHDRAWN}: add `- {WITHDRAWN}` to the deps of stage ingest")
    if everywhere:
        gitwork.branch_of_head(repository)
        if repository.commit_of("HEAD") is None:
            reasons.append("nothing was committed yet, so there is nothing past; leave out --everywhere")
        if not repository.git("var", "GIT_COMMITTER_IDENT", check=False):
            reasons.append("git does not know who you are: `git config user.name` and `user.email`")
        strange = [entry[3:] for entry in uncommitted(repository) if not _is_ours(repository, plan, entry)]
        if strange:
            more = f", and {len(strange) - 10} more" if len(strange) > 10 else ""
            reasons.append(f"uncommitted: {', '.join(strange[:10])}{more}; --everywhere commits what it changes")
    if reasons:
        raise Refused("Nothing was withdrawn:", reasons)


def _is_ours(repository: Repository, plan: Plan, entry: str) -> bool:
    path = entry[3:].strip('"')
    if path in _OURS or path.startswith(_REPORTS):
        return True
    return "D" in entry[:2] and is_withdrawn_seed(repository, path, plan.withdrawal)


def withdraw(repository: Repository, plan: Plan, session: Session, done: Done) -> None:
    """Take documents out of seeds/ and data/raw/, and build without them. Nothing of past versions is changed.

    Raises:
        CorpusError: a step failed. The error says what to do next; run again to continue.
    """
    root = repository.root
    known = list(withdrawals.load(root).withdrawals)
    places = [number for number, one in enumerate(known) if _is_same(one, plan.withdrawal)]
    if places:
        known[places[0]] = plan.withdrawal
    else:
        known.append(plan.withdrawal)
    withdrawals.save(root, known)
    for source in plan.seeds:
        (root / source).unlink(missing_ok=True)
    done.seeds = plan.seeds
    done.batches = redact_batches(repository, plan.withdrawal, plan.batches)
    session.run_all(None, lambda _: None)
    session.verify()
    _require_gone(repository, plan)


def _is_same(one: withdrawals.Withdrawal, other: withdrawals.Withdrawal) -> bool:
    """Return whether a plan's record was made from a record: the plan has all of its hashes."""
    return (
        (one.date, one.reason) == (other.date, other.reason)
        and one.documents <= other.documents
        and one.articles <= other.articles
        and one.publishers <= other.publishers
    )


def _require_gone(repository: Repository, plan: Plan) -> None:
    """Raise InvariantError if a table or a batch still has what was withdrawn."""
    for folder in sorted((repository.root / "data").glob("*/")):
        for path in sorted(folder.glob("*.parquet")):
            if holding.holds(path, plan.withdrawal):
                raise InvariantError(f"{path} still holds what was withdrawn.")


def redact_releases(survey: Survey, plan: Plan, today: date, done: Done, tell: Callable[[str], None]) -> None:
    """Make a successor of each release that holds a document: a commit beside the branch, and a tag."""
    repository = survey.repository
    for ref in plan.releases:
        name = next_tag(repository, ref.short)
        made = redact(repository, ref.commit, plan.withdrawal, plan.documents, survey.ensure)
        made.changes[WITHDRAWN] = (repository.root / WITHDRAWN).read_bytes()
        commit = gitwork.commit_with(repository, ref.commit, made.changes, _message(ref, plan, made))
        _require_clean(survey, commit, plan)
        gitwork.tag(repository, name, commit, _tag_message(repository, ref, plan, made, today))
        done.releases[ref.short] = name
        done.rows[ref.short] = made.rows
        if made.report_kept:
            done.reports_kept += (name,)
        tell(f"{ref.short} -> {name}")


def _message(ref: Ref, plan: Plan, made: Redaction) -> str:
    rows = "\n".join(f"{table}: {count:,} rows less" for table, count in sorted(made.rows.items()))
    return f"Withdraw from {ref.short}\n\n{plan.withdrawal.reason}\n\n{rows}\n"


def _tag_message(repository: Repository, ref: Ref, plan: Plan, made: Redaction, today: date) -> str:
    before = repository.git("for-each-ref", "--format=%(contents:subject)", f"refs/tags/{ref.short}").strip()
    figures = "\n".join(f"{name}: {count:,}" for name, count in made.ledger.items())
    return f"{before or ref.short} (redacted {today})\n\n{plan.withdrawal.reason}\n\n{figures}\n"


def _require_clean(survey: Survey, commit: str, plan: Plan) -> None:
    """Raise InvariantError unless a redacted version is complete, and has nothing that was withdrawn."""
    for one in survey.needed(commit):
        path = survey.objects.path(one.md5)
        if not path.is_file():
            raise InvariantError(f"The redacted version lacks {one.path} ({one.md5}).")
        if not one.md5.endswith(".dir") and holding.holds(path, plan.withdrawal):
            raise InvariantError(f"The redacted version still holds what was withdrawn, in {one.path}.")


def commit_all(survey: Survey, plan: Plan, today: date, done: Done) -> purge.RemovalSet:
    """Record what will be removed, and commit everything. Returns what will be removed from the cache."""
    repository = survey.repository
    superseded = survey.superseded()
    branch = gitwork.branch_of_head(repository)
    # What is committed now takes the place of what the branch has, unless that has another name too.
    head = repository.commit_of("HEAD") or ""
    named = any(ref.commit == head and ref.name != branch for ref in survey.refs("refs/heads", "refs/tags"))
    gone = {*superseded, *([] if named else [head])}
    keep = purge.needed(survey, gone, "refs/heads", "refs/tags")
    removals = purge.in_cache(survey, plan.withdrawal, keep)
    releases = {ref.short: superseded[ref.commit] for ref in survey.refs("refs/tags")
                if ref.is_release and ref.commit in superseded}  # fmt: skip
    path = repository.root / REMOVED
    text = path.read_text(encoding="utf-8") if path.exists() else None
    records = removed.parse(text)
    recorded = {old for one in records for old in one.releases}
    fresh = {old: new for old, new in releases.items() if old not in recorded}
    objects = removals.objects - {md5 for one in records for md5 in one.objects}
    if fresh or objects:
        records.append(Removal(today, plan.withdrawal.reason, fresh, frozenset(objects)))
        write_text(path, removed.as_text(records))
    done.commit = gitwork.advance(repository, branch, _changes(repository, plan), _subject(plan))
    done.releases = {**releases, **done.releases} if plan.resumed else done.releases
    return removals


def _changes(repository: Repository, plan: Plan) -> dict[str, bytes | None]:
    root = repository.root
    changes: dict[str, bytes | None] = {path: (root / path).read_bytes() for path in _OURS if (root / path).is_file()}
    changes |= {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted((root / _REPORTS).rglob("*"))
        if path.is_file()
    }
    head = repository.commit_of("HEAD") or ""
    tracked = set(repository.git("ls-tree", "-r", "-z", "--name-only", head, "--", "seeds/").split("\0"))
    gone = [path for path in tracked if path and not (root / path).exists()]
    return changes | {path: None for path in gone if is_withdrawn_seed(repository, path, plan.withdrawal)}


def _subject(plan: Plan) -> str:
    many = len(plan.withdrawal.documents)
    what = "1 document" if many == 1 else f"{many:,} documents"
    return f"Withdraw {what}\n\n{plan.withdrawal.reason}\n"
