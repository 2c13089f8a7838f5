"""A library whose threads have ended leaves others waiting for ever; the process then ends with one line."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from corpus.repo import stalls

# Polars' runtime wakes its threads through event descriptors. Once writing to them fails, a thread of it ends, and a
# query waits for ever for its answer.
HANGS = """
import os, sys
from pathlib import Path
import polars as pl
from corpus.repo import stalls

def end(message):
    print(message, file=sys.stderr, flush=True)
    os._exit(1)

stalls.watch(end, every=0.2, idle=10)
file = Path(sys.argv[1]) / "a.parquet"
pl.DataFrame({"a": [1]}).write_parquet(file)
pl.scan_parquet(file).collect()
full = os.open("/dev/full", os.O_WRONLY)
for entry in Path("/proc/self/fd").iterdir():
    if entry.is_symlink() and "eventfd" in os.readlink(entry):
        os.dup2(full, int(entry.name))
while True:
    # Some queries end with a panic before one waits.
    try:
        pl.scan_parquet(file).collect()
    except pl.exceptions.PanicException:
        pass
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_a_query_that_waits_for_ever_ends_with_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HANGS, str(tmp_path)], capture_output=True, text=True, check=False, timeout=200
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "polars has done nothing for 2 seconds: a thread of it has ended, as happens when memory, a disk or another "
        "device fails. Nothing incomplete was published. Run again."
    )


@pytest.mark.parametrize(
    ("module", "library"),
    [
        ("polars.lazyframe.frame", "polars"), ("polars", "polars"), ("pyarrow.parquet.core", "pyarrow"),
        ("duckdb", "duckdb"), ("corpus.app.why", None), ("subprocess", None), ("polarsish", None),
    ],
)  # fmt: skip
def test_places_within_libraries_are_seen(module: str, library: str | None) -> None:
    lock = threading.Lock()
    scope: dict[str, Any] = {"__name__": module, "lock": lock}
    exec("def wait():\n    lock.acquire()", scope)  # noqa: S102 - made here
    with lock:
        thread = threading.Thread(target=scope["wait"])
        thread.start()
        while (number := thread.ident) is None or _module_of(number) != module:
            time.sleep(0.01)
        found = stalls.waiting().get(number)
    thread.join()
    assert (found.library if found else None) == library


def _module_of(thread: int) -> object:
    frame = sys._current_frames().get(thread)
    return frame.f_globals.get("__name__") if frame else None


def test_a_process_that_works_within_a_library_goes_on(tmp_path: Path) -> None:
    """Neither what computes nor what waits outside of a library is idle."""
    code = (
        "import os, time; import polars as pl; from corpus.repo import stalls\n"
        "stalls.watch(lambda message: (os.write(2, message.encode()), os._exit(1)), every=0.1, idle=12)\n"
        # Of processor time: a busy machine gives little of it, and the watch must see that little.
        "while time.process_time() < 2.5: pl.Series(range(200_000)).map_elements(lambda x: x + 1, return_dtype=pl.Int64)\n"
        "time.sleep(2); print('done')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=200, cwd=tmp_path
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
