"""Compiled modules of Python that a full disk cut short are compiled anew, or removed with one line."""

from __future__ import annotations

import marshal
import os
import py_compile
import subprocess
import sys
from pathlib import Path

import pytest

import corpus
from corpus.cli import main  # noqa: F401 - what the script calls in environments of older versions
from corpus.repo import compiled, room

ROOT = Path(corpus.__file__).parent
# Read before anything of ours can look after the rest.
FIRST = ("__init__", "__main__", "bytecode")
AT_START = ("errors", "stages", "cli/__init__", "cli/streams", "cli/unexpected", "repo/room", "repo/environment")


def _cut(path: Path, to: int | None = None) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2 if to is None else to])


def test_what_is_imported_first_fits_a_block_of_a_disk(tmp_path: Path) -> None:
    for name in FIRST:
        made = py_compile.compile(str(ROOT / f"{name}.py"), str(tmp_path / f"{name}.pyc"))
        assert made is not None
        assert Path(made).stat().st_size < 4096, name


def test_modules_that_were_cut_short_are_compiled_anew_at_the_start(tmp_path: Path) -> None:
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)

    def run() -> str:
        return subprocess.run(
            [sys.executable, "-m", "corpus", "--version"], env=variables, capture_output=True, text=True, check=True, timeout=300
        ).stdout  # fmt: skip

    version = run()
    files = [
        *(next(tmp_path.rglob(f"corpus/{name}.cpython-*.pyc")) for name in AT_START),
        *(next(tmp_path.rglob(f"click/{name}.cpython-*.pyc")) for name in ("__init__", "core", "types", "utils")),
    ]
    for number, path in enumerate(files):
        _cut(path, [None, 16, 100][number % 3])
    assert run() == version
    for path in files:
        assert marshal.loads(path.read_bytes()[16:]) is not None  # noqa: S302 - Python itself runs it
    # A module that a command imports later.
    later = next(tmp_path.rglob("importlib/metadata/__init__.cpython-*.pyc"), None)
    if later is not None:
        _cut(later)
        done = subprocess.run(
            [sys.executable, "-m", "corpus", "--version"], env=variables, capture_output=True, text=True, check=False
        )
        assert "Traceback" not in done.stderr
        assert "cut short" in done.stderr
        assert run() == version


@pytest.mark.parametrize("words", ["marshal data too short", "EOF read where object expected"])
def test_a_program_of_python_that_fails_at_one_is_understood(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sound.py").write_text("a = 1\n" * 100)
    for name in ("sound", "cut", "empty", "other"):
        py_compile.compile(str(tmp_path / "sound.py"), str(tmp_path / f"__pycache__/{name}.pyc"))
    _cut(tmp_path / "__pycache__/cut.pyc")
    _cut(tmp_path / "__pycache__/empty.pyc", 0)
    (tmp_path / "__pycache__/other.pyc").write_bytes(b"of another Python")
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "none"), ""])
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.chdir(tmp_path / "__pycache__")
    found = room.of_text(f"Traceback …\nEOFError: {words}\n", tmp_path, "x")
    assert str(found) == (
        "1 compiled module of Python had been cut short, as on a full disk, and is removed now. "
        "Nothing incomplete was published. Run again."
    )
    assert sorted(path.name for path in (tmp_path / "__pycache__").iterdir()) == ["empty.pyc", "other.pyc", "sound.pyc"]


@pytest.mark.parametrize("text", ["EOFError", "EOFError: Ran out of input", "marshal data too short"])
def test_other_ends_of_files_are_something_else(text: str) -> None:
    assert compiled.of_text(text) is None
