"""A cluster makes the bytes and keys that this machine makes, also of documents that crash, hang or use up memory."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from corpus.batches.seeds import SEEDS
from corpus.cluster.address import parse
from corpus.cluster.executor import Cluster
from corpus.pipeline import comparing, signing, write
from corpus.pipeline.resolve import resolve
from corpus.settings import load
from corpus.tables.layout import Member, cut
from corpus.tables.shards import load_keys
from tests.cluster.machines import machines
from tests.conftest import UNMEASURED, Corpus, article, made_once

if TYPE_CHECKING:
    from collections.abc import Callable

PARSER = '''
import ctypes
from corpus.formats.article import Document, Parsed
from corpus.text.normalise import normalise

class PdfParser:
    """Crashes, hangs or uses up memory as the document says."""

    name = "pdf/1"
    media_types = frozenset({"application/pdf"})

    def parse(self, document: Document) -> Parsed:
        title, _, text = document.data.decode().partition("\\n")
        if "segfault" in title:
            ctypes.string_at(0)
        while "spin" in title:
            pass
        if "memory" in title:
            bytearray(1 << 40)
        return Parsed(title=title, text=normalise(text), language="en", parser=self.name)
'''
DEADLY = ("segfault", "spin", "memory")


def install(folder: Path) -> None:
    info = folder / "newscorpus_pdf.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: newscorpus-pdf\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[newscorpus.parsers]\npdf = newscorpus_pdf:PdfParser\n")
    (folder / "newscorpus_pdf.py").write_text(PARSER)


def ending(count: int) -> list[str]:
    """Names of seeds after each of which a shard ends."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        name = f"{SEEDS}/{number:06}.pdf"
        parts = list(cut(SEEDS, [Member(name, 1), Member(f"{SEEDS}/999999.txt", 1)]))
        if len(parts) > 1:
            found.append(name.removeprefix(f"{SEEDS}/"))
        number += 1
    return found


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, _environment: None) -> Path:
    """A folder with a corpus that was not built, the same built here, and the parser that both need."""

    def make(place: Path) -> None:
        from corpus.app.init import init

        install(place / "site")
        repo = Corpus(init(place / "here").root)
        (repo.root / "params.yaml").write_text(
            (repo.root / "params.yaml").read_text().replace("max_seconds: 20", "max_seconds: 1")
        )
        body = "%PDF-1.4 {}\n" + "Words of an article that is long enough to be one. " * 20
        for name, kind in zip(ending(4), ("good", *DEADLY), strict=True):
            repo.seed(name, body.format(kind))
        repo.seed("a.txt", article("one"))
        for number in range(3):
            words = [f"word{at}" for at in range(300)]
            words[100 * number] = "other"
            repo.seed(f"near-{number}.txt", article(f"near {number}", body=" ".join(words)))
        repo.seed("zz.pdf", body.format("also good"))
        repo.commit()
        shutil.copytree(repo.root, place / "there", symlinks=True)
        repo.run("build", PYTHONPATH=str(place / "site"), **UNMEASURED)

    return made_once(tmp_path_factory, "cluster", make)


def tables(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted((root / "data").rglob("*")) if path.is_file()
    }


def differing(found: dict[str, bytes], expected: dict[str, bytes]) -> set[str]:
    return {name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)}


