"""`corpus verify`: what is damaged is found, named, and mended from where the right bytes still are."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from corpus.errors import MissingObjects, Refused, UsageError
from corpus.integrity.faults import Place, Trouble
from corpus.integrity.rebuild import rebuild
from corpus.integrity.repair import repair, repair_remote
from corpus.integrity.verify import verify
from corpus.integrity.verify_remote import verify_remote
from corpus.objects import objectstore
from corpus.repo.repository import Repository
from corpus.snapshots.snapshot import Snapshot
from corpus.stages import NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus


def version_of(repo: Corpus, rev: str | None = None) -> Snapshot:
    return Snapshot.of(Repository(repo.root), rev)


def objects(repo: Corpus, folder: str) -> list[Path]:
    """The cached objects of a table's files."""
    version = version_of(repo)
    return [version.objects.path(one.md5) for one in version.needed() if one.path.startswith(f"{folder}/")]


def flip(path: Path) -> None:
    """Damage one byte, as a disk does: size and name stay."""
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def test_a_sound_corpus_is_verified_everywhere(kept: Corpus) -> None:
    done = kept.run("verify", "--remote", "--json")
    told = json.loads(done.stdout)
    assert told["ok"]
    assert told["looked"]["documents"] == 6
    assert told["looked"]["batches"] == 1
    assert told["looked"]["objects in the remote"] == told["looked"]["objects"]
    for rev in ("v1.0.0", "corpus@v1.1.0", "HEAD~1"):
        assert verify(version_of(kept, rev)).faults == ()


def test_a_flipped_byte_is_found_and_mended_from_the_workspace(kept: Corpus) -> None:
    damaged = objects(kept, "data/articles")[0]
    right = damaged.read_bytes()
    flip(damaged)
    (fault,) = verify(version_of(kept)).faults
    assert str(fault).startswith("cache: data/articles/")
    assert "damaged (pinned " in str(fault)
    done = kept.run("verify", "--repair")
    assert "1 fault repaired" in done.stdout
    assert damaged.read_bytes() == right
    assert not damaged.stat().st_mode & 0o222


def test_listings_and_files_that_are_gone_come_back_from_the_remote(kept: Corpus) -> None:
    cache = objects(kept, "data/articles")[0].parents[1]
    before = {path.relative_to(cache): path.read_bytes() for path in cache.glob("*/*")}
    shutil.rmtree(cache)
    for folder in (kept.root / "data").glob("*/"):
        shutil.rmtree(folder)
    assert len(verify(version_of(kept)).faults) > 10
    kept.run("verify", "--repair")
    version = version_of(kept)
    assert verify(version).faults == ()
    for one in version.needed():
        assert version.objects.path(one.md5).read_bytes() == before[version.objects.path(one.md5).relative_to(cache)]


def test_if_the_right_bytes_are_nowhere_that_is_reported(kept: Corpus) -> None:
    config = kept.root / ".dvc/config"
    config.write_text(config.read_text().replace("remote = store", ""))
    path = objects(kept, "data/articles")[0]
    path.unlink()
    shutil.rmtree(kept.root / "data/articles")
    done = kept.run("verify", "--repair", check=False)
    assert done.returncode == 1
    assert "not repaired: data/articles/" in done.stdout
    assert "there is no remote" in done.stdout
    assert "There is no default remote" in kept.run("verify", "--remote", check=False).stderr


def test_a_damaged_workspace_is_mended_from_the_cache(kept: Corpus) -> None:
    (shard,) = (kept.root / "data/articles").glob("seeds-*.parquet")
    flip(shard)
    version = version_of(kept)
    (kept.root / "data/articles/stranger").write_text("x")
    faults = verify(version).faults
    assert {(fault.place, fault.trouble) for fault in faults} == {
        (Place.WORKSPACE, Trouble.DAMAGED),
        (Place.WORKSPACE, Trouble.UNEXPECTED),
    }
    assert repair(version, faults, None) == []
    assert [fault.trouble for fault in verify(version).faults] == [Trouble.UNEXPECTED]


