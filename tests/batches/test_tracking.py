"""New files of data/raw are recorded as `dvc add` records them, or `dvc add` is left to do it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
import yaml

from corpus.batches import tracking
from corpus.batches.tracking import PIN, pinned, track, track_new
from corpus.errors import CorpusError
from corpus.repo.repository import Repository
from tests.conftest import Corpus, made_once

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = ["a.parquet", "b.parquet"]


@pytest.fixture(scope="module")
def tracked_once(tmp_path_factory, _environment):
    def make(place: Path) -> None:
        from corpus.app.init import init

        repo = Corpus(init(place / "repo").root)
        (repo.root / "data/raw").mkdir(parents=True)
        for name in KNOWN:
            (repo.root / "data/raw" / name).write_text(name * 10)
        repo.dvc("add", "data/raw")

    return made_once(tmp_path_factory, "tracked", make) / "repo"


@pytest.fixture
def tracked(tracked_once, tmp_path):
    """A repository with two tracked files in data/raw."""
    shutil.copytree(tracked_once, tmp_path / "repo", symlinks=True)
    return Corpus(tmp_path / "repo")


def new(repo: Corpus, name: str = "c.parquet", content: str = "a third") -> Path:
    path = repo.root / "data/raw" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def recorded(repo: Corpus, paths: list[Path], known: list[str] | None = None, folder: str = "data/raw") -> bool:
    known = KNOWN if known is None else known
    return track_new(Repository(repo.root), folder, known, paths)


def pins_of(repo: Corpus) -> dict[str, str]:
    return {pin.path: pin.md5 for pin in pinned((repo.root / PIN).read_text())}


def test_the_folder_of_each_month_has_an_output(corpus_repo):
    """Only the listing of the month is written anew with a file, and DVC understands all of it."""
    october, november = "data/raw/2026-10", "data/raw/2026-11"
    before = corpus_repo.git("status", "--porcelain")
    assert recorded(corpus_repo, [new(corpus_repo, "2026-11/a.parquet", "one")], [], november)
    assert recorded(corpus_repo, [new(corpus_repo, "2026-10/b.parquet", "two")], [], october)
    first = pins_of(corpus_repo)
    assert list(first) == [october, november]
    assert recorded(corpus_repo, [new(corpus_repo, "2026-11/c.parquet", "three")], ["a.parquet"], november)
    second = pins_of(corpus_repo)
    assert (second[october] == first[october], second[november] == first[november]) == (True, False)
    assert corpus_repo.dvc("status", PIN).stdout.strip() == "Data and pipelines are up to date."
    text = (corpus_repo.root / PIN).read_text()
    # DVC itself records the same.
    (corpus_repo.root / PIN).unlink()
    shutil.rmtree(corpus_repo.root / ".dvc/cache")
    track(Repository(corpus_repo.root))
    assert (corpus_repo.root / PIN).read_text() == text
    assert corpus_repo.git("status", "--porcelain").replace("?? data/\n", "") == before
    shutil.rmtree(corpus_repo.root / "data/raw")
    corpus_repo.dvc("checkout", PIN)
    found = {path.relative_to(corpus_repo.root).as_posix() for path in (corpus_repo.root / "data/raw").glob("*/*")}
    assert found == {f"{october}/b.parquet", f"{november}/a.parquet", f"{november}/c.parquet"}
    # A month without files has no output any more.
    shutil.rmtree(corpus_repo.root / october)
    track(Repository(corpus_repo.root))
    assert pins_of(corpus_repo) == {november: second[november]}


def test_no_output_is_within_another(tracked):
    path = new(tracked, "2026-11/c.parquet")
    before = (tracked.root / PIN).read_bytes()
    assert not recorded(tracked, [path], [], "data/raw/2026-11")
    assert (tracked.root / PIN).read_bytes() == before
    # DVC records all of it as one, as long as there are files beside the folders of months.
    track(Repository(tracked.root))
    assert list(pins_of(tracked)) == ["data/raw"]
    assert tracked.dvc("status", PIN).stdout.strip() == "Data and pipelines are up to date."


def test_what_dvc_cannot_record_leaves_what_was_recorded(tracked):
    before = (tracked.root / PIN).read_bytes()
    new(tracked)
    (tracked.root / ".dvc/config").write_text("[nonsense")
    with pytest.raises(CorpusError, match=r"`dvc commit data/raw\.dvc` failed"):
        track(Repository(tracked.root))
    assert (tracked.root / PIN).read_bytes() == before


@pytest.mark.parametrize("path", ["raw/../../x", "articles", "/data/raw", "rawer", 7])
def test_an_output_elsewhere_is_damage(path):
    with pytest.raises(ValueError, match="not a folder of data/raw"):
        pinned(yaml.safe_dump({"outs": [{"md5": "0" * 32 + ".dir", "path": path}]}))


def test_it_records_what_dvc_add_records(tracked):
    before = (tracked.root / PIN).read_text()
    # One has bytes that the cache has already, one is empty.
    assert recorded(tracked, [new(tracked), new(tracked, "d.parquet", "a.parquet" * 10), new(tracked, "e.parquet", "")])
    text = (tracked.root / PIN).read_text()
    assert text != before
    assert tracked.dvc("status", PIN).stdout.strip() == "Data and pipelines are up to date."
    objects = {path: path.stat().st_mode & 0o777 for path in (tracked.root / ".dvc/cache/files/md5").glob("*/*")}
    tracked.dvc("add", "data/raw")
    assert (tracked.root / PIN).read_text() == text
    assert objects == {
        path: path.stat().st_mode & 0o777 for path in (tracked.root / ".dvc/cache/files/md5").glob("*/*")
    }
    assert set(objects.values()) == {0o444}
    # From the cache alone the folder comes back.
    shutil.rmtree(tracked.root / "data/raw")
    tracked.dvc("checkout", PIN)
    found = sorted(path.name for path in (tracked.root / "data/raw").iterdir())
    assert found == [*KNOWN, "c.parquet", "d.parquet", "e.parquet"]
    assert (tracked.root / "data/raw/c.parquet").read_text() == "a third"


def test_of_the_first_files_it_records_what_dvc_add_records(corpus_repo):
    (corpus_repo.root / "data/raw").mkdir(parents=True)
    # Nothing is to be added to .gitignore, where `dvc add` puts the folder.
    assert "/data/raw" in (corpus_repo.root / ".gitignore").read_text().splitlines()
    before = corpus_repo.git("status", "--porcelain")
    assert recorded(corpus_repo, [new(corpus_repo), new(corpus_repo, "e.parquet", "")], [])
    text = (corpus_repo.root / PIN).read_text()
    assert corpus_repo.dvc("status", PIN).stdout.strip() == "Data and pipelines are up to date."
    (corpus_repo.root / PIN).unlink()
    shutil.rmtree(corpus_repo.root / ".dvc/cache")
    corpus_repo.dvc("add", "data/raw")
    assert (corpus_repo.root / PIN).read_text() == text
    assert corpus_repo.git("status", "--porcelain").replace("?? data/\n", "") == before


def test_a_folder_that_git_does_not_ignore_is_left_to_dvc(corpus_repo):
    (corpus_repo.root / "data/raw").mkdir(parents=True)
    (corpus_repo.root / ".gitignore").write_text("")
    assert not recorded(corpus_repo, [new(corpus_repo)], [])
    assert not (corpus_repo.root / PIN).exists()


def test_files_that_were_known_before_anything_was_recorded_are_left_to_dvc(corpus_repo):
    (corpus_repo.root / "data/raw").mkdir(parents=True)
    assert not recorded(corpus_repo, [new(corpus_repo)], KNOWN)


def spoil_listing(repo):
    (path,) = (repo.root / ".dvc/cache/files/md5").glob("*/*.dir")
    path.chmod(0o644)
    path.write_text("[]")


def lose_listing(repo):
    (path,) = (repo.root / ".dvc/cache/files/md5").glob("*/*.dir")
    path.unlink()


def settings(line):
    def write(repo):
        path = repo.root / ".dvc/config.local"
        path.write_text(line)

    return write


def with_pins(change):
    def write(repo):
        values = yaml.safe_load((repo.root / PIN).read_text())
        change(values)
        (repo.root / PIN).write_text(yaml.safe_dump(values))

    return write


@pytest.mark.parametrize(
    "spoil",
    [
        lose_listing, spoil_listing,
        lambda repo: (repo.root / PIN).unlink(),
        lambda repo: (repo.root / PIN).write_text("outs:"),
        lambda repo: (repo.root / PIN).write_text("<<<<<<< ours\n"),
        lambda repo: (repo.root / PIN).write_bytes(b"\xff\xfe"),
        with_pins(lambda values: values["outs"].append({"md5": "0" * 32, "path": "x"})),
        with_pins(lambda values: values["outs"][0].pop("size")),
        with_pins(lambda values: values["outs"][0].update(md5="../../x.dir")),
        with_pins(lambda values: values["outs"][0].update(md5="0" * 32)),
        settings("[cache]\n    shared = group\n"), settings("[cache]\n    type = symlink\n"),
        settings("[cache]\n    type = reflink,hardlink,copy\n"),
    ],
)  # fmt: skip
def test_what_only_dvc_can_do_is_left_to_it(tracked, spoil):
    path = new(tracked)
    spoil(tracked)
    pin = tracked.root / PIN
    before = pin.read_bytes() if pin.exists() else None
    assert not recorded(tracked, [path])
    assert (pin.read_bytes() if pin.exists() else None) == before


@pytest.mark.parametrize("known", [[], KNOWN[:1], [*KNOWN, "z.parquet"]])
def test_another_register_than_the_listing_is_left_to_dvc(tracked, known):
    assert not recorded(tracked, [new(tracked)], known)


def test_large_files_are_left_to_dvc(tracked, monkeypatch):
    monkeypatch.setattr(tracking, "MOST_BYTES", 6)
    assert not recorded(tracked, [new(tracked)])
    assert recorded(tracked, [new(tracked, content="small")])


def test_copies_and_reflinks_need_no_dvc(tracked):
    settings("[cache]\n    type = copy\n")(tracked)
    assert recorded(tracked, [new(tracked)])
