"""A disk that takes no more is known by whatever word reaches us, and named in one line: what, where, what to do."""

from __future__ import annotations

import errno
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import NotWritten
from corpus.pipeline.failing import failure
from corpus.repo import files, room

FULL = Path("/dev/full")
HERE = Path("/corpus")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ERROR: unexpected error - [Errno 28] No space left on device: '/corpus/.dvc/tmp/lock'", "disk is full"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ComputeError: No space left on device (os error 28)", "disk is full"),
        ("sqlite3.OperationalError: database or disk is full", "disk is full"),
        ("fatal: write error: No space left on device", "disk is full"),
        ("ERROR: unexpected error - [Errno 122] Disk quota exceeded", "quota is used up"),
        ("error: file write error: Disk quota exceeded", "quota is used up"),
        ("ERROR: failed to transfer: Quota exceeded (os error 122)", "quota is used up"),
        ("Error writing bytes to file. Detail: [errno 27] File too large", "may not grow beyond a limit"),
        ("error: unable to write file .git/objects/ab/cd: File too large", "may not grow beyond a limit"),
    ],
)
def test_texts_of_programs_are_known(text: str, reason: str) -> None:
    full = room.of_text(text, HERE, "DVC's files")
    assert full is not None
    assert reason in str(full)
    assert "could not be written in /corpus" in str(full)
    assert str(full).endswith("and run again.")
    assert "\n" not in str(full)


@pytest.mark.parametrize(
    "text",
    [
        "ERROR: failed to reproduce 'ingest'",
        "disk I/O error",
        "[Errno 5] Input/output error",
        "28 files were too small",
        "",
    ],
)
def test_other_failures_are_not_taken_for_a_full_disk(text: str, tmp_path: Path) -> None:
    assert room.of_text(text, tmp_path, "x") is None


def test_a_path_that_a_text_names_is_what_could_not_be_written() -> None:
    inside = room.of_text("[Errno 28] No space left on device: '/corpus/.dvc/cache/ab/cd'", HERE, "x")
    assert str(inside).startswith(".dvc/cache/ab/cd could not be written in /corpus: the disk is full")
    elsewhere = room.of_text("[Errno 122] Disk quota exceeded: '/store/ab/cd'", HERE, "x")
    assert str(elsewhere).startswith("cd could not be written in /store/ab: the disk quota is used up")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_errors_of_the_system_are_known_also_as_the_cause_of_others(number: int) -> None:
    for error in (OSError(number, "x"), OSError(number, "x", "/corpus/data/a"), RuntimeError("x")):
        if isinstance(error, RuntimeError):
            error.__cause__ = OSError(number, "x")
        assert isinstance(room.of_error(error, HERE), NotWritten)
    assert room.of_error(OSError(errno.EIO, "x"), HERE) is None
    assert room.of_error(ValueError("x"), HERE) is None


def test_files_on_a_full_disk_are_named_though_libraries_do_not_name_them() -> None:
    table = pa.table({"a": ["x" * 100_000]})

    def parquet() -> None:
        # By a file that is open: by name, pyarrow would remove what it could not write.
        with FULL.open("wb", buffering=0) as file:
            pq.write_table(table, file)

    def plain() -> None:
        FULL.write_text("x", encoding="utf-8")

    for write in (parquet, plain):
        with pytest.raises(OSError, match="No space left on device: '/corpus/a'") as caught, room.writing(HERE / "a"):
            write()
        # Workers send their errors to the process that started them.
        again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - made here
        assert str(room.of_error(again, HERE)).startswith("a could not be written in /corpus: the disk is full")


def test_files_of_ours_beyond_a_limit_are_named(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(bytes(10_000))
    code = (
        "import resource, sys; from pathlib import Path; from corpus.repo import files, room\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY)); here = Path(sys.argv[1])\n"
        "for write in (lambda: files.write_text(here / 'a', 'x' * 9999), lambda: files.copy(here / 'source', here / 'b')):\n"
        "    try: write()\n"
        "    except OSError as error: print(room.of_error(error, here))\n"
        "print(room.tried(here))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, timeout=300
    )
    a, b, number = done.stdout.splitlines()
    for name, line in (("a", a), ("b", b)):
        assert line.startswith(
            f"{name} could not be written in {tmp_path}: files may not grow beyond a limit of 1,000 "
        )
    assert int(number) == errno.EFBIG
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source"]


def test_a_stage_that_could_not_leave_its_error_is_heard_through_dvc(tmp_path: Path) -> None:
    own = "a could not be written in /corpus: the disk is full (0.0 MB free). Nothing incomplete was published. Make room."
    lines = ["Running stage 'write':", f"error: {own}", "ERROR: failed to reproduce 'write': exited with 1"]
    assert str(failure(tmp_path, tmp_path / "none", lines, ("write",))) == own
    lines[1] = "sqlite3.OperationalError: database or disk is full"
    assert "DVC's files in .dvc could not be written" in str(failure(tmp_path, tmp_path / "none", lines, ("write",)))
    (tmp_path / "note").write_text('{"stage": "write", "message": "Too large.", "kind": "NotWritten"}')
    assert str(failure(tmp_path, tmp_path / "note", lines, ("write",))) == "Too large."


def test_a_scratch_folder_that_cannot_be_removed_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with files.scratch("a-", tmp_path) as folder:
        (folder / "b").write_text("b")
        monkeypatch.setattr(os, "rmdir", refuse)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    with files.scratch("b-", tmp_path) as other:
        pass
    assert not other.exists()
