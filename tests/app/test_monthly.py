"""Batches of earlier versions, whose files are all in one folder, and the upgrade that gives each month a folder."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

import corpus
from corpus.app.init import init
from corpus.batches import register as raw
from tests.conftest import BODY, UNMEASURED, Corpus, article, made_once

if TYPE_CHECKING:
    from pathlib import Path


DAYS = ("2026-05-30", "2026-06-02")


def add(repo: Corpus, folder: Path, day: str) -> None:
    folder.mkdir(exist_ok=True)
    path = folder / f"{day}.txt"
    path.write_text(article(day, body=f"{BODY} It was {day} when this was written."))
    repo.run("add", "--captured-at", day, str(path))


def files(repo: Corpus) -> set[str]:
    root = repo.root / "data/raw"
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def registered(repo: Corpus) -> set[str]:
    return {file.name for batch in raw.load(repo.root) for file in batch.all_files}


def folders(repo: Corpus) -> list[str]:
    return re.findall(r"path: (.*)", (repo.root / "data/raw.dvc").read_text())


def tables(repo: Corpus) -> dict[str, bytes]:
    data = repo.root / "data"
    return {
        path.relative_to(data).as_posix(): path.read_bytes()
        for path in data.rglob("*.parquet")
        if "raw" not in path.parts
    }


@pytest.fixture(scope="module")
def flat_once(tmp_path_factory: pytest.TempPathFactory, _environment: None) -> Path:
    """Two batches as versions before this one kept them, built and committed."""

    def make(place: Path) -> None:
        repo = Corpus(init(place / "repo").root)
        for day in DAYS:
            add(repo, place / "in", day)
        folder = repo.root / "data/raw"
        for path in list(folder.glob("*/*")):
            path.rename(folder / path.name)
            path.parent.rmdir()
        register = repo.root / "batches.yaml"
        register.write_text(re.sub(r"20\d\d-\d\d/", "", register.read_text()))
        (repo.root / "data/raw.dvc").unlink()
        repo.dvc("add", "data/raw")
        repo.build()
        repo.commit("Two batches in one folder")

    return made_once(tmp_path_factory, "flat", make) / "repo"


@pytest.fixture
def flat(flat_once: Path, tmp_path: Path) -> Corpus:
    shutil.copytree(flat_once, tmp_path / "repo", symlinks=True)
    return Corpus(tmp_path / "repo")


def sound(repo: Corpus) -> None:
    """Assert that the register, DVC and the folder agree, and that nothing is left to build."""
    assert files(repo) == registered(repo)
    assert repo.dvc("status").stdout.strip() == "Data and pipelines are up to date."
    repo.run("verify", **UNMEASURED)


def test_an_upgrade_gives_each_month_a_folder_and_can_be_undone(flat: Corpus, tmp_path: Path) -> None:
    before, was, head = tables(flat), files(flat), flat.git("rev-parse", "HEAD").strip()
    assert "its 2 files move into a folder for each month, 2 in all" in flat.run("upgrade").stdout
    assert (files(flat), folders(flat)) == (was, ["raw"]), "without --apply it shows what would change"
    done = json.loads(flat.run("upgrade", "--apply", "--json").stdout)
    assert {"batches.yaml", "data/raw.dvc"} <= {change["path"] for change in done["changes"]}
    assert folders(flat) == ["raw/2026-05", "raw/2026-06"]
    assert {name.partition("/")[0] for name in files(flat)} == {"2026-05", "2026-06"}
    assert flat.git("status", "--porcelain") == ""
    assert flat.run("upgrade").stdout == "Up to date.\n"
    assert json.loads(flat.run("build", "--json").stdout)["ledger"]["articles"] == 2
    assert tables(flat) == before
    sound(flat)
    # What comes later is in its month; versions from before are read as ever.
    add(flat, tmp_path / "in", "2026-07-01")
    assert folders(flat) == ["raw/2026-05", "raw/2026-06", "raw/2026-07"]
    assert corpus.open(head, repo=flat.root).articles().collect().height == 2
    # The batch in July is not committed: it is gone with the checkout, as its register is.
    flat.git("checkout", "--quiet", "--", ".")
    flat.git("revert", "--no-edit", done["commit"])
    assert "moved 2 files of data/raw" in flat.run("build").stdout
    assert tables(flat) == before
    # One folder stays one folder. The next batch sweeps away the files of the one in July.
    add(flat, tmp_path / "in", "2026-06-25")
    assert (len(files(flat) - was), folders(flat)) == (1, ["raw"])
    assert files(flat) == registered(flat)


def test_without_the_listing_nothing_moves(flat: Corpus) -> None:
    for path in (flat.root / ".dvc/cache/files/md5").glob("*/*.dir"):
        path.unlink()
    shown = flat.run("upgrade", "--apply").stdout
    assert "its files stay in one folder" in shown
    assert "dvc pull data/raw.dvc" in shown
    assert folders(flat) == ["raw"]


@pytest.mark.parametrize("first", ["batches.yaml", pytest.param("data/raw.dvc", marks=pytest.mark.trial)])
def test_what_a_killed_upgrade_leaves_is_mended_by_a_build(flat: Corpus, tmp_path: Path, first: str) -> None:
    """Of the register, DVC's record and the files, any part may have been changed when it was killed."""
    other = ({"batches.yaml", "data/raw.dvc"} - {first}).pop()
    old = {path: (flat.root / path).read_bytes() for path in (first, other)}
    flat.run("upgrade", "--apply")
    (flat.root / other).write_bytes(old[other])
    flat.run("build")
    sound(flat)
    add(flat, tmp_path / "in", "2026-06-20")
    assert (len(files(flat)), files(flat)) == (3, registered(flat))


@pytest.mark.trial
def test_a_branch_with_one_folder_and_one_with_months_merge(flat: Corpus, tmp_path: Path) -> None:
    flat.git("checkout", "--quiet", "-b", "upgraded")
    flat.run("upgrade", "--apply")
    add(flat, tmp_path / "in", "2026-06-10")
    flat.build()
    flat.commit("Upgraded, and a batch")
    flat.git("checkout", "--quiet", "-")
    add(flat, tmp_path / "in", "2026-05-31")
    flat.build()
    flat.commit("A batch in one folder")
    assert folders(flat) == ["raw"]
    with suppress(subprocess.CalledProcessError):
        flat.git("merge", "upgraded", "--no-edit")
    flat.run("merge")
    assert folders(flat) == ["raw/2026-05", "raw/2026-06"]
    assert len(files(flat)) == 4
    flat.commit("Merged")
    sound(flat)
    assert corpus.open(repo=flat.root).articles().collect().height == 4
