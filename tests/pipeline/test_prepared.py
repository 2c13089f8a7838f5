"""The process in which the stages of a build run: the same answers as a stage alone, and nothing that outlives anybody."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.pipeline.preparing import Prepared
from corpus.stages import PREPARED

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has sockets without a file")


@pytest.fixture
def prepared(built):
    one = Prepared()
    one.start(built.root, os.environ)
    yield one
    one.close()


def stage(built, prepared, *arguments, **more):
    """A stage as DVC starts it in a build."""
    return subprocess.Popen(
        [sys.executable, "-m", "corpus", *arguments],
        cwd=built.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, **prepared.variables, "DVC_STAGE": arguments[0], **more},
    )  # fmt: skip


def process_of(prepared):
    return prepared._process.pid


def maps(pid):
    return Path(f"/proc/{pid}/maps").read_text()


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except OSError:
        return False


def until(condition):
    for _ in range(6_000):
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within five minutes")


def test_a_stage_answers_as_it_does_alone_and_libraries_are_imported_once(built, prepared):
    pid = process_of(prepared)
    for name in ("validate", "write"):
        alone = built.run(name)
        process = stage(built, prepared, name)
        out, err = process.communicate(timeout=300)
        assert (process.returncode, out, err) == (0, alone.stdout, alone.stderr)
    # It began without the libraries that a stage needs.
    assert "polars" in maps(pid)


@pytest.mark.parametrize(
    ("arguments", "params", "status"),
    [
        (("validate",), "validate: [", 1),
        (("validate", "--workers", "none"), None, 2),
        (("validate", "--help"), None, 0),
        (("ingest",), "ingest: {max_bytes: -1}", 1),
        (("resolve", "more"), None, 2),
    ],
)
def test_a_stage_that_fails_says_so_as_it_does_alone(built, prepared, arguments, params, status):
    if params is not None:
        (built.root / "params.yaml").write_text(params)
    alone = built.run(*arguments, check=False)
    note = built.root / ".dvc" / "tmp" / "note.json"
    process = stage(built, prepared, *arguments, CORPUS_FAILURE_FILE=str(note))
    out, err = process.communicate(timeout=300)
    assert (process.returncode, out, err) == (alone.returncode, alone.stdout, alone.stderr)
    assert bool(status) == bool(process.returncode)
    if params is not None:
        assert json.loads(note.read_text())["stage"] == arguments[0]
    # It is there for the next.
    assert is_alive(process_of(prepared))


@pytest.mark.parametrize(
    "change",
    [
        {"program": ["/usr", "3.11", "/elsewhere"]},
        {"arguments": ["forget", "--all"]},
        {"arguments": []},
        {"program": None},
        {},
    ],
)
def test_what_is_not_a_stage_of_this_program_is_refused(built, prepared, change):
    request = {"arguments": ["validate"], "folder": str(built.root), "environment": {}, **change}
    message = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked, open(os.devnull, "r+b") as nowhere:
        asked.settimeout(60)
        asked.connect("\0" + prepared.variables[PREPARED])
        socket.send_fds(asked, [len(message).to_bytes(8, "big")], [nowhere.fileno()] * 3)
        asked.sendall(message)
        assert asked.recv(100) == b""
    process = stage(built, prepared, "validate")
    assert process.communicate(timeout=300)[0].startswith("validate: ")
    assert process.returncode == 0


def test_without_the_process_a_stage_runs_by_itself(built, prepared):
    os.kill(process_of(prepared), signal.SIGKILL)
    process = stage(built, prepared, "validate")
    assert process.communicate(timeout=300)[0].startswith("validate: ")
    assert process.returncode == 0


@pytest.fixture
def stuck(built, prepared):
    """A stage that waits in the prepared process for another that has not ended."""
    with (built.root / ".dvc" / "tmp" / "corpus.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(json.dumps({"pid": os.getpid(), "purpose": "a test", "token": "ours"}))
        lock.flush()
        with (built.root / ".dvc" / "tmp" / "corpus.stage.lock").open("w") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            with stage(built, prepared, "validate", CORPUS_LOCK_TOKEN="ours") as process:
                # It waits up to half a minute for the lock.
                until(lambda: "polars" in maps(process_of(prepared)))
                yield process


def test_a_stage_whose_own_process_is_killed_does_not_go_on(prepared, stuck):
    stuck.kill()
    until(lambda: not is_alive(process_of(prepared)))


def test_a_stage_ends_if_the_process_does(prepared, stuck):
    os.kill(process_of(prepared), signal.SIGKILL)
    out, err = stuck.communicate(timeout=300)
    assert (stuck.returncode, out) == (1, "")
    assert err.startswith("error: The process that ran this stage has ended.")
    assert err.count("\n") == 1


def test_what_the_starting_process_has_needed_is_not_counted(built):
    program = (
        "import os, pathlib, subprocess, sys; from corpus.pipeline.preparing import Prepared; large = b'x' * 700_000_000;"
        "one = Prepared(); one.start(pathlib.Path(), os.environ);"
        "sys.exit(subprocess.call([sys.executable, '-m', 'corpus', 'validate'], env={**os.environ, **one.variables,"
        "'DVC_STAGE': 'validate'}) or 'polars' not in pathlib.Path(f'/proc/{one._process.pid}/maps').read_text())"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=built.root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_ends_with_the_build_that_started_it(built):
    program = (
        "import os, pathlib, sys; from corpus.pipeline.preparing import Prepared; one = Prepared();"
        "one.start(pathlib.Path(), os.environ); print(one._process.pid, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=built.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as build:
        pid = int(build.stdout.readline())
        assert is_alive(pid)
        build.kill()
    until(lambda: not is_alive(pid))
