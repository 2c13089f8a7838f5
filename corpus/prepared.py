"""One process that runs the stages of a build, so that each need not start Python and import the libraries anew.

A build starts it (`corpus.pipeline.preparing`) and names its address in the environment. `corpus ingest`, started by
DVC, then hands over its arguments, environment and streams, and ends with the status that comes back. Nothing is
forked: stages run here one after another, as DVC starts them. Without an address, or refused, a stage runs by itself.

The process ends with the build that started it, and with a stage whose own process ends.
"""

from __future__ import annotations

import os
import socket
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_STREAMS: Final = (0, 1, 2)
_TAKEN: Final = b"taken\n"
# A process that is stopped for so long has something else to do. The stage runs on its own then.
_SECONDS: Final = 60.0
_MOST_BYTES: Final = 16 << 20
# What one stage has needed is not kept from the next: after a large one, stages have processes of their own again.
_MOST_KILOBYTES: Final = 600_000


def hand_over(address: str, arguments: Sequence[str]) -> int | None:
    """Have a stage run in the prepared process of its build.

    Args:
        address: where that process listens.
        arguments: those of `corpus`.

    Returns:
        The exit status of the stage; None if nothing was begun, and the stage must run here.
    """
    import json
    import signal

    here = os.getcwd()  # noqa: PTH109 - pathlib is not imported for this
    request = {"arguments": list(arguments), "folder": here, "environment": dict(os.environ), "program": _program()}
    message = json.dumps(request).encode()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        try:
            asked.settimeout(_SECONDS)
            asked.connect("\0" + address)
            socket.send_fds(asked, [len(message).to_bytes(8, "big")], _STREAMS)
            asked.sendall(message)
            if asked.recv(len(_TAKEN), socket.MSG_WAITALL) != _TAKEN:
                return None
        except OSError:
            return None
        # Ctrl-C reaches the other process as well, which ends the stage in order and says with which status.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        asked.settimeout(None)
        try:
            status = asked.recv(16, socket.MSG_WAITALL)
        except OSError:
            status = b""
    if status.strip().isdigit():
        return int(status)
    from corpus.cli.show import complain

    complain("The process that ran this stage has ended. Most often the machine ran out of memory. Run again.")
    return 1


def _program() -> list[str]:
    """What must be the same for both: the interpreter, and the code."""
    return [sys.prefix, sys.version, os.path.dirname(os.path.abspath(__file__))]  # noqa: PTH100, PTH120 - cheap at start


def serve(listening: socket.socket, parent: int) -> None:
    """Run stages, one after another, until the build ends or a stage needed much memory.

    Args:
        listening: where stages hand themselves over.
        parent: a pipe whose other end the build alone holds.
    """
    from multiprocessing import resource_tracker

    _watch(parent)
    # It lives as long as this process: started by a stage, it would hold that stage's streams, whose end is awaited.
    resource_tracker.ensure_running()
    while not _is_large():
        connection, _ = listening.accept()
        with connection:
            _answer(connection)


def _watch(descriptor: int) -> int:
    """End this process when the other end of a pipe or socket is closed; returns a pipe that ends the watch."""
    import select
    import signal
    import threading

    over, end = os.pipe()

    def watch() -> None:
        poll = select.poll()
        # Of a pipe and of a socket alike: the other end has gone.
        poll.register(descriptor, select.POLLHUP | select.POLLERR | getattr(select, "POLLRDHUP", 0))
        poll.register(over, select.POLLIN)
        ready = [number for number, _ in poll.poll()]
        if over not in ready:
            os.kill(os.getpid(), signal.SIGKILL)
        os.close(over)

    threading.Thread(target=watch, daemon=True, name="watch").start()
    return end


def _is_large() -> bool:
    # Not what getrusage gives: that counts what the process had which started this one.
    with open("/proc/self/status", encoding="utf-8") as status:
        highest = next(line for line in status if line.startswith("VmHWM:"))
    return int(highest.split()[1]) > _MOST_KILOBYTES


def _answer(connection: socket.socket) -> None:
    import json
    import struct

    from corpus.stages import NAMES

    try:
        connection.settimeout(_SECONDS)
        _, user, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        head, streams, _, _ = socket.recv_fds(connection, 8, len(_STREAMS))
        size = int.from_bytes(head, "big")
        if user != os.getuid() or len(streams) != len(_STREAMS) or size > _MOST_BYTES:
            return
        request = json.loads(connection.recv(size, socket.MSG_WAITALL))
        if request["program"] != _program() or not set(request["arguments"][:1]) & set(NAMES):
            return
        connection.sendall(_TAKEN)
    except (OSError, ValueError, KeyError, TypeError):
        return
    connection.settimeout(None)
    watched = _watch(connection.fileno())
    kept = [os.dup(number) for number in _STREAMS]
    try:
        _put(streams)
        status = _run(request["arguments"], request["folder"], request["environment"])
    finally:
        _put(kept)
        os.close(watched)
    connection.sendall(b"%d\n" % status)


def _put(streams: Sequence[int]) -> None:
    for number, stream in zip(_STREAMS, streams, strict=True):
        os.dup2(stream, number)
        os.close(stream)


def _run(arguments: Sequence[str], folder: str, environment: dict[str, str]) -> int:
    """Run a stage as its own process would; returns the exit status."""
    from corpus.cli import main
    from corpus.stages import WATCHED

    os.chdir(folder)
    os.environ.clear()
    os.environ.update({**environment, WATCHED: "1"})
    sys.argv = ["corpus", *arguments]

    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 - as the interpreter does at the end of a process
        sys.excepthook(*sys.exc_info())
        return 1
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    return 0


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])), int(sys.argv[2]))
