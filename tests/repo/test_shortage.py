"""What the machine gives no more of is named in one line, by whatever error it reaches us."""

from __future__ import annotations

import errno
import pickle

import polars as pl
import pyarrow as pa
import pytest

from corpus.errors import Shortage
from corpus.repo import shortage


def _panic(text: str) -> BaseException:
    error: BaseException = pl.exceptions.PanicException(text)
    return error


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (MemoryError(), "memory"),
        (pa.ArrowMemoryError("malloc of size 64 failed"), "memory"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory"),
        (ImportError("libarrow.so.2600: failed to map segment from shared object"), "memory"),
        (ImportError("libx.so: cannot allocate memory in static TLS block"), "memory"),
        (_panic("memory allocation of 4096 bytes failed: Os { code: 12, kind: OutOfMemory }"), "memory"),
        (pl.exceptions.ComputeError("Cannot allocate memory (os error 12)"), "memory"),
        (RuntimeError("can't start new thread"), "threads or processes"),
        (OSError(errno.EAGAIN, "Resource temporarily unavailable"), "threads or processes"),
        (_panic("OS can't spawn worker thread: Resource temporarily unavailable (os error 11)"), "threads or processes"),
        (_panic('failed to spawn cleaner thread: Os { code: 11, kind: WouldBlock, message: "x" }'), "threads or processes"),
        (_panic("ThreadPoolBuildError { kind: IOError(Os { code: 11 }) }"), "threads or processes"),
        (OSError(errno.EMFILE, "Too many open files"), "open files"),
        (OSError(errno.ENFILE, "Too many open files in system"), "open files"),
        (OSError("Too many open files (os error 24): /corpus/a"), "open files"),
        (pl.exceptions.ComputeError("Too many open files (os error 24)"), "open files"),
    ],
)  # fmt: skip
def test_errors_are_known(error: BaseException, what: str) -> None:
    found = shortage.of_error(error)
    assert isinstance(found, Shortage)
    assert str(found).startswith(f"The system gives this command no more {what}")
    assert str(found).endswith(" and run again.")
    assert "\n" not in str(found)
    assert pickle.loads(pickle.dumps(found)).args == found.args  # noqa: S301 - made here
    outer = ValueError("x")
    outer.__cause__ = error
    assert str(shortage.of_error(outer)) == str(found)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"), OSError(errno.EIO, "Input/output error"), RuntimeError("x"), ImportError("No module named 'x'"),
        KeyError("memory"), pl.exceptions.ComputeError("not found"), _panic("index out of bounds"),
        FileNotFoundError(errno.ENOENT, "No such file", "/corpus/Too many open files"),
    ],
)  # fmt: skip
def test_other_errors_are_no_shortage(error: BaseException) -> None:
    assert shortage.of_error(error) is None


def test_a_panic_is_distinguished_from_what_ends_a_program() -> None:
    assert shortage.is_panic(_panic("x"))
    for error in (SystemExit(1), KeyboardInterrupt(), GeneratorExit(), ValueError("x")):
        assert not shortage.is_panic(error)
