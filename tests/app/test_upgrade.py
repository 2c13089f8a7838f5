"""Repositories of earlier versions, brought up to this one."""

from __future__ import annotations

import fcntl
import json
from typing import TYPE_CHECKING

import pytest
import yaml

import corpus
from corpus.app.upgrade import upgrade
from corpus.doctor.workspace import examine
from corpus.errors import Busy, Refused, UsageError
from corpus.repo import layout, replacing
from corpus.repo.outdated import hint, outdated
from corpus.repo.repository import Repository
from tests import earlier

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus


@pytest.fixture
def first(tmp_path: Path) -> Corpus:
    """The repository that the first version made."""
    folder = tmp_path / "older"
    folder.mkdir()
    return earlier.unpack("0.1.0-first", folder)


@pytest.mark.parametrize(
    "name", ["0.1.0", *(pytest.param(name, marks=pytest.mark.trial) for name in earlier.NAMES if name != "0.1.0")]
)
def test_a_repository_of_an_earlier_version_diffs_upgrades_builds_and_opens(name: str, tmp_path: Path) -> None:
    repo = earlier.unpack(name, tmp_path)
    assert (earlier.FOLDER / f"{name}.tar.xz").stat().st_size < 300_000
    was = (repo.root / "params.yaml").read_text()
    # The first version's tables have other columns; those of a later one can be compared.
    if name != "0.1.0-first":
        compared = json.loads(repo.run("diff", "corpus@v1.0.0", "corpus@v1.1.0", "--json").stdout)
        assert compared
        assert len(corpus.open("corpus@v1.1.0", repo=repo.root).pandas()) == 2
        assert len(corpus.open("corpus@v1.1.0", repo=repo.root, as_of="2100-01-01").pandas()) == 2
    shown = repo.run("upgrade", "--json").stdout
    assert (repo.root / "params.yaml").read_text() == was
    done = json.loads(repo.run("upgrade", "--apply", "--json").stdout)
    assert [change["path"] for change in done["changes"]] == [change["path"] for change in json.loads(shown)["changes"]]
    assert done["conflicts"] == []
    assert outdated(repo.root) == []
    built = repo.run("build")
    assert "corpus upgrade" not in built.stderr
    assert "min_words: 10  # short news too" in (repo.root / "params.yaml").read_text()
    assert "listing" in yaml.safe_load((repo.root / "dvc.yaml").read_text())["stages"]
    assert (repo.root / "listing.txt").read_text()
    assert "*.bak" in (repo.root / ".gitignore").read_text()
    assert len(corpus.open(repo=repo.root).pandas()) == 2
    assert yaml.safe_load((repo.root / "engine.yaml").read_text()).get(layout.NOTES, {}).keys() <= set(layout.FILES)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--allow-empty", "-m", "Build")
    assert repo.run("upgrade").stdout == "Up to date.\n"


def test_older_repositories_get_a_hint_to_upgrade_and_new_ones_do_not(first: Corpus, built: Corpus) -> None:
    assert "Run `corpus upgrade`" in first.run("build", check=False).stderr.splitlines()[0]
    assert "Run `corpus upgrade`" in first.run("status", check=False).stderr
    assert hint(built.root) is None
    earlier.edit(built.root / "params.yaml", "  top: 15\n", "")
    earlier.edit(built.root / "dvc.yaml", "desc: bytes", "desc: our bytes")
    assert hint(built.root) is None, "a user may remove keys and edit stages"


def test_an_upgrade_is_one_commit_that_can_be_undone(first: Corpus) -> None:
    before = {path: (first.root / path).read_bytes() for path in layout.FILES if (first.root / path).exists()}
    (first.root / "seeds" / "3.txt").write_text("not committed, and none of ours")
    (first.root / "staged").write_text("x")
    first.git("add", "staged")
    head = first.git("rev-parse", "HEAD").strip()
    done = upgrade(Repository(first.root), apply=True)
    assert done.commit
    assert first.git("rev-parse", "HEAD~1").strip() == head
    assert set(first.git("show", "--name-only", "--format=").split()) == {change.path for change in done.changes}
    assert first.git("diff", "--name-only", "HEAD", "--", *layout.FILES) == ""
    assert first.git("diff", "--cached", "--name-only").split() == ["staged"]
    first.git("reset", "--quiet", "staged")
    first.git("revert", "--no-edit", "HEAD")
    assert before == {path: (first.root / path).read_bytes() for path in layout.FILES if (first.root / path).exists()}


def test_a_conflict_is_shown_with_both_sides_and_can_be_settled(first: Corpus) -> None:
    readme = first.root / "README.md"
    earlier.edit(readme, "Articles go into `seeds/`", "Our articles go into `seeds/`")
    first.commit("Our README")
    ours = readme.read_text()
    shown = first.run("upgrade", "--apply", check=False)
    assert shown.returncode == 1
    assert "conflict in README.md: line 3" in shown.stdout
    assert "yours | Our articles go" in shown.stdout
    assert "new   | Articles go into `seeds/` (`.txt`, `.md`, `.html`)" in shown.stdout
    assert readme.read_text() == ours
    assert outdated(first.root) == []
    assert [one.path for one in upgrade(Repository(first.root)).conflicts] == ["README.md"]
    kept = upgrade(Repository(first.root), apply=True, keep=["README.md"])
    assert [change.path for change in kept.changes] == ["engine.yaml"]
    assert readme.read_text() == ours
    assert upgrade(Repository(first.root)) == upgrade(Repository(first.root), keep=["README.md"])
    assert not upgrade(Repository(first.root)).conflicts


