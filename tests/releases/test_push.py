"""Publishing to real remotes: a DVC remote in a folder, and a bare git repository."""

from __future__ import annotations

import json
import subprocess

import pytest

from corpus.errors import CorpusError
from corpus.releases import push as pushing
from corpus.repo.releases import releases
from corpus.repo.repository import Repository


@pytest.fixture
def published(released, tmp_path):
    """The released corpus with remotes, its last release pushed."""
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "bare.git")], check=True)
    released.git("remote", "add", "origin", str(tmp_path / "bare.git"))
    released.dvc("remote", "add", "--quiet", "-d", "store", str(tmp_path / "store"))
    released.commit("Remotes")
    repository = Repository(released.root)
    pushing.push(repository, releases(repository)[-1])
    return released


def stored(tmp_path):
    """The objects in the remote that listings name: DVC does not look whether they are there."""
    store = tmp_path / "store/files/md5"
    listings = [json.loads(path.read_bytes()) for path in store.rglob("*.dir")]
    return [store / entry["md5"][:2] / entry["md5"][2:] for listing in listings for entry in listing]


def test_without_remotes_it_says_how_to_add_one(released):
    done = released.run("release", "--bump", "patch", "--push", check=False)
    assert done.returncode == 1
    assert "dvc remote add -d NAME URL" in done.stderr
    assert "git remote add origin URL" in done.stderr
    assert released.git("tag").split() == ["corpus@v1.0.0", "corpus@v1.1.0"]


def test_what_dvc_takes_for_sent_is_sent_again(published, tmp_path):
    missing, damaged = sorted(set(stored(tmp_path)))[:2]
    whole = damaged.read_bytes()
    missing.unlink()
    damaged.chmod(0o644)
    damaged.write_bytes(b"cut short")
    done = published.run("release", "--push")
    assert "v1.1.0 is released already; nothing changed since." in done.stdout
    assert "all there, 2 of them sent again" in done.stdout
    assert missing.exists()
    assert damaged.read_bytes() == whole
    refs = subprocess.run(["git", "ls-remote", str(tmp_path / "bare.git")], capture_output=True, text=True, check=True)
    assert "refs/tags/corpus@v1.1.0" in refs.stdout
    assert published.git("rev-parse", "HEAD").strip() in refs.stdout


def test_what_cannot_be_published_leaves_the_release_here(published, tmp_path):
    repository = Repository(published.root)
    release = releases(repository)[-1]
    # A store that cannot be asked: a file stands where a folder of it was.
    folder = stored(tmp_path)[0].parent
    folder.rename(tmp_path / "aside")
    folder.write_text("no folder")
    with pytest.raises(CorpusError, match=r"The remote could not be asked for data/"):
        pushing.push(repository, release)
    folder.unlink()
    (tmp_path / "aside").rename(folder)
    # Then git: somebody else has pushed.
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "--quiet", "--branch", "main", str(tmp_path / "bare.git"), str(other)], check=True)
    subprocess.run(["git", "-C", str(other), "commit", "--quiet", "--allow-empty", "-m", "Theirs"], check=True)
    subprocess.run(["git", "-C", str(other), "push", "--quiet", "origin", "main"], check=True)
    published.git("commit", "--quiet", "--allow-empty", "-m", "Ours")
    with pytest.raises(CorpusError, match="but git was not pushed; the release exists in this repository"):
        pushing.push(repository, release)
