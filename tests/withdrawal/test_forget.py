"""`corpus forget`: what was withdrawn is nowhere any more, stays out, and what had it explains itself."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

import corpus
from corpus.batches import register as raw
from corpus.batches import withdrawals
from corpus.batches.withdrawals import Kind, Tombstones, Withdrawal, article_of, hashed
from corpus.errors import CorpusError, Refused, Withdrawn
from corpus.integrity.rebuild import rebuild
from corpus.integrity.verify import verify
from corpus.integrity.verify_remote import verify_remote
from corpus.objects import objectstore
from corpus.repo.repository import Repository
from corpus.resolve.identity import with_identity
from corpus.snapshots.removed import Mark, Removal, marks
from corpus.snapshots.snapshot import Snapshot
from tests.conftest import UNMEASURED, Corpus, article, made_once
from tests.histories import said

ONE, RAW = "https://www.example.com/one", "https://www.example.com/raw2"
WITHDRAW = ("--reason", "Court order 7", "--yes")


def texts(place: Path) -> bytes:
    """Every text and every document in the Parquet files of a folder, and whatever else lies there."""
    found = []
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if name != ".git"]
        for path in (Path(folder, name) for name in names):
            # Tests of other workers may read the same corpus: what they write for a moment is gone again.
            with suppress(FileNotFoundError):
                content = path.read_bytes()
                if content.startswith(b"PAR1"):
                    rows = pq.read_table(path)
                    content = b"\n".join(str(row).encode() for row in rows.to_pylist())
                found.append(content)
    return b"\n".join(found)


def require_sound(repo: Corpus, *revs: str) -> None:
    """The working tree and some versions, in the cache and in the remote."""
    with objectstore.default(Repository(repo.root)) as store:
        for rev in (None, *revs):
            version = Snapshot.of(Repository(repo.root), rev)
            assert verify(version).faults == ()
            assert verify_remote(version, store)[1] == []


@pytest.fixture(scope="session")
def forgotten(kept_once: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, str]:
    """A corpus with a history, after `forget --everywhere --push`, and what that printed; to be read, not changed."""

    def make(place: Path) -> None:
        shutil.copytree(kept_once, place / "kept", symlinks=True)
        told = Corpus(place / "kept/repo").run("forget", RAW, "--everywhere", "--push", *WITHDRAW).stdout
        (place / "certificate").write_text(told)

    place = made_once(tmp_path_factory, "forgotten", make)
    return Corpus(place / "kept/repo"), (place / "certificate").read_text()


def test_it_is_in_no_table_no_batch_no_object_and_no_remote(forgotten: tuple[Corpus, str]) -> None:
    repo, _ = forgotten
    for place in (repo.root, repo.root.parent / "remote"):
        found = texts(place)
        assert said("raw2").encode() not in found
        assert RAW.encode() not in found
        assert said("raw1").encode() in found
    (batch,) = raw.load(repo.root)
    assert (batch.documents, batch.redacted) == (2, 1)
    assert repo.git("status", "--porcelain") == ""
    assert json.loads((repo.root / "reports/metrics.json").read_text())["ledger"]["documents"] == 5


def test_releases_have_successors_that_are_complete(forgotten: tuple[Corpus, str], tmp_path: Path) -> None:
    repo, _ = forgotten
    after = ["corpus@v1.0.0+redacted.1", "corpus@v1.1.0+redacted.1"]
    assert repo.git("tag").split() == [after[0].split("+")[0], after[0], after[1].split("+")[0], after[1]]
    require_sound(repo, *after)
    with pytest.raises(Refused, match="made by taking rows out of a release"):
        rebuild(Snapshot.of(Repository(repo.root), after[0]), lambda _: None)
    for tag in after:
        assert set(corpus.open(tag, repo=repo.root).scan().collect()["url"]) == {
            ONE, "https://www.example.com/two", "https://www.example.com/raw1", "https://www.example.com/raw3",
        }  # fmt: skip
        assert repo.git("rev-parse", f"{tag}^{{commit}}~1") == repo.git("rev-parse", f"{tag.split('+')[0]}^{{commit}}")
    repo.dvc("artifacts", "get", ".", "corpus", "--rev", "v1.0.0+redacted.1", "--out", str(tmp_path / "got"))
    assert pl.read_parquet(tmp_path / "got/*.parquet").height == 4
    remote = repo.root.parent / "git"
    listed = subprocess.run(["git", "tag"], cwd=remote, capture_output=True, text=True, check=True).stdout.split()
    assert set(after) <= set(listed)


def test_old_versions_explain_themselves(forgotten: tuple[Corpus, str]) -> None:
    repo, _ = forgotten
    assert corpus.open("v1.0.0+redacted.1", repo=repo.root).files()
    for rev in ("corpus@v1.0.0", "v1.0.0"):
        with pytest.raises(Withdrawn, match=r"withdrawn from .* on \d{4}-\d\d-\d\d \(Court order 7\)") as told:
            corpus.open(rev, repo=repo.root).arrow()
        assert told.value.successor == "corpus@v1.0.0+redacted.1"
        assert 'corpus.open("corpus@v1.0.0+redacted.1")' in str(told.value)
    done = repo.run("verify", "v1.1.0", check=False)
    assert done.returncode == 1
    assert "Articles were withdrawn from corpus@v1.1.0" in done.stderr


def test_the_list_of_releases_marks_those_that_were_withdrawn_from(forgotten: tuple[Corpus, str]) -> None:
    repo, _ = forgotten
    told = json.loads(repo.run("versions", "--json").stdout)["releases"]
    assert [(one["version"], one["withdrawn"]["successor"]) for one in told] == [
        ("v1.0.0", "corpus@v1.0.0+redacted.1"),
        ("v1.1.0", "corpus@v1.1.0+redacted.1"),
    ]
    assert {one["withdrawn"]["reason"] for one in told} == {"Court order 7"}
    listed = repo.run("versions").stdout
    assert "withdrawn from" in listed.splitlines()[0]
    assert f"{told[0]['withdrawn']['date']}; now v1.0.0+redacted.1" in listed.splitlines()[1]


def test_the_mark_of_a_release_is_that_of_its_last_withdrawal() -> None:
    first = Removal(date(2026, 1, 1), "first", {"a": "a+1", "b": "b+1"})
    again = Removal(date(2026, 2, 2), "again", {"a+1": "a+2"})
    found = marks([first, again])
    assert found["a"] == found["a+1"] == Mark(date(2026, 2, 2), "again", "a+2")
    assert found["b"] == Mark(date(2026, 1, 1), "first", "b+1")


def test_the_record_has_hashes_and_no_texts(forgotten: tuple[Corpus, str]) -> None:
    repo, certificate = forgotten
    record = (repo.root / "withdrawn.yaml").read_text()
    (one,) = withdrawals.load(repo.root).withdrawals
    assert one.reason == "Court order 7"
    assert one.articles == {hashed(Kind.ARTICLE, article_of(RAW))}
    assert len(one.documents) == 1
    for words in ("example.com", "raw2", "Council", article_of(RAW)):
        assert words not in record
    for words in ("Court order 7", "corpus@v1.0.0+redacted.1 takes its place", "copies that somebody has pulled"):
        assert words in certificate


def test_a_clone_builds_the_same_without_it(forgotten: tuple[Corpus, str], tmp_path: Path) -> None:
    repo, _ = forgotten
    clone = Corpus(tmp_path / "kept" / "repo")
    subprocess.run(["git", "clone", "--quiet", str(repo.root.parent / "git"), str(clone.root)], check=True)
    (tmp_path / "kept" / "remote").symlink_to(repo.root.parent / "remote")
    clone.dvc("pull", "data/raw.dvc")
    clone.build()
    assert clone.git("status", "--porcelain") == ""


def withdraw_a_seed(kept: Corpus, tmp_path: Path) -> None:
    """Withdraw an article of a seed, and bring it back in four ways: what can be refused at once is."""
    was = (kept.root / "seeds/one.txt").read_bytes()
    told = kept.run("forget", ONE, *WITHDRAW).stdout
    assert "delete    seeds/one.txt" in told
    # What never became an article, but stood at its address, goes with it.
    assert "delete    seeds/stub.txt" in told
    assert "git's history has the text of seeds/one.txt" in told
    assert not (kept.root / "seeds/one.txt").exists()
    assert said("one").encode() not in texts(kept.root / "data")
    # The release still has it: it was not to be withdrawn everywhere.
    assert ONE in set(corpus.open("v1.0.0", repo=kept.root).scan().collect()["url"])
    # The same bytes, other bytes at the same address, and bytes that only their address tells.
    (tmp_path / "again").mkdir()
    (tmp_path / "again/same.txt").write_bytes(was)
    (tmp_path / "again/other.txt").write_text(article("one", body=said("other")))
    (tmp_path / "again/page.html").write_text("<title>Page</title>")
    (tmp_path / "again/sources.csv").write_text(f"file,url\npage.html,{ONE}?utm_source=x\n")
    added = json.loads(kept.run("add", "--json", str(tmp_path / "again")).stdout)
    assert added["skipped"] == {"withdrawn": 2}
    kept.seed("back.txt", was)
    assert "withdrawn" in kept.run("check", "seeds/back.txt", check=False).stdout


def test_seeds_are_deleted_and_stay_out(kept: Corpus, tmp_path: Path) -> None:
    withdraw_a_seed(kept, tmp_path)


@pytest.mark.trial
def test_what_stays_out_is_a_function_of_what_is_there(kept: Corpus, tmp_path: Path) -> None:
    withdraw_a_seed(kept, tmp_path)
    kept.run("build")
    held = corpus.open(repo=kept.root)
    quarantined = held.scan("quarantine").collect()
    assert set(quarantined["source"]) == {"seeds/back.txt", "again/other.txt"}
    assert {reason["check"] for row in quarantined["reasons"] for reason in row} == {"withdrawn"}
    assert said("other").encode() not in texts(kept.root / "data/documents") + texts(kept.root / "data/quarantine")
    assert ONE not in set(held.scan().collect()["url"])
    lock = (kept.root / "dvc.lock").read_bytes()
    shutil.rmtree(kept.root / ".dvc/tmp")
    for table in ("documents", "verdicts", "decisions", "keys"):
        shutil.rmtree(kept.root / "data" / table)
    kept.run("build", "--workers", "1", **UNMEASURED)
    assert (kept.root / "dvc.lock").read_bytes() == lock
    # Run again, it takes these out too.
    kept.run("forget", ONE, *WITHDRAW, **UNMEASURED)
    assert not (kept.root / "seeds/back.txt").exists()
    assert corpus.open(repo=kept.root).scan("quarantine").collect().height == 0


def test_all_of_a_publisher(kept: Corpus) -> None:
    would = json.loads(kept.run("forget", "--publisher", "WWW.Example.com", "--dry-run", "--json", "--everywhere",
                                "--reason", "x").stdout)  # fmt: skip
    assert kept.git("status", "--porcelain") == ""
    assert len(would["articles"]) == 5
    # Both revisions of the one whose file was corrected, in two releases.
    assert len(would["documents"]) == 7
    assert would["releases"] == ["corpus@v1.0.0", "corpus@v1.1.0"]
    kept.run("forget", "--publisher", "example.com", *WITHDRAW)
    assert corpus.open(repo=kept.root).arrow().num_rows == 0
    assert raw.load(kept.root)[0].files == ()
    kept.seed("new.txt", article("never-seen-before"))
    kept.build()
    assert corpus.open(repo=kept.root).scan("quarantine").collect()["source"].to_list() == ["seeds/new.txt"]


@pytest.mark.trial
def test_killed_in_the_middle_it_goes_on_when_run_again(kept: Corpus) -> None:
    arguments = ("forget", RAW, "--everywhere", "--push", *WITHDRAW)
    process = subprocess.Popen(
        [sys.executable, "-m", "corpus", *arguments], cwd=kept.root, start_new_session=True,
        env={**os.environ, **UNMEASURED}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while process.poll() is None and "redacted" not in kept.git("tag"):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept.run(*arguments, **UNMEASURED)
    require_sound(kept, "corpus@v1.0.0+redacted.1", "corpus@v1.1.0+redacted.1")
    for place in (kept.root, kept.root.parent / "remote"):
        assert said("raw2").encode() not in texts(place)
    assert len(kept.git("tag").split()) == 4
    assert kept.git("status", "--porcelain") == ""


def test_what_another_branch_needs_is_kept_and_reported(kept: Corpus) -> None:
    kept.git("branch", "old", "HEAD~1")
    kept.git("tag", "--delete", "corpus@v1.0.0")
    told = kept.run("forget", RAW, "--everywhere", *WITHDRAW).stdout
    assert "kept      old holds it too" in told
    assert "old holds it, so its objects were kept." in told
    assert RAW in set(corpus.open("old", repo=kept.root).scan().collect()["url"])
    assert RAW not in set(corpus.open("corpus@v1.1.0+redacted.1", repo=kept.root).scan().collect()["url"])


def test_refused_before_anything_is_changed(kept: Corpus) -> None:
    for arguments, status, words in (
        (["forget"], 2, "Give an ID or URL, or --publisher"),
        (["forget", ONE], 2, "Give a --reason"),
        (["forget", ONE, "--reason", "a\nb", "--yes"], 2, "one line"),
        (["forget", ONE, "--reason", "x"], 2, "no terminal to ask on"),
        (["forget", ONE, *WITHDRAW, "--push"], 2, "--push goes with --everywhere"),
        (["forget", "https://example.org/x", *WITHDRAW], 2, "Nothing is known of"),
        (["forget", "seeds/one.txt", *WITHDRAW], 2, "neither an id"),
    ):
        done = kept.run(*arguments, check=False)
        assert (done.returncode, words in done.stderr) == (status, True), done.stderr
    assert kept.git("status", "--porcelain") == ""
    (kept.root / "note.txt").write_text("mine")
    done = kept.run("forget", ONE, "--everywhere", *WITHDRAW, check=False)
    assert "uncommitted: note.txt" in done.stderr
    pipeline = kept.root / "dvc.yaml"
    pipeline.write_text(pipeline.read_text().replace("      - withdrawn.yaml\n", ""))
    assert "does not know withdrawn.yaml" in kept.run("forget", ONE, *WITHDRAW, check=False).stderr
    assert (kept.root / "seeds/one.txt").exists()


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    one = Withdrawal(
        date(2026, 1, 2), "Because: {of} 'this' # and that",
        frozenset(hashed(Kind.DOCUMENT, str(number)) for number in range(1_000)),
        publishers=frozenset({hashed(Kind.PUBLISHER, "example.com")}),
    )  # fmt: skip
    withdrawals.save(tmp_path, [one])
    assert withdrawals.load(tmp_path) == Tombstones((one,))
    refused = Tombstones((one,)).refused
    assert refused("7", None) == one
    assert refused("x", "https://www.example.com/any") == one
    assert refused("x", "https://example.org/any") is None
    for damaged in (
        "withdrawals: 7",
        "withdrawals:\n- date: soon\n  reason: x",
        "- [",
        "withdrawals:\n- {date: 2026-01-01, reason: x, documents: zz}",
    ):
        (tmp_path / "withdrawn.yaml").write_text(damaged)
        with pytest.raises(CorpusError, match=r"git checkout -- withdrawn\.yaml"):
            withdrawals.load(tmp_path)


def test_an_address_has_the_identity_of_its_article() -> None:
    columns = {"url": [ONE], "publisher": ["p"], "title": ["t"], "published_date": [date(2020, 1, 1)]}
    frame = pl.DataFrame({**columns, "text_hash": ["x"], "publication": ["q"], "accession": ["1"]})
    assert with_identity(frame)["article_id"].to_list() == [article_of(ONE)]
