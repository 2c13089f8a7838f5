"""Recognise a full disk, and explain it in one line: what was not written, where, and what to do.

A full disk, an exhausted quota and a limit on the size of files appear in many ways: as errors of the system, as texts
of libraries that hide the number of the error, and in what git and DVC print.
"""

from __future__ import annotations

import errno
import os
import re
import resource
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import NotWritten
from corpus.repo import compiled

if TYPE_CHECKING:
    from collections.abc import Iterator

# It can change no byte of a table.
__fingerprint__ = False

# What each such error of ours has.
MARK: Final = " could not be written in "
# What the system, Rust, SQLite and git say.
_TEXTS: Final = {
    errno.ENOSPC: re.compile(r"No space left|\b(?:errno|os error) 28\b|database or disk is full", re.IGNORECASE),
    errno.EDQUOT: re.compile(r"(?:Disk )?quota exceeded|\b(?:errno|os error) 122\b", re.IGNORECASE),
    errno.EFBIG: re.compile(r"File too large|\b(?:errno|os error) 27\b", re.IGNORECASE),
}
# SQLite does not say why.
_UNSURE: Final = re.compile(r"disk I/O error|unable to open database file|attempt to write a readonly database")
_QUOTED: Final = re.compile(r"(?:'(/[^'\n]+)'|unable to write (?:file )?(\S+):)")
_TRIED_BYTES: Final = 1 << 20


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Add the name of the file that is being written to an error of a full disk.

    Raises:
        OSError: with the system's number and the file.
    """
    try:
        yield
    except OSError as error:
        number = _number(error)
        if number is None:
            raise
        # Copying names the source, and most libraries name nothing.
        raise OSError(number, os.strerror(number), str(path)) from error


def of_error(error: BaseException, folder: Path) -> NotWritten | None:
    """Return the error to show if a full disk caused an error; None if something else did.

    Args:
        error: the error, with its causes.
        folder: the folder that was written to, if the error does not say.
    """
    one: BaseException | None = error
    while one is not None:
        number = _number(one)
        if number is None and "sqlite" in type(one).__module__ and _UNSURE.search(str(one)):
            number = tried(folder)
        if number is not None:
            name = one.filename if isinstance(one, OSError) else None
            return not_written(number, folder, os.fsdecode(name) if isinstance(name, str | bytes) else "")
        one = one.__cause__ or one.__context__
    return None


def of_text(text: str, folder: Path, what: str) -> NotWritten | None:
    """Return the error to show if a program failed because of a full disk; None for another failure.

    Args:
        text: what the program printed.
        folder: the folder that it wrote to.
        what: what it wrote, if the text names no file.
    """
    if cut := compiled.of_text(text):
        return NotWritten(f"{cut}. Nothing incomplete was published. Run again.")
    number = next((number for number, pattern in _TEXTS.items() if pattern.search(text)), None)
    if number is None and _UNSURE.search(text):
        number = tried(folder)
    if number is None:
        return None
    found = _QUOTED.search(text)
    return not_written(number, folder, (found[1] or found[2]) if found else what)


def not_written(number: int, folder: Path, what: str = "") -> NotWritten:
    """Return the error for something that could not be written.

    Args:
        number: ENOSPC, EDQUOT or EFBIG.
        folder: the folder that was written to.
        what: a path, or a description. A path outside the folder is named as the place.
    """
    if what.startswith("/"):
        path = Path(what)
        if not path.is_relative_to(folder):
            folder = path.parent
        what = str(path.relative_to(folder))
    if number == errno.EDQUOT:
        reason, advice = "the disk quota is used up", "Make room or ask for a larger quota"
    elif number == errno.EFBIG:
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
        most = "" if limit == resource.RLIM_INFINITY else f" of {limit:,} bytes (`ulimit -f`)"
        reason, advice = f"files may not grow beyond a limit{most}", "Raise the limit"
    else:
        reason, advice = f"the disk is full{_free(folder)}", "Make room"
    return NotWritten(
        f"{what or 'A file'}{MARK}{folder}: {reason}. Nothing incomplete was published. {advice} and run again."
    )


def tried(folder: Path) -> int | None:
    """Return the number of the error with which a folder refuses a file of 1 MB; None if it accepts the file."""
    path = folder / f".room.{os.getpid()}"
    try:
        with path.open("wb") as file:
            file.write(bytes(_TRIED_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return _number(error)
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    return None


def _number(error: BaseException) -> int | None:
    """Return the number of an error that means a full disk; None for any other error."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno if error.errno in _TEXTS else None
    text = " ".join(str(part) for part in error.args)
    return next((number for number, pattern in _TEXTS.items() if pattern.search(text)), None)


def _free(folder: Path) -> str:
    with suppress(OSError):
        place = next(one for one in (folder, *folder.parents) if one.exists())
        return f" ({shutil.disk_usage(place).free / 1e6:,.1f} MB free)"
    return ""
