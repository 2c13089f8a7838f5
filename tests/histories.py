"""Corpora with a history, built once: one with two releases, one with a batch and remotes too."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import BODY, Corpus, article, made_once

if TYPE_CHECKING:
    from pathlib import Path


def cached(corpus: Corpus) -> Path:
    """The object in the DVC cache of a shard of articles."""
    shard = next((corpus.root / "data/articles").glob("*.parquet"))
    md5 = hashlib.md5(shard.read_bytes(), usedforsecurity=False).hexdigest()
    return corpus.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]


@pytest.fixture(scope="session")
def released_once(built_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`built_once` as v1.0.0, then one article more, one less and one corrected as v1.1.0; to be copied, not changed."""

    def make(place: Path) -> None:
        root = place / "repo"
        shutil.copytree(built_once, root, symlinks=True)
        repo = Corpus(root)
        repo.run("release", "-m", "The first")
        repo.seed("one.txt", article("one", body=BODY + " Corrected."))
        repo.seed("three.txt", article("three", body=BODY + " A third."))
        (root / "seeds/two.txt").unlink()
        repo.commit("Second")
        # What a build writes may be uncommitted; the release commits it.
        repo.build()
        repo.run("release")

    return made_once(tmp_path_factory, "released", make) / "repo"


@pytest.fixture
def released(released_once: Path, tmp_path: Path) -> Corpus:
    """A copy of its own of `released_once`."""
    root = tmp_path / "repo"
    shutil.copytree(released_once, root, symlinks=True)
    return Corpus(root)


def said(name: str) -> str:
    """A text that only this article has."""
    return f"{BODY} And {name} more."


@pytest.fixture(scope="session")
def kept_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds the corpus and its remotes; to be copied, not changed."""
    return made_once(tmp_path_factory, "kept", _keep)


def _keep(place: Path) -> None:
    from corpus.app.init import init

    repo = Corpus(init(place / "repo").root)
    (place / "in").mkdir()
    for name in ("raw1", "raw2", "raw3"):
        (place / "in" / f"{name}.txt").write_text(article(name, body=said(name)))
    for name in ("one", "two"):
        repo.seed(f"{name}.txt", article(name, body=said(name)))
    # Of an article and yet none: quarantined at its address.
    repo.seed("stub.txt", article("one", title="x", body=said("stub")))
    repo.dvc("remote", "add", "--default", "store", "../remote")
    repo.git("init", "--quiet", "--bare", "--initial-branch=main", "../git")
    repo.git("remote", "add", "origin", "../git")
    repo.run("add", "--captured-at", "2024-05-06", str(place / "in"))
    repo.build()
    repo.commit("One")
    repo.git("tag", "--annotate", "--message", "The first", "corpus@v1.0.0")
    repo.seed("one.txt", article("one", body=said("one") + " Corrected."))
    repo.build()
    repo.commit("Two")
    repo.git("tag", "--annotate", "--message", "The second", "corpus@v1.1.0")
    repo.dvc("push", "--all-tags")
    repo.git("push", "--quiet", "--set-upstream", "origin", "main", "--tags")


@pytest.fixture
def kept(kept_once: Path, tmp_path: Path) -> Corpus:
    """A copy of its own; the remotes are `../remote` and `../git`, what was added `../in`."""
    shutil.copytree(kept_once, tmp_path / "kept", symlinks=True)
    return Corpus(tmp_path / "kept" / "repo")
