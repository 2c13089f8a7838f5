"""Read, batch and parse changed inputs of every kind: no exception may come out, and time and memory are bounded.

Each input goes the way of `corpus add` and `ingest`, `validate` and identity, in a worker process with the limits that a
build gives its workers. What a parser is stopped for costs its document; a fault is an exception, a worker that dies
elsewhere, an input that takes longer or more memory than any may, and a document that is gone without a reason.
"""

from __future__ import annotations

import multiprocessing
import random
import resource
import shutil
import time
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from benchmarks.faults.harness import Trials, main
from benchmarks.faults.samples import mutate, samples

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

COUNT: Final = 400
# An input of at most 400 kB. A parser has 20 s for each document, and an archive holds a few.
MOST_SECONDS: Final = 90.0
MOST_MEMORY: Final = 2_500_000_000
# No address space beyond this, so that a fault does not take the machine with it.
_SPACE: Final = 8 << 30
# No worker is waited for longer, whatever it does.
_PATIENCE_SECONDS: Final = 600.0


class Result(NamedTuple):
    """What became of one input: documents taken and skipped, seconds of the processor, bytes of memory."""

    documents: int
    skipped: int
    seconds: float
    memory: int
    fault: str | None = None


def name_and_data(number: int, seed: int) -> tuple[str, bytes]:
    """Return the input of this number, as a file name and bytes: kinds take turns, changes are drawn."""
    found, name = samples(), name_of(number, seed)
    names = sorted(found)
    return name, mutate(found[names[number % len(names)]], [*found.values()], random.Random(f"{seed}/{number}"))


def name_of(number: int, seed: int) -> str:
    """Return the file name of an input: one in ten has that of another kind."""
    names, draw = sorted(samples()), random.Random(f"{seed}/{number}/name")
    return draw.choice(names) if draw.random() < 0.1 else names[number % len(names)]


def follow(path: Path, folder: Path) -> Result:
    """Take one file the way of a build, in this process; raises whatever comes out.

    Args:
        path: the input.
        folder: an empty folder for what is written; a note `*.at` in it names the document that is being parsed.
    """
    import polars as pl

    from corpus.pipeline.ingest import make
    from corpus.pipeline.origins import RowGroup, RowGroups
    from corpus.pipeline.parting import Task
    from corpus.pipeline.validate import verdicts
    from corpus.resolve.identity import with_identity
    from corpus.settings import Ingest, Validate
    from corpus.sources.batch import Writer
    from corpus.sources.entries import Item, Selection, Skipped
    from corpus.sources.gather import documents
    from corpus.sources.known import Known
    from corpus.tables import parquet

    began, before = time.process_time(), peak()
    taken = skipped = 0
    with Writer(folder / "batch", datetime(2024, 1, 2, tzinfo=UTC), None, Known()) as writer:
        for entry in documents([path], Selection()):
            taken += isinstance(entry, Item)
            skipped += isinstance(entry, Skipped)
            writer.add(entry)
        finished = writer.finish()
    kept = writer.tally.documents
    if taken != kept + writer.tally.repeats or skipped != writer.tally.skipped.total():
        raise AssertionError(f"{taken} documents and {skipped} skipped became {writer.tally}")
    rows = 0
    for file, aside in zip(finished[0].files, finished[1], strict=True) if finished else ():
        for number in range(file.groups):
            group = RowGroup(aside, number, "batch", file.documents)
            make(Task(f"{file.name}-{number}", RowGroups((group,)), folder, Ingest()))
            made = parquet.read(folder / f"documents.{file.name}-{number}.parquet")
            rows += made.num_rows
            frame = pl.DataFrame(made)
            bad = verdicts(frame, Validate()).filter(severity="block")["source"]
            with_identity(frame.filter(~pl.col("source").is_in(bad.to_list())))
    if rows != kept:
        raise AssertionError(f"{kept} documents became {rows} rows")
    return Result(taken, skipped, time.process_time() - began, max(peak() - before, 0))


def peak() -> int:
    """Return the most memory that this process has ever had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _work(numbers: list[int], seed: int, folder: Path, sender: Connection) -> None:
    """Follow inputs one after the other; send each number before, and its result after."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_SPACE, resource.getrlimit(resource.RLIMIT_AS)[1]))
    for number in numbers:
        name, data = name_and_data(number, seed)
        place = folder / str(number)
        place.mkdir(parents=True)
        (place / name).write_bytes(data)
        sender.send((number, None))
        try:
            result = follow(place / name, place / "made")
        except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
            where = "; ".join(f"{one.name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)[-3:])
            result = Result(0, 0, 0.0, 0, f"{type(error).__name__}: {str(error)[:200]} at {where}")
        sender.send((number, result))
        shutil.rmtree(place)


def run(scratch: Path, count: int, seed: int) -> Trials:
    """Follow `count` inputs."""
    trials = Trials()
    left = [*range(count)]
    while left:
        done = _some(left, seed, scratch / f"from-{left[0]}", trials)
        left = left[done:]
    return trials


def _some(numbers: list[int], seed: int, folder: Path, trials: Trials) -> int:
    """Follow inputs in a new worker until it dies. Returns how many are done."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(numbers, seed, folder, sender))
    worker.start()
    sender.close()
    done = 0
    at: int | None = None
    try:
        while receiver.poll(_PATIENCE_SECONDS):
            at, result = receiver.recv()
            if result is not None:
                _judge(trials, at, seed, result)
                done, at = done + 1, None
    except EOFError:
        pass
    if worker.is_alive() and done < len(numbers):
        worker.kill()
    worker.join()
    if at is not None:
        stopped = [*(folder / str(at) / "made").glob("*.at")]
        trials.made[_kind(at, seed)] += 1
        if trials.expect(
            stopped, f"input {at} of seed {seed} ({_kind(at, seed)}): worker ended with {worker.exitcode}"
        ):
            trials.figures["documents stopped"] = trials.figures.get("documents stopped", 0) + 1
        done += 1
    return done or len(numbers)


def _judge(trials: Trials, number: int, seed: int, result: Result) -> None:
    kind = _kind(number, seed)
    name = f"input {number} of seed {seed} ({kind})"
    trials.made[kind] += 1
    for key, value in (("documents", result.documents), ("skipped", result.skipped)):
        trials.figures[key] = trials.figures.get(key, 0) + value
    for key, value in (("most seconds", result.seconds), ("most memory", result.memory)):
        trials.figures[key] = max(trials.figures.get(key, 0), value)
    trials.expect(result.fault is None, f"{name}: {result.fault}")
    trials.expect(result.seconds < MOST_SECONDS, f"{name}: {result.seconds:.0f} s")
    trials.expect(result.memory < MOST_MEMORY, f"{name}: {result.memory / 1e6:,.0f} MB")


def _kind(number: int, seed: int) -> str:
    return name_of(number, seed).partition(".")[2]


if __name__ == "__main__":
    main(run, name="fuzz", count=COUNT, doc=__doc__)