class TestRefusals:
    @pytest.mark.parametrize("path", ["params.yaml", "engine.yaml", ".gitattributes"])
    def test_what_is_not_committed(self, first: Corpus, path: str) -> None:
        with (first.root / path).open("a") as file:
            file.write("# mine\n")
        with pytest.raises(Refused, match=path):
            upgrade(Repository(first.root), apply=True)

    def test_the_middle_of_a_merge(self, first: Corpus) -> None:
        (first.root / ".git" / "MERGE_HEAD").write_text(first.git("rev-parse", "HEAD"))
        with pytest.raises(Refused, match="middle of a merge"):
            upgrade(Repository(first.root), apply=True)

    def test_another_writer(self, first: Corpus) -> None:
        (first.root / ".dvc/tmp").mkdir(exist_ok=True)
        with (first.root / ".dvc/tmp/corpus.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with pytest.raises(Busy):
                upgrade(Repository(first.root), apply=True)

    def test_a_file_that_init_did_not_write(self, first: Corpus) -> None:
        with pytest.raises(UsageError, match=r"Choose from dvc\.yaml"):
            upgrade(Repository(first.root), keep=["notes.txt"])

    def test_a_file_that_is_no_text(self, first: Corpus) -> None:
        (first.root / "README.md").write_bytes(b"\xff\xfe")
        with pytest.raises(UsageError, match=r"README.md is not UTF-8"):
            upgrade(Repository(first.root))


class TestInterrupted:
    """Killed at some point of `--apply`: the next one undoes what was not committed, and upgrades."""

    @pytest.fixture
    def killed(self, first: Corpus) -> tuple[Corpus, str, replacing.Texts]:
        """A repository whose upgrade had written all its files, and not moved the branch."""
        repository = Repository(first.root)
        head = first.git("rev-parse", "HEAD").strip()
        plan = upgrade(repository)
        before = {one.path: first.root / one.path for one in plan.changes}
        texts = {
            one.path: (before[one.path].read_text() if before[one.path].exists() else None, one.text)
            for one in plan.changes
        }
        replacing.begin(repository, head, texts)
        for path, (_, new) in texts.items():
            (first.root / path).write_text(new)
        return first, head, texts

    @pytest.mark.parametrize("written", [0, 1, None])
    def test_before_the_commit(self, killed: tuple[Corpus, str, replacing.Texts], written: int | None) -> None:
        repo, head, texts = killed
        for path, (old, _) in list(texts.items())[written:] if written is not None else ():
            (repo.root / path).write_text(old) if old is not None else (repo.root / path).unlink()
        layout_found = [one for one in examine(Repository(repo.root), {}) if one.about == "layout"]
        assert "corpus upgrade --apply" in layout_found[0].mend
        done = upgrade(Repository(repo.root), apply=True)
        assert {one.path: one.text for one in done.changes} == {path: new for path, (_, new) in texts.items()}
        assert repo.git("rev-parse", "HEAD~1").strip() == head
        assert repo.git("status", "--porcelain", "--", *texts) == ""
        assert not replacing.is_interrupted(Repository(repo.root))

    def test_after_the_commit(self, killed: tuple[Corpus, str, replacing.Texts]) -> None:
        repo, head, texts = killed
        repo.git("add", "--all", "--", *texts)
        repo.git("commit", "--quiet", "-m", "Upgrade")
        repo.git("read-tree", head)
        assert repo.git("status", "--porcelain", "--", *texts) != ""
        assert upgrade(Repository(repo.root), apply=True).changes == ()
        assert repo.git("status", "--porcelain", "--", *texts) == ""

    def test_a_file_that_was_edited_since_is_left(self, killed: tuple[Corpus, str, replacing.Texts]) -> None:
        repo, _, texts = killed
        (repo.root / "params.yaml").write_text("mine: 1\n")
        with pytest.raises(Refused, match=r"not committed: params\.yaml;"):
            upgrade(Repository(repo.root), apply=True)
        assert (repo.root / "params.yaml").read_text() == "mine: 1\n"
        assert (repo.root / "dvc.yaml").read_text() == texts["dvc.yaml"][0]

    @pytest.mark.parametrize(
        "note",
        ["", "[]", '{"head": 1, "texts": {}}', '{"head": "HEAD", "texts": {"../x": [null, "y"]}}', "[" * 100_000,
         '{"head": "HEAD", "texts": {"params.yaml": [1, 2]}}', '{"head": "HEAD", "texts": {"seeds/1.txt": ["", ""]}}'],
    )  # fmt: skip
    def test_a_damaged_note_is_dropped(self, first: Corpus, note: str) -> None:
        path = first.root / replacing.NOTE
        path.parent.mkdir(parents=True, exist_ok=True)
        head = first.git("rev-parse", "HEAD").strip()
        path.write_text(note.replace("HEAD", head))
        before = first.git("status", "--porcelain")
        assert replacing.settle(Repository(first.root)) == []
        assert not path.exists()
        assert first.git("status", "--porcelain") == before
