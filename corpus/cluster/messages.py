"""What a client, its workers and their child processes send each other. Values, and their way through a pipe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO

    from corpus.cluster.identity import Identity

__fingerprint__ = False

_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Terms:
    """A run, as its workers know it.

    Attributes:
        token: marks the run.
        folder: where attempts write, on the disk that all share; None for tasks that write nothing.
        nonce: what the file `CLIENT` in this folder contains.
    """

    token: str
    folder: str | None
    nonce: str


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a worker answers before it gets tasks.

    Attributes:
        host: its machine.
        identity: its engine.
        sees_client: it has read the client's nonce.
        file: the name of the file that it wrote; None if it could not.
        nonce: what this file contains.
    """

    host: str
    identity: Identity
    sees_client: bool
    file: str | None
    nonce: str


@dataclass(frozen=True, slots=True)
class Order:
    """A task for a worker.

    Attributes:
        terms: the run.
        number: the task's number in the run.
        payload: the work and the task, pickled.
    """

    terms: Terms
    number: int
    payload: bytes


class Kind(StrEnum):
    """How an attempt ended."""

    DONE = "done"
    FAILED = "failed"  # the work raised an error
    DIED = "died"  # its process ended, and no document was the cause
    STRANGER = "stranger"  # the worker was not compared with the client


@dataclass(frozen=True, slots=True)
class Written:
    """A file that an attempt wrote."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of an attempt.

    Attributes:
        kind: how it ended.
        host: the machine of the worker.
        content: the result or the error, pickled.
        folder: where its files are.
        files: its files, by name.
        deadly: the documents that killed the process, and were left out.
    """

    kind: Kind
    host: str
    content: bytes = b""
    folder: str | None = None
    files: tuple[tuple[str, Written], ...] = ()
    deadly: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Request:
    """A task for a child process; without a payload, it is asked for its identity.

    Attributes:
        payload: the work and the task, pickled.
        folder: where its files go.
        note: where it notes its present document.
        deadly: the documents to leave out.
    """

    payload: bytes = b""
    folder: str | None = None
    note: str = ""
    deadly: frozenset[str] = frozenset()


def send(stream: IO[bytes], message: bytes) -> None:
    """Write one message into a pipe."""
    stream.write(len(message).to_bytes(_LENGTH, "big") + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Read one message from a pipe; None if the other end has gone."""
    length = stream.read(_LENGTH)
    if len(length) < _LENGTH:
        return None
    size = int.from_bytes(length, "big")
    message = stream.read(size)
    return message if len(message) == size else None
