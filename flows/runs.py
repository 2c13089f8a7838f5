"""The runs of one corpus on a Prefect server: which are due, which were left behind, which are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from prefect.client.schemas.filters import DeploymentFilter, FlowRunFilter
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Crashed

from corpus.repo.lock import holder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

    from corpus.repo.repository import Repository

KILLED: Final = "The process was killed."
KEPT: Final = 500
_PAGE: Final = 200
# A run takes this long from its first state until it holds the lock, at most.
_BEGINNING: Final = timedelta(seconds=120)
_AT_WORK: Final = ["RUNNING", "PENDING", "CANCELLING"]
_ENDED: Final = ["COMPLETED", "FAILED", "CRASHED", "CANCELLED"]


def tag(repository: Repository) -> str:
    """Return what marks the runs of one corpus on a server that many share."""
    return f"corpus:{repository.root}"


def due(client: SyncPrefectClient, deployment: UUID, now: datetime) -> list[FlowRun]:
    """Return the runs of a deployment whose time has come, oldest first."""
    found = client.read_flow_runs(
        flow_run_filter=_filter(state={"type": {"any_": ["SCHEDULED"]}}, next_scheduled_start_time={"before_": now}),
        deployment_filter=DeploymentFilter.model_validate({"id": {"any_": [deployment]}}),
        sort=FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC,
        limit=_PAGE,
    )
    return [run for run in found if run.next_scheduled_start_time and run.next_scheduled_start_time <= now]


def cancel(client: SyncPrefectClient, run: UUID, message: str) -> None:
    """Set a run to cancelled."""
    client.set_flow_run_state(run, Cancelled(message=message), force=True)


def end_stale(client: SyncPrefectClient, repository: Repository, own: set[str], *, all_: bool = False) -> int:
    """Set runs that seem to be at work, and whose process was killed, to crashed.

    Args:
        client: of the server.
        repository: the corpus.
        own: ids of runs that are at work.
        all_: nobody else can be at work: the caller holds the write lock, or has just started the server.

    Returns:
        How many there were.
    """
    if not all_ and holder(repository.root) is not None:
        return 0
    known = _filter(tags={"all_": [tag(repository)]}, state={"type": {"any_": _AT_WORK}})
    latest = datetime.now(UTC) - _BEGINNING
    ended = 0
    for run in client.read_flow_runs(flow_run_filter=known, limit=_PAGE):
        since = run.state.timestamp if run.state else run.expected_start_time
        if str(run.id) not in own and (all_ or (since is not None and since < latest)):
            client.set_flow_run_state(run.id, Crashed(message=KILLED), force=True)
            ended += 1
    return ended


def prune(client: SyncPrefectClient, repository: Repository, keep: int = KEPT) -> int:
    """Delete the oldest ended runs of a corpus beyond a number; returns how many were deleted, at most 200."""
    known = _filter(tags={"all_": [tag(repository)]}, state={"type": {"any_": _ENDED}})
    old: Sequence[FlowRun] = client.read_flow_runs(
        flow_run_filter=known, sort=FlowRunSort.START_TIME_DESC, offset=keep, limit=_PAGE
    )
    for run in old:
        client.delete_flow_run(run.id)
    return len(old)


def _filter(**parts: Any) -> FlowRunFilter:
    return FlowRunFilter.model_validate(parts)
