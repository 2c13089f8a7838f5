"""Damage that DVC does not see, for size and time of change stay: nothing wrong is built, released or published."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from itertools import product
from typing import TYPE_CHECKING

import polars as pl
import pytest

from corpus.errors import CorpusError, DamagedObject
from corpus.objects import checks, pins, soundness
from corpus.pipeline import mending
from corpus.releases import push as pushing
from corpus.repo.releases import releases
from corpus.repo.repository import Repository
from corpus.snapshots.snapshot import Snapshot
from corpus.tables import parquet
from tests.conftest import BODY, article

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Corpus


def unseen(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of a file in place, and put its times and mode back."""
    before = path.stat()
    path.chmod(0o644)
    with path.open("r+b") as file:
        content = change(file.read())
        file.seek(0)
        file.write(content)
        file.truncate()
    path.chmod(before.st_mode & 0o777)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 4]) + content[middle + 1 :]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "flip": flip,
    "last byte": lambda content: content[:-1] + bytes([content[-1] ^ 1]),
    "zeros": lambda content: bytes(len(content)),
    "short": lambda content: content[: len(content) // 2],
    "reversed": lambda content: content[::-1],
}
PLACES = ("data/documents", "data/decisions", "data/articles", "data/keys/write.json", "data/keys/ingest.json")


def cached(repo: Corpus, place: str) -> Path:
    """An object of the cache, of a file of a table or of keys."""
    version = Snapshot.of(Repository(repo.root), None)
    (md5, *_) = [one.md5 for one in version.needed() if one.path.startswith(place) and not one.md5.endswith(".dir")]
    return version.objects.path(md5)


def in_workspace(repo: Corpus, place: str) -> Path:
    path = repo.root / place
    return path if path.is_file() else next(path.iterdir())


@pytest.fixture
def published(released: Corpus, tmp_path: Path) -> Corpus:
    """The released corpus with remotes, its last release pushed."""
    subprocess.run(["git", "init", "--quiet", "--bare", str(tmp_path / "bare.git")], check=True)
    released.git("remote", "add", "origin", str(tmp_path / "bare.git"))
    released.dvc("remote", "add", "--quiet", "-d", "store", str(tmp_path / "store"))
    released.commit("Remotes")
    repository = Repository(released.root)
    pushing.push(repository, releases(repository)[-1])
    return released


def test_the_digests_of_objects_are_not_believed_by_size_and_time(built: Corpus) -> None:
    repository = Repository(built.root)
    pinned = pins.of_working_tree(repository)
    assert soundness.verify(repository, pinned) == []
    for place, damage in zip(PLACES, DAMAGES.values(), strict=True):
        path = cached(built, place)
        unseen(path, damage)
        (wrong,) = soundness.verify(repository, pinned, trusted=())
        assert wrong.path.startswith(place)
        assert wrong.found
        # Neither by a memory that looks at ctime, too.
        assert soundness.verify(repository, pinned) == [wrong]
        mended = mending.mend(repository)
        assert mended == [f"the DVC cache had {wrong.path} ({wrong.md5}) with other bytes"]
        assert soundness.verify(repository, pinned, trusted=()) == []


def test_a_listing_that_was_damaged_is_made_again(built: Corpus) -> None:
    repository = Repository(built.root)
    pinned = pins.of_working_tree(repository)
    listing = next(pin for pin in pinned if pin.path == "data/documents")
    unseen(pins.Objects(repository).path(listing.md5), flip)
    mending.mend(repository)
    assert soundness.verify(repository, pinned, trusted=()) == []


def test_a_workspace_that_was_damaged_comes_back(built: Corpus) -> None:
    repository = Repository(built.root)
    mending.mend(repository)
    mending.remember(repository)
    for place, change in product(PLACES, DAMAGES.values()):
        path = in_workspace(built, place)
        right = path.read_bytes()
        if len(change(right)) == len(right):
            unseen(path, change)
            assert mending.mend(repository) == [f"{path.relative_to(built.root)} had other bytes than were built"]
            assert path.read_bytes() == right


