"""What is refused before any shard: other engines, other folders, and addresses that anybody may listen on."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from corpus.cluster.address import given, of_environment, parse, redacted
from corpus.cluster.executor import Cluster
from corpus.errors import ClusterMismatch, ClusterUnreachable, NoSharedFolder, UsageError
from tests.cluster import works
from tests.cluster.machines import ROOT, machines, until
from tests.conftest import UNMEASURED, Corpus, article


def foreign(folder: Path) -> Path:
    """The engine, with one parser that does something else."""
    for package in ("corpus", "schemas"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    changed = folder / "corpus" / "formats" / "text.py"
    changed.write_text(changed.read_text() + "\n")
    changed = folder / "corpus" / "text" / "normalise.py"
    source = changed.read_text()
    changed.write_text(source.replace("def text_hash(text: str)", "def text_hash(text: str, more: int = 0)"))
    assert changed.read_text() != source
    return folder


def test_workers_that_differ_are_refused(tmp_path: Path) -> None:
    """Also one that joins while another works: with the host, and what differs."""
    with machines(tmp_path / "cluster", workers=1) as made:
        cluster = Cluster(parse(str(made.file)))
        (tmp_path / "run").mkdir()
        given_ = [works.Writes(name, tmp_path / "run", tmp_path) for name in ("a", "for-ever", "b")]
        results = cluster.map(works.write, given_)
        assert next(results) == (given_[0], "a")
        until((tmp_path / "for-ever").exists)
        made.worker(foreign(tmp_path / "foreign"))
        with pytest.raises(ClusterMismatch, match=r"the engine of ingest is \w+ there") as raised:
            next(results)
        assert raised.value.host.startswith(socket.gethostname())
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["a"]


def test_a_folder_that_is_not_shared_is_refused(tmp_path: Path) -> None:
    """Each process has its own /proc/self/cwd: under one path, the worker has another folder."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "run").mkdir(parents=True)
    here = Path("/proc/self/cwd") / os.path.relpath(tmp_path / "run")
    (tmp_path / "run").mkdir()
    with machines(tmp_path / "cluster", workers=0) as made:
        made.worker(folder=elsewhere)
        with pytest.raises(NoSharedFolder, match="cannot be read there") as raised:
            list(Cluster(parse(str(made.file))).map(works.write, [works.Writes("a", here, here)]))
        assert raised.value.host.startswith(socket.gethostname())
    assert list((tmp_path / "run").iterdir()) == []


class TestAddresses:
    @pytest.mark.parametrize(
        "url", ["tcp://127.0.0.1:8786", "tcp://localhost:1", "tcp://[::1]:8786", "tls://10.0.0.1:8786"]
    )
    def test_encrypted_or_of_this_machine(self, url: str) -> None:
        assert parse(url).url == url

    @pytest.mark.parametrize("url", ["tcp://10.0.0.1:8786", "tcp://scheduler.example:8786", "tcp://0.0.0.0:8786"])
    def test_open_to_a_network_only_if_it_is_asked_for(self, url: str) -> None:
        with pytest.raises(UsageError, match="--insecure-cluster"):
            parse(url)
        assert parse(url, insecure=True).url == url
        assert of_environment({"CORPUS_CLUSTER": url, "CORPUS_INSECURE_CLUSTER": "1"}) == parse(url, insecure=True)

    @pytest.mark.parametrize(
        "url", ["http://10.0.0.1:80", "tcp://", "tcp://host", "tcp://host:port", "tls://:1", "ucx://a:1"]
    )
    def test_what_is_none(self, url: str) -> None:
        with pytest.raises(UsageError, match="Invalid address"):
            parse(url, insecure=True)

    def test_credentials_are_not_shown(self) -> None:
        assert redacted("tls://user:secret@host:1/status?token=secret") == "tls://host:1/status"
        assert str(parse("tls://user:secret@host:1")) == "tls://host:1"
        with pytest.raises(UsageError) as raised:
            parse("tcp://user:secret@host:1")
        assert "secret" not in str(raised.value)

    def test_a_scheduler_file(self, tmp_path: Path) -> None:
        path = tmp_path / "scheduler.json"
        with pytest.raises(ClusterUnreachable, match="cannot be read"):
            parse(str(path))
        # A service may begin before its cluster.
        assert given(str(path)) == {"CORPUS_CLUSTER": str(path), "CORPUS_INSECURE_CLUSTER": ""}
        path.write_text("[]")
        with pytest.raises(ClusterUnreachable, match="no scheduler file"):
            parse(str(path))
        path.write_text(json.dumps({"address": "tcp://10.0.0.1:8786"}))
        with pytest.raises(UsageError, match="--insecure-cluster"):
            parse(str(path))
        assert parse(str(path), insecure=True).url == "tcp://10.0.0.1:8786"

    def test_nobody_there(self, tmp_path: Path) -> None:
        with socket.socket() as taken:
            # Bound and not listening: nobody else can listen there.
            taken.bind(("127.0.0.1", 0))
            cluster = Cluster(parse(f"tcp://127.0.0.1:{taken.getsockname()[1]}"))
            with pytest.raises(ClusterUnreachable, match="no scheduler answers"):
                list(cluster.map(works.double, [1]))


def test_without_a_cluster_dask_is_never_imported(corpus_repo: Corpus) -> None:
    corpus_repo.seed("a.txt", article("one"))
    corpus_repo.seed("b.html", "<p>No article.</p>")
    program = """if True:
        import sys
        from corpus.cli import cli
        for stage in ("ingest", "validate", "resolve", "write", "report"):
            cli.main([stage], standalone_mode=False)
        print(sorted({"dask", "distributed"} & sys.modules.keys()))
    """
    surroundings = {**os.environ, **UNMEASURED}
    subprocess.run(
        [sys.executable, "-c", "from corpus.tables import engine; from pathlib import Path; engine.pin(Path())"],
        cwd=corpus_repo.root, check=True,
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=corpus_repo.root,
        env=surroundings,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_without_dask_a_cluster_is_refused_in_one_line(built: Corpus, tmp_path: Path) -> None:
    (tmp_path / "distributed.py").write_text("raise ImportError('not installed')\n")
    done = built.run("build", "--cluster", "tcp://127.0.0.1:1", check=False, PYTHONPATH=str(tmp_path), **UNMEASURED)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip() == "error: --cluster needs Dask: pip install 'newscorpus[dask]'."
