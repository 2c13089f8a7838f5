"""Ports of this machine for tests whose server has to be told its port, and for tests of a port that nobody answers on."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def reserved_port() -> Iterator[int]:
    """Hold a port of 127.0.0.1: the system gives it to nobody else, and connections to it are refused.

    A server that reuses addresses, as most do, may listen on it meanwhile.
    """
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])
