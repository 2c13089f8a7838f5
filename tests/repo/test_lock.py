from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from corpus.errors import Busy, CorpusError
from corpus.repo.lock import TOKEN, holder, write_lock

HOLD = """
import sys, pathlib
from corpus.repo.lock import write_lock
with write_lock(pathlib.Path(sys.argv[1]), "test"):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(root):
    """Hold the lock in another process until it is killed, or this one has ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_only_one_writes_and_the_other_says_who(tmp_path):
    process = hold(tmp_path)
    try:
        with pytest.raises(Busy, match=rf"`test` \(process {process.pid}\)"), write_lock(tmp_path, "other"):
            pass
        assert holder(tmp_path) == f"`test` (process {process.pid})"
    finally:
        process.kill()
        process.communicate()


def test_a_killed_holder_lets_go(tmp_path):
    process = hold(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with write_lock(tmp_path, "next"):
        assert holder(tmp_path) == f"`next` (process {os.getpid()})"
    assert holder(tmp_path) is None


@pytest.mark.parametrize("left", ["", '{"pid": 4194305, "purpose": "killed", "token": "x"}'])
def test_who_only_looks_keeps_nobody_out(tmp_path, monkeypatch, left):
    """Also on a machine so busy that it does not come to let go, and where a holder was killed before."""
    monkeypatch.setattr("corpus.repo.lock._LONGEST_GLANCE_SECONDS", 600.0)
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    looking = (tmp_path / ".dvc/tmp/corpus.lock").open("w")
    looking.write(left)
    looking.flush()
    fcntl.flock(looking, fcntl.LOCK_EX)
    threading.Timer(1, looking.close).start()
    with write_lock(tmp_path, "a test"):
        assert looking.closed
        assert holder(tmp_path) == f"`a test` (process {os.getpid()})"


def test_one_can_wait(tmp_path):
    process = hold(tmp_path)
    try:
        began = time.monotonic()
        with pytest.raises(Busy), write_lock(tmp_path, "other", wait=0.5):
            pass
        assert time.monotonic() - began >= 0.5
    finally:
        process.kill()
        process.communicate()


def test_a_child_of_the_holder_works_under_its_lock(tmp_path):
    with write_lock(tmp_path, "build"), write_lock(tmp_path, "stage"):
        assert os.environ[TOKEN]
    assert TOKEN not in os.environ


def test_a_token_of_another_time_opens_nothing(tmp_path, monkeypatch):
    process = hold(tmp_path)
    try:
        monkeypatch.setenv(TOKEN, "0" * 16)
        with pytest.raises(Busy), write_lock(tmp_path, "stage"):
            pass
    finally:
        process.kill()
        process.communicate()


def test_a_child_whose_build_is_gone_does_not_begin(tmp_path, monkeypatch):
    monkeypatch.setenv(TOKEN, "0" * 16)
    with pytest.raises(CorpusError, match="is gone"), write_lock(tmp_path, "stage"):
        pass
