"""The process that reads Parquet and Arrow. If it runs out of memory or time, or crashes, that costs at most a table.

It gets the open file over a socket, and answers with frames: a kind, two numbers, a length, and the content.
"""

from __future__ import annotations

import json
import os
import struct
from typing import TYPE_CHECKING, Any, Final

from corpus.repo import limits
from corpus.sources import readers
from corpus.sources.arrow import At, Lost, Named, Request, Rows, read
from corpus.sources.entries import MOST_TABLE_MEMORY, MOST_TABLE_SECONDS, Reason, Unreadable, too_much_memory

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

# Kind, two numbers, and the bytes that follow.
FRAME: Final = struct.Struct("<cQQQ")
# Processor time grows with what has to be looked at before the first row.
_BYTES_A_SECOND: Final = 20_000_000
# What is compressed may become so many times its size, as long as it is no bomb.
_GROWTH: Final = 4
_MOST_GROWTH: Final = 8 << 30


def serve(descriptor: int) -> None:
    """Read the tables that are requested over a socket until it is closed."""
    readers.serve(descriptor, _answer)


def _answer(peer: socket.socket, file: Any, asked: dict[str, Any]) -> None:
    asked["known"] = tuple(asked["known"])
    request = Request(**asked)
    size = os.fstat(file.fileno()).st_size
    limits.limit_memory(MOST_TABLE_MEMORY + size + min(_GROWTH * size, _MOST_GROWTH))
    seconds = MOST_TABLE_SECONDS + size // _BYTES_A_SECOND
    for kind, first, second, data in _frames(file, size, request, seconds):
        _send(peer, FRAME.pack(kind, first, second, len(data)), data)


def _frames(file: Any, size: int, request: Request, seconds: int) -> Iterator[tuple[bytes, int, int, bytes]]:
    limits.limit_time(seconds)
    try:
        for found in read(file, size, request):
            match found:
                case At():
                    yield b"A", found.group, found.end, json.dumps([found.row, found.count]).encode()
                case Named():
                    yield b"C", 0, 0, json.dumps(found.names).encode()
                case Rows():
                    yield b"R", found.first, found.count, found.lines
                case Lost():
                    yield b"L", found.row, 0, json.dumps([found.reason.value, found.detail]).encode()
            limits.limit_time(seconds)
    except Unreadable as error:
        yield b"L", 0, 0, json.dumps([error.reason.value, error.detail]).encode()
    except MemoryError:
        reason, detail = too_much_memory(request.brought)
        yield b"L", 0, 0, json.dumps([reason.value, detail]).encode()
    except Exception as error:  # noqa: BLE001 - a table that crashes its reader costs only itself
        lost = [Reason.UNREADABLE.value, f"its reader failed: {type(error).__name__}"]
        yield b"L", 0, 0, json.dumps(lost).encode()
    yield b"E", 0, 0, b""


def _send(peer: socket.socket, head: bytes, data: bytes) -> None:
    if len(data) < 1 << 16:
        peer.sendall(head + data)
    else:
        peer.sendall(head)
        peer.sendall(data)
