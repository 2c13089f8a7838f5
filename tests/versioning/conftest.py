"""A corpus with two releases, built once."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import BODY, Corpus, article

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
    root = tmp_path_factory.mktemp("released") / "repo"
    shutil.copytree(built_once, root, symlinks=True)
    repo = Corpus(root)
    repo.run("release", "-m", "The first")
    repo.seed("one.txt", article("one", body=BODY + " Corrected."))
    repo.seed("three.txt", article("three", body=BODY + " A third."))
    (root / "seeds/two.txt").unlink()
    repo.commit("Second")
    # What a build writes may be uncommitted; the release commits it.
    repo.run("build")
    repo.run("release")
    return root


@pytest.fixture
def released(released_once: Path, tmp_path: Path) -> Corpus:
    """A copy of its own of `released_once`."""
    root = tmp_path / "repo"
    shutil.copytree(released_once, root, symlinks=True)
    return Corpus(root)
