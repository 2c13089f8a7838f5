"""Several at a time, as real processes: each waits, or says who is at work, and none sees or leaves half of anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from corpus.integrity.verify import verify
from corpus.repo.lock import holder
from corpus.repo.repository import Repository
from corpus.snapshots.snapshot import Snapshot
from tests.conftest import UNMEASURED, article
from tests.histories import said

if TYPE_CHECKING:
    from tests.conftest import Corpus

READER = """
import select, sys, corpus
known = set()
while not sys.stdin.closed:
    now = corpus.open()
    rows = now.arrow()
    urls = tuple(sorted(rows["url"].to_pylist()))
    assert len(set(urls)) == len(urls)
    if urls not in known:
        known.add(urls)
        print(len(urls), flush=True)
    assert corpus.open("HEAD").arrow().num_rows == 2
    if select.select([sys.stdin], [], [], 0.02)[0]:
        break
"""


def start(repo: Corpus, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=repo.root, text=True, env={**os.environ, **UNMEASURED},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate("\n", timeout=300)
    return process.returncode, out, err


def stopped_at_work(repo: Corpus, *arguments: str) -> subprocess.Popen[str]:
    """A command that holds the lock, and is stopped, so that it cannot end before others have looked."""
    process = start(repo, "-m", "corpus", *arguments)
    # It holds the lock a moment before it has written who it is.
    while f"process {process.pid}" not in (holder(repo.root) or ""):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGSTOP)
    return process


def test_a_reader_beside_a_build_sees_the_old_or_the_new(built: Corpus) -> None:
    reader = start(built, "-c", READER)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "2\n"
    for number in range(20):
        built.seed(f"new-{number}.txt", article(f"new-{number}", body=said(str(number))))
    built.build()
    status, out, err = end(reader)
    assert (status, err) == (0, "")
    # Whatever it saw was whole: two articles, and at most later all of them.
    assert out in {"", "22\n"}


@pytest.mark.trial
def test_all_who_write_say_who_is_at_work_and_can_wait(built: Corpus) -> None:
    """A build, with a second build, a release, an add, a repair and a withdrawal beside it."""
    built.run("release")
    built.seed("new.txt", article("new", body=said("new")))
    first = stopped_at_work(built, "build")
    others = {
        "build": ["build"],
        "release": ["release"],
        "add": ["add", "seeds"],
        "verify": ["verify", "--repair"],
        "forget": ["forget", "https://www.example.com/one", "--reason", "x", "--yes"],
    }
    refused = {name: start(built, "-m", "corpus", *arguments) for name, arguments in others.items()}
    for name, process in refused.items():
        status, _, err = end(process)
        assert status == 1, (name, err)
        assert f"being written by `corpus build` (process {first.pid})" in err, (name, err)
    waiting = start(built, "-m", "corpus", *others["forget"], "--wait", "200")
    time.sleep(0.5)
    assert waiting.poll() is None
    os.kill(first.pid, signal.SIGCONT)
    assert end(first)[0] == 0
    status, _, err = end(waiting)
    assert status == 0, err
    # Both have done their work, one after the other.
    version = Snapshot.of(Repository(built.root), None)
    assert verify(version).faults == ()
    urls = set(subprocess.run(
        [sys.executable, "-c", "import corpus; print(*corpus.open().scan().collect()['url'])"],
        cwd=built.root, capture_output=True, text=True, check=True,
    ).stdout.split())  # fmt: skip
    assert urls == {"https://www.example.com/two", "https://www.example.com/new"}


def test_a_build_and_a_reader_beside_a_withdrawal(built: Corpus) -> None:
    process = stopped_at_work(built, "forget", "https://www.example.com/one", "--reason", "x", "--yes")
    done = built.run("build", check=False)
    assert done.returncode == 1
    assert f"being written by `corpus forget` (process {process.pid})" in done.stderr
    # Nobody who reads waits.
    assert verify(Snapshot.of(Repository(built.root), "HEAD")).faults == ()
    os.kill(process.pid, signal.SIGCONT)
    assert end(process)[0] == 0
    assert "Up to date." in built.run("build").stdout
