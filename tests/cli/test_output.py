"""Where the output goes decides neither the exit status nor what is printed of the cause."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from tests.conftest import UNMEASURED, article

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

    from tests.conftest import Corpus

FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")
PIPE = 128 + signal.SIGPIPE
UNPRINTED = "Not all of the command's output could be printed; what it did is done."


def nightly(*cases: object) -> list[ParameterSet]:
    """Cases that go the way of others: they are trials."""
    return [pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.trial) for case in cases]


def run(
    corpus: Corpus, *arguments: str, stdout: IO[str] | int = subprocess.PIPE, stderr: IO[str] | int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "corpus", *arguments], cwd=corpus.root, stdout=stdout, stderr=stderr, text=True, check=False,
        timeout=300, env={**os.environ, **UNMEASURED},
    )  # fmt: skip


def piped(corpus: Corpus, *arguments: str) -> tuple[int, str]:
    """Run with a stdout whose reader has gone; return the status, and stderr."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = run(corpus, *arguments, stdout=writer)
    finally:
        os.close(writer)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "arguments",
    [["status"], ["--help"], *nightly(["status", "--json"], ["--version"], ["build", "--help"], ["versions"])],
)
def test_a_reader_that_goes_away_ends_it_quietly(released: Corpus, arguments: list[str]) -> None:
    assert piped(released, *arguments) == (PIPE, "")


def test_a_shell_sees_the_same(built: Corpus) -> None:
    script = f"set -o pipefail; {sys.executable} -m corpus status | true"
    done = subprocess.run(["bash", "-c", script], cwd=built.root, capture_output=True, check=False, timeout=300)
    # `true` may have gone before or after the answer was printed.
    assert done.returncode in {0, PIPE}
    assert done.stderr == b""


@needs_full
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["nonsense"], 2), (["why", "seeds/none.txt"], 2), (["status"], 0),
        *nightly(
            (["status", "--nonsense"], 2), (["add"], 2), (["diff", "v9.9.9"], 2), (["verify", "v0"], 2),
            (["forget", "https://www.example.com/one"], 2), (["check", "none.txt"], None), (["--version"], 0),
            (["release", "--dry-run"], None),
        ),
    ],
)  # fmt: skip
def test_a_full_stderr_keeps_the_status(built: Corpus, arguments: list[str], status: int | None) -> None:
    usual = run(built, *arguments) if status is None else None
    with FULL.open("w") as full:
        done = run(built, *arguments, stderr=full)
    assert done.returncode == (status if usual is None else usual.returncode)
    assert usual is None or done.stdout == usual.stdout


@needs_full
@pytest.mark.parametrize(
    "arguments",
    [["status"], ["--help"], ["status", "--json"], *nightly(["--version"], ["versions"], ["doctor"], ["cite"])],
)
def test_a_full_stdout_is_named_as_the_cause(released: Corpus, arguments: list[str]) -> None:
    with FULL.open("w") as full:
        done = run(released, *arguments, stdout=full)
    assert done.returncode == 1
    assert done.stderr == f"error: standard output: No space left on device. {UNPRINTED}\n"


@needs_full
def test_both_full_or_closed(built: Corpus) -> None:
    with FULL.open("w") as full:
        assert run(built, "status", stdout=full, stderr=full).returncode == 1
        assert run(built, "nonsense", stdout=full, stderr=full).returncode == 2
    for script, status in (("status >&-", 1), ("status 2>&-", 0), ("nonsense 2>&-", 2), ("status >&- 2>&-", 1)):
        done = subprocess.run(
            ["bash", "-c", f"{sys.executable} -m corpus {script}"],
            cwd=built.root, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == status, script
        assert "Traceback" not in done.stderr
        expected = f"error: standard output: Bad file descriptor. {UNPRINTED}\n"
        assert done.stderr == (expected if script == "status >&-" else ""), script


@needs_full
def test_what_was_done_is_done_though_no_output_could_be_written(built: Corpus) -> None:
    """A build with no room for its lines on stderr, then a release with none for its answer."""
    built.seed("three.txt", article("three"))
    built.commit("Third")
    with FULL.open("w") as full:
        assert "3 articles" in run(built, "build", stderr=full).stdout
        done = run(built, "release", "-m", "Unseen", stdout=full)
    assert done.returncode == 1
    assert done.stderr.endswith(f"error: standard output: No space left on device. {UNPRINTED}\n")
    assert "published" not in done.stderr
    versions = json.loads(run(built, "versions", "--json").stdout)["releases"]
    assert [one["version"] for one in versions] == ["v1.0.0"]


@pytest.mark.trial
@needs_full
def test_an_update_that_cannot_print(built: Corpus) -> None:
    with FULL.open("w") as full:
        done = run(built, "update", stdout=full)
    assert (done.returncode, done.stderr) == (1, f"error: standard output: No space left on device. {UNPRINTED}\n")


@pytest.mark.parametrize("unbuffered", [pytest.param("", marks=pytest.mark.trial), "1"])
def test_the_error_of_an_update_is_printed_however_python_buffers(built: Corpus, unbuffered: str) -> None:
    """Containers often set PYTHONUNBUFFERED."""
    done = subprocess.run(
        [sys.executable, "-m", "corpus", "update"], cwd=built.root, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, **UNMEASURED, "PREFECT_API_URL": "http://127.0.0.1:9/api", "PYTHONUNBUFFERED": unbuffered},
    )  # fmt: skip
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: The Prefect server at http://127.0.0.1:9/api cannot be used: ")
