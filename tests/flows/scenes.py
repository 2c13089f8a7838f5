"""Servers and schedules for tests: started as a user would, waited for by what they do, and never left behind."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.conftest import UNMEASURED

# Generous: it only ends what hangs.
DEADLINE = 300.0


def until(condition, what, seconds=DEADLINE):
    """Wait until a condition holds; return what it gave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.2)
    pytest.fail(f"not within {seconds:.0f} s: {what}")


def start(repo, *arguments, before=(), output=None, **environment):
    """Start `corpus …`, in a session of its own."""
    return subprocess.Popen(
        [*before, sys.executable, "-m", "corpus", *arguments], env={**os.environ, **environment}, cwd=repo.root, text=True,
        stdout=output or subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip


class Serving:
    """A `corpus serve` at work, and what it has printed."""

    def __init__(self, repo, process, path):
        self.repo, self.process, self._path = repo, process, path

    @property
    def said(self):
        return self._path.read_text()

    @property
    def address(self):
        return next(line.split()[1] for line in self.said.splitlines() if line.startswith("page "))

    @property
    def secret(self):
        return (self.repo.root / ".prefect/password").read_text().strip()

    def until_up(self):
        until(lambda: "Stop with Ctrl-C." in self.said or self.process.poll() is not None, "the server is up")
        assert self.process.poll() is None, self.said

    def stop(self, number=signal.SIGTERM):
        """Tell it to stop; return its exit status."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE)

    def kill_everything(self):
        """What a host crash does: all of it, at once."""
        victims = tree(self.process.pid)
        for pid in victims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        for pid in {*victims, *tree(self.process.pid)}:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(DEADLINE)


@contextmanager
def serve(repo, *arguments, before=(), **environment):
    """Run `corpus serve …`; nothing of it is left afterwards."""
    path = repo.root.parent / f"serve-{time.monotonic_ns()}.txt"
    with path.open("w") as output:
        process = start(repo, "serve", *arguments, before=before, output=output, **{**UNMEASURED, **environment})
    try:
        yield Serving(repo, process, path)
    finally:
        for pid in tree(process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(DEADLINE)


def tree(pid):
    """A process and all that it started."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            stat = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
            parents.setdefault(int(stat[1]), []).append(int(entry))
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += parents.get(one, [])
    return found


def leftovers(repo):
    """The command lines of processes that still work for this corpus."""
    mine = str(repo.root)
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if os.readlink(f"/proc/{pid}/cwd") == mine:
                found.append(Path(f"/proc/{pid}/cmdline").read_bytes())
    return found


def query(repo, sql):
    """Rows of the database of Prefect's server; none while it makes its tables. Waits while it is locked or opened."""
    path = repo.root / ".prefect/prefect.db"
    if not path.exists():
        return []
    deadline = time.monotonic() + DEADLINE
    while True:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=DEADLINE)
        try:
            return connection.execute(sql).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        finally:
            connection.close()


def runs(repo):
    """State, start and end of each flow run that has started, and its message."""
    return query(
        repo,
        "select s.name, r.start_time, r.end_time, s.message from flow_run r join flow_run_state s on s.id = r.state_id "
        "where s.name not in ('Scheduled', 'Late', 'Pending') order by r.start_time",
    )


def command_of(pid):
    """The command line of a process; empty if it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def blocks(pid, number):
    """Whether a process blocks a signal: it will ask for it."""
    with suppress(OSError, StopIteration):
        line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigBlk"))
        return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


def copy_runs(repo, number, days):
    """Put copies of a run into the database: completed runs of so many days ago, each with its state and an event."""
    connection = sqlite3.connect(repo.root / ".prefect/prefect.db", timeout=DEADLINE)
    connection.row_factory = sqlite3.Row
    then = f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d %H:%M:%S.%f}"

    def insert(table, values):
        names = ", ".join(f'"{name}"' for name in values)
        connection.execute(f"insert into {table} ({names}) values ({', '.join('?' * len(values))})", [*values.values()])

    with connection:
        (run,) = connection.execute("select * from flow_run limit 1")
        (state,) = connection.execute("select * from flow_run_state limit 1")
        (event,) = connection.execute("select * from events limit 1")
        for _ in range(number):
            ids = {"id": str(uuid4()), "state_id": str(uuid4())}
            times = dict.fromkeys(("created", "updated", "start_time", "end_time", "expected_start_time"), then)
            ended = {
                "state_type": "COMPLETED",
                "state_name": "Completed",
                "state_timestamp": then,
                "idempotency_key": None,
            }
            insert("flow_run", {**run, **ids, **times, **ended})
            ended = {"type": "COMPLETED", "name": "Completed", "timestamp": then, "created": then, "updated": then}
            insert("flow_run_state", {**state, **ended, "id": ids["state_id"], "flow_run_id": ids["id"]})
            times = dict.fromkeys(("occurred", "received", "recorded", "created", "updated"), then)
            insert("events", {**event, **times, "id": str(uuid4())})
    connection.close()


def older_than(repo, days):
    """Return how many runs and how many events of the database are older than so many days."""
    then = f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d %H:%M:%S.%f}"
    found = query(
        repo,
        f"select (select count(*) from flow_run where end_time < '{then}'), "
        f"(select count(*) from events where occurred < '{then}')",
    )
    return found[0]
