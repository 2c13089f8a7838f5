"""Small batches of past days share shards: which ones follows from the register alone, and no history shows."""

from __future__ import annotations

import hashlib
import random
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from corpus.batches import batchfiles, withdrawals
from corpus.batches import register as raw
from corpus.batches.register import Batch, RawFile
from corpus.batches.withdrawals import Kind, Withdrawal, hashed
from corpus.pipeline import folding
from corpus.pipeline.ingest import ingest
from corpus.pipeline.resolve import resolve
from corpus.pipeline.validate import validate
from corpus.pipeline.write import write
from corpus.repo.files import publish
from corpus.repo.paths import ENGINE
from corpus.settings import Settings
from corpus.sources.batch import Writer
from corpus.sources.entries import Item
from corpus.sources.known import Known
from corpus.tables import engine
from corpus.tables.layout import MOST_DOCUMENTS
from corpus.withdrawal import redactedfiles
from corpus.withdrawal.redact_rows import without
from tests.conftest import BODY

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
TABLES = ("documents", "verdicts", "signatures", "pairs", "decisions", "articles", "revisions", "quarantine")


def batch(at: datetime, documents: int = 10, content: int | None = 400_000, groups: int = 1, letter: str = "") -> Batch:
    name = f"{at:%Y%m%dT%H%M%SZ}-{hashlib.sha256(f'{at}{letter}'.encode()).hexdigest()[:12]}"
    file = RawFile(f"{name}.parquet", "0" * 64, documents, 1_000, groups)
    return Batch(name, at, None, (file,) if documents else (), content=content)


def schedule(days: int, documents: int = 10, content: int = 400_000) -> list[Batch]:
    """A batch for every quarter of an hour."""
    return [batch(FIRST + timedelta(minutes=15 * number), documents, content) for number in range(96 * days)]


def parts(batches) -> dict[str, tuple[str, ...]]:
    """The members of each shard that several batches share, or that could."""
    return {name: tuple(one.name for one in part) for name, part in folding.parts(batches) if name is not None}


def rewritten(before, after) -> int:
    """How many shards have other members than before."""
    return len(after.items() - before.items())


@given(
    st.lists(
        st.tuples(
            st.integers(0, 12 * 24 * 60),
            st.sampled_from([0, 1, 10, 900, 1_024, 1_025, 3_000]),
            st.sampled_from([None, 0, 10_000, 9_000_000, 32_000_000, 40_000_000]),
            st.sampled_from([1, 1, 1, 2]),
        ),
        max_size=60,
        unique_by=lambda one: one[0],
    ),
    st.randoms(),
)
def test_each_batch_is_in_one_shard_whatever_the_order(drawn, random_):
    batches = [batch(FIRST + timedelta(minutes=at), *values) for at, *values in drawn]
    found = list(folding.parts(batches))
    assert sorted(one.name for _, part in found for one in part) == sorted(one.name for one in batches)
    last = max((one.captured_at.date() for one in batches), default=None)
    for name, part in found:
        if name is None:
            assert len(part) == 1
            continue
        assert len({one.captured_at.date() for one in part}) == 1
        assert (last - part[0].captured_at.date()).days > 3
        assert all(one.content is not None and one.documents <= folding.SMALL for one in part)
        assert sum(one.documents for one in part) <= MOST_DOCUMENTS
        assert sum(one.content for one in part) <= folding.MOST_BYTES
    shuffled = list(batches)
    random_.shuffle(shuffled)
    assert parts(shuffled) == parts(batches)


@pytest.mark.parametrize(
    "alone",
    [
        {"content": None}, {"documents": 1_025}, {"groups": 2}, {"content": 32_000_001}, {"documents": 0, "content": None},
    ],
)  # fmt: skip
def test_a_batch_that_is_not_small_keeps_its_shards(tmp_path, alone):
    odd = batch(FIRST + timedelta(hours=5, seconds=1), **alone)
    batches = [*schedule(1), odd, batch(FIRST + timedelta(days=30))]
    shards = folding.shards(tmp_path, batches)
    own = {name: groups for name, groups in shards.items() if any(group.batch == odd.name for group in groups)}
    assert list(own) == [f"{odd.name}-0000"] * bool(odd.files)
    assert all({group.batch for group in groups} == {odd.name} for groups in own.values())
    # And it changes nothing for the small ones.
    assert parts(batches) == parts([one for one in batches if one is not odd])


