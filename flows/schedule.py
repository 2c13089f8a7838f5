"""Serving the flow on a schedule: one server, one run at a time, until told to stop."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import signal
import sys
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from corpus.errors import Busy, UsageError
from flows.environment import prepare
from flows.server import server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corpus.versioning.repository import Repository

_EVERY: Final = re.compile(r"([1-9]\d{0,6})\s*([smhd])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DEPLOYMENT: Final = "schedule"


def interval(written: str) -> timedelta:
    """`30s`, `15m`, `1h`, `1d` as a span of time.

    Raises:
        UsageError: it is none.
    """
    found = _EVERY.fullmatch(written.strip().lower())
    if found is None:
        raise UsageError(f"--every {written!r} is no interval. Write 30s, 15m, 1h or 1d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def check_cron(expression: str, timezone: str | None) -> None:
    """Raises UsageError unless Prefect will take a schedule."""
    from prefect.client.schemas.schedules import CronSchedule
    from pydantic import ValidationError

    try:
        CronSchedule(cron=expression, timezone=timezone)
    except (ValidationError, ValueError) as error:
        told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise UsageError(f"--cron {expression!r} will not do: {told.removeprefix('Value error, ')}.") from None


@contextmanager
def _only_one(root: Path) -> Iterator[None]:
    """Raises Busy if another `corpus serve` serves this corpus."""
    path = root / ".dvc" / "tmp" / "corpus.serve.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Busy(f"`corpus serve` (process {file.read().strip() or 'unknown'})") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def serve(
    repository: Repository,
    *,
    cron: str | None,
    timezone: str | None,
    every: str | None,
    commit: bool,
    workers: int | None,
    host: str,
    port: int | None,
) -> None:
    """Serve the flow until interrupted.

    Raises:
        UsageError: the schedule is no schedule.
        Busy: it is being served already.
        CorpusError: the server does not start.
    """
    own = prepare(repository.root)
    span = interval(every) if every else None
    if cron:
        check_cron(cron, timezone)
    with ExitStack() as stack:
        stack.enter_context(_only_one(repository.root))
        # Prefect's runner answers SIGTERM only once it is up.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        started = None
        if own is None:
            started = stack.enter_context(server(repository.root, host, port, page=True))
            print("Starting the Prefect server …", file=sys.stderr, flush=True)
            started.wait()
        address = started.address if started else own
        print(f"page      {address}\nschedule  {_described(cron, timezone, every)}", flush=True)
        print(f"next run  {_next(cron, timezone, span)}\nStop with Ctrl-C.", flush=True)
        with suppress(KeyboardInterrupt):
            _serve(repository, cron=cron, timezone=timezone, span=span, commit=commit, workers=workers)


def _serve(
    repository: Repository,
    *,
    cron: str | None,
    timezone: str | None,
    span: timedelta | None,
    commit: bool,
    workers: int | None,
) -> None:
    from prefect import serve as serve_deployments
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.schedules import Cron, Interval
    from prefect.types.entrypoint import EntrypointType

    from flows.update import tag, update

    schedule: Any = Cron(cron, timezone=timezone) if cron else Interval(span or timedelta(hours=1))
    deployment = update.to_deployment(
        DEPLOYMENT,
        schedule=schedule,
        parameters={"repo": str(repository.root), "commit_changes": commit, "workers": workers},
        tags=[tag(repository)],
        # A run that comes while another is at work is cancelled; queued ones would pile up.
        concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        # By module: repositories of `corpus init` have the flow in the installed package only.
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    os.chdir(repository.root)
    serve_deployments(deployment, limit=1, print_starting_message=False)  # type: ignore[arg-type]  # sync here


def _described(cron: str | None, timezone: str | None, every: str | None) -> str:
    return f"{cron} ({timezone or 'UTC'})" if cron else f"every {every}"


def _next(cron: str | None, timezone: str | None, span: timedelta | None) -> str:
    """When the first run is due, in the time of the schedule."""
    if cron is None:
        return f"{datetime.now(UTC) + (span or timedelta()):%Y-%m-%d %H:%M:%S} UTC at the latest"
    from prefect.server.schemas.schedules import CronSchedule

    zone = ZoneInfo(timezone or "UTC")
    schedule = CronSchedule(cron=cron, timezone=str(zone))
    due = asyncio.run(schedule.get_dates(1, start=datetime.now(zone)))[0]
    return f"{due.astimezone(zone):%Y-%m-%d %H:%M %Z}"
