"""Texts that are compared by a cluster: the decisions of this machine, also when a worker or the scheduler is killed."""

from __future__ import annotations

import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus.cluster.address import parse
from corpus.cluster.executor import Cluster
from corpus.errors import ClusterUnreachable
from corpus.pipeline import comparing
from corpus.pipeline.processes import Processes
from corpus.pipeline.resolve import resolve
from corpus.settings import load
from tests.cluster.machines import machines, runs, until
from tests.conftest import UNMEASURED, Corpus, article, made_once

# The cheap core of it is in `test_bytes.py` and in `tests/pipeline/test_resolve.py`.
pytestmark = pytest.mark.trial

if TYPE_CHECKING:
    import subprocess

    from corpus.pipeline.executor import Executor

# Each of so many articles is like all others: 91 pairs.
ARTICLES = 14


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, _environment: None) -> Path:
    """A corpus in which many texts are similar, built here."""

    def make(place: Path) -> None:
        from corpus.app.init import init

        repo = Corpus(init(place / "repo").root)
        for number in range(ARTICLES):
            words = [f"word{at}" for at in range(300)]
            words[20 * number] = "other"
            repo.seed(f"{number:02}.txt", article(f"line {number}", body=" ".join(words)))
        repo.run("build", **UNMEASURED)

    return made_once(tmp_path_factory, "cluster-comparing", make)


@pytest.fixture
def repo(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The corpus without its decisions. A part has a few pairs, and none are few enough to stay here."""
    monkeypatch.setattr(comparing, "_FEW_GRAMS", 0)
    monkeypatch.setattr(comparing, "_GRAMS_OF_PART", 1_200)
    shutil.copytree(built / "repo", tmp_path / "repo", symlinks=True)
    forget(tmp_path / "repo")
    return tmp_path / "repo"


def forget(root: Path) -> None:
    """Remove the decisions, and all that was compared."""
    for name in ("decisions", "pairs"):
        shutil.rmtree(root / "data" / name, ignore_errors=True)
    for name in ("resolve", "pairs"):
        (root / "data" / "keys" / f"{name}.json").unlink(missing_ok=True)


def decide(root: Path, executor: Executor) -> None:
    resolve(root, load(root), executor)


def assert_same(root: Path, built: Path) -> None:
    def tables(folder: Path) -> dict[str, bytes]:
        found = (path for name in ("decisions", "pairs", "keys") for path in (folder / "data" / name).iterdir())
        return {str(path.relative_to(folder)): path.read_bytes() for path in found}

    assert tables(root) == tables(built / "repo")
    # Nothing of a run is left.
    assert not (root / "data" / "tmp").exists()
    assert not (root / ".dvc" / "tmp" / "corpus" / "compared").exists()


def kept(root: Path) -> list[Path]:
    """The files with what was compared in a run that goes on."""
    return list((root / ".dvc" / "tmp" / "corpus" / "compared").glob("*.parquet"))


def children(worker: subprocess.Popen[bytes]) -> list[int]:
    """The processes that a worker started. Threads come and go meanwhile."""
    found: list[int] = []
    for path in Path(f"/proc/{worker.pid}/task").glob("*/children"):
        try:
            found += map(int, path.read_text().split())
        except OSError:
            continue
    return found


def test_processes_make_the_decisions_of_one(repo: Path, built: Path) -> None:
    decide(repo, Processes(2))
    assert_same(repo, built)


def test_lost_while_it_compares(repo: Path, built: Path, tmp_path: Path) -> None:
    """One cluster for all: it compares, then a worker is killed meanwhile, then the scheduler."""
    with machines(tmp_path / "cluster", workers=1) as made, ThreadPoolExecutor(1) as pool:
        doomed = made.worker()
        cluster = Cluster(parse(str(made.file)))
        decide(repo, cluster)
        assert_same(repo, built)

        forget(repo)
        run = pool.submit(decide, repo, cluster)
        until(lambda: bool(kept(repo)) and bool(children(doomed)))
        started = children(doomed)
        os.kill(doomed.pid, signal.SIGKILL)
        run.result()
        assert_same(repo, built)
        until(lambda: not any(runs(child) for child in started))

        forget(repo)
        run = pool.submit(decide, repo, cluster)
        until(lambda: len(kept(repo)) > 1)
        made.scheduler.kill()
        with pytest.raises(ClusterUnreachable, match="lost") as raised:
            run.result()
        assert "\n" not in str(raised.value)
        assert not list((repo / "data" / "tmp").glob("*"))
        # What was compared is not compared again.
        assert kept(repo)
        decide(repo, Processes(1))
        assert_same(repo, built)
