"""A cluster makes the bytes and keys that this machine makes, also of documents that crash, hang or use up memory."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import polars as pl
import pytest

from corpus.batches.seeds import SEEDS
from corpus.pipeline import signing, write
from corpus.settings import load
from corpus.tables.layout import Member, cut
from corpus.tables.shards import load_keys
from tests.cluster.machines import Machines, machines
from tests.conftest import UNMEASURED, Corpus, article, made_once

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
        repo.seed("zz.pdf", body.format("also good"))
        repo.commit()
        shutil.copytree(repo.root, place / "there", symlinks=True)
        repo.run("build", PYTHONPATH=str(place / "site"), **UNMEASURED)

    return made_once(tmp_path_factory, "cluster", make)


@pytest.fixture(params=["nanny", "no-nanny"])
def ready(request: pytest.FixtureRequest, tmp_path: Path, both: Path) -> Iterator[Machines]:
    with machines(tmp_path / "cluster", both / "site", nanny=request.param == "nanny") as made:
        yield made


def tables(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes() for path in sorted((root / "data").rglob("*")) if path.is_file()
    }


def test_bytes_keys_and_quarantine_are_those_of_this_machine(ready: Machines, both: Path, tmp_path: Path) -> None:
    shutil.copytree(both / "there", tmp_path / "repo", symlinks=True)
    repo = Corpus(tmp_path / "repo")
    done = repo.run("build", "--cluster", str(ready.file), PYTHONPATH=str(both / "site"))
    assert "(2 workers, 2 threads)" in done.stderr
    assert "dashboard  http://127.0.0.1:" in done.stderr
    found, expected = tables(repo.root), tables(both / "here")
    assert found.keys() == expected.keys()
    assert [name for name in found if found[name] != expected[name]] == []
    assert (repo.root / "dvc.lock").read_bytes() == (both / "here" / "dvc.lock").read_bytes()
    assert len(load_keys(repo.root, "ingest")) > len(DEADLY)
    reasons = pl.read_parquet(repo.root / "data/quarantine/*.parquet").select("source", "reasons").explode("reasons")
    assert set(reasons.unnest("reasons").filter(check="unreadable")["source"]) == {
        f"seeds/{name}" for name in ending(4)[1:]
    }
    # Nothing of an attempt is left, and no process.
    assert not (repo.root / "data" / "tmp").exists()


def test_few_too_are_signed_and_written_as_on_this_machine(
    tmp_path: Path, built: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few are made in the process of the stage: here, none are few."""
    from corpus.cluster.address import parse
    from corpus.cluster.executor import Cluster
    from corpus.tables import engine

    monkeypatch.setattr(signing, "_FEW", 0)
    monkeypatch.setattr(write, "_FEW", 0)
    expected = tables(built.root)
    for name in ("signatures", "articles", "revisions", "quarantine"):
        shutil.rmtree(built.root / "data" / name)
    for name in ("signatures", "write"):
        (built.root / "data" / "keys" / f"{name}.json").unlink()
    shown: list[str] = []
    fingerprint, documents = engine.fingerprint("resolve"), load_keys(built.root, "ingest")
    with machines(tmp_path / "cluster", workers=1) as made:
        cluster = Cluster(parse(str(made.file)), shown.append)
        signing.sign(built.root, load(built.root).resolve, fingerprint, documents, cluster)
        write.write(built.root, executor=cluster)
    assert [line.partition("(")[2] for line in shown if line.startswith("cluster")] == ["1 worker, 1 thread)"] * 2
    assert tables(built.root) == expected
