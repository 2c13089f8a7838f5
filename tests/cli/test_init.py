"""A new corpus repository, and that this one is of the same make."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from corpus.repo import layout
from corpus.tables import engine

ROOT = Path(__file__).parents[2]


def init(*arguments, cwd):
    return subprocess.run(
        [sys.executable, "-m", "corpus", "init", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("path", ["dvc.yaml", "params.yaml", ".dvcignore", ".gitattributes", ".dvc/config"])
def test_this_repository_has_what_init_gives(path):
    assert (ROOT / path).read_bytes() == layout.current(path)


def test_dvc_sees_one_pipeline_in_this_repository():
    """DVC collects every file named dvc.yaml, the template for others too."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [line for line in listed.splitlines() if line.endswith("dvc.yaml")] == ["dvc.yaml"]


def test_engine_yaml_names_this_engine():
    assert engine.pinned(ROOT) == engine.installed(), "run `corpus build` and commit engine.yaml, dvc.lock and reports/"


def test_init_makes_a_repository_that_works(tmp_path):
    done = init("demo", "--example", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "Next: cd demo and run `corpus build`: a first article is in seeds/."
    demo = tmp_path / "demo"
    built = subprocess.run(
        [sys.executable, "-m", "corpus", "build"], cwd=demo, capture_output=True, text=True, check=True
    ).stdout
    assert "1 article" in built
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=demo, capture_output=True, text=True, check=True
    ).stdout
    assert {line[3:] for line in status.splitlines()} == {"dvc.lock", "reports/"}
    shown = subprocess.run(
        [sys.executable, "-m", "dvc", "plots", "show", "--json"], cwd=demo, capture_output=True, text=True, check=True
    ).stdout
    assert "articles_by_month" in shown
    metrics = subprocess.run(
        [sys.executable, "-m", "dvc", "metrics", "show"], cwd=demo, capture_output=True, text=True, check=True
    ).stdout
    assert "ledger.articles" in metrics


def test_init_takes_nothing_away(tmp_path):
    (tmp_path / "dvc.yaml").write_text("mine")
    (tmp_path / "file").write_text("mine")
    taken = init(".", cwd=tmp_path)
    assert taken.returncode == 2
    assert "already has dvc.yaml" in taken.stderr
    assert (tmp_path / "dvc.yaml").read_text() == "mine"
    assert not (tmp_path / ".git").exists()
    assert "is a file" in init("file", cwd=tmp_path).stderr
    subprocess.run(["git", "init", "--quiet", "repo"], cwd=tmp_path, check=True)
    assert "is inside the git repository" in init("repo/inner", cwd=tmp_path).stderr
    assert init("repo", cwd=tmp_path).returncode == 0
