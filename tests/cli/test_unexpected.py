"""What a machine or a library may raise anywhere is a line for the user; what only our own faults raise is not."""

from __future__ import annotations

import errno

import polars as pl
import pytest

from corpus.cli.unexpected import explained
from corpus.errors import CorpusError, NotWritten, Shortage


@pytest.mark.parametrize(
    ("error", "kind", "line"),
    [
        (OSError(errno.ENOSPC, "x"), NotWritten, "A file could not be written in "),
        (OSError(errno.EMFILE, "x"), Shortage, "The system gives this command no more open files"),
        (MemoryError(), Shortage, "The system gives this command no more memory"),
        (OSError(errno.EIO, "Input/output error", "/corpus/a"), CorpusError, "/corpus/a: Input/output error. Nothing"),
        (OSError(errno.EROFS, "Read-only file system"), CorpusError, "Read-only file system. Nothing"),
        (PermissionError(errno.EACCES, "Permission denied", "a"), CorpusError, "a: Permission denied. Nothing"),
        (pl.exceptions.PanicException("index out\nof bounds"), CorpusError, "A library failed: index out of bounds. "),
    ],
)
def test_errors_of_the_machine(error: BaseException, kind: type[CorpusError], line: str) -> None:
    found = explained(error)
    assert type(found) is kind
    assert str(found).startswith(line)
    assert "\n" not in str(found)


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), SystemExit(1), GeneratorExit(), AssertionError()])
def test_faults_of_ours_are_raised(error: BaseException) -> None:
    assert explained(error) is None
