"""The flow against a real Prefect server: runs start, end, fail, never overlap, and leave nothing behind."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from itertools import pairwise

import pytest

from corpus.errors import UsageError
from corpus.repo.lock import write_lock
from tests.conftest import BODY, UNMEASURED, article
from tests.flows.scenes import DEADLINE, leftovers, runs, serve, start, until
from tests.ports import reserved_port


def artifacts(repo):
    connection = sqlite3.connect(repo.root / ".prefect/prefect.db")
    try:
        return {key: (kind, data) for key, kind, data in connection.execute("select key, type, data from artifact")}
    finally:
        connection.close()


def test_update_once_quietly_with_artifacts_and_a_commit(built):
    built.seed("new.txt", article("new", body=BODY + " New."))
    # An empty address is none: Prefect would start a server of its own, which outlives the run.
    done = built.run("update", "--commit", **UNMEASURED, PREFECT_API_URL="")
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "4 documents in: 3 articles, 0 superseded, 0 repeats, 1 quarantined"
    assert "report      reports/index.html" in lines
    left = artifacts(built)
    assert left["corpus-summary"][0] == "markdown"
    assert "| articles | 3 |" in left["corpus-summary"][1]
    assert {"check": "empty", "severity": "block", "documents": "1"} in json.loads(
        json.loads(left["corpus-verdicts"][1])
    )
    assert "reports/index.html" in left["corpus-report"][1]
    assert built.git("log", "-1", "--format=%s").strip() == "Update corpus: +1 document, +1 article"
    committed = set(built.git("show", "--name-only", "--format=", "HEAD").split())
    assert "dvc.lock" in committed
    assert all(path == "dvc.lock" or path.startswith("reports/") for path in committed)
    assert [run[0] for run in runs(built)] == ["Completed"]
    until(lambda: not leftovers(built), "no process is left")


@pytest.mark.trial
def test_updates_of_a_new_corpus_without_and_with_a_commit(corpus_repo):
    corpus_repo.seed("one.txt", article("one"))
    corpus_repo.seed("bad.txt", b"")
    # An empty address is none: Prefect would start a server of its own, which outlives the run.
    done = corpus_repo.run("update", **UNMEASURED, PREFECT_API_URL="")
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == "2 documents in: 1 article, 0 superseded, 0 repeats, 1 quarantined"
    assert lines[-1] == "report      reports/index.html"
    assert "dvc.lock" in corpus_repo.git("status", "--porcelain"), "without --commit nothing is committed"
    left = artifacts(corpus_repo)
    assert left["corpus-summary"][0] == "markdown"
    assert "| articles | 1 |" in left["corpus-summary"][1]
    assert {"check": "empty", "severity": "block", "documents": "1"} in json.loads(
        json.loads(left["corpus-verdicts"][1])
    )
    assert "reports/index.html" in left["corpus-report"][1]

    corpus_repo.commit()
    corpus_repo.seed("two.txt", article("two", body=BODY + " A second."))
    told = json.loads(corpus_repo.run("update", "--commit", "--json").stdout)
    assert told["changed"] is True
    assert corpus_repo.git("rev-parse", "HEAD").strip() == told["commit"]
    assert corpus_repo.git("log", "-1", "--format=%s").strip() == "Update corpus: +1 document, +1 article"
    committed = set(corpus_repo.git("show", "--name-only", "--format=", "HEAD").split())
    assert "dvc.lock" in committed
    assert all(path == "dvc.lock" or path.startswith("reports/") for path in committed)
    assert [run[0] for run in runs(corpus_repo)] == ["Completed", "Completed"]
    until(lambda: not leftovers(corpus_repo), "no process is left")


@pytest.mark.trial
def test_a_failed_stage_is_a_failed_run_with_its_own_error(built):
    path = built.root / "data/verdicts"
    # A stage that cannot write: a file stands where its folder should.
    (built.root / "seeds/new.txt").write_text(article("new", body=BODY + " New."))
    for shard in path.iterdir():
        shard.unlink()
    path.rmdir()
    path.write_text("in the way")
    done = built.run("update", check=False)
    assert done.returncode == 1
    assert "Stage 'validate' failed" in done.stderr
    assert "Traceback" not in done.stderr
    (state, _, _, message), *_ = runs(built)
    assert state == "Failed"
    assert "Stage 'validate' failed" in message
    path.unlink()
    built.run("update", **UNMEASURED)
    assert [run[0] for run in runs(built)] == ["Failed", "Completed"]


@pytest.mark.trial
def test_scheduled_runs_start_end_and_never_overlap(built):
    with reserved_port() as port, serve(built, "--every", "3s", "--port", str(port)) as it:
        until(lambda: sum(run[0] == "Completed" for run in runs(built)) >= 3, "three scheduled runs have ended")
        second = built.run("serve", "--every", "1h", check=False)
        assert second.returncode == 1
        assert f"process {it.process.pid}" in second.stderr
        # While somebody else holds the lock, a run gives way instead of failing.
        with write_lock(built.root, "a test", wait=DEADLINE):
            until(
                lambda: any(run[0] == "Cancelled" and "`a test`" in (run[3] or "") for run in runs(built)),
                "one gives way",
            )
        assert it.stop(signal.SIGINT) == 0
        said = it.said
    assert f"page      http://127.0.0.1:{port}" in said
    assert "schedule  every 3s" in said
    assert "UTC  completed" in said
    assert "Traceback" not in said
    done = sorted(run[1:3] for run in runs(built) if run[0] == "Completed")
    assert all(ended <= following for (_, ended), (following, _) in pairwise(done))
    until(lambda: not leftovers(built), "no process is left")


def test_a_killed_run_leaves_the_next_one_able_to_work(built):
    states = []

    def has_begun():
        return len(runs(built)) > len(states)

    # One that has ended before it is killed tells nothing: then another one is.
    while "Running" not in states:
        number = len(states)
        assert number < 20
        built.seed(f"new{number}.txt", article(f"new{number}", body=f"{BODY} New {number}."))
        killed = start(built, "update", **UNMEASURED)
        until(has_begun, "the run has started")
        os.killpg(killed.pid, signal.SIGKILL)
        killed.communicate()
        until(lambda: not leftovers(built), "no orphan is left")
        states = [run[0] for run in runs(built)]
    built.run("update", **UNMEASURED)
    assert [run[0] for run in runs(built)] == [*states[:-1], "Crashed", "Completed"]
    assert "up to date" in built.dvc("status").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--cron", "every day"], "Invalid --cron"),
        (["--cron", "0 6 * * *", "--timezone", "Mars/Base"], "Invalid timezone"),
        pytest.param(["--every", "soon"], "Write 30s, 15m, 1h or 1d", marks=pytest.mark.trial),
        pytest.param(["--every", "0m"], "Write 30s, 15m, 1h or 1d", marks=pytest.mark.trial),
        ([], "Give a schedule"),
        pytest.param(["--every", "1h", "--cron", "0 6 * * *"], "Give a schedule", marks=pytest.mark.trial),
    ],
)
def test_invalid_schedules(corpus_repo, arguments, told):
    done = corpus_repo.run("serve", *arguments, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_intervals():
    from flows.plan import interval

    assert [interval(text).total_seconds() for text in ("30s", "15m", "1h", "1d", "2 H")] == [
        30,
        900,
        3600,
        86400,
        7200,
    ]
    for text in ("1.5h", "soon", "0m"):
        with pytest.raises(UsageError, match="Write 30s, 15m, 1h or 1d"):
            interval(text)


def test_only_what_may_pass_is_tried_again():
    """Asked in a process of its own: Prefect prints and starts threads when it is imported."""
    code = (
        "from prefect.states import Failed; from corpus.errors import StageFailed; from flows.update import passes\n"
        "for kind in ('ChangedWhileRead', 'SettingsError', None):\n"
        "    print(kind, passes(None, None, Failed(data=StageFailed('ingest', 'x', kind))))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, timeout=300, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["ChangedWhileRead True", "SettingsError False", "None False"]
