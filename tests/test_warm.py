"""What is started by way of `tests.warm` is what Python would start."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.warm import LOCALE, WARM, is_possible

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not is_possible(), reason="all is started anew")


def started(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [WARM.python, *arguments], cwd=folder, text=True, env={**os.environ, **LOCALE, **environment},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_a_program_has_its_arguments_folder_files_and_status(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    for arguments, status, printed in (
        (["-m", "dvc", "init", "--quiet"], 0, ""),
        (["-m", "dvc", "root"], 0, ".\n"),
        (["-m", "dvc", "nonsense"], 254, "usage: dvc"),
        (["-c", "print('by itself')"], 0, "by itself\n"),
    ):
        process = started(tmp_path, *arguments)
        out, err = process.communicate(timeout=300)
        assert process.returncode == status, err
        assert out.startswith(printed)
    assert (tmp_path / ".dvc/config").exists()


def test_a_fork_ends_with_the_program_that_asked_for_it(tmp_path: Path) -> None:
    """It waits for the prepared process's first stage, which never comes."""
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind("\0newscorpus-tests-" + tmp_path.name + str(os.getpid()))
        listening.listen()
        watched, end = os.pipe()
        arguments = ["-m", "corpus.prepared", str(listening.fileno()), str(watched)]
        process = subprocess.Popen(
            [WARM.python, *arguments], cwd=tmp_path, env={**os.environ, **LOCALE}, pass_fds=(listening.fileno(), watched),
            stdout=subprocess.PIPE,
        )  # fmt: skip
        os.close(watched)
        assert process.stdout is not None
        os.kill(process.pid, signal.SIGKILL)
        # The fork holds the other end, wherever it was killed.
        assert process.stdout.read() == b""
        assert process.wait() == -signal.SIGKILL
        process.stdout.close()
        os.close(end)