def test_batches_of_the_last_days_and_of_a_corpus_without_a_collector_keep_their_shards(tmp_path):
    assert parts(schedule(4)) == {}
    assert {name[:8] for name in parts(schedule(5))} == {"20260301"}
    added = [replace(one, content=None) for one in schedule(10)]
    assert list(folding.shards(tmp_path, added)) == [f"{one.name}-0000" for one in added]
    assert folding.shards(tmp_path, []) == {}
    alone = [batch(FIRST), batch(FIRST + timedelta(days=9))]
    assert list(folding.shards(tmp_path, alone)) == [f"{one.name}-0000" for one in alone]


@pytest.mark.parametrize(("content", "of_a_day"), [(400_000, 1), (4_000_000, 13)])
def test_a_year_of_small_batches_makes_few_shards(tmp_path, content, of_a_day):
    batches = schedule(365, content=content)
    shards = folding.shards(tmp_path, batches)
    recent = [name for name, groups in shards.items() if len(groups) == 1]
    assert len(recent) <= 4 * 96 if of_a_day == 1 else 20 * 96
    assert len(shards) - len(recent) <= of_a_day * 361
    rows = [sum(group.documents for group in groups) for name, groups in shards.items() if name not in recent]
    assert max(rows) <= 960
    assert sum(rows) / len(rows) > 900 / of_a_day


@pytest.mark.parametrize("documents", [1, 10, 100, 700])
@pytest.mark.parametrize("content", [10_000, 3_000_000])
def test_a_late_batch_a_removed_one_and_a_new_day_rewrite_few_shards(documents, content):
    batches = schedule(12, documents, content)
    before = parts(batches)
    choose = random.Random(18)
    late, removed, emptied = [], [], []
    for _ in range(12):
        at = FIRST + timedelta(seconds=choose.randrange(8 * 86_400))
        late.append(rewritten(before, parts([*batches, batch(at, documents, content, letter="late")])))
        one = choose.choice(batches[: 8 * 96])
        removed.append(rewritten(before, parts([other for other in batches if other is not one])))
        gone = replace(one, files=(), redacted=documents)
        emptied.append(rewritten(before, parts([gone if other is one else other for other in batches])))
    # Where shards are full before a name's hash ends them, the next hash does.
    assert sum(late) / len(late) <= 3
    assert sum(removed) / len(removed) <= 3
    assert max(*late, *removed) <= 12
    assert set(emptied) == {0}
    of_a_day = rewritten(before, parts([*batches, batch(FIRST + timedelta(days=12), documents, content)]))
    assert of_a_day <= 2 + 96 * max(documents / 1_000, content / 16_000_000)


@cache
def _engine() -> bytes:
    """The fingerprints of this code, which take a second to find."""
    with TemporaryDirectory() as folder:
        engine.pin(Path(folder))
        return (Path(folder) / ENGINE).read_bytes()


class Here:
    """Does the work of a stage in this process."""

    def map(self, work, tasks, *, light=False):
        return ((task, work(task)) for task in tasks)


@dataclass
class Repo:
    """A repository that is built in this process, without git and DVC."""

    root: Path
    batches: list[Batch] = field(default_factory=list)
    ingested: int = 0

    def __post_init__(self):
        (self.root / raw.RAW).mkdir(parents=True)
        (self.root / "seeds").mkdir()
        (self.root / ENGINE).write_bytes(_engine())
        self.settings = Settings.model_validate({"validate": {"min_words": 5}})

    def add(self, items: list[Item]) -> Batch:
        """Add a batch as `corpus collect` seals it."""
        moment = max(item.captured_at for item in items)
        folder = self.root / "aside"
        with Writer(folder, moment, None, Known.of(self.root, self.batches), dated=True) as writer:
            content = sum(len(item.data) for item in items if writer.add(item))
            finished = writer.finish()
        assert finished is not None
        made, (path,) = finished
        publish(path, batchfiles.path_of(self.root, made.files[0]))
        shutil.rmtree(folder)
        made = replace(made, content=content)
        self.register([*self.batches, made])
        return made

    def register(self, batches: list[Batch]) -> None:
        self.batches = batches
        raw.save(self.root, batches)

    def build(self) -> None:
        outcome = ingest(self.root, self.settings, Here())
        self.ingested = outcome.made
        validate(self.root, self.settings)
        resolve(self.root, self.settings, Here())
        write(self.root)

    def files(self) -> dict[str, bytes]:
        """Every byte that was built."""
        found = [path for table in TABLES for path in (self.root / "data" / table).iterdir()]
        found += list((self.root / "data/keys").iterdir())
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found}

    def clean(self, folder: Path) -> dict[str, bytes]:
        """What a clean build of the same batches gives."""
        other = Repo(folder)
        shutil.copytree(self.root / raw.RAW, folder / raw.RAW, dirs_exist_ok=True)
        if (self.root / withdrawals.WITHDRAWN).exists():
            shutil.copy(self.root / withdrawals.WITHDRAWN, folder)
        other.register(list(reversed(self.batches)))
        other.build()
        return other.files()

    def table(self, name: str) -> pl.DataFrame:
        return pl.read_parquet(self.root / "data" / name / "*.parquet")


