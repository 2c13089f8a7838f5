"""Starting runs when Prefect says that they are due: one at a time, each in a process of its own that dies with us."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
from prefect.client.orchestration import get_client
from prefect.deployments.runner import DeploymentApplyError
from prefect.settings import PREFECT_CLIENT_MAX_RETRIES, temporary_settings
from prefect.states import Cancelled, Crashed

from corpus.app.serving import GRACE, record
from flows import runs
from flows.address import reason
from flows.deployment import deploy
from flows.environment import HOME, private
from flows.server import child
from flows.stopping import reap
from flows.web import PARENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import FlowRun

    from corpus.app.serving import Serving
    from corpus.repo.repository import Repository
    from flows.plan import Plan
    from flows.server import Server
    from flows.stopping import Stop

_POLL_SECONDS: Final = 1.0
# A server that others use is asked less often.
_SHARED_POLL_SECONDS: Final = 5.0
_REQUEST_SECONDS: Final = 30.0
_TIDY_SECONDS: Final = 300.0
# A run that gets a stop signal ends its stage in order, if it can, in this time.
_GRACE_SECONDS: Final = 15.0
_LAST_TRIES: Final = 3
STOPPED: Final = "`corpus serve` was stopped."
MISSED: Final = "Missed: a later run was due as well."
OVERLAPPED: Final = "The run before was still at work."


class Scheduler:
    """The loop of `corpus serve`."""

    def __init__(
        self,
        repository: Repository,
        plan: Plan,
        standing: Serving,
        server: Server | None,
        stop: Stop,
        say: Callable[[str], None],
    ) -> None:
        self._repository = repository
        self._plan = plan
        self._standing = standing
        self._server = server
        self._stop = stop
        self._say = say
        self._process: subprocess.Popen[bytes] | None = None
        self._run_id: UUID | None = None
        self._deployment: UUID | None = None
        self._next_tidy = 0.0
        self._away = False
        self._failures = 0
        self._warned_of: datetime | None = None
        self._overlapped = 0

    def run(self) -> None:
        """Serve until a signal stops it.

        Raises:
            CorpusError: our own server has ended.
        """
        poll = _POLL_SECONDS if self._server else _SHARED_POLL_SECONDS
        with (
            temporary_settings({PREFECT_CLIENT_MAX_RETRIES: 0}),
            get_client(sync_client=True, httpx_settings={"timeout": _REQUEST_SECONDS}) as client,
        ):
            try:
                while not self._stop.wait(poll):
                    if self._server:
                        self._server.require_alive()
                    try:
                        # A server that is busy, as at its start, answers with an error now and then.
                        deployment = self._deployment or self._set_up(client)
                        self._tidy(client)
                        self._tick(client, deployment)
                        self._back()
                    except (httpx.HTTPError, DeploymentApplyError) as error:
                        self._report_away(error)
                    self._watch()
            finally:
                self._end(client)

    def _set_up(self, client: SyncPrefectClient) -> UUID:
        """End what a crash has left, and make the schedule known."""
        # A run that seems to be at work on a server that has just started was killed with the server before.
        killed = runs.end_stale(client, self._repository, set(), all_=self._server is not None)
        if killed:
            self._say(f"{_runs(killed)} left behind by a crash {'was' if killed == 1 else 'were'} ended.")
        self._deployment = deploy(self._repository, self._plan, shared=self._server is None)
        return self._deployment

    def _tick(self, client: SyncPrefectClient, deployment: UUID) -> None:
        reap({process.pid for process in (self._process, self._server) if process})
        if self._process is not None:
            if self._process.poll() is None:
                self._heed_cancellation(client)
            else:
                self._report(client)
        waiting = [run for run in runs.due(client, deployment, datetime.now(UTC)) if run.id != self._run_id]
        if not waiting:
            return
        if self._process is None:
            # The latest makes up for those before it.
            self._begin(waiting.pop().id)
            self._cancel(client, waiting, MISSED)
        else:
            self._cancel(client, waiting, OVERLAPPED)

    def _begin(self, run: UUID) -> None:
        options = ["--commit"] if self._plan.commit else []
        options += ["--workers", str(self._plan.workers)] if self._plan.workers else []
        options += [] if self._plan.collect else ["--no-collect"]
        log = Path(os.environ[HOME]) / "run.log"
        with open(log, "wb", opener=private) as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "flows", "run", str(run), "--repo", str(self._repository.root), *options],
                cwd=self._repository.root,
                env={**os.environ, PARENT: str(os.getpid())},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=child,  # noqa: PLW1509 - two system calls, no lock of Python
            )
        self._run_id = run
        now = datetime.now(UTC)
        self._stand(next_run=self._plan.next_after(now))

    def _heed_cancellation(self, client: SyncPrefectClient) -> None:
        """End the run that is at work if somebody has cancelled it on Prefect's page."""
        if self._run_id is None:
            return
        state = client.read_flow_run(self._run_id).state
        if state is not None and state.is_cancelling():
            self._kill()
            runs.cancel(client, self._run_id, "Cancelled by a user of Prefect.")

    def _report(self, client: SyncPrefectClient) -> None:
        """Say how the run that has ended came out."""
        if self._run_id is None or self._process is None:
            return
        state = client.read_flow_run(self._run_id).state
        if state is None or not state.is_final():
            message = f"Its process ended with status {self._process.returncode}."
            state = Crashed(message=message)
            client.set_flow_run_state(self._run_id, state, force=True)
        name = (state.name or state.type.value).lower()
        lines = [] if state.is_completed() else (state.message or "").splitlines()
        self._say("\n  ".join([f"{_now()}  {name}", *lines]))
        if self._overlapped > 1:
            self._say(f"{_now()}  {_runs(self._overlapped)} cancelled while it was at work")
        if state.is_completed():
            self._stand(cancelled=0, cancelled_because=None)
        self._stand(
            last_run=datetime.now(UTC), last_state=name, last_message=lines[0][:200] if lines else None,
        )  # fmt: skip
        self._process, self._run_id, self._overlapped = None, None, 0

    def _cancel(self, client: SyncPrefectClient, waiting: list[FlowRun], message: str) -> None:
        """Cancel runs that are due and cannot run now; say so once for each that is at work."""
        for run in waiting:
            runs.cancel(client, run.id, message)
        if waiting and (message == MISSED or not self._overlapped):
            first = waiting[0].next_scheduled_start_time
            self._say(f"{_now()}  cancelled: {_runs(len(waiting))} from {first:%Y-%m-%d %H:%M:%S} UTC\n  {message}")
        if waiting:
            self._overlapped += len(waiting) if message == OVERLAPPED else 0
            self._stand(cancelled=self._standing.cancelled + len(waiting), cancelled_because=message)

    def _watch(self) -> None:
        """Say once of each run that is overdue."""
        now, due = datetime.now(UTC), self._standing.next_run
        if self._process is not None and due is not None and now > due:
            self._stand(next_run=self._plan.next_after(now))
        elif due is not None and now > due + GRACE and self._warned_of != due:
            self._warned_of = due
            self._say(f"{_now()}  overdue: the run of {due:%Y-%m-%d %H:%M:%S} UTC has not begun")

    def _report_away(self, error: Exception) -> None:
        if self._server:
            self._server.require_alive()
        # One request may be late where the machine is busy.
        self._failures += 1
        if self._failures >= 2 and not self._away:
            self._away = True
            self._say(f"{_now()}  the Prefect server cannot be reached: {reason(error)}. Trying again.")

    def _back(self) -> None:
        self._failures = 0
        if self._away:
            self._away = False
            self._say(f"{_now()}  the Prefect server is back")

    def _tidy(self, client: SyncPrefectClient) -> None:
        if time.monotonic() < self._next_tidy:
            return
        runs.end_stale(client, self._repository, {str(self._run_id)})
        if self._server:
            runs.prune(client, self._repository)
        self._next_tidy = time.monotonic() + _TIDY_SECONDS

    def _stand(self, **changes: object) -> None:
        self._standing = replace(self._standing, **changes)  # type: ignore[arg-type]  # names and types of Serving
        record(self._repository.root, self._standing)

    def _kill(self) -> None:
        """End the run that is at work: in order if it will, with everything that it started."""
        if self._process is None:
            return
        for number, grace in ((signal.SIGINT, _GRACE_SECONDS), (signal.SIGKILL, _GRACE_SECONDS)):
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(grace)
                break
        # Its stages are of its group, and may be a moment behind it.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _end(self, client: SyncPrefectClient) -> None:
        """Leave nothing at work, and no run that seems to be."""
        self._kill()
        for _ in range(_LAST_TRIES):
            # A busy server may answer with an error; one that is away does not keep us.
            with suppress(Exception):
                if self._run_id is not None:
                    state = client.read_flow_run(self._run_id).state
                    if state is None or not state.is_completed():
                        client.set_flow_run_state(self._run_id, Cancelled(message=STOPPED), force=True)
                        self._stand(last_run=datetime.now(UTC), last_state="cancelled", last_message=STOPPED)
                break
        with suppress(Exception):
            if self._server is None and self._deployment is not None:
                # Runs would pile up on a server that nobody serves.
                client.pause_deployment(self._deployment)
        if self._stop.came is not None:
            self._stand(stopped=datetime.now(UTC))


def _runs(number: int) -> str:
    return f"{number:,} {'run' if number == 1 else 'runs'}"


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
