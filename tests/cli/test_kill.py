"""Killed at random moments, the last version stays readable and one plain rerun succeeds."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import polars as pl
import pytest

import corpus
from corpus.objects.recovery import clear
from corpus.repo.lock import holder
from corpus.repo.repository import find
from tests.conftest import BODY, UNMEASURED, article

# `benchmarks/faults/kills.py` kills at more moments, and more commands.
SEED = 20201109
MOMENTS = 3


def build(repo):
    return subprocess.Popen(
        [sys.executable, "-m", "corpus", "build"],
        env={**os.environ, **UNMEASURED},
        cwd=repo.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def kill(process, whole_group):
    """The build alone, as an out-of-memory killer would, or all its processes, as a closing session does."""
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGKILL)
    process.communicate()


def until_it_holds_the_lock(repo, process):
    """Wait until a process has written its name to the lock: it holds the lock a moment before that."""
    while f"process {process.pid}" not in (holder(repo.root) or ""):
        assert process.poll() is None, "it ended before it held the lock"
        time.sleep(0.01)


@pytest.mark.trial
def test_killed_at_random_moments(built):
    built.run("release")
    pinned = corpus.open("v1.0.0", repo=built.root).arrow()
    began = time.monotonic()
    built.seed("timing.txt", article("timing"))
    assert build(built).wait() == 0
    whole = time.monotonic() - began
    draw = random.Random(SEED)
    for moment in range(MOMENTS):
        built.seed(f"{moment:03d}.txt", article(f"number-{moment}", body=f"{BODY} Number {moment}."))
        process = build(built)
        time.sleep(draw.uniform(0, whole))
        kill(process, whole_group=draw.random() < 0.5)
        # Whatever the workspace looks like: the last version reads the same, and one plain rerun succeeds.
        assert corpus.open("v1.0.0", repo=built.root).arrow().equals(pinned)
        built.build()
    urls = set(pl.read_parquet(built.root / "data/articles/*.parquet")["url"])
    assert {f"https://www.example.com/number-{moment}" for moment in range(MOMENTS)} <= urls
    # What stands is what a clean build of the same documents gives.
    locked = (built.root / "dvc.lock").read_bytes()
    shutil.rmtree(built.root / "data")
    shutil.rmtree(built.root / ".dvc/cache")
    built.build()
    assert (built.root / "dvc.lock").read_bytes() == locked


def test_interrupted_by_the_user(built):
    for number in range(30):
        built.seed(f"{number}.txt", article(str(number)))
    process = subprocess.Popen(
        [sys.executable, "-m", "corpus", "build"],
        cwd=built.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    until_it_holds_the_lock(built, process)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in told
    assert told.splitlines()[-1] == "error: Interrupted. What was finished is in place; run again to go on."
    built.build()
    assert "up to date" in built.dvc("status").stdout


def test_two_at_once(built):
    built.seed("new.txt", article("new"))
    first = build(built)
    until_it_holds_the_lock(built, first)
    # Stopped, it cannot end before the second has looked.
    os.kill(first.pid, signal.SIGSTOP)
    second = built.run("build", check=False)
    os.kill(first.pid, signal.SIGCONT)
    assert second.returncode == 1
    assert f"being written by `corpus build` (process {first.pid})" in second.stderr
    assert first.wait() == 0
    built.run("build", "--wait", "60", **UNMEASURED)


def leave(repo, path, content):
    (repo.root / path).parent.mkdir(parents=True, exist_ok=True)
    (repo.root / path).write_bytes(content)


LEFT = [
    (".dvc/tmp/rwlock", b"", "removed"),
    ("dvc.lock", b"schema: '2.0'\nstages:\n  ing", "restored"),
    (".dvc/tmp/rwlock", b'{"/x": {"write": {"pid": 1, "cmd": "dvc repro"}}}', "removed"),
    (".dvc/tmp/rwlock", b"{", "removed"),
    ("dvc.lock", b"", "restored"),
    (".dvc/tmp/corpus.lock", b'{"pid": 1, "purpose": "gone", "token": "x"}', None),
]


@pytest.mark.parametrize(("path", "content", "mended"), LEFT)
def test_what_a_kill_leaves_is_found(built, path, content, mended):
    right = (built.root / "dvc.lock").read_bytes()
    leave(built, path, content)
    found = clear(find(built.root))
    assert [text.split()[0] for text in found] == ([mended] if mended else [])
    assert all(path.rpartition("/")[2] in text for text in found)
    assert (built.root / "dvc.lock").read_bytes() == right
    assert (built.root / path).exists() == (mended != "removed")


@pytest.mark.parametrize(
    ("path", "content", "mended"), [*LEFT[:2], *(pytest.param(*one, marks=pytest.mark.trial) for one in LEFT[2:])]
)
def test_what_a_kill_leaves_is_mended(built, path, content, mended):
    # Something to do, for DVC to meet what was left.
    params = built.root / "params.yaml"
    params.write_text(params.read_text().replace("\n  top: ", "\n  top: 1"))
    leave(built, path, content)
    said = built.run("build").stdout
    assert "Up to date." not in said
    assert (f"Repaired: {mended}" in said) if mended else "Repaired" not in said
    assert "up to date" in built.dvc("status").stdout


def test_an_old_index_lock_and_an_empty_run_folder(built):
    leave(built, ".git/index.lock", b"")
    os.utime(built.root / ".git/index.lock", (1, 1))
    (built.root / ".dvc/cache/runs/ab/abcdef").mkdir(parents=True)
    said = built.run("build").stdout
    assert "index.lock" in said
    assert not (built.root / ".git/index.lock").exists()
    assert not (built.root / ".dvc/cache/runs/ab/abcdef").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_git_at_work_elsewhere_leaves_no_lock_behind_here(built, tmp_path):
    """Another repository's git says nothing of an old lock here; one at work here may hold it."""
    for name in ("elsewhere", "repo"):
        folder = built.root if name == "repo" else tmp_path / name
        subprocess.run(["git", "init", "-q", folder], check=True)
        leave(built, ".git/index.lock", b"")
        os.utime(built.root / ".git/index.lock", (1, 1))
        with subprocess.Popen(["git", "hash-object", "--stdin"], cwd=folder, stdin=subprocess.PIPE) as git:
            try:
                found = clear(find(built.root))
            finally:
                git.communicate(b"")
        assert any("index.lock" in one for one in found) == (name == "elsewhere")
        assert (built.root / ".git/index.lock").exists() == (name == "repo")