def item(number: int, minutes: int, words: str = "", **more) -> Item:
    at = FIRST + timedelta(minutes=minutes)
    url = f"https://paper.example/{number}"
    page = (
        f"<html><head><title>Story {number} of the council</title></head><body><article><h1>Story {number} of the "
        f"council</h1><p>{BODY} {words or number}</p></article></body></html>"
    )
    return Item(url, page.encode(), "text/html", url=url, captured_at=at, status=200, **more)


DAYS = 8
DRAWN = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, DAYS * 24 * 60 - 1), st.sampled_from(["", "", "corrected", "again"])),
    min_size=2, max_size=10, unique_by=lambda one: one[1],
)  # fmt: skip


def batches_of(drawn, every: int) -> list[list[Item]]:
    """Split documents into batches: those of the same `every` minutes come together."""
    found: dict[int, list[Item]] = {}
    for number, minutes, words in sorted(drawn, key=lambda one: one[1]):
        found.setdefault(minutes // every, []).append(item(number, minutes, words))
    return list(found.values())


@settings(
    max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(DRAWN, st.sampled_from([15, 240, 1_440]), st.randoms(use_true_random=False))
def test_no_history_of_builds_shows(tmp_path_factory, drawn, every, random_):
    folder = tmp_path_factory.mktemp("folding")
    repo = Repo(folder / "a")
    arriving = batches_of(drawn, every)
    random_.shuffle(arriving)
    for items in arriving:
        repo.add(items)
        if random_.random() < 0.3:
            repo.build()
    repo.build()
    assert repo.files() == repo.clean(folder / "b")
    ledger = repo.table("decisions")
    assert ledger.height == sum(one.documents for one in repo.batches)
    assert ledger.select("batch", "source").is_unique().all()


@settings(
    max_examples=2, deadline=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(DRAWN)
def test_how_documents_are_split_into_batches_decides_no_article(tmp_path_factory, drawn):
    folder = tmp_path_factory.mktemp("split")
    found = []
    for every in (15, 240, 100_000):
        repo = Repo(folder / str(every))
        for items in batches_of(drawn, every):
            repo.add(items)
        repo.build()
        # An address that is twice in a batch is numbered there.
        where = ["batch", "source"]
        tables = [repo.table(name).drop(where).sort("article_id", "revision") for name in ("articles", "revisions")]
        decided = repo.table("decisions").drop(where)
        found.append([*tables, decided.sort("article_id", "document_id", "decision", "first_seen", "revision")])
    for other in found[1:]:
        for one, same in zip(found[0], other, strict=True):
            assert one.equals(same), [n for n in one.columns if not one[n].equals(same[n])]


@pytest.fixture
def week(tmp_path):
    """A page, its correction and the first text again within a day, among others; then a day much later."""
    repo = Repo(tmp_path / "week")
    for hour, (number, words) in enumerate([(1, ""), (2, ""), (1, "corrected"), (3, ""), (1, ""), (4, "")]):
        repo.add([item(number, 60 * hour + 5, words)])
    repo.add([item(7, 24 * 60 * 2)])
    repo.add([item(8, 24 * 60 * 2 + 15)])
    repo.add([item(9, 24 * 60 * 20)])
    repo.build()
    return repo


def test_an_address_twice_in_a_shard_is_two_documents(week):
    shared = min((week.root / "data/documents").iterdir())
    rows = pl.read_parquet(shared)
    assert rows.filter(pl.col("source") == "https://paper.example/1").height == 3
    assert rows.select("source", "document_id").is_duplicated().sum() == 2
    decided = (
        week.table("decisions").filter(pl.col("source") == "https://paper.example/1").sort("first_seen", "revision")
    )
    assert decided["batch"].n_unique() == 3
    assert week.table("articles").filter(url="https://paper.example/1")["revision"].to_list() == [3]
    assert week.table("revisions")["revision"].to_list() == [1, 2]


def test_the_same_page_fails_a_check_in_one_batch_alone(tmp_path):
    """The bytes and the address are the same; one answer was a server's error."""
    repo = Repo(tmp_path / "repo")
    repo.add([item(1, 5)])
    repo.add([item(1, 65)._replace(status=503)])
    repo.add([item(2, 24 * 60 * 9)])
    repo.build()
    assert len(list((repo.root / "data/documents").iterdir())) == 2
    decided = repo.table("decisions").filter(pl.col("source") == "https://paper.example/1").sort("batch")
    assert decided["decision"].to_list() == ["article", "quarantined"]
    (row,) = repo.table("quarantine").iter_rows(named=True)
    assert (row["batch"], [one["check"] for one in row["reasons"]]) == (repo.batches[1].name, ["http_status"])


def changed(before, after, table) -> set[str]:
    names = {name for name in before.keys() | after.keys() if name.startswith(f"data/{table}/")}
    return {name for name in names if name in after and before.get(name) != after[name]}


def test_a_late_batch_of_an_earlier_day_rewrites_the_shard_of_its_day(week, tmp_path):
    before = week.files()
    week.add([item(30, 60 * 3 + 7)])
    week.build()
    assert week.ingested == 1
    after = week.files()
    for table in ("documents", "signatures", "decisions"):
        assert len(changed(before, after, table)) == 1, table
    assert after == week.clean(tmp_path / "clean")


def test_a_new_day_folds_one_day(week, tmp_path):
    week.add([item(40, 24 * 60 * 20 + 15)])
    week.build()
    assert week.ingested == 1
    before = week.files()
    week.add([item(41, 24 * 60 * 24)])
    week.build()
    # The new batch, and the day that is no longer recent.
    assert week.ingested == 2
    assert len(changed(before, week.files(), "documents")) == 2
    assert week.files() == week.clean(tmp_path / "clean")


def test_a_withdrawal_empties_the_document_in_the_shard_of_its_day(week, tmp_path):
    before = week.files()
    address = hashed(Kind.ARTICLE, withdrawals.article_of("https://paper.example/1"))
    withdrawals.save(week.root, [Withdrawal(date(2026, 3, 25), "Test", articles=frozenset({address}))])
    week.build()
    after = week.files()
    assert len(changed(before, after, "documents")) == 1
    assert week.table("articles").filter(url="https://paper.example/1").height == 0
    gone = week.table("quarantine")
    assert gone["source"].to_list() == ["https://paper.example/1"] * 3
    assert gone["batch"].n_unique() == 3
    assert {one["check"] for reasons in gone["reasons"] for one in reasons} == {"withdrawn"}
    assert after == week.clean(tmp_path / "clean")
    week.build()
    assert week.ingested == 0


@pytest.mark.parametrize("which", [1, *(pytest.param(which, marks=pytest.mark.trial) for which in (2, 5))])
def test_a_document_that_is_taken_out_of_its_batch_rewrites_the_shard_of_its_day(week, tmp_path, which):
    before = week.files()
    one = week.batches[which]
    path = batchfiles.path_of(week.root, one.files[0])
    found = redactedfiles.batch_file(path, lambda rows: pl.Series([True] * rows.num_rows).to_arrow(), tmp_path)
    path.unlink()
    week.register([without(other, [], found.gone) if other is one else other for other in week.batches])
    week.build()
    assert week.ingested == 1
    assert len(changed(before, week.files(), "documents")) == 1
    assert week.files() == week.clean(tmp_path / "clean")


def test_nothing_new_makes_nothing(week):
    before = week.files()
    week.build()
    assert week.ingested == 0
    assert week.files() == before
