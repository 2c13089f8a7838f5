"""`corpus serve` against kills, signals and attackers: real servers, real processes."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest

from benchmarks.faults.attack import attack, state
from benchmarks.faults.harness import Trials
from corpus.app.serving import serving
from corpus.repo.lock import TOKEN, write_lock
from flows.runs import KEPT
from tests.conftest import BODY, UNMEASURED, article
from tests.flows.scenes import (
    DEADLINE,
    blocks,
    command_of,
    copy_runs,
    leftovers,
    older_than,
    query,
    runs,
    serve,
    start,
    tree,
    until,
)


def completed(repo):
    return sum(run[0] == "Completed" for run in runs(repo))


def _settled(it):
    """Whether the server knows the schedule, and nothing is still being registered beside it."""
    before = state(it.address, it.secret)
    time.sleep(3)
    return bool(before["deployments"]) and state(it.address, it.secret) == before


def test_nobody_gets_in_without_the_password_and_sigterm_ends_it_quietly(built):
    with serve(built, "--every", "1h", PREFECT_API_URL="") as it:
        it.until_up()
        password = built.root / ".prefect/password"
        assert f"password  in {password}" in it.said
        assert {path.stat().st_mode & 0o077 for path in (built.root / ".prefect").rglob("*")} == {0}
        assert (built.root / ".prefect").stat().st_mode & 0o777 == 0o700
        holders = [
            path
            for path in (built.root / ".prefect").rglob("*")
            if path.is_file() and it.secret.encode() in path.read_bytes()
        ]
        assert holders == [password]
        assert it.secret not in it.said
        for pid in tree(it.process.pid):
            assert it.secret not in command_of(pid)

        trials, chromium = Trials(), shutil.which("chromium")
        until(lambda: _settled(it), "the schedule is known to the server, and all that goes with it")
        attack(it.address, it.secret, trials, chromium=chromium)
        assert trials.faults == []
        assert sum(trials.made.values()) > 60

        # The program's own clients get in: a run by hand reports to the same server.
        told = json.loads(built.run("update", "--json", **UNMEASURED).stdout)
        assert told["changed"] is False
        until(lambda: completed(built) == 1, "the run is on the server of `corpus serve`")
        assert "served by process" in built.run("status").stdout
        assert it.stop() == 0
        assert "Traceback" not in it.said
        until(lambda: not leftovers(built), "no process is left")
        assert not password.exists()
    assert "not served since" in built.run("status").stdout
    if chromium is None:
        pytest.skip("Chromium is not installed: all was tried but a hostile page in a browser")


@pytest.mark.parametrize(
    ("number", "moment"),
    [
        pytest.param(signal.SIGTERM, "server", marks=pytest.mark.trial),
        (signal.SIGHUP, "first"),
        pytest.param(signal.SIGTERM, "first", marks=pytest.mark.trial),
        pytest.param(signal.SIGINT, "first", marks=pytest.mark.trial),
        pytest.param(signal.SIGINT, "server", marks=pytest.mark.trial),
        pytest.param(signal.SIGHUP, "server", marks=pytest.mark.trial),
    ],
)
def test_a_signal_to_stop_while_it_starts(built, number, moment):
    with serve(built, "--every", "1h") as it:
        if moment == "first":
            until(lambda: blocks(it.process.pid, number), "it asks for signals")
        else:
            until(lambda: "Starting the Prefect server" in it.said, "its server starts")
        assert it.stop(number) == 0
        assert "Traceback" not in it.said
        assert "error" not in it.said
        until(lambda: not leftovers(built), "no process is left")


def hold_the_only_slot(repo):
    """Make the database what an older version left after a crash: a limit of one, its slot held by a run that is no more."""
    connection = sqlite3.connect(repo.root / ".prefect/prefect.db", timeout=DEADLINE)
    with connection:
        limit = "00000000-0000-4000-8000-000000000001"
        columns = [row[1] for row in connection.execute("pragma table_info(concurrency_limit_v2)")]
        values = {"id": limit, "active": 1, "name": "deployment:old", "limit": 1, "active_slots": 1, "denied_slots": 0,
                  "slot_decay_per_second": 0, "avg_slot_occupancy_seconds": 2}  # fmt: skip
        used = [name for name in columns if name in values]
        names = ", ".join(f'"{name}"' for name in used)
        connection.execute(
            f"insert into concurrency_limit_v2 ({names}) values ({', '.join('?' * len(used))})",
            [values[name] for name in used],
        )
        options = json.dumps({"collision_strategy": "CANCEL_NEW"})
        connection.execute(
            "update deployment set concurrency_limit_id = ?, concurrency_limit = 1, concurrency_options = ?",
            (limit, options),
        )
    connection.close()


@pytest.mark.trial
def test_a_crash_in_mid_run_does_not_stop_the_schedule(built):
    # A run may have ended before everything is killed: then it is all done again.
    while "Running" not in [run[0] for run in runs(built)]:
        number = len(runs(built))
        built.seed(f"new{number}.txt", article(f"new{number}", body=f"{BODY} New {number}."))
        with serve(built, "--every", "5s") as it:
            until(lambda: query(built, "select 1 from events"), "the log of events is written")
            until(lambda: any(run[0] == "Running" for run in runs(built)), "a run is at work")
            it.kill_everything()
        until(lambda: not leftovers(built), "no process is left")
    assert "ended unexpectedly" in built.run("status").stdout
    hold_the_only_slot(built)
    # Those of a month ago are removed by time, those of today beyond a number; the log of events after a week.
    copy_runs(built, 3, days=40)
    copy_runs(built, KEPT + 20, days=1)
    assert older_than(built, 35) == (3, 3)
    # Prefect tries again what its database was too busy for; after an hour, if nobody says otherwise.
    with serve(built, "--every", "5s", PREFECT_SERVER_SERVICES_DB_VACUUM_LOOP_SECONDS="20") as it:
        until(lambda: "UTC  completed" in it.said, "a run has completed")
        assert "left behind by a crash" in it.said
        assert [run[0] for run in runs(built)].count("Crashed") == 1
        until(lambda: older_than(built, 35) == (0, 0), "what is old is removed")
        until(lambda: older_than(built, 0.9)[0] <= KEPT, "and what is beyond the number that is kept")
        # However many were cancelled since, on a machine too busy for the schedule: they are among those that are kept.
        assert sum(run[0] != "Running" for run in runs(built)) >= KEPT
        # Told to stop at work: what is finished is kept, the run is recorded, the exit status is 0.
        built.seed("more.txt", article("more", body=BODY + " More."))
        until(lambda: any(run[0] == "Running" for run in runs(built)), "a run is at work again")
        assert it.stop(signal.SIGHUP) == 0
        assert "Traceback" not in it.said
        until(lambda: not leftovers(built), "no process is left")
        assert "Running" not in [run[0] for run in runs(built)]
    assert "up to date" in (built.build() or built.dvc("status").stdout)


@pytest.mark.trial
def test_a_killed_serve_takes_its_run_along(built):
    with serve(built, "--every", "3s") as it:
        until(lambda: any(b"flows\0run" in line for line in leftovers(built)), "a run has begun")
        it.process.send_signal(signal.SIGKILL)
        it.process.wait()
        until(lambda: not leftovers(built), "no process is left")


@pytest.mark.trial
def test_a_server_that_dies_is_one_line(built):
    with serve(built, "--every", "1h") as it:
        it.until_up()
        victim = next(pid for pid in tree(it.process.pid) if "flows.web" in command_of(pid))
        os.kill(victim, signal.SIGKILL)
        assert it.process.wait(DEADLINE) == 1
        assert it.said.splitlines()[-1].startswith("error: The Prefect server has ended")
        assert "Traceback" not in it.said
    # The run waits for the lock, so that it does not end before its server is killed.
    with write_lock(built.root, "a test", wait=DEADLINE):
        update = start(built, "update", "--wait", "300", **UNMEASURED, **{TOKEN: ""})
        until(lambda: any(run[0] == "Running" for run in runs(built)), "the run has started")
        for pid in tree(update.pid):
            if "flows.web" in command_of(pid):
                os.kill(pid, signal.SIGKILL)
        said = update.communicate(timeout=300)[0]
    assert update.returncode == 1
    assert "error: The Prefect server has ended" in said
    assert "Traceback" not in said


@pytest.mark.trial
def test_two_updates_at_the_same_moment_have_servers_of_their_own(built, tmp_path):
    other = type(built)(tmp_path / "other")
    shutil.copytree(built.root, other.root, symlinks=True)
    both = [start(repo, "update", "--wait", "300", **UNMEASURED) for repo in (built, other)]
    waiting = start(built, "update", "--wait", "300", **UNMEASURED)
    for process in (*both, waiting):
        said = process.communicate(timeout=300)[0]
        assert process.returncode == 0, said
    assert [run[0] for run in runs(built)] == ["Completed", "Completed"]
    assert [run[0] for run in runs(other)] == ["Completed"]


@pytest.mark.trial
def test_as_process_1_of_a_container(built):
    alone = ["unshare", "--pid", "--fork", "--kill-child"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare may not make namespaces here")
    with serve(
        built, "--every", "1h", "--host", "0.0.0.0", before=alone, CORPUS_SERVE_PASSWORD="long-enough-for-it"
    ) as it:
        it.until_up()
        assert "password  yours" in it.said
        first = tree(it.process.pid)[1]
        # An orphan of the namespace is given to process 1, which takes its exit status.
        subprocess.run(["nsenter", "-t", str(first), "-p", "sh", "-c", "(sleep 0.1 &)"], check=True)
        until(
            lambda: not any("sleep" in command_of(pid) or _state(pid) == "Z" for pid in tree(first)[1:]),
            "no zombie is left",
        )
        os.kill(first, signal.SIGTERM)
        assert it.process.wait(DEADLINE) == 0
        assert "Traceback" not in it.said


def _state(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def test_the_documented_unit_starts_and_stops(built):
    """The ExecStart of docs/guides/service.md with its WorkingDirectory, Environment and KillMode=mixed, without systemd."""
    unit = (Path(__file__).parents[2] / "docs/guides/service.md").read_text()
    line = next(line for line in unit.splitlines() if line.startswith("ExecStart="))
    arguments = shlex.split(line.partition("corpus serve ")[2])
    if shutil.which("systemd-analyze"):
        section = unit.partition("```ini\n")[2].partition("```")[0]
        path = built.root.parent / "newscorpus.service"
        path.write_text(section.replace("/srv/news/.venv/bin/corpus", "/bin/true").replace("User=news", "User=root"))
        subprocess.run(["systemd-analyze", "verify", path], check=True, capture_output=True, timeout=300)
    with serve(built, *arguments) as it:
        it.until_up()
        assert "0 6 * * * (Europe/Berlin)" in it.said
        assert it.stop() == 0
    until(lambda: not leftovers(built), "no process is left")
    assert serving(built.root).stopped is not None
