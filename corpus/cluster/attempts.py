"""What a worker of the cluster does: introduce itself to a client, and attempt its tasks in child processes.

A document is deadly if a child died under it twice, while the worker lived. So a worker that is lost blames nobody.
"""

from __future__ import annotations

import asyncio
import pickle
import secrets
import shutil
import socket
import tempfile
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.cluster.children import Children
from corpus.cluster.messages import Answer, Greeting, Kind, Order, Request, Terms
from corpus.pipeline.worker import noted

if TYPE_CHECKING:
    from corpus.cluster.identity import Identity

__fingerprint__ = False

# The file in the folder of attempts that the client wrote.
CLIENT: Final = "client"
_BLAMED_AFTER: Final = 2
# More deaths than this in one task are not the documents' fault.
_MOST_DEATHS: Final = 200
_CHILDREN: Final = Children()
_GREETED: Final[set[str]] = set()


async def greet(terms: Terms) -> Greeting:
    """Introduce this worker to a client. Runs beside the worker's tasks."""
    return await asyncio.to_thread(_greeting, terms)


async def release(token: str) -> None:
    """End what this worker keeps for a run that is over."""
    _GREETED.discard(token)
    await asyncio.to_thread(_CHILDREN.end, token)


def versions() -> tuple[str, str]:
    """Return the versions of newscorpus and `distributed`. Runs in the scheduler, which unpickles what it hands on."""
    return metadata.version("newscorpus"), metadata.version("distributed")


def attempt(order: Order) -> Answer:
    """Do a task in a child process, again without each document that kills it. Runs in a thread of a worker."""
    host = socket.gethostname()
    if order.terms.token not in _GREETED:
        # It joined, or was started anew, since the client last looked.
        return Answer(Kind.STRANGER, host)
    try:
        with tempfile.TemporaryDirectory(prefix="newscorpus-", ignore_cleanup_errors=True) as own:
            return _attempt(order, host, Path(own) / "note")
    except OSError as error:
        error.add_note(f"on {host}")
        return Answer(Kind.FAILED, host, pickle.dumps(error))


def _attempt(order: Order, host: str, note: Path) -> Answer:
    deaths: Counter[str] = Counter()
    while deaths.total() <= _MOST_DEATHS:
        deadly = frozenset(name for name, count in deaths.items() if count >= _BLAMED_AFTER)
        # Each attempt has a name of its own: a task that is lost, or done twice, disturbs no other.
        folder = Path(order.terms.folder) / f"{order.number}-{secrets.token_hex(8)}" if order.terms.folder else None
        if folder is not None:
            folder.mkdir()
        note.unlink(missing_ok=True)
        child = _CHILDREN.take(order.terms.token)
        answer = child.ask(Request(order.payload, str(folder) if folder else None, str(note), deadly))
        if answer is not None:
            _CHILDREN.give_back(child)
            return Answer(answer.kind, host, answer.content, answer.folder, answer.files, deadly)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        culprit = noted(note)
        if culprit is None or culprit in deadly:
            break
        deaths[culprit] += 1
    return Answer(Kind.DIED, host)


def _greeting(terms: Terms) -> Greeting:
    nonce = secrets.token_hex(16)
    name: str | None = f"worker-{secrets.token_hex(8)}"
    sees_client = terms.folder is None
    if terms.folder is not None:
        try:
            sees_client = (Path(terms.folder) / CLIENT).read_text(encoding="utf-8") == terms.nonce
            (Path(terms.folder) / str(name)).write_text(nonce, encoding="utf-8")
        except OSError:
            name = None
    greeting = Greeting(socket.gethostname(), _identity(terms.token), sees_client, name, nonce)
    _GREETED.add(terms.token)
    return greeting


def _identity(token: str) -> Identity:
    """Return the identity of a fresh child: packages may be newer than what this worker has imported."""
    child = _CHILDREN.take(token)
    answer = child.ask(Request())
    if answer is None:
        raise RuntimeError("a child process of the worker ended at once")
    _CHILDREN.give_back(child)
    found = pickle.loads(answer.content)  # noqa: S301 - from a process that we started
    if isinstance(found, BaseException):
        raise found
    identity: Identity = found
    return identity
