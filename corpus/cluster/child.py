"""The process in which the tasks of a worker run, one after another: `python -m corpus.cluster.child PARENT`.

A document may crash it, hang it, or use up its memory. It ends with the worker. It gets requests through its standard
input, and answers through its standard output; what libraries print goes to standard error.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
import socket
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

from corpus.cluster.messages import Answer, Kind, Request, Written, receive, send
from corpus.errors import CorpusError
from corpus.pipeline.executor import InFolder, Walled
from corpus.pipeline.worker import begin

__fingerprint__ = False


def main() -> None:
    """Answer requests until the worker has gone."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    # A signal to the group of the worker is the worker's affair: the end of this process would be a document's fault.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    begin(int(sys.argv[1]))
    while (message := receive(requests)) is not None:
        send(answers, pickle.dumps(_answer(pickle.loads(message))))  # noqa: S301 - from the worker that started this


def _answer(request: Request) -> Answer:
    host = socket.gethostname()
    try:
        if not request.payload:
            from corpus.cluster.identity import own

            return Answer(Kind.DONE, host, pickle.dumps(own()))
        work, task = pickle.loads(request.payload)  # noqa: S301 - as above
        result = work(_placed(task, request))
        return Answer(Kind.DONE, host, pickle.dumps(result), request.folder, tuple(_written(request.folder)))
    except BaseException as error:  # noqa: BLE001 - a panic of a library is no Exception
        return Answer(Kind.FAILED, host, pickle.dumps(_portable(error)))


def _placed(task: Any, request: Request) -> Any:
    """Return a task that writes where this attempt writes."""
    changes: dict[str, object] = (
        {"folder": Path(request.folder)} if request.folder and isinstance(task, InFolder) else {}
    )
    if isinstance(task, Walled):
        changes |= {"note": Path(request.note), "deadly": task.deadly | request.deadly}
    return replace(task, **changes) if changes else task


def _written(folder: str | None) -> list[tuple[str, Written]]:
    """Return the files of a folder. They are read again: the client compares what it sees with what is here."""
    found = []
    for path in sorted(Path(folder).iterdir()) if folder else ():
        with path.open("rb") as file:
            found.append((path.name, Written(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())))
    return found


def _portable(error: BaseException) -> BaseException:
    """Return an error that can be pickled, with the place where it was raised if it is not our own."""
    if not isinstance(error, CorpusError):
        error.add_note("".join(traceback.format_exception(error)))
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - classes of libraries fail in many ways
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    main()
