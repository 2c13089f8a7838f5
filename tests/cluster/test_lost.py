"""Workers and schedulers that are lost: nobody is blamed, nothing is lost but what was under way."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from corpus.cluster import executor
from corpus.cluster.address import parse
from corpus.cluster.executor import Cluster
from corpus.errors import ChangedWhileRead, ClusterUnreachable
from corpus.pipeline.executor import WorkerDied
from tests.cluster import works
from tests.cluster.machines import Machines, machines, runs, until

if TYPE_CHECKING:
    from pathlib import Path


def tasks(folder: Path, *names: str) -> list[works.Writes]:
    (folder / "run").mkdir(exist_ok=True)
    return [works.Writes(name, folder / "run", folder) for name in names]


def test_what_is_lost_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One cluster for all: its parts are ended one after the other."""
    with machines(tmp_path / "cluster") as made:
        cluster = Cluster(parse(str(made.file)))
        assert list(cluster.map(works.double, range(8))) == [(number, 2 * number) for number in range(8)]
        # The error of a stage is its own, with its fields.
        with pytest.raises(ChangedWhileRead) as raised:
            list(cluster.map(works.fail, [1]))
        assert raised.value.source == "seeds/1"
        assert str(raised.value).startswith("seeds/1 changed while")
        # Each try starts a process.
        monkeypatch.setattr(executor, "_MOST_TRIES", 2)
        with pytest.raises(WorkerDied):
            list(cluster.map(works.die, [1]))
        _a_worker_is_killed(cluster, tmp_path)
        _the_scheduler_is_killed(cluster, made, tmp_path)


def _a_worker_is_killed(cluster: Cluster, folder: Path) -> None:
    """It is killed in the middle of a task, which another worker then does: the child ends with it."""
    given = tasks(folder, "a", "waits", "b")
    results = cluster.map(works.write, given)
    assert next(results) == (given[0], "a")
    until(lambda: len((folder / "first").read_text().split()) == 2 if (folder / "first").exists() else False)
    child, worker = map(int, (folder / "first").read_text().split())
    os.kill(worker, signal.SIGKILL)
    assert list(results) == [(given[1], "second"), (given[2], "b")]
    until(lambda: not runs(child))
    assert {path.name: path.read_text() for path in (folder / "run").iterdir()} == {
        name: f"what {name} has\n" for name in ("a", "b", "waits")
    }


def _the_scheduler_is_killed(cluster: Cluster, made: Machines, folder: Path) -> None:
    given = tasks(folder, "before", "for-ever")
    results = cluster.map(works.write, given)
    assert next(results) == (given[0], "before")
    until((folder / "for-ever").exists)
    made.scheduler.kill()
    with pytest.raises(ClusterUnreachable, match="lost") as raised:
        next(results)
    assert "\n" not in str(raised.value)
    # What was adopted stays; of what was under way, nothing is left.
    assert sorted(path.name for path in (folder / "run").iterdir()) == ["a", "b", "before", "waits"]
