"""A disk that takes no more: one line of error without a traceback, and the same command succeeds once there is room."""

from __future__ import annotations

import os
import resource
import subprocess
import sys

import pytest

from tests.conftest import UNMEASURED, Corpus

FORGET = ("forget", "https://www.example.com/one", "--reason", "Trial", "--yes")


def run_limited(repo: Corpus, most: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `corpus …` where no file may become larger than `most` bytes, as with a quota."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    return subprocess.run(
        [sys.executable, "-m", "corpus", *arguments], cwd=repo.root, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, **UNMEASURED, "PYTHONDONTWRITEBYTECODE": "1"}, preexec_fn=limit,
    )  # fmt: skip


# No bytes at all, and what the records need but not the tables.
@pytest.mark.parametrize("most", [0, 9_000])
def test_forget_completes_once_files_may_grow_again(built: Corpus, most: int) -> None:
    done = run_limited(built, most, *FORGET)
    assert "Traceback" not in done.stdout + done.stderr
    assert "Fatal Python error" not in done.stderr
    if most == 0 or done.returncode:
        assert done.returncode == 1
        assert len([line for line in done.stderr.splitlines() if line.startswith("error: ")]) == 1, done.stderr
    built.run(*FORGET, **UNMEASURED)
    assert not (built.root / "seeds" / "one.txt").exists()
    built.run("verify", **UNMEASURED)