def test_objects_that_never_reached_the_cache_are_put_there_again(built):
    """A full disk while DVC fills its cache: it exits 0, and dvc.lock names what is not there."""
    lost = [path for path in (built.root / ".dvc/cache/files/md5").glob("*/*") if path.is_file()]
    for number, path in enumerate(lost):
        os.chmod(path, 0o644)
        path.unlink() if number % 2 else path.write_bytes(path.read_bytes()[:10])
    built.run("build")
    assert corpus.open(repo=built.root).arrow().num_rows == 2
    built.run("release")


@pytest.mark.parametrize("program", [None, "dvc"])
def test_unfinished_files_of_dvc_are_removed_unless_it_may_be_at_work(built, program):
    """A full disk or a kill while DVC copies leaves them behind: beside outputs, and in the cache."""
    unfinished = [
        ".dvc/cache/files/md5/41/.fx5KPOdVBHG-sNM7XYbxYA.tmp", ".dvc/cache/files/md5/.aaaaaaaaaaaaaaaaaaaaaa.tmp",
        "data/keys/.cM4zXLFVKCJgppWdqRVOug.tmp", "data/articles/.cM4zXLFVKCJg_pWdqRVOug.tmp", "data/.-M4zXLFVKCJgppWdqRVOug.tmp",
    ]  # fmt: skip
    others = ["seeds/.cM4zXLFVKCJgppWdqRVOug.tmp", "data/keys/notes.tmp", "data/keys/.short.tmp"]
    for path in (*unfinished, *others):
        leave(built, path, b"x")
        os.utime(built.root / path, (1, 1))
    leave(built, recent := "data/keys/.BM4zXLFVKCJgppWdqRVOug.tmp", b"x")
    # Known by its command line, as `python -m dvc` is.
    at_work = [sys.executable, "-c", "input()", program or "other"]
    with subprocess.Popen(at_work, cwd=built.root, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            mended = clear(find(built.root))
        finally:
            process.communicate(b"\n")
    assert mended == ([] if program else ["removed 5 unfinished files of a DVC that was killed"])
    there = {path for path in (*unfinished, *others, recent) if (built.root / path).exists()}
    assert there == ({*unfinished, *others, recent} if program else {*others, recent})