def test_what_is_damaged_everywhere_is_built_anew(built: Corpus) -> None:
    """The cache and the workspace have the same wrong bytes, and there is no remote."""
    built.build()
    locked = (built.root / "dvc.lock").read_bytes()
    for place in ("data/documents", "data/keys/write.json"):
        for path in (cached(built, place), in_workspace(built, place)):
            unseen(path, flip)
    report = built.root / "reports/metrics.json"
    right = report.read_bytes()
    unseen(report, flip)
    said = built.run("build").stdout
    assert said.count("Repaired: ") >= 4
    assert (built.root / "dvc.lock").read_bytes() == locked
    assert report.read_bytes() == right
    assert soundness.verify(Repository(built.root), pins.of_working_tree(Repository(built.root)), trusted=()) == []


def test_a_release_reads_what_it_names_anew_and_its_advice_is_true(built: Corpus) -> None:
    path = cached(built, "data/documents")
    unseen(path, flip)
    metrics = built.root / "reports/metrics.json"
    unseen(metrics, flip)
    done = built.run("release", check=False)
    assert done.returncode == 1
    assert "data/documents/" in done.stderr
    assert "reports/metrics.json is not what was built" in done.stderr
    assert "run `corpus build`" in done.stderr
    built.build()
    built.run("release")


def test_a_push_sends_nothing_of_a_release_whose_object_was_damaged(released: Corpus, tmp_path: Path) -> None:
    """Though it was named while all was well."""
    released.git("remote", "add", "origin", str(tmp_path / "bare.git"))
    released.dvc("remote", "add", "--quiet", "-d", "store", str(tmp_path / "store"))
    released.commit("Remote")
    unseen(cached(released, "data/documents"), flip)
    repository = Repository(released.root)
    with pytest.raises(CorpusError, match=r"Nothing was pushed\. Run `corpus build`"):
        pushing.push(repository, releases(repository)[-1])
    assert not list((tmp_path / "store").rglob("*"))


@pytest.mark.trial
def test_nothing_damaged_is_sent(published: Corpus, tmp_path: Path) -> None:
    """Not even by a release that was named while all was well."""
    published.seed("four.txt", article("four", body=BODY + " A fourth."))
    published.commit("Third")
    published.build()
    published.run("release")
    unseen(cached(published, "data/documents"), flip)
    done = published.run("release", "--push", check=False)
    assert done.returncode == 1
    assert "run `corpus build`" in done.stderr
    published.build()
    published.run("release", "--push")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "--quiet", str(tmp_path / "bare.git"), str(clone)], check=True)
    other = type(published)(clone)
    other.dvc("pull")
    for path in sorted((published.root / "data/documents").iterdir()):
        assert (clone / path.relative_to(published.root)).read_bytes() == path.read_bytes()


def test_a_remote_that_was_damaged_is_sent_the_right_bytes(published: Corpus, tmp_path: Path) -> None:
    repository = Repository(published.root)
    objects = [cached(published, place) for place in PLACES]
    there = [tmp_path / "store/files/md5" / path.parent.name / path.name for path in objects]
    for path, damage in zip(there, DAMAGES.values(), strict=True):
        unseen(path, damage)
    done = pushing.push(repository, releases(repository)[-1])
    assert done.sent_again == len(set(there))
    assert [path.read_bytes() for path in there] == [path.read_bytes() for path in objects]
    assert pushing.push(repository, releases(repository)[-1]).sent_again == 0
    first, second = there[:2]
    first.rename(tmp_path / "aside")
    second.rename(first)
    (tmp_path / "aside").rename(second)
    assert pushing.push(repository, releases(repository)[-1]).sent_again == 2