def test_a_remote_that_lies_is_found_out_and_mended(kept: Corpus) -> None:
    """DVC takes a listing for proof that its files are there, and never overwrites an object."""
    store = kept.root.parent / "remote/files/md5"
    version = version_of(kept)
    articles = [one for one in version.needed() if one.path.startswith("data/articles/")]
    documents = [one for one in version.needed() if one.path.startswith("data/documents/")]
    gone, damaged = articles[0].md5, documents[0].md5
    (store / gone[:2] / gone[2:]).unlink()
    flip(store / damaged[:2] / damaged[2:])
    (listing,) = [one.md5 for one in version.needed() if one.path == "data/decisions"]
    (store / listing[:2] / listing[2:]).unlink()
    with objectstore.default(Repository(kept.root)) as remote:
        faults = verify_remote(version, remote)[1]
        assert {(fault.md5, fault.trouble) for fault in faults} == {
            (gone, Trouble.MISSING),
            (damaged, Trouble.DAMAGED),
            (listing, Trouble.MISSING),
        }
        assert repair_remote(version, faults, remote) == []
        assert verify_remote(version, remote)[1] == []
        # What the cache has not whole either is not stored.
        flip(version.objects.path(gone))
        (store / gone[:2] / gone[2:]).unlink()
        faults = verify_remote(version, remote)[1]
        assert "the cache does not have the right bytes" in repair_remote(version, faults, remote)[0]
        assert remote.size(gone) is None
        assert remote.size(articles[0].listing or "") is None


def test_a_shard_that_was_exchanged_with_its_pin_is_found_by_its_key_and_the_ledger(kept: Corpus) -> None:
    (shard,) = (kept.root / "data/articles").glob("2024*.parquet")
    rows = pq.read_table(shard)
    shard.unlink()
    broken = rows.slice(1).set_column(rows.column_names.index("title"), rows.schema.field("title"), [[" "] * 2])
    pq.write_table(broken, shard)
    kept.dvc("commit", "--force", "write")
    told = [str(fault) for fault in verify(version_of(kept)).faults]
    assert any("data/keys/write.json says sha256" in line for line in told)
    assert any("breaks the table's promises: title: has a title (2 rows)" in line for line in told)


def test_batches_are_compared_with_their_register(kept: Corpus) -> None:
    manifest = kept.root / "batches.yaml"
    text = manifest.read_text()
    manifest.write_text(text.replace('"documents": 3', '"documents": 4'))
    assert [str(fault) for fault in verify(version_of(kept)).faults if "batches.yaml says 4 documents" in fault.detail]
    manifest.write_text("# Nothing\nbatches: []\n")
    (fault,) = verify(version_of(kept)).faults
    assert fault.detail == "no batch of batches.yaml has it"


def test_a_rebuild_says_what_differs_and_by_which_engine(kept: Corpus) -> None:
    kept.seed("two.txt", "changed")
    told: list[str] = []
    number, faults = rebuild(version_of(kept), told.append)
    assert told == list(NAMES)
    assert {fault.place for fault in faults} == {Place.REBUILD}
    differ = {fault.path for fault in faults}
    assert number > len(differ)
    assert any(path.startswith("data/articles/seeds-") for path in differ)
    # What was not changed comes out the same.
    assert not any(path.startswith(("data/documents/2024", "data/signatures/2024")) for path in differ)
    engine = kept.root / "engine.yaml"
    engine.write_text(engine.read_text().replace("resolve: ", "resolve: x #"))
    with pytest.raises(Refused, match=r"resolve: engine\.yaml pins x"):
        rebuild(version_of(kept), lambda _: None)


def test_wrong_usage(kept: Corpus, corpus_repo: Corpus) -> None:
    for rev, words in (("v9.9.9", "No version 'v9.9.9'"), ("--output=x", "No version"), ("HEAD~2", "has no dvc.lock")):
        with pytest.raises(UsageError, match=words):
            version_of(kept, rev)
    with pytest.raises(MissingObjects, match="Nothing was built here yet"):
        version_of(corpus_repo)
    done = kept.run("verify", "v9.9.9", check=False)
    assert (done.returncode, done.stdout) == (2, "")
