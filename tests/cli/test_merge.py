"""Two people add a batch each, on branches of their own, and merge: with a bare origin and a DVC remote between them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import corpus
from corpus.app.init import init
from corpus.batches import register as raw
from tests.conftest import BODY, UNMEASURED, Corpus, article

if TYPE_CHECKING:
    from pathlib import Path


def add(repo: Corpus, name: str, folder: Path) -> None:
    """Add a batch of one article, build, and commit."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(article(name, body=f"{BODY} In {name} nobody was against it."))
    repo.run("add", str(folder / f"{name}.txt"), **UNMEASURED)
    repo.build()
    repo.commit(f"Add {name}")


def conflicts(repo: Corpus, branch: str) -> set[str]:
    """Merge a branch; returns the paths in conflict."""
    subprocess.run(["git", "merge", "--quiet", branch], cwd=repo.root, capture_output=True, check=False, timeout=300)
    return set(repo.git("diff", "--name-only", "--diff-filter=U").split())


def test_two_people_add_a_batch_each_and_merge(tmp_path: Path) -> None:
    ann = Corpus(init(tmp_path / "ann").root)
    assert ann.git("config", "merge.corpus.driver").strip() == "corpus merge --driver %O %A %B %P"
    refused = ann.run("merge", check=False)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "not in the middle of a merge" in refused.stderr
    # In her repository without the driver, as in every clone.
    ann.git("config", "--remove-section", "merge.corpus")
    ann.dvc("remote", "add", "--quiet", "--default", "store", str(tmp_path / "store"))
    ann.seed("both.txt", article("both"))
    ann.commit("Begin")
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "origin"], check=True)
    ann.git("remote", "add", "origin", str(tmp_path / "origin"))
    ann.git("push", "--quiet", "origin", "main")
    subprocess.run(["git", "clone", "--quiet", "-b", "main", tmp_path / "origin", tmp_path / "bob"], check=True)
    bob = Corpus(tmp_path / "bob")
    add(ann, "ann", tmp_path / "in")
    ann.git("push", "--quiet", "origin", "main")
    bob.seed("both.txt", article("both", title="Bob has another title"))
    bob.git("switch", "--quiet", "-c", "bob")
    add(bob, "bob", tmp_path / "in")
    ann.seed("both.txt", article("both", title="Ann has a third title"))
    ann.commit("Change a seed")
    ann.git("push", "--quiet", "origin", "main")

    bob.git("fetch", "--quiet")
    found = conflicts(bob, "origin/main")
    assert {"data/raw.dvc", "dvc.lock", "seeds/both.txt"} <= found
    assert "batches.yaml" not in found
    (alone,) = {batch.name for batch in raw.load(ann.root)}
    lost = bob.run("merge", check=False, **UNMEASURED)
    assert lost.returncode == 1
    assert alone in lost.stderr
    ann.dvc("push", "data/raw.dvc")
    stopped = bob.run("merge", "--json", check=False)
    assert stopped.returncode == 1, stopped.stderr
    done = json.loads(stopped.stdout)
    assert (done["left"], done["built"], done["added"]) == (["seeds/both.txt"], False, [alone])
    assert len(done["fetched"]) == 1
    bob.git("checkout", "--ours", "seeds/both.txt")
    bob.git("add", "seeds/both.txt")
    done = bob.run("merge").stdout
    assert done.splitlines()[0] == "2 batches, 1 from the other branch."
    assert "git commit" in done
    bob.git("commit", "--quiet", "--no-edit")
    assert bob.git("status", "--porcelain") == ""
    assert json.loads(bob.run("status", "--json").stdout)["ledger"]["articles"] == 3
    assert bob.dvc("status").stdout.strip() == "Data and pipelines are up to date."
    assert {batch.name for batch in raw.load(bob.root)} > {alone}


@pytest.mark.trial
def test_git_calls_the_driver_and_a_withdrawal_of_one_side_reaches_the_other_also_after_a_kill(built: Corpus) -> None:
    built.git("config", "merge.corpus.driver", f"{sys.executable} -m corpus merge --driver %O %A %B %P")
    built.git("switch", "--quiet", "-c", "other")
    folder = built.root.parent / "in"
    folder.mkdir()
    # The same article as the seed that main withdraws, and one of its own.
    (folder / "again.txt").write_text(article("one"))
    (folder / "new.txt").write_text(article("new", body=f"{BODY} Nobody in the new town was against it."))
    built.run("add", str(folder), **UNMEASURED)
    built.build()
    built.commit("Add a batch")
    built.git("switch", "--quiet", "main")
    built.dvc("checkout", "--quiet", "--force")
    doomed = json.loads(built.run("why", "seeds/one.txt", "--json", **UNMEASURED).stdout)["documents"][0]
    article_id = doomed["decision"]["article_id"]
    built.run("forget", article_id, "--reason", "At the author's request", "--yes", **UNMEASURED)
    built.commit("Withdraw an article")

    assert "dvc.lock" in conflicts(built, "other")
    # The driver left our side, without markers, and united what is united by line.
    assert "<<<<<<<" not in (built.root / "dvc.lock").read_text()
    assert len(raw.load(built.root)) == 1
    process = subprocess.Popen(
        [sys.executable, "-m", "corpus", "merge"], cwd=built.root, env={**os.environ, **UNMEASURED},
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    # Killed in the middle of its build, with all of its children.
    lines = []
    for line in process.stderr:
        lines.append(line)
        if line.startswith("ingest"):
            break
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    assert lines[-1:] == ["ingest    done\n"], lines
    done = json.loads(built.run("merge", "--json").stdout)
    assert (done["left"], done["built"], done["batches"]) == ([], True, 1)
    built.git("commit", "--quiet", "--no-edit")
    assert built.git("status", "--porcelain") == ""
    frame = corpus.open(repo=built.root).pandas()
    assert article_id not in set(frame["article_id"])
    assert len(frame) == 2
    held = built.run("why", article_id, check=False, **UNMEASURED)
    assert BODY[:40] not in held.stdout + held.stderr
    assert built.run("verify", **UNMEASURED).stdout.endswith("Verified.\n")
