"""Handle standard output and error that fail: on a full disk, in a pipe that nobody reads, or closed.

If stdout fails, the command ends with one line and a status that says so. What cannot be printed on stderr is dropped:
the exit status still tells how the command ended, and its work continues.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from typing import Final

# As a shell reports a program that SIGPIPE ended.
_PIPE: Final = 128 + signal.SIGPIPE
_OUT: Final = 1
_ERR: Final = 2


class OutputFailed(Exception):
    """Stdout accepts no more output. `reason` is the error of the system."""

    def __init__(self, reason: OSError) -> None:
        self.reason = reason
        super().__init__(str(reason))


class _Output(io.TextIOWrapper):
    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            raise OutputFailed(error) from error

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            raise OutputFailed(error) from error


class _Errors(io.TextIOWrapper):
    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            _drop(_ERR)
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            _drop(_ERR)


def guard() -> None:
    """Replace the streams of this process by streams that handle failures."""
    for number in (0, _OUT, _ERR):
        try:
            os.fstat(number)
        except OSError:
            # The next file that is opened would take its place. Writing to this one fails, as to a closed one.
            os.open(os.devnull, os.O_RDONLY)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    sys.stdout = _Output(open(_OUT, "wb", closefd=False), **_manner(sys.stdout))  # type: ignore[arg-type]  # noqa: SIM115
    sys.stderr = _Errors(open(_ERR, "wb", closefd=False), **_manner(sys.stderr))  # type: ignore[arg-type]  # noqa: SIM115


def finish(status: int) -> int:
    """Print the rest of the output.

    Args:
        status: the exit status of the command.

    Returns:
        The exit status of the process.
    """
    try:
        sys.stdout.flush()
    except OutputFailed as error:
        return status or give_up(error)
    except OSError:
        # The stream of a service, which nobody guards: it goes on without a reader.
        return status or 1
    return status


def give_up(error: OutputFailed) -> int:
    """Report on stderr that stdout failed, unless its reader just ended, and drop the rest of the output.

    Returns:
        The exit status of the process: 1, or 141 as if SIGPIPE had ended it.
    """
    _drop(_OUT)
    if isinstance(error.reason, BrokenPipeError):
        return _PIPE
    from corpus.cli.show import complain

    reason = error.reason.strerror or error.reason
    complain(f"standard output: {reason}. Not all of the command's output could be printed; what it did is done.")
    return 1


def _drop(number: int) -> None:
    """Discard the rest of a stream's output; otherwise Python would try again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


def _manner(stream: io.TextIOBase | None) -> dict[str, object]:
    """Return how a stream encodes and buffers text."""
    if not isinstance(stream, io.TextIOWrapper):
        return {"encoding": "utf-8", "errors": "backslashreplace", "line_buffering": True}
    return {
        "encoding": stream.encoding,
        "errors": stream.errors,
        "line_buffering": stream.line_buffering,
        "write_through": stream.write_through,
    }
