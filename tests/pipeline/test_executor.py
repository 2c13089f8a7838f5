"""Executors: results in the order of the tasks, and a wall around documents that kill a worker."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.errors import DamagedObject, UsageError
from corpus.pipeline.executor import Executor, WorkerDied
from corpus.pipeline.executors import chosen
from corpus.pipeline.processes import Processes


@dataclass(frozen=True)
class Pages:
    """A task with documents, of which those called `bad` kill whoever reads them."""

    names: tuple[str, ...]
    note: Path
    deadly: frozenset[str] = frozenset()
    slow: float = 0.0


def read(task: Pages) -> list[str]:
    time.sleep(task.slow)
    done = []
    for name in task.names:
        if name in task.deadly:
            continue
        task.note.write_text(json.dumps(name))
        if name.startswith("bad"):
            os.kill(os.getpid(), signal.SIGKILL)
        task.note.unlink()
        done.append(name)
    return done


def double(number: int) -> int:
    time.sleep(0.2 if number == 0 else 0)
    return 2 * number


def die(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def test_results_come_in_the_order_of_the_tasks() -> None:
    assert list(Processes(2).map(double, range(5))) == [(n, 2 * n) for n in range(5)]


def test_a_document_that_kills_costs_itself(tmp_path: Path) -> None:
    tasks = [
        Pages(("a", "b"), tmp_path / "0", slow=0.5),
        Pages(("bad1", "c", "bad2"), tmp_path / "1"),
        Pages(("d",), tmp_path / "2"),
        Pages(("bad3",), tmp_path / "3"),
        Pages(("e",), tmp_path / "4"),
    ]
    found = list(Processes(2).map(read, tasks))
    assert [result for _, result in found] == [["a", "b"], ["c"], ["d"], [], ["e"]]
    assert [sorted(task.deadly) for task, _ in found] == [[], ["bad1", "bad2"], [], ["bad3"], []]


def test_a_worker_that_dies_of_nothing_known_is_an_error() -> None:
    with pytest.raises(WorkerDied):
        list(Processes(2).map(die, [1, 2, 3]))


def damaged(number: int) -> int:
    raise DamagedObject(f"shard-{number}", "this", "that")


def test_an_error_of_a_worker_is_the_one_that_it_raised() -> None:
    """It is made of other values than it shows, and comes from another process."""
    with pytest.raises(DamagedObject) as raised:
        list(Processes(2).map(damaged, [1, 1]))
    assert raised.value.path == "shard-1"
    assert str(raised.value) == str(DamagedObject("shard-1", "this", "that"))


def test_light_work_stays_in_this_process() -> None:
    assert [result for _, result in Processes(2).map(lambda _: os.getpid(), [1, 2], light=True)] == [os.getpid()] * 2


def test_another_executor_is_chosen_by_name(tmp_path: Path) -> None:
    """An installed package brings one; nothing else needs to know of it."""
    (tmp_path / "elsewhere.py").write_text(
        textwrap.dedent("""
            class Here:
                def __init__(self, workers): self.workers = workers
                def map(self, work, tasks, *, light=False): return ((task, work(task)) for task in tasks)
        """)
    )
    info = tmp_path / "elsewhere-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[newscorpus.executors]\nhere = elsewhere:Here\n")
    program = "from corpus.pipeline.executors import chosen; print(type(chosen(3)).__name__, chosen(3).workers)"
    surroundings = {**os.environ, "CORPUS_EXECUTOR": "here", "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=surroundings, capture_output=True, text=True, check=True)
    assert done.stdout == "Here 3\n"


def test_an_executor_that_nobody_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUS_EXECUTOR", "moon")
    with pytest.raises(UsageError, match=r"moon.*There are processes"):
        chosen()


def test_the_usual_one_is_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CORPUS_EXECUTOR", raising=False)
    one: Executor = chosen(3)
    assert one == Processes(3)


def test_a_worker_does_not_outlive_a_parent_that_is_gone() -> None:
    """The parent may end before the worker can ask the kernel to be told of it."""
    program = "from corpus.repo.lock import die_with_parent; die_with_parent(1); print('alive')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "")
