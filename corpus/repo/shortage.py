"""Explain in one line what the machine has run out of: memory, threads, processes or open files.

Such shortages appear as errors of the system, as panics of Rust, and as texts of libraries that hide the number.
"""

from __future__ import annotations

import errno
import re
from typing import Final

from corpus.errors import Shortage

# It can change no byte of a table.
__fingerprint__ = False

_MEMORY: Final = "memory"
_THREADS: Final = "threads or processes"
_FILES: Final = "open files"
_NUMBERS: Final = {
    errno.ENOMEM: _MEMORY,
    errno.EAGAIN: _THREADS,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
}
_TEXTS: Final = {
    _MEMORY: re.compile(
        r"\bos error 12\b|code: 12\b|Cannot allocate memory|memory allocation of|failed to map segment", re.IGNORECASE
    ),
    _THREADS: re.compile(r"\bos error 11\b|code: 11\b|can't start new thread|temporarily unavailable", re.IGNORECASE),
    _FILES: re.compile(r"\bos error 2[34]\b|code: 2[34]\b|Too many open files", re.IGNORECASE),
}
_ADVICE: Final = {
    _MEMORY: "Close other programs or raise the limit (`ulimit -v`, or that of the container)",
    _THREADS: "Close other programs or raise the limit (`ulimit -u`, or that of the container)",
    _FILES: "Raise the limit (`ulimit -n`)",
}


def of_error(error: BaseException) -> Shortage | None:
    """Return the error to show if a shortage caused an error; None if something else did."""
    one: BaseException | None = error
    while one is not None:
        if what := _lacking(one):
            return Shortage(
                f"The system gives this command no more {what}. Nothing incomplete was published. "
                f"{_ADVICE[what]} and run again."
            )
        one = one.__cause__ or one.__context__
    return None


def is_panic(error: BaseException) -> bool:
    """Return whether an error is a panic of a library in Rust, which is not an `Exception` of Python."""
    return type(error).__name__ == "PanicException" and not isinstance(error, Exception)


def _lacking(error: BaseException) -> str | None:
    """Return what is lacking according to an error; None if the error means something else."""
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, OSError) and error.errno is not None:
        return _NUMBERS.get(error.errno)
    # Of other errors the text may be anybody's, as a key or a title.
    library = type(error).__module__.partition(".")[0] in {"polars", "pyo3_runtime", "pyarrow", "duckdb"}
    if not library and not isinstance(error, OSError | RuntimeError | ImportError):
        return None
    text = " ".join(str(part) for part in error.args)
    return next((what for what, pattern in _TEXTS.items() if pattern.search(text)), None)