def test_listings_of_a_remote_that_were_damaged_are_sent_anew(published: Corpus, tmp_path: Path) -> None:
    """`dvc push` reads them, and fails on some damages before anything can be compared."""
    repository = Repository(published.root)
    version = Snapshot.of(repository, None)
    listings = sorted({one.md5 for one in version.needed() if one.md5.endswith(".dir")})
    there = [tmp_path / "store/files/md5" / md5[:2] / md5[2:] for md5 in listings]
    right = [path.read_bytes() for path in there]
    damages: list[Callable[[bytes], bytes]] = [
        DAMAGES["zeros"],
        flip,
        DAMAGES["short"],
        lambda _: b"",
        lambda content: right[(right.index(content) + 1) % len(right)],
    ]
    assert len(listings) > 1
    for first in range(0, len(damages), len(listings)):
        for place, path in enumerate(there):
            unseen(path, damages[(first + place) % len(damages)])
        done = pushing.push(repository, releases(repository)[-1])
        assert done.sent_again == len(listings)
        assert [path.read_bytes() for path in there] == right
    assert pushing.push(repository, releases(repository)[-1]).sent_again == 0


def test_a_remote_is_believed_by_its_own_md5_only() -> None:
    md5 = "9e107d9d372bb6826bd81d3542a419d6"
    encoded = "nhB9nTcrtoJr2B01QqQZ1g=="
    assert checks.own_md5({"ETag": f'"{md5}"'}) == md5
    assert checks.own_md5({"etag": md5.upper()}) == md5
    assert checks.own_md5({"md5Hash": encoded}) == md5
    assert checks.own_md5({"content_settings": {"content_md5": bytearray.fromhex(md5)}}) == md5
    for info in ({"ETag": f'"{md5}-3"'}, {"etag": "0x8D4BCC2E4835CD0"}, {"md5Hash": "?"}, {"mtime": 1.0}, {}):
        assert checks.own_md5(info) is None


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_stage_reads_what_was_pinned_or_nothing(built: Corpus, damage: str) -> None:
    """Also where no time of change betrays the damage, and no page that is read has it."""
    path = in_workspace(built, "data/documents")
    content = path.read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    assert parquet.read(path, ["source"], sha256).num_rows
    path.write_bytes(DAMAGES[damage](content))
    os.utime(path, (1, 1))
    with pytest.raises(DamagedObject, match="Run `corpus build`"):
        parquet.read(path, ["source"], sha256)
    # DVC, too, will look at it again.
    assert path.stat().st_mtime > 1


def test_batches_come_back_from_the_cache_or_the_remote(kept: Corpus) -> None:
    repository = Repository(kept.root)
    (path,) = (kept.root / "data/raw").glob("*/*")
    name = path.relative_to(kept.root).as_posix()
    right = path.read_bytes()
    version = Snapshot.of(repository, None)
    (md5,) = [one.md5 for one in version.needed() if one.path == name]
    object_ = version.objects.path(md5)
    unseen(path, flip)
    assert mending.mend(repository) == [f"{name} had other bytes than batches.yaml names"]
    unseen(object_, flip)
    assert "the DVC cache had data/raw/" in mending.mend(repository)[0]
    for one in (path, object_):
        unseen(one, flip)
    mending.mend(repository)
    assert (path.read_bytes(), object_.read_bytes()) == (right, right)
    # Nowhere right: it says so, and that putting it back helps.
    shutil.rmtree(kept.root.parent / "remote")
    for one in (path, object_):
        unseen(one, flip)
    with pytest.raises(CorpusError, match="Put the file back from a backup"):
        mending.mend(repository)
    path.write_bytes(right)
    kept.build()
    assert object_.read_bytes() == right


def test_a_seed_that_changed_behind_its_time_is_read(built: Corpus) -> None:
    built.build()
    unseen(built.root / "seeds/one.txt", lambda content: content.replace(b"four hours", b"five hours"))
    assert "seeds/one.txt was changed behind its time of change" in built.run("build").stdout
    texts = pl.read_parquet(built.root / "data/articles/*.parquet")["text"]
    assert sum("five hours" in text for text in texts) == 1
