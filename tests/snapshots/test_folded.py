"""A version whose small batches share shards: as of a day, and what is known of an address that is twice in a shard."""

from __future__ import annotations

import shutil

import pytest

import corpus
from corpus.app.init import init
from corpus.app.why import why
from corpus.repo.repository import Repository
from corpus.settings import load
from tests.conftest import Corpus
from tests.pipeline.test_folding import Repo, item

URL = "https://paper.example/1"
DAY = 24 * 60


@pytest.fixture(scope="module")
def built_week(tmp_path_factory, _environment):
    """A page, its correction, an error of the server and the first text again in a day; others later."""
    folder = tmp_path_factory.mktemp("folded")
    repo = Corpus(init(folder / "repo").root)
    made = Repo(folder / "made")
    pages = [
        item(1, 5), item(2, 65), item(1, 125, "corrected"), item(1, 185)._replace(status=503), item(1, 245),
        item(3, 2 * DAY), item(1, 2 * DAY + 15, "again"), item(4, 12 * DAY),
    ]  # fmt: skip
    for page in pages:
        made.add([page])
    shutil.copytree(made.root / "data/raw", repo.root / "data/raw", dirs_exist_ok=True)
    shutil.copy(made.root / "batches.yaml", repo.root)
    repo.dvc("add", "data/raw")
    repo.build()
    return repo, made


@pytest.mark.parametrize(("day", "count"), [("2026-03-01", 5), ("2026-03-03", 7), ("2026-03-13", 8)])
def test_as_of_a_day_is_a_build_of_its_batches(built_week, tmp_path, day, count):
    repo, made = built_week
    assert len(list((repo.root / "data/documents").iterdir())) == 3
    until = Repo(tmp_path / "until")
    shutil.copytree(made.root / "data/raw", until.root / "data/raw", dirs_exist_ok=True)
    until.settings = load(repo.root)
    until.register(made.batches[:count])
    until.build()
    version = corpus.open(repo=repo.root, as_of=day)
    for table in ("articles", "revisions", "decisions", "verdicts", "quarantine"):
        found, expected = version.scan(table).collect(), until.table(table)
        key = [name for name in ("source", "batch", "check", "found") if name in found.columns]
        assert found.select(expected.columns).sort(key).equals(expected.sort(key)), table


def test_what_is_known_of_an_address_that_is_several_times_in_a_shard(built_week):
    repo, made = built_week
    by_batch = {one.document["batch"]: one for one in why(Repository(repo.root), URL)}
    names = [made.batches[number].name for number in (0, 2, 3, 4, 6)]
    assert sorted(by_batch) == sorted(names)
    assert [by_batch[name].decision["decision"] for name in names] == [
        "superseded", "superseded", "quarantined", "superseded", "article",
    ]  # fmt: skip
    failed = {name: {one["check"] for one in by_batch[name].verdicts} for name in names}
    assert [name for name in names if "http_status" in failed[name]] == [names[2]]
