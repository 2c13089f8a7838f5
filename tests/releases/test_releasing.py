"""Naming versions: the number, the gate, CORPUS.md, and that nothing half-done is left."""

from __future__ import annotations

import fcntl
import json
import re

import pytest

from corpus.objects import recovery
from corpus.releases import naming as releasing
from corpus.repo import commit, journal
from corpus.repo.lock import TOKEN
from corpus.repo.releases import releases
from corpus.repo.repository import Repository
from tests.conftest import article
from tests.histories import cached


def plan(corpus):
    return releasing.plan(Repository(corpus.root))


def hook(corpus, script):
    """A hook that git runs around the moving of refs, with `$1` prepared or committed."""
    path = corpus.root / ".git/hooks/reference-transaction"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_release_commits_what_a_build_wrote_and_says_what_changed(released):
    assert released.git("status", "--porcelain") == ""
    assert released.git("rev-parse", "corpus@v1.1.0^{commit}") == released.git("rev-parse", "HEAD")
    changed = released.git("show", "--name-only", "--format=", "HEAD").split()
    assert {"CORPUS.md", "dvc.lock", "reports/index.html", "reports/metrics.json"} <= set(changed)
    entry, first = (released.root / "CORPUS.md").read_text().split("\n## ")[1:]
    assert entry.startswith("v1.1.0 (")
    assert "By Test \\<test@example.org\\>" in entry
    assert "Number: minor, 1 article added, 1 article removed." in entry
    assert "| articles | 2 | 2 |  |" in entry
    # What its text has in common with others may differ with it.
    assert re.search(r"Articles: 1 added, 1 removed, 1 changed \(.*\btext 1\b.*\)\.", entry)
    assert "| example.com | 1 | 1 | 1 |" in entry
    assert "| 2020-09 | 1 | 1 | 1 |" in entry
    assert "Columns: unchanged." in entry
    assert first.startswith("v1.0.0 (")
    assert "\n> The first\n" in first


def test_versions_tells_the_figures_of_the_tags(released):
    told = json.loads(released.run("versions", "--json").stdout)["releases"]
    assert [one["version"] for one in told] == ["v1.0.0", "v1.1.0"]
    assert (
        told[1]["figures"] | {"added": 1, "removed": 1, "changed": 1, "articles": 2, "quarantined": 1}
        == told[1]["figures"]
    )
    assert told[1]["by"] == "Test"
    assert [one["withdrawn"] for one in told] == [None, None]
    lines = released.run("versions").stdout.splitlines()
    assert lines[1].split() == ["v1.0.0", told[0]["date"][:10], "2", told[0]["commit"][:10], "The", "first"]


def test_a_message_stays_a_message(released):
    released.run("release", "--bump", "patch", "-m", "Said:\n## v9.9.9\n\narticles: 5")
    made = releases(Repository(released.root))[-1]
    assert (made.version, made.message, made.articles) == ("v1.1.1", "Said:", 2)
    notes = (released.root / "CORPUS.md").read_text()
    assert "\n> ## v9.9.9\n" in notes
    assert [line[3:9] for line in notes.splitlines() if line.startswith("## ")] == ["v1.1.1", "v1.1.0", "v1.0.0"]


def test_nothing_changed_is_refused_unless_a_part_is_named(released):
    refused = released.run("release", check=False)
    assert refused.returncode == 1
    assert "nothing changed since v1.1.0" in refused.stderr
    told = json.loads(released.run("release", "--dry-run", "--bump", "minor", "--json").stdout)
    assert (told["version"], told["refused"]) == ("v1.2.0", [])
    assert released.git("tag").split() == ["corpus@v1.0.0", "corpus@v1.1.0"]
    assert released.git("status", "--porcelain") == ""