def test_stages_make_the_bytes_and_keys_of_this_machine(
    both: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parsing, signing, comparing and writing, each without what it made here."""
    shutil.copytree(both / "here", tmp_path / "repo", symlinks=True)
    repo, expected = Corpus(tmp_path / "repo"), tables(both / "here")
    for name in ("documents", "observations"):
        shutil.rmtree(repo.root / "data" / name)
    for name in ("ingest", "observations"):
        (repo.root / "data" / "keys" / f"{name}.json").unlink()
    with machines(tmp_path / "cluster", both / "site") as made:
        # As DVC runs it: the cluster is named in the environment.
        done = repo.run("ingest", CORPUS_CLUSTER=str(made.file), PYTHONPATH=str(both / "site"))
        assert "(2 workers, 2 threads)" in done.stderr
        _few_are_made_elsewhere_too(repo, Cluster(parse(str(made.file))), monkeypatch, both / "site")
    assert differing(tables(repo.root), expected) == set()
    assert len(load_keys(repo.root, "ingest")) > len(DEADLY)
    # Nothing of an attempt is left.
    assert not (repo.root / "data" / "tmp").exists()


def build(repo: Corpus, cluster: str, site: str) -> str:
    """Name the cluster on the command line."""
    return repo.run("build", "--cluster", cluster, PYTHONPATH=site).stderr


def reproduce(repo: Corpus, cluster: str, site: str) -> str:
    """Let DVC run the stages; the cluster is named in the environment."""
    shutil.copyfile(Path(site).parent / "here" / "engine.yaml", repo.root / "engine.yaml")
    return repo.dvc("repro", CORPUS_CLUSTER=cluster, PYTHONPATH=site).stderr


def update(repo: Corpus, cluster: str, site: str) -> str:
    """Let the flow run the stages; the dashboard is an artifact of the run."""
    done = repo.run("update", CORPUS_CLUSTER=cluster, PYTHONPATH=site)
    with closing(sqlite3.connect(repo.root / ".prefect" / "prefect.db")) as connection:
        found = connection.execute("select type, data from artifact where key = 'corpus-cluster'").fetchall()
    (kind, data) = found[0]
    assert kind == "markdown"
    address = json.loads(Path(cluster).read_text())["address"]
    assert f"[{address}](http://127.0.0.1:" in data
    return done.stderr


@pytest.mark.trial
@pytest.mark.parametrize("way", [build, reproduce, update])
def test_bytes_keys_and_quarantine_are_those_of_this_machine(
    both: Path, tmp_path: Path, way: Callable[[Corpus, str, str], str]
) -> None:
    shutil.copytree(both / "there", tmp_path / "repo", symlinks=True)
    repo, expected = Corpus(tmp_path / "repo"), tables(both / "here")
    with machines(tmp_path / "cluster", both / "site") as made:
        said = way(repo, str(made.file), str(both / "site"))
    assert "(2 workers, 2 threads)" in said
    assert "dashboard  http://127.0.0.1:" in said
    assert differing(tables(repo.root), expected) == set()
    assert (repo.root / "dvc.lock").read_bytes() == (both / "here" / "dvc.lock").read_bytes()
    reasons = pl.read_parquet(repo.root / "data/quarantine/*.parquet").select("source", "reasons").explode("reasons")
    assert set(reasons.unnest("reasons").filter(check="unreadable")["source"]) == {
        f"seeds/{name}" for name in ending(4)[1:]
    }
    # Nothing of an attempt is left.
    assert not (repo.root / "data" / "tmp").exists()


def _few_are_made_elsewhere_too(repo: Corpus, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, site: Path) -> None:
    """A stage does few tasks by itself: here, none are few. The workers know one parser more."""
    monkeypatch.setattr(signing, "_FEW", 0)
    monkeypatch.setattr(comparing, "_FEW_GRAMS", 0)
    monkeypatch.setattr(comparing, "_GRAMS_OF_PART", 800)
    monkeypatch.setattr(write, "_FEW", 0)
    monkeypatch.syspath_prepend(site)
    assert pl.read_parquet(repo.root / "data/pairs/*.parquet").height == 3
    for name in ("signatures", "pairs", "decisions", "articles", "revisions", "quarantine"):
        shutil.rmtree(repo.root / "data" / name)
    for name in ("signatures", "pairs", "resolve", "write"):
        (repo.root / "data" / "keys" / f"{name}.json").unlink()
    resolve(repo.root, load(repo.root), cluster)
    write.write(repo.root, executor=cluster)


@pytest.mark.trial
def test_a_nanny_changes_nothing(both: Path, tmp_path: Path) -> None:
    shutil.copytree(both / "there", tmp_path / "repo", symlinks=True)
    repo = Corpus(tmp_path / "repo")
    shutil.copyfile(both / "here" / "engine.yaml", repo.root / "engine.yaml")
    with machines(tmp_path / "cluster", both / "site", workers=1, nanny=True) as made:
        # As DVC runs it: the cluster is named in the environment.
        done = repo.run("ingest", CORPUS_CLUSTER=str(made.file), PYTHONPATH=str(both / "site"))
    assert "(1 worker, 1 thread)" in done.stderr
    expected = tables(both / "here")
    found = tables(repo.root)
    assert {"data/keys/ingest.json", "data/documents"} <= {*found, *(str(Path(name).parent) for name in found)}
    assert differing(found, {name: expected[name] for name in found}) == set()
