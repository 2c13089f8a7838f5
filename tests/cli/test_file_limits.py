"""A disk that takes no more: one line of error without a traceback, and the same command succeeds once there is room."""

from __future__ import annotations

import marshal
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import UNMEASURED, Corpus, article

if TYPE_CHECKING:
    from pathlib import Path

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
@pytest.mark.parametrize("most", [0, pytest.param(9_000, marks=pytest.mark.trial)])
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


@pytest.mark.trial
def test_each_command_names_what_was_not_written_and_completes_once_files_may_grow_again(built: Corpus) -> None:
    """Some meet the limit themselves, some have DVC meet it, and none prints what DVC or Python made of it."""
    more = built.root.parent / "more"
    more.mkdir()
    (more / "three.txt").write_text(article("three"), encoding="utf-8")
    commands: list[tuple[int, tuple[str, ...]]] = [(4_000, ("add", str(more))), (1_000, ("release",))]
    for most, arguments in commands:
        require_named(run_limited(built, most, *arguments))
    built.run("add", str(more), **UNMEASURED)
    require_named(run_limited(built, 12_000, "build"))
    assert ": 3 articles" in built.run("build", **UNMEASURED).stdout


def test_collect_does_not_advise_to_delete_its_files(built: Corpus) -> None:
    """They are whole: only the disk takes no more."""
    (built.root / "collect.yaml").write_text(
        'agent: {name: news, contact: "https://example.org/bot"}\n'
        "sources: [{name: one, kind: urls, path: addresses.txt}]\n"
    )
    (built.root / "addresses.txt").write_text("http://127.0.0.1/one\n")
    done = run_limited(built, 1_000, "collect")
    require_named(done)
    assert "elete" not in done.stderr
    # It is whole: the address is looked at, and refused.
    assert "blocked-address" in built.run("collect", check=False, **UNMEASURED).stderr


def require_named(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, done.stderr
    for part in ("could not be written in", "files may not grow beyond a limit of", "Raise the limit and run again."):
        assert part in errors[0]


def test_bytecode_that_is_cut_short_is_not_left_behind(tmp_path: Path) -> None:
    """Python takes it for complete, and would fail at it ever after."""
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))

    for start in (limit, None):
        subprocess.run(
            [sys.executable, "-m", "corpus", "--version"], env=variables, preexec_fn=start, check=True, timeout=300
        )
    cut = [path for path in tmp_path.rglob("*.pyc") if path.stat().st_size <= 2_000 and not _is_complete(path)]
    assert not cut


def _is_complete(path: Path) -> bool:
    try:
        return marshal.loads(path.read_bytes()[16:]) is not None  # noqa: S302 - Python itself runs it
    except (EOFError, ValueError, TypeError):
        return False


@pytest.mark.parametrize("resource_", ["AS", "NOFILE"])
def test_a_command_without_memory_or_files_ends_with_one_line(built: Corpus, resource_: str) -> None:
    most = {"AS": 200 << 20, "NOFILE": 8}[resource_]

    def limit() -> None:
        number = getattr(resource, f"RLIMIT_{resource_}")
        resource.setrlimit(number, (most, resource.getrlimit(number)[1]))

    done = subprocess.run(
        [sys.executable, "-m", "corpus", "status"], cwd=built.root, capture_output=True, text=True, check=False, timeout=300,
        env={**os.environ, **UNMEASURED}, preexec_fn=limit,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    # numpy's library ends the process itself, if it is the first to want memory.
    wanted = ("error: The system gives this command no more ", "OpenBLAS error: ")
    assert len([line for line in done.stderr.splitlines() if line.startswith(wanted)]) == 1, done.stderr