@pytest.mark.parametrize("arguments", [["v2.0.0", "--bump", "major"], ["v2.0.0", "--version", "v2.0.0"], ["one"]])
def test_wrong_usage(released, arguments):
    done = released.run("release", *arguments, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_gate_tells_every_reason_at_once(built):
    built.seed("new.txt", article("new"))
    params = (built.root / "params.yaml").read_text()
    (built.root / "params.yaml").write_text(
        params.replace("overall: {}", "overall: {rows: {min: 3}, median_words: {max: 1}}")
    )
    metrics = json.loads((built.root / "reports/metrics.json").read_text())
    (built.root / "reports/metrics.json").write_text(
        json.dumps(metrics | {"ledger": metrics["ledger"] | {"articles": 7}})
    )
    built.git("checkout", "--quiet", "--detach")
    (built.root / ".git/MERGE_HEAD").write_text(built.git("rev-parse", "HEAD"))
    done = built.run("release", check=False)
    assert done.returncode == 1
    for reason in (
        "HEAD is on no branch",
        "git is in the middle of a merge",
        "uncommitted: params.yaml, seeds/new.txt",
        "The ledger does not balance: 3 documents in, but 7 articles",
        "expectation failed: rows is 2, expected at least 3",
        "out of date: ingest, report",
    ):
        assert reason in done.stderr
    assert "reports" not in done.stderr.split("uncommitted: ")[1].split(";")[0]
    assert built.git("tag") == ""
    assert not (built.root / "CORPUS.md").exists()


def test_objects_that_the_cache_lacks_refuse_a_release(built):
    cached(built).unlink()
    assert any("the DVC cache lacks" in reason for reason in plan(built).gate.reasons)


def test_a_warning_does_not_refuse(released):
    params = (released.root / "params.yaml").read_text()
    (released.root / "params.yaml").write_text(params.replace("overall: {}", "overall: {rows: {max: 1}}"))
    released.commit("Expect")
    gate = plan(released).gate
    assert gate.reasons == ()
    assert gate.warnings == ("expected otherwise: rows is 2, expected at most 1",)


def test_a_release_that_git_refuses_leaves_nothing(released):
    before = released.git("log", "--format=%H", "-1"), (released.root / "CORPUS.md").read_bytes()
    refuse = hook(released, '[ "$1" = prepared ] && exit 1; exit 0')
    done = released.run("release", "--bump", "minor", check=False)
    assert done.returncode == 1
    assert "git refused the release; nothing was changed" in done.stderr
    refuse.unlink()
    assert (released.git("log", "--format=%H", "-1"), (released.root / "CORPUS.md").read_bytes()) == before
    assert released.git("tag").split() == ["corpus@v1.0.0", "corpus@v1.1.0"]
    assert released.git("status", "--porcelain") == ""
    assert not (released.root / ".dvc/tmp/corpus/release.json").exists()


def test_a_release_that_the_disk_refuses_is_taken_back(released):
    """The refs have moved when CORPUS.md turns out to be unwritable: a folder took its place."""
    before = released.git("log", "--format=%H", "-1")
    hook(released, '[ "$1" = committed ] && [ -f CORPUS.md ] && rm CORPUS.md && mkdir -p CORPUS.md/x; exit 0')
    done = released.run("release", "--bump", "minor", check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert released.git("log", "--format=%H", "-1") == before
    assert released.git("tag").split() == ["corpus@v1.0.0", "corpus@v1.1.0"]


def test_a_release_that_was_killed_is_finished_or_taken_back(released):
    repository, note = Repository(released.root), released.root / journal.NOTE
    before, notes = released.git("rev-parse", "HEAD").strip(), (released.root / "CORPUS.md").read_text()
    kill = hook(released, "[ \"$1\" = committed ] && kill -9 $(awk '{print $4}' /proc/$PPID/stat); exit 0")
    released.run("release", "--bump", "minor", "-m", "Killed", check=False)
    kill.unlink()
    told = note.read_text()
    after = released.git("rev-parse", "HEAD").strip()
    assert "corpus@v1.2.0" in released.git("tag")
    assert (released.root / "CORPUS.md").read_text() == notes

    # git has it: the rest is made good.
    assert recovery.clear(repository) == ["finished corpus@v1.2.0, whose release was killed"]
    assert "## v1.2.0 (" in (released.root / "CORPUS.md").read_text()
    assert released.git("status", "--porcelain") == ""
    assert recovery.clear(repository) == []

    # The branch never moved.
    note.write_text(told)
    released.git("update-ref", "refs/heads/main", before)
    assert recovery.clear(repository) == ["took back corpus@v1.2.0, whose release was killed"]
    assert released.git("tag").split() == ["corpus@v1.0.0", "corpus@v1.1.0"]
    assert (released.root / "CORPUS.md").read_text() == notes
    assert released.git("status", "--porcelain") == ""

    # The branch moved, and the tag was not made.
    note.write_text(told)
    released.git("update-ref", "refs/heads/main", after)
    recovery.clear(repository)
    assert releases(repository)[-1].commit == after
    assert released.git("status", "--porcelain") == ""

    # Killed while the note was written: nothing had happened yet.
    note.write_text(told[:40])
    assert recovery.clear(repository) == []
    assert not note.exists()


def test_a_release_beside_a_writer_says_who(released):
    lock = released.root / ".dvc/tmp/corpus.lock"
    lock.write_text(json.dumps({"pid": 1, "purpose": "corpus build", "token": "x"}))
    with lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = released.run("release", check=False, **{TOKEN: ""})
    assert done.returncode == 1
    assert "is being written by `corpus build` (process 1)" in done.stderr


def test_a_release_that_was_redacted_is_read_by_what_is_left_of_it(released):
    released.git("commit", "--quiet", "--allow-empty", "-m", "What is left")
    left = released.git("rev-parse", "HEAD").strip()
    released.git("tag", "-a", "corpus@v1.0.0+redacted.1", "-m", "x", "HEAD~1")
    released.git("tag", "-a", "corpus@v1.0.0+redacted.2", "-m", "x", "HEAD")
    first, second = releases(Repository(released.root))
    assert (first.version, first.readable) == ("v1.0.0", left)
    assert second.readable == second.commit


def test_what_a_release_commits_may_be_uncommitted_and_new(built):
    """git names the folder of a new file, not the file."""
    (built.root / "data/raw.dvc").write_text("outs: []\n")
    repository = Repository(built.root)
    assert commit.uncommitted(repository) == ["?? data/"]
    assert commit.uncommitted(repository, commit.PATHS) == []
    (built.root / "data/notes.txt").write_text("mine")
    assert commit.uncommitted(repository, commit.PATHS) == ["?? data/"]
