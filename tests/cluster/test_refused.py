"""What is refused before any shard: other engines, other folders, and addresses that anybody may listen on."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import dask
import pytest

from corpus.cluster import connection
from corpus.cluster.address import given, of_environment, parse, redacted
from corpus.cluster.executor import Cluster
from corpus.errors import ClusterMismatch, ClusterUnreachable, NoSharedFolder, UsageError
from tests.cluster import works
from tests.cluster.machines import ROOT, Machines, machines, until
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
    """One cluster for both: a folder that is not shared, then another engine."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "run").mkdir(parents=True)
    (tmp_path / "run").mkdir()
    with machines(tmp_path / "cluster", workers=0) as made:
        made.worker(folder=elsewhere)
        cluster = Cluster(parse(str(made.file)))
        _another_folder(cluster, tmp_path)
        _another_engine(cluster, made, tmp_path)


def _another_folder(cluster: Cluster, folder: Path) -> None:
    """Each process has its own /proc/self/cwd: under one path, the worker has another folder."""
    here = Path("/proc/self/cwd") / os.path.relpath(folder / "run")
    with pytest.raises(NoSharedFolder, match="cannot be read there") as raised:
        list(cluster.map(works.write, [works.Writes("a", here, here)]))
    assert raised.value.host.startswith(socket.gethostname())
    assert list((folder / "run").iterdir()) == []


def _another_engine(cluster: Cluster, made: Machines, folder: Path) -> None:
    """A worker that joins while another works is refused, with its host and what differs."""
    tasks = [works.Writes(name, folder / "run", folder) for name in ("a", "for-ever", "b")]
    results = cluster.map(works.write, tasks)
    assert next(results) == (tasks[0], "a")
    until((folder / "for-ever").exists)
    made.worker(foreign(folder / "foreign"))
    with pytest.raises(ClusterMismatch, match=r"the engine of ingest is \w+ there") as raised:
        next(results)
    assert raised.value.host.startswith(socket.gethostname())
    assert [path.name for path in (folder / "run").iterdir()] == ["a"]


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

    def test_nobody_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # No scheduler is there, for however long it is waited for.
        monkeypatch.setattr(connection, "_CONNECT_SECONDS", 1.0)
        with socket.socket() as taken:
            # Bound and not listening: nobody else can listen there.
            taken.bind(("127.0.0.1", 0))
            cluster = Cluster(parse(f"tcp://127.0.0.1:{taken.getsockname()[1]}"))
            with pytest.raises(ClusterUnreachable, match="no scheduler answers"):
                list(cluster.map(works.double, [1]))

    def test_tls_without_certificates_or_with_none_that_can_be_read(self, tmp_path: Path) -> None:
        """At once: a client that cannot speak TLS would wait for a minute as it ends."""
        cluster = Cluster(parse("tls://127.0.0.1:1"))
        with pytest.raises(ClusterUnreachable, match="names no certificates"):
            list(cluster.map(works.double, [1]))
        absent = str(tmp_path / "absent.pem")
        named = {f"distributed.comm.tls.{name}": absent for name in ("ca-file", "client.cert", "client.key")}
        with (
            dask.config.set(named),
            pytest.raises(ClusterUnreachable, match="cannot be used: a certificate") as raised,
        ):
            list(cluster.map(works.double, [1]))
        assert "\n" not in str(raised.value)


def test_without_a_cluster_dask_is_never_imported(corpus_repo: Corpus) -> None:
    corpus_repo.seed("a.txt", article("one"))
    corpus_repo.seed("b.html", "<p>No article.</p>")
    program = """if True:
        import sys
        from corpus.cli import cli
        cli.main(["ingest"], standalone_mode=False)
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
