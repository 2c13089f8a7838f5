"""Read changed exports of press databases: no exception may come out, and each takes bounded time.

The exports are the hand-made ones of `tests/golden/exports`. Of zipped ones a member is changed as often as the archive.
Each goes the way of `corpus add` and of parsing.
"""

from __future__ import annotations

import io
import random
import time
import traceback
import zipfile
from functools import cache
from typing import TYPE_CHECKING, Final

from benchmarks.faults.harness import ROOT, Trials, main
from benchmarks.faults.samples import mutate

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.sources.entries import Item

COUNT: Final = 1_000
MADE: Final = ROOT / "tests" / "golden" / "exports"
# Of the processor, for one export; the samples are of a few kilobytes.
MOST_SECONDS: Final = 10.0


@cache
def exports() -> dict[str, bytes]:
    """Return the hand-made exports by name."""
    return {path.name: path.read_bytes() for path in sorted(MADE.iterdir()) if path.suffix != ".json"}


def name_and_data(number: int, seed: int) -> tuple[str, bytes]:
    """Return the input of this number: kinds take turns, changes are drawn."""
    found = exports()
    name = sorted(found)[number % len(found)]
    draw = random.Random(f"{seed}/{number}")
    others = [*found.values()]
    if found[name].startswith(b"PK") and draw.random() < 0.7:
        return name, _changed_member(found[name], others, draw)
    return name, mutate(found[name], others, draw)


def _changed_member(data: bytes, others: list[bytes], draw: random.Random) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as copy:
        chosen = draw.choice(archive.namelist())
        for name in archive.namelist():
            content = archive.read(name)
            copy.writestr(name, mutate(content, others, draw) if name == chosen and content else content)
    return made.getvalue()


def follow(path: Path) -> tuple[int, int]:
    """Read one export and parse its pieces; return how many documents and how many other parts it has."""
    from corpus.sources.entries import Item, Selection
    from corpus.sources.gather import documents

    taken = skipped = 0
    for entry in documents([path], Selection()):
        if isinstance(entry, Item):
            taken += 1
            _parse(entry)
        else:
            skipped += 1
    return taken, skipped


def _parse(item: Item) -> None:
    from corpus.formats import parser_of
    from corpus.formats.article import Document

    parser = parser_of(item.media_type, "by-language")
    if parser is not None:
        parser.parse(Document(item.data, item.media_type, item.source))


def run(scratch: Path, count: int, seed: int) -> Trials:
    """Follow `count` inputs."""
    trials = Trials()
    for number in range(count):
        name, data = name_and_data(number, seed)
        path = scratch / name
        path.write_bytes(data)
        what = f"input {number} of seed {seed} ({name})"
        trials.made[name] += 1
        began = time.process_time()
        fault, told = None, 0
        try:
            told = sum(follow(path))
        except Exception as error:  # noqa: BLE001 - whatever comes out is a fault
            where = "; ".join(f"{one.name}:{one.lineno}" for one in traceback.extract_tb(error.__traceback__)[-3:])
            fault = f"{type(error).__name__}: {str(error)[:200]} at {where}"
        seconds = time.process_time() - began
        trials.figures["most seconds"] = max(trials.figures.get("most seconds", 0), seconds)
        trials.expect(fault is None, f"{what}: {fault}")
        trials.expect(fault is not None or told, f"{what}: gone without a reason")
        trials.expect(seconds < MOST_SECONDS, f"{what}: {seconds:.0f} s")
        path.unlink()
    return trials


if __name__ == "__main__":
    main(run, name="fuzz_exports", count=COUNT, doc=__doc__)
