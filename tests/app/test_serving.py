"""What `corpus serve` leaves for `corpus status`, read without a server."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from corpus.app.serving import Serving, only_one, record, serving
from corpus.errors import Busy

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ONE = Serving(
    schedule="every 1h", pid=7, address="http://127.0.0.1:4200", next_run=NOW + timedelta(minutes=5), last_run=NOW,
    last_state="completed",
)  # fmt: skip


def test_what_is_recorded_is_read(tmp_path):
    assert serving(tmp_path) is None
    record(tmp_path, ONE)
    with only_one(tmp_path):
        assert serving(tmp_path) == ONE
    assert serving(tmp_path) == replace(ONE, running=False)
    record(tmp_path, replace(ONE, stopped=NOW))
    assert serving(tmp_path).stopped == NOW


@pytest.mark.parametrize(
    ("changes", "minutes", "words"),
    [
        ({}, 0, "next run 2026-03-01 12:05:00 UTC"),
        ({}, 6, "next run 2026-03-01 12:05:00 UTC"),
        ({}, 7, "OVERDUE since 2026-03-01 12:05:00 UTC"),
        (
            {"running": False},
            7,
            "process 7 ended unexpectedly; run `corpus serve` again; last run 2026-03-01 12:00:00 UTC completed; OVERDUE",
        ),
        ({"running": False, "stopped": NOW}, 700, "not served since 2026-03-01 12:00:00 UTC"),
        ({"cancelled": 3, "cancelled_because": "Why."}, 0, "3 runs cancelled since (Why.)"),
        ({"cancelled": 1}, 0, "1 run cancelled since;"),
        ({"last_state": "failed", "last_message": "Stage 'x' failed"}, 0, "failed (Stage 'x' failed)"),
    ],
)
def test_in_words(changes, minutes, words):
    assert words in replace(ONE, **changes).in_words(NOW + timedelta(minutes=minutes))


def test_stopped_is_never_overdue():
    assert not replace(ONE, running=False, stopped=NOW).overdue(NOW + timedelta(days=9))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"schedule": "every 1h"}',
        '{"schedule": 1, "pid": "x"}',
        "\xff",
        "[" * 100_000,
        "{}" * 200_000,
    ],
)
def test_a_record_that_cannot_be_read_is_ignored(tmp_path, text):
    record(tmp_path, ONE)
    (tmp_path / ".dvc/tmp/corpus.schedule.json").write_bytes(text.encode("latin-1"))
    assert serving(tmp_path) is None


def test_dates_out_of_range_and_long_texts(tmp_path):
    record(tmp_path, ONE)
    path = tmp_path / ".dvc/tmp/corpus.schedule.json"
    found = json.loads(path.read_text())
    path.write_text(json.dumps({**found, "next_run": "0001-01-01T00:00:00+23:59"}))
    assert serving(tmp_path) is None
    path.write_text(json.dumps({**found, "last_message": "x" * 10_000}))
    assert len(serving(tmp_path).last_message) == 500


def test_only_one_serves(tmp_path):
    code = "import sys, pathlib, corpus.app.serving as s\nwith s.only_one(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    other = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(Busy, match=f"process {other.pid}"), only_one(tmp_path):
            pass
    finally:
        other.communicate("")
    with only_one(tmp_path):
        pass
