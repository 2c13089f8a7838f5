"""`corpus verify REV`: seeds/ of that commit, as git has it, is what its dvc.lock was built from."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from corpus.batches.seeds import list_seeds
from corpus.integrity.committed import check_committed_seeds
from corpus.integrity.seeds import md5_of, pinned_md5
from corpus.repo.repository import Repository
from corpus.snapshots.snapshot import Snapshot
from tests.conftest import article

if TYPE_CHECKING:
    from tests.conftest import Corpus

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n"


def checked(corpus: Corpus, rev: str = "HEAD") -> tuple[list[str], list[str]]:
    version = Snapshot.of(Repository(corpus.root), rev)
    assert version.commit is not None
    faults, notes = check_committed_seeds(version, version.commit)
    return [str(fault) for fault in faults], notes


def pin_as_built(corpus: Corpus) -> None:
    """Have dvc.lock say that seeds/ was built as it is now."""
    lock = (corpus.root / "dvc.lock").read_text()
    (corpus.root / "dvc.lock").write_text(lock.replace(pinned_md5(lock) or "", md5_of(list_seeds(corpus.root))))


@pytest.mark.parametrize("rev", ["HEAD", "main", "side", "annotated", "light", "commit", "side~0", "refs/heads/side"])
def test_a_sound_version_with_any_working_tree(built: Corpus, rev: str) -> None:
    built.git("branch", "side")
    built.git("tag", "light")
    built.git("tag", "--annotate", "--message", "x", "annotated")
    named = built.git("rev-parse", "HEAD").strip() if rev == "commit" else rev
    shutil.rmtree(built.root / "seeds")
    (built.root / "dvc.lock").write_text("schema: '2.0'\nstages: {}\n")
    assert checked(built, named) == ([], [])


CHANGES = [
    "edited",
    "added",
    "removed",
    "renamed",
    "moved",
    "line endings",
    "linked",
    "pointer",
    "emptied",
    "all removed",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_commit_with_other_seeds_than_were_built(built: Corpus, change: str) -> None:
    one = built.root / "seeds/one.txt"
    others = {"edited": one.read_bytes() + b"More.\n", "line endings": one.read_bytes().replace(b"\n", b"\r\n"),
              "pointer": POINTER.encode(), "emptied": b""}  # fmt: skip
    differs = "seeds: seeds/one.txt differs (the commit has {} than dvc.lock was built from)"
    lacks = "seeds: {} missing (dvc.lock was built from it, and the commit lacks it)"
    more = "seeds: {} unexpected (dvc.lock was built without it)"
    if change in others:
        one.write_bytes(others[change])
        what = {"line endings": "other line endings", "pointer": "a pointer of Git LFS, and so other bytes"}
        expected = [differs.format(what.get(change, "other bytes"))]
    elif change == "added":
        built.seed("sub/three.txt", article("three"))
        expected = [more.format("seeds/sub/three.txt")]
    elif change == "linked":
        one.unlink()
        one.symlink_to("two.txt")
        expected = [differs.format("other bytes")]
    elif change == "removed":
        one.unlink()
        expected = [lacks.format("seeds/one.txt")]
    elif change == "all removed":
        shutil.rmtree(built.root / "seeds")
        expected = [lacks.format(f"seeds/{name}.txt") for name in ("bad", "one", "two")]
    else:
        to = built.root / ("seeds/eins.txt" if change == "renamed" else "seeds/sub/one.txt")
        to.parent.mkdir(exist_ok=True)
        one.rename(to)
        expected = sorted(
            [more.format(to.relative_to(built.root)), lacks.format("seeds/one.txt")], key=lambda x: x.split()[1]
        )
    before = built.git("rev-parse", "HEAD").strip()
    built.commit("Seeds alone")
    # What the working tree holds now is of no account.
    built.git("checkout", "--quiet", before)
    assert checked(built, "main") == (expected, [])
    assert checked(built, before) == ([], [])


def test_links_and_files_that_are_no_documents(built: Corpus) -> None:
    built.seed(".hidden", "x")
    built.seed(".folder/x.txt", "x")
    built.seed("sub/deep.txt", article("deep"))
    (built.root / "outside.txt").write_text(article("outside"))
    for name, target in (("link.txt", "one.txt"), ("sub/up.txt", "../two.txt"), ("twice.txt", "link.txt"),
                         ("out.txt", "../outside.txt")):  # fmt: skip
        (built.root / "seeds" / name).symlink_to(target)
    built.seed("ünlike 'name'.txt", article("name"))
    pin_as_built(built)
    built.commit("Links")
    assert checked(built) == ([], [])


def test_a_link_out_of_the_commit_cannot_be_followed(built: Corpus) -> None:
    (built.root.parent / "elsewhere.txt").write_text(article("elsewhere"))
    (built.root / "seeds/link.txt").symlink_to(built.root.parent / "elsewhere.txt")
    pin_as_built(built)
    built.commit("A link")
    shutil.rmtree(built.root / ".dvc/cache")
    note = "seeds/ was not compared: seeds/link.txt cannot be followed in git"
    assert checked(built) == ([], [note])


def test_without_the_tables_or_a_pin(built: Corpus) -> None:
    built.seed("three.txt", article("three"))
    built.commit("Third")
    cache = built.root / ".dvc/cache"
    cache.rename(built.root / ".dvc/away")
    (fault,), notes = checked(built)
    assert fault.startswith("seeds: seeds differs (dvc.lock was built from ")
    assert notes == []
    lock = built.root / "dvc.lock"
    lock.write_text(lock.read_text().replace("path: seeds\n", "path: seedlings\n"))
    built.commit("No pin")
    assert checked(built) == ([], ["seeds/ was not compared: dvc.lock does not say what it was built from"])


def test_it_is_not_called_verified(built: Corpus) -> None:
    built.git("tag", "sound")
    one = built.root / "seeds/one.txt"
    one.write_bytes(one.read_bytes().replace(b"\n", b"\r\n"))
    built.commit("Line endings")
    built.git("tag", "unsound")
    built.git("checkout", "--quiet", "sound")
    done = built.run("verify", "unsound", check=False)
    assert done.returncode == 1
    assert "wrong: seeds: seeds/one.txt differs (the commit has other line endings" in done.stdout
    assert "do not belong together: run `corpus build`" in done.stdout
    assert built.run("verify", "sound").stdout.endswith("Verified.\n")
