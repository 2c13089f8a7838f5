"""Serve the flow on a schedule: one server, one run at a time, until a signal stops it."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from corpus.app.serving import Serving, only_one, record, serving
from corpus.errors import CorpusError
from flows.access import PASSWORD, password, secret_path
from flows.address import reason, require_server, shown
from flows.environment import prepare, private
from flows.server import Server, server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from corpus.repo.repository import Repository
    from flows.plan import Plan
    from flows.stopping import Stop


def serve(repository: Repository, plan: Plan, *, host: str, port: int | None, stop: Stop) -> None:
    """Serve the flow until a signal stops it.

    Raises:
        UsageError: the schedule is not one, or the host needs a password.
        Busy: it is being served already.
        CorpusError: the server does not start, or it ended.
    """
    plan.check()
    own = prepare(repository.root)
    if own is not None:
        require_server(own)
    with ExitStack() as stack:
        stack.enter_context(only_one(repository.root))
        started = None
        if own is None:
            started = stack.enter_context(_own_server(repository.root, host, port))
            say("Starting the Prefect server …", screen=sys.stderr)
            # Prefect takes a second to import, and the server some to start: at the same time.
            import flows.scheduler  # noqa: F401

            if not started.wait(stop.wait):
                return
        _run(repository, plan, started, own, stop)


def _run(repository: Repository, plan: Plan, started: Server | None, own: str | None, stop: Stop) -> None:
    from flows.scheduler import Scheduler

    address = started.address if started else shown(own or "")
    now = datetime.now(UTC)
    say(f"page      {address}")
    if started and (path := secret_path()).exists():
        say(f"password  in {path}")
    elif started:
        say(f"password  yours, of {PASSWORD}")
    say(f"schedule  {plan.in_words()}\nnext run  {plan.next_in_words(now)}\nStop with Ctrl-C.")
    before = serving(repository.root)
    standing = Serving(
        schedule=plan.in_words(), pid=os.getpid(), address=address, next_run=plan.next_after(now),
        last_run=before.last_run if before else None, last_state=before.last_state if before else None,
        last_message=before.last_message if before else None,
    )  # fmt: skip
    record(repository.root, standing)
    scheduler = Scheduler(repository, plan, standing, started, stop, say)
    try:
        scheduler.run()
    except CorpusError:
        raise
    except Exception as error:
        if started:
            started.require_alive()
        raise CorpusError(f"The Prefect server at {address} failed: {reason(error)}.") from error


@contextmanager
def _own_server(root: Path, host: str, port: int | None) -> Iterator[Server]:
    """A server with a page, whose random password is in a file while it runs."""
    secret, is_users = password(host)
    with server(root, secret, host, port, page=True, named="corpus serve") as started:
        path = secret_path()
        path.unlink(missing_ok=True)
        try:
            if not is_users:
                with open(path, "x", encoding="ascii", opener=private) as file:
                    file.write(secret + "\n")
            yield started
        finally:
            path.unlink(missing_ok=True)


def say(text: str, screen: object = None) -> None:
    """Print for anyone who watches. A screen that has gone away ends nothing."""
    with suppress(OSError, ValueError):
        print(text, file=screen or sys.stdout, flush=True)  # type: ignore[arg-type]  # a text stream
