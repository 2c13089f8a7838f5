"""The flow: the stages of dvc.yaml, one task each, under the engine's own lock.

A scheduled run and a hand-typed `dvc repro` cannot differ, for both run the same DVC stages. Prefect adds when, how
often again, for how long at most, and what is on show.
"""

from __future__ import annotations

import os
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.states import Cancelled, Completed, Failed

from corpus.app import alerting, collecting, expect
from corpus.cluster.address import of_environment
from corpus.cluster.connection import describe
from corpus.errors import Busy, CorpusError, StageFailed
from corpus.pipeline.build import Session, writing
from corpus.repo import commit as committing
from corpus.repo.repository import find
from corpus.stages import NAMES
from flows import artifacts, runs

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from prefect.client.schemas.objects import State, TaskRun

    from corpus.app.collecting import Report
    from corpus.pipeline.reproducing import Step
    from corpus.repo.repository import Repository
    from corpus.sources.web.collector import SourceRun

FLOW: Final = "corpus-update"
# Generous: a first build of millions of articles takes hours. Settings of the run, not of the data.
STAGE_SECONDS: Final = float(os.environ.get("CORPUS_STAGE_TIMEOUT", timedelta(hours=12).total_seconds()))
VERIFY_SECONDS: Final = timedelta(hours=2).total_seconds()
COLLECT_WAIT: Final = 60.0
RETRIES: Final = 2
RETRY_SECONDS: Final = float(os.environ.get("CORPUS_RETRY_DELAY", "30"))


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did.

    Attributes:
        collected: what collecting brought; None if there is no collect.yaml, or it was not asked for.
        not_collected: why nothing was collected, though it was asked for.
    """

    changed: bool
    steps: tuple[Step, ...]
    commit: str | None
    collected: Report | None = None
    not_collected: CorpusError | None = None


# Where a run leaves its result or its error for the process that began it. Prefect's state has them only if the server
# took the state the first time: a busy server may take it and answer too late, and then it refuses the second time.
OUTCOME: Final[ContextVar[list[Result | CorpusError] | None]] = ContextVar("outcome", default=None)


def passes(task_: Any, run: TaskRun, state: State[Any]) -> bool:
    """Whether a failure may pass by itself: a document that was being written while it was read. Nothing else is."""
    del task_, run
    error = state.result(raise_on_failure=False)
    return isinstance(error, StageFailed) and error.kind == "ChangedWhileRead"


@task(name="collect", cache_policy=NO_CACHE, persist_result=False, timeout_seconds=STAGE_SECONDS)
def run_collect(repository: Repository, allow_loopback: bool) -> Report:
    """Fetch what is due in the sources of collect.yaml, and seal it."""
    web = collecting.Web(allow_loopback=allow_loopback)
    return collecting.collect(repository, web=web, wait=COLLECT_WAIT, group=in_a_task)


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="collect {name}")
async def collect_group(name: str, work: Callable[[], Awaitable[list[SourceRun]]]) -> Any:
    """Collect from a group of sources. Failed if one of them did not answer; the others are collected all the same."""
    del name
    failures = [f"{run.name}: {run.failure}" for run in await work() if run.failure]
    return Failed(message="; ".join(failures)) if failures else Completed()


async def in_a_task(name: str, work: Callable[[], Awaitable[list[SourceRun]]]) -> list[SourceRun]:
    """Do the work of a group of sources as a task of its own, which shows how long it took and what failed."""
    found: list[SourceRun] = []

    async def kept() -> list[SourceRun]:
        found.extend(await work())
        return found

    # Prefect's types take it for a state already.
    called: Any = collect_group(name, kept, return_state=True)
    state: State[Any] = await called
    if not found:
        # Not a source that fails, but an error in the work itself.
        await state.aresult()
    return found


@task(cache_policy=NO_CACHE, persist_result=False, task_run_name="{stage}", timeout_seconds=STAGE_SECONDS,
      retries=RETRIES, retry_delay_seconds=RETRY_SECONDS, retry_condition_fn=passes)  # fmt: skip
def run_stage(session: Session, stage: str, workers: int | None) -> Step:
    """Run one DVC stage."""
    return session.run(stage, workers)


@task(cache_policy=NO_CACHE, persist_result=False, timeout_seconds=VERIFY_SECONDS)
def verify(session: Session) -> None:
    """Make sure that every object that dvc.lock names is in the cache."""
    session.verify()


@task(cache_policy=NO_CACHE, persist_result=False, timeout_seconds=VERIFY_SECONDS)
def reread(session: Session) -> None:
    """Read the part of the cache whose turn it is: all of it within four weeks."""
    session.reread(datetime.now(UTC).date())


@task(cache_policy=NO_CACHE, persist_result=False)
def check_expectations(repository: Repository) -> None:
    """Send alerts of expectations that are not met, if there is somebody to send them to. It never fails a run."""
    with suppress(CorpusError):
        expect.alert(repository)


@task(cache_policy=NO_CACHE, persist_result=False)
def commit(repository: Repository) -> str | None:
    """Commit dvc.lock, engine.yaml and reports/."""
    return committing.commit(repository)


@flow(name=FLOW, persist_result=False, flow_run_name="update", validate_parameters=False)
def update(
    repo: str = ".",
    commit_changes: bool = False,
    workers: int | None = None,
    wait: float = 0.0,
    collect: bool = True,
    allow_loopback: bool = False,
) -> Any:
    """Collect what is due, then ingest, validate, resolve, write, report; verify; optionally commit."""
    repository = find(repo)
    used = of_environment(os.environ)
    collected, not_collected = _collect(repository, allow_loopback) if collect else (None, None)
    try:
        with writing(repository, "corpus update", wait) as session:
            _end_stale_runs(repository)
            if used is not None:
                artifacts.publish_cluster(describe(used))
            steps = tuple(run_stage(session, stage, workers) for stage in NAMES)
            verify(session)
            # A build that an earlier run, or somebody by hand, did not commit is committed too.
            made = commit(repository) if commit_changes else None
            result = Result(session.changed, steps, made, collected, not_collected)
            artifacts.publish(repository, result.changed, steps, made)
            check_expectations(repository)
            # Last, so that damage in an earlier version keeps nothing of this one back.
            reread(session)
            _alert(repository, None)
    except Busy as error:
        # Not a failure: the holder of the lock is doing the work.
        return Cancelled(message=str(error))
    except CorpusError as error:
        _alert(repository, error)
        _leave(error)
        raise
    _leave(result)
    return result


def _leave(outcome: Result | CorpusError) -> None:
    if (left := OUTCOME.get()) is not None:
        left.append(outcome)


def _collect(repository: Repository, allow_loopback: bool) -> tuple[Report | None, CorpusError | None]:
    """Collect, if there is a collect.yaml. What goes wrong with it never stops the build."""
    if not collecting.has_sources(repository):
        return None, None
    try:
        report = run_collect(repository, allow_loopback)
    except CorpusError as error:
        collecting.alert(repository, error)
        return None, error
    artifacts.publish_collected(report)
    collecting.alert(repository, report)
    return report, None


def _alert(repository: Repository, error: CorpusError | None) -> None:
    """Send an alert that a run failed, or that runs complete again, once each."""
    problems = {} if error is None else {"run:": f"A run of `corpus update` failed: {error}"}
    with suppress(CorpusError):
        to = collecting.alert_addresses(repository)
        alerting.report(repository.root, to, problems, ("run",))


def _end_stale_runs(repository: Repository) -> None:
    """Set runs of this corpus that still seem to be at work to crashed: we hold the lock, so they were killed."""
    with get_client(sync_client=True) as client:
        runs.end_stale(client, repository, {str(runtime.flow_run.id)}, all_=True)
