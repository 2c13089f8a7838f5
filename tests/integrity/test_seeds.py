"""Seeds whose bytes git or a disk changed are damage; seeds that somebody edited are not built yet."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from corpus.batches.seeds import list_seeds
from corpus.doctor import attributes
from corpus.doctor.finding import Level
from corpus.integrity.faults import Place
from corpus.integrity.seeds import check_seeds, md5_of, pinned_md5
from corpus.repo.repository import Repository
from corpus.snapshots.snapshot import Snapshot
from tests.conftest import Corpus, article

if TYPE_CHECKING:
    from pathlib import Path


def checked(corpus: Corpus) -> tuple[list[str], list[str]]:
    faults, notes = check_seeds(Snapshot.of(Repository(corpus.root), None))
    assert all(fault.place is Place.SEEDS for fault in faults)
    return sorted(fault.path for fault in faults), notes


def older(built: Corpus, attributes_text: str | None = None) -> None:
    """A repository of an older corpus, whose `.gitattributes` is missing or says something else."""
    # With what keywords, filters and links need. dvc.lock is made to say that this was built.
    built.seed("keyword.txt", article("keyword") + "$Id$\n")
    (built.root / "seeds/link.txt").symlink_to("one.txt")
    lock = (built.root / "dvc.lock").read_text()
    now = md5_of(list_seeds(built.root))
    (built.root / "dvc.lock").write_text(lock.replace(pinned_md5(lock) or "", now))
    built.commit("As it was")
    (built.root / ".gitattributes").unlink()
    if attributes_text is not None:
        (built.root / ".gitattributes").write_text(attributes_text)
    built.commit("Attributes")


def cloned(built: Corpus, place: Path, **settings: str) -> Corpus:
    words = [word for name, value in settings.items() for word in ("-c", f"{name.replace('_', '.', 1)}={value}")]
    subprocess.run(["git", *words, "clone", "--quiet", "--no-local", *words, built.root, place], check=True)
    shutil.copytree(built.root / ".dvc/cache", place / ".dvc/cache", symlinks=True)
    return Corpus(place)


def test_the_md5_is_dvcs(built):
    assert md5_of(list_seeds(built.root)) == pinned_md5((built.root / "dvc.lock").read_text())
    assert checked(built) == ([], [])


ROT13 = "tr A-Za-z N-ZA-Mn-za-m"
TEXTS = ["seeds/keyword.txt", "seeds/one.txt", "seeds/two.txt"]


@pytest.mark.parametrize(
    ("settings", "text", "expected"),
    [
        ({"core_autocrlf": "true"}, None, TEXTS),
        ({"core_eol": "crlf"}, "* text=auto\n", TEXTS),
        ({}, "*.txt text eol=crlf\n", TEXTS),
        ({"core_autocrlf": "true"}, "seeds/o* text\n", TEXTS),
        ({}, "* ident\n", ["seeds/keyword.txt"]),
        ({}, "seeds/one.txt text working-tree-encoding=UTF-16\n", ["seeds/one.txt"]),
        ({"filter_x.smudge": ROT13, "filter_x.clean": ROT13}, "seeds/t* filter=x\n", ["seeds/two.txt"]),
        ({"core_symlinks": "false"}, None, ["seeds/link.txt"]),
    ],
)
def test_a_clone_whose_settings_changed_bytes(built, tmp_path, settings, text, expected):
    older(built, text)
    assert checked(built) == ([], [])
    assert checked(cloned(built, tmp_path / "plain")) == ([], []) or text
    clone = cloned(built, tmp_path / "clone", **settings)
    # keyword.txt and link.txt are not in the tables that this scene has.
    assert checked(clone)[0] == expected
    assert attributes.examine(Repository(clone.root)).level is Level.WARNING


def test_a_clone_of_a_corpus_of_today_is_complete(built, tmp_path):
    clone = cloned(built, tmp_path / "clone", core_autocrlf="true", core_eol="crlf")
    assert checked(clone) == ([], [])
    assert clone.run("verify").stdout.endswith("Verified.\n")


def test_it_is_not_called_verified(built, tmp_path):
    (built.root / ".gitattributes").unlink()
    built.commit("As it was")
    done = cloned(built, tmp_path / "clone", core_autocrlf="true").run("verify", check=False)
    assert done.returncode == 1
    assert "wrong: seeds: seeds/one.txt differs (other line endings or keywords than the commit has" in done.stdout
    assert "put `* -text -ident -filter` into .gitattributes" in done.stdout
    # What git keeps of a build has other line endings too.
    assert "wrong: workspace: reports/" in done.stdout


@pytest.mark.parametrize("committed", [False, True])
@pytest.mark.parametrize("edit", ["changed", "added", "removed", "renamed", "replaced", "moved"])
def test_what_was_edited_is_not_built_yet(built, edit, committed):
    one = built.root / "seeds/one.txt"
    if edit == "changed":
        one.write_text(one.read_text() + "More.\n")
        names = "seeds/one.txt"
    elif edit == "added":
        built.seed("three.txt", article("three"))
        names = "seeds/three.txt"
    elif edit == "removed":
        one.unlink()
        names = "seeds/one.txt"
    elif edit == "replaced":
        one.unlink()
        one.symlink_to("two.txt")
        names = "seeds/one.txt"
    else:
        to = built.root / ("seeds/eins.txt" if edit == "renamed" else "seeds/sub/one.txt")
        to.parent.mkdir(exist_ok=True)
        one.rename(to)
        names = ", ".join(sorted([f"seeds/{to.relative_to(built.root / 'seeds')}", "seeds/one.txt"]))
    if committed:
        built.commit("Edited")
    assert checked(built) == ([], [f"edited and not built yet: {names}"])


def test_what_is_no_document_or_only_touched_is_neither(built):
    (built.root / "seeds/.hidden").write_text("x")
    os.utime(built.root / "seeds/one.txt")
    assert checked(built) == ([], [])


def test_an_edit_beside_damage(built):
    one = built.root / "seeds/one.txt"
    one.write_bytes(one.read_bytes().replace(b"\n", b"\r\n"))
    built.seed("three.txt", article("three"))
    assert checked(built) == (["seeds/one.txt"], ["edited and not built yet: seeds/three.txt"])


def test_without_the_tables_or_a_pin(built):
    built.seed("three.txt", article("three"))
    shutil.rmtree(built.root / ".dvc/cache")
    assert checked(built) == ([], ["edited and not built yet: seeds/three.txt"])
    lock = built.root / "dvc.lock"
    lock.write_text(lock.read_text().replace("path: seeds\n", "path: seedlings\n"))
    assert checked(built) == ([], ["seeds/ was not compared: dvc.lock does not say what it was built from"])
    shutil.rmtree(built.root / "seeds")
    lock.write_text(lock.read_text().replace("path: seedlings\n", "path: seeds\n"))
    assert checked(built)[0] == ["seeds"]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (None, Level.WARNING), ("", Level.WARNING), ("* text=auto\n", Level.WARNING), ("*.txt -text\n", Level.WARNING),
        ("seeds/** text eol=lf\n", Level.WARNING), ("* -text\n*.html text\n", Level.WARNING),
        ("* -text\nseeds/* ident\n", Level.WARNING), ("* -text filter=lfs\n", Level.WARNING),
        ("* -text\n*.txt working-tree-encoding=UTF-16\n", Level.WARNING), ("seeds/** -text\n", Level.WARNING),
        ("* -text -ident -filter\n", Level.OK), ("* -text\n", Level.OK), ("* binary\n", Level.OK), ("** -text\n", Level.OK),
        ("seeds/** -text\n*.yaml -text\nreports/** -text\n", Level.OK), ("* text=auto\n* -text\n", Level.OK),
    ],
)  # fmt: skip
def test_the_doctor_names_attributes_that_let_git_change_bytes(built, text, level):
    path = built.root / ".gitattributes"
    # git asks its index, too, where the file is missing.
    built.git("rm", "--quiet", ".gitattributes")
    if text is not None:
        path.write_text(text)
    found = attributes.examine(Repository(built.root))
    assert found.level is level, found
    if level is Level.WARNING:
        assert attributes.LINE in (found.mend or "")
        # What it says to do mends it.
        path.write_text((text or "") + attributes.LINE + "\n")
        mended = attributes.examine(Repository(built.root))
        assert mended.level is Level.OK or "working-tree-encoding" in (text or "")
