"""resolve, through the real stages: what it decides, and that nothing but the documents decides it."""

from __future__ import annotations

import hashlib
import itertools
import random
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from corpus.columnar import ids
from corpus.errors import ClusterUnreachable, StorageError
from corpus.pipeline import compared, comparing, measuring
from corpus.pipeline.compared import known, numbered
from corpus.pipeline.comparing import Comparing
from corpus.pipeline.decided import BLOCKED
from corpus.pipeline.deciding import decide
from corpus.pipeline.ingest import documents
from corpus.pipeline.measuring import Elsewhere
from corpus.pipeline.origins import Found
from corpus.pipeline.processes import Processes
from corpus.pipeline.resolve import resolve
from corpus.pipeline.signed import SignedDocuments, read_signatures
from corpus.pipeline.validate import validate
from corpus.pipeline.write import write
from corpus.repo.digest import digest
from corpus.resolve.revisions import Decision
from corpus.settings import Settings
from corpus.tables import engine
from corpus.tables.shards import KeyedShards, load_keys
from schemas.tables import DOCUMENTS, PAIRS

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.pipeline.executor import Executor

OUTPUTS = ("signatures", "pairs", "decisions")


@dataclass(frozen=True)
class Doc:
    """A document of a test: an article of a site, as captured on a day."""

    text: str
    url: str | None = "one"
    title: str = "The council approves the tram"
    day: int = 0
    published: str = "September 11, 2020"
    byline: str = "By Jane Example"

    @property
    def data(self) -> bytes:
        parts = [self.title, self.byline, self.published, self.text]
        if self.url:
            parts += ["Original url:", f"<https://www.example.com/{self.url}>"]
        return "\n\n".join(parts).encode()


def shard_of(batch: str, at: int) -> str:
    return f"2026010{ord(batch) - 96}T000000Z-{batch * 12}-{at:04}"


@dataclass
class Repo:
    """A repository whose documents are given as batches; `ingest` is done in this process, for its wall takes a second."""

    root: Path
    params: dict = field(default_factory=dict)
    batches: dict[str, list[Doc]] = field(default_factory=dict)
    split: int = 3
    executor: Executor = field(default_factory=lambda: Processes(1))

    def __post_init__(self):
        self.root.mkdir(parents=True)
        engine.pin(self.root)
        self.settings = Settings.model_validate({"validate": {"min_words": 0}, "resolve": self.params})

    def build(self, *, whole: bool = False) -> pl.DataFrame:
        """Run the stages up to resolve, or to write. Returns the decisions, by batch and number."""
        keys = {}
        with KeyedShards(self.root, "ingest", [DOCUMENTS]) as shards:
            for batch, docs in self.batches.items():
                for at in range(0, len(docs), self.split):
                    found = [
                        self._found(batch, number, docs[number])
                        for number in range(at, min(at + self.split, len(docs)))
                    ]
                    name = shard_of(batch, at)
                    keys[name] = digest([repr(found)])
                    if shards.stale({name: keys[name]}):
                        shards.put(name, keys[name], [(DOCUMENTS, documents(found, self.settings.ingest))])
            shards.finish(keys)
        validate(self.root, self.settings)
        self.outcome = resolve(self.root, self.settings, self.executor)
        if whole:
            write(self.root)
        return pl.read_parquet(self.root / "data/decisions/*.parquet").sort("source")

    @staticmethod
    def _found(batch, number, doc):
        data = doc.data
        captured = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=doc.day)
        return Found(
            f"{batch}/{number:04}", data, hashlib.sha256(data).hexdigest(), len(data), "text/plain", batch, captured
        )  # fmt: skip

    def outputs(self) -> dict[str, bytes]:
        """Every byte that resolve makes."""
        files = [path for table in OUTPUTS for path in (self.root / "data" / table).iterdir()]
        files += [self.root / f"data/keys/{stage}.json" for stage in ("signatures", "pairs", "resolve")]
        return {str(path.relative_to(self.root)): path.read_bytes() for path in files}


@pytest.fixture
def make(tmp_path):
    """Build the decisions on some documents of one batch, with some parameters."""

    def build(docs, *, whole=False, **params):
        repo = Repo(tmp_path / f"{len(list(tmp_path.iterdir()))}", params, {"a": docs})
        decisions = repo.build(whole=whole)
        make.repo = repo
        return decisions

    build.root = lambda: make.repo.root
    return build


def words(seed, count=120):
    draw = random.Random(seed)
    return " ".join(f"w{draw.randrange(2_000)}" for _ in range(count))


LONG = words(1)


def decided(rows):
    return rows["decision"].to_list()


def test_what_differs_in_no_word_is_a_repeat_and_says_so(make):
    rows = make(
        [
            Doc(LONG, day=0),
            Doc(LONG.replace(" w1", ", W1"), day=1),
            Doc(LONG + "\n\nRecommended for you: Another story of this day", day=2),
            Doc(LONG, day=3),
        ]
    )
    assert decided(rows) == ["article", "repeat", "repeat", "repeat"]
    assert rows["rule"].to_list()[1:] == ["same words", "same words", "url"]
    assert rows["winner"].n_unique() == 1


@pytest.mark.parametrize(
    "other",
    [
        {"text": LONG.replace("w", "v", 1)},
        {"title": "The council rejects the tram"},
        {"byline": "By John Sample"},
        {"published": "September 12, 2020"},
    ],
)
def test_another_text_title_byline_or_date_is_a_revision(make, other):
    rows = make([Doc(LONG), Doc(**{"text": LONG, "day": 1} | other)])
    assert decided(rows) == ["superseded", "article"]
    assert rows["revision"].to_list() == [1, 2]
    assert rows["superseded_by"].to_list() == [rows["document_id"][1], None]
    assert rows["change"][0] is None
    assert 0 <= rows["change"][1] < 0.1


def test_minor_changes_are_repeats_where_asked_for_but_do_not_add_up(make):
    texts = [LONG.split() for _ in range(6)]
    for number, text in enumerate(texts):
        text[:number] = [f"x{at}" for at in range(number)]
    docs = [Doc(" ".join(text), day=number) for number, text in enumerate(texts)]
    assert decided(make(docs)) == [*["superseded"] * 5, "article"]
    rows = make(docs, minor_change=0.06)
    assert rows["rule"].to_list().count("minor change") == rows["decision"].to_list().count("repeat") > 0
    assert decided(rows).count("superseded") > 0


def test_capture_order_decides_not_arrival_and_a_late_capture_becomes_an_earlier_revision(tmp_path):
    repo = Repo(tmp_path / "r", batches={"a": [Doc(LONG, day=5), Doc(LONG + " More.", day=9)]})
    repo.build()
    repo.batches["b"] = [Doc(LONG + " Late.", day=1), Doc(LONG + " Between.", day=7)]
    rows = repo.build().sort("revision")
    assert rows["source"].to_list() == ["b/0000", "a/0000", "b/0001", "a/0001"]
    assert rows["superseded_by"].to_list() == [*rows["document_id"].to_list()[1:], None]
    assert rows["first_seen"].unique().to_list() == [datetime(2026, 1, 2, tzinfo=UTC)]


def test_identical_capture_times_are_ordered_by_batch_and_document(make):
    docs = [Doc(LONG + f" {number}") for number in range(5)]
    first, again = make(docs), make(docs[::-1])
    by = ["document_id", "decision", "revision"]
    assert first.select(by).sort("revision").equals(again.select(by).sort("revision"))
    assert first.sort("revision")["document_id"].is_sorted()


def test_duplicates_point_to_the_earliest_published_even_if_it_was_captured_later(tmp_path):
    late = Doc(LONG, url="late", day=0, published="September 20, 2020")
    repo = Repo(tmp_path / "r", batches={"a": [late]})
    assert repo.build()["duplicate_of"].to_list() == [None]
    repo.batches["b"] = [Doc(LONG + " Indeed.", url="early", day=9, published="September 10, 2020")]
    rows = repo.build()
    assert rows["duplicate_of"].to_list() == [rows["article_id"][1], None]
    assert 0.8 < rows["similarity"][0] < 1


def test_a_superseded_text_makes_no_duplicate(make):
    rows = make([Doc(LONG, url="one"), Doc(words(2), url="one", day=1), Doc(LONG, url="two", day=2)])
    assert rows["duplicate_of"].to_list() == [None, None, None]


STORIES = [
    Doc(words(1), title="Storm closes harbour for a week"),
    Doc(words(2), title="Parliament passes new budget", day=1),
    Doc(words(2) + " Updated.", title="Parliament passes new budget", day=2),
    Doc(words(1), title="Storm closes harbour for a week", day=3),
    Doc(words(3), title="Champions lose at home", day=4),
]


def test_a_reused_url_leaves_a_trace_or_makes_an_article(make):
    kept = make(STORIES)
    assert decided(kept) == ["superseded", "superseded", "superseded", "superseded", "article"]
    other = "another story at this url"
    assert kept["rule"].to_list() == ["url", other, "url", "earlier text again", other]
    assert kept["article_id"].n_unique() == 1
    assert kept["change"][1] == 1
    split = make(STORIES, whole=True, url_reuse="split")
    assert decided(split) == ["article", "superseded", "article", "repeat", "article"]
    assert split["rule"].to_list() == ["url", "url and text", "url and text", "url", "url and text"]
    ids = split["article_id"].to_list()
    assert ids[0] == kept["article_id"][0] == ids[3]
    assert len({ids[0], ids[1], ids[4]}) == 3
    assert ids[1] == ids[2]
    assert split["revision"].to_list() == [1, 1, 2, 1, 1]


def test_a_rewritten_text_under_its_title_is_no_other_story(make):
    docs = [Doc(words(1), title="Storm closes harbour"), Doc(words(2), title="Storm closes harbour for a week", day=1)]
    assert make(docs, url_reuse="split")["article_id"].n_unique() == 1


def test_dropped_duplicates_are_in_the_ledger_and_in_no_table(make):
    docs = [
        Doc(LONG, url="one"),
        Doc(LONG + " Indeed.", url="two", day=1),
        Doc(LONG, url="three", day=2),
        Doc(words(9), url="four"),
    ]
    rows = make(docs, whole=True, duplicates="drop")
    assert sorted(decided(rows)) == ["article", "article", "duplicate", "duplicate"]
    dropped = rows.filter(pl.col("decision") == Decision.DUPLICATE.value)
    assert dropped["duplicate_of"].unique().to_list() == [rows["article_id"][0]]
    marked = make(docs, whole=True)
    assert decided(marked) == ["article"] * 4
    assert marked.select("source", "duplicate_of", "similarity").equals(
        rows.select("source", "duplicate_of", "similarity")
    )


def test_bad_documents_decide_nothing(make):
    rows = make([Doc(LONG, url="one"), Doc(LONG, url="two", title="T", day=1)])
    assert decided(rows) == ["article", "quarantined"]
    assert rows["rule"][1] == "title_length"
    assert rows["article_id"][1] is None


def test_nothing_at_all(tmp_path):
    assert Repo(tmp_path / "r").build(whole=True).height == 0


def test_what_was_compared_is_not_compared_again_and_its_texts_are_not_read(tmp_path):
    old = [Doc(words(at // 2) + f" {at}", url=str(at), day=at) for at in range(30)]
    repo = Repo(tmp_path / "r", batches={"a": old}, split=10)
    repo.build()
    repo.batches["b"] = [Doc(words(500), url="new")]
    repo.build()
    assert repo.outcome.made == 1
    pairs = pl.concat([pl.read_parquet(path) for path in (repo.root / "data/pairs").iterdir()])
    assert pairs.height == 15
    signatures = [pl.read_parquet(path) for path in sorted((repo.root / "data/signatures").iterdir())]
    shutil.move(repo.root / "data/documents", tmp_path / "gone")
    signed = SignedDocuments([10, 10, 10], lambda number, _: signatures[number].to_arrow())
    hashes = pl.concat(signatures)["text_hash"]
    stored = numbered(known(repo.root, 5, engine.fingerprint("resolve")), ids.packed(hashes, 32), np.arange(30))

    def read(number, rows):
        raise StorageError("Nothing is read.")

    comparing = Comparing(signed, 5, stored, read)
    one, other = (hashes.index_of(key) for key in pairs.row(0)[:2])
    found = comparing(np.array([one], np.int32), np.array([other], np.int32))
    assert tuple(found[0]) == pairs.row(0)[2:]
    with pytest.raises(StorageError):
        comparing(np.array([0], np.int32), np.array([29], np.int32))


class BreaksOff:
    """An executor that loses the parts of comparing after some, as a cluster whose scheduler has gone."""

    def __init__(self, after):
        self.after = after
        self.done = 0

    def map(self, work, tasks, *, light=False):
        for task in tasks:
            if work is measuring.make:
                if self.done == self.after:
                    raise ClusterUnreachable("tcp://there:1", "the connection to its scheduler was lost")
                self.done += 1
            yield task, work(task)


def test_what_a_run_compared_before_it_was_broken_off_is_not_compared_again(tmp_path, monkeypatch):
    monkeypatch.setattr(comparing, "_FEW_GRAMS", 0)
    monkeypatch.setattr(comparing, "_GRAMS_OF_PART", 1)
    docs = [Doc(words(at // 2) + f" {at}", url=str(at), day=at) for at in range(30)]
    repo = Repo(tmp_path / "r", batches={"a": docs}, split=10)
    unbroken = Repo(tmp_path / "u", batches={"a": docs}, split=10)
    unbroken.build()
    repo.executor = BreaksOff(after=6)
    with pytest.raises(ClusterUnreachable):
        repo.build()
    kept = sorted((repo.root / ".dvc/tmp/corpus/compared").iterdir())
    assert len(kept) == 6
    assert not list((repo.root / "data/tmp").glob("*"))
    # One was cut off, and one is of other code.
    kept[0].write_bytes(kept[0].read_bytes()[:-20])
    kept[1].rename(kept[1].with_stem("0" * 64))
    repo.executor = BreaksOff(after=15)
    repo.build()
    assert repo.executor.done == 15 - 4
    assert not kept[0].parent.exists()
    for table in OUTPUTS:
        names = sorted(path.name for path in (unbroken.root / "data" / table).iterdir())
        assert names == sorted(path.name for path in (repo.root / "data" / table).iterdir())
        for name in names:
            one, other = (each.root / "data" / table / name for each in (repo, unbroken))
            assert one.read_bytes() == other.read_bytes()


def test_signatures_of_older_versions_have_the_lowest_hashes_of_their_samples(make, tmp_path):
    make([Doc(words(1), url="one"), Doc("Short.", url="two")])
    path = next((make.root() / "data/signatures").iterdir())
    old = pl.read_parquet(path)
    pq.write_table(old.drop("lowest").to_arrow(), tmp_path / "old.parquet")
    expected = [sample[:8] for sample in old["sample"].to_list()]
    for columns in (["lowest"], None):
        found = read_signatures(tmp_path / "old.parquet", columns)
        assert found["lowest"].to_pylist() == expected
        assert found["lowest"].type.value_type == pa.uint64()
    assert read_signatures(tmp_path / "old.parquet", ["grams"]).column_names == ["grams"]
    assert pl.DataFrame(read_signatures(path, None)).equals(old)


def test_stored_comparisons_that_were_tampered_with_are_made_anew(tmp_path):
    repo = Repo(tmp_path / "r", batches={"a": [Doc(words(at // 2) + f" {at}", url=str(at)) for at in range(6)]})
    repo.build()
    good = repo.outputs()
    path = next((repo.root / "data/pairs").iterdir())
    pl.read_parquet(path).with_columns(common=pl.lit(0, pl.Int32)).write_parquet(path)
    repo.build()
    assert repo.outputs() == good


doc = st.builds(
    lambda base, edit, url, title, day, published: Doc(_edited(words(base, 40), edit), url, title, day, published),
    st.integers(0, 3),
    st.integers(0, 7),
    st.sampled_from(["one", "two", "three", "four", None]),
    st.sampled_from(["The council approves the tram", "Storm closes harbour", "Champions lose at home again"]),
    st.integers(0, 4),
    st.sampled_from(["September 11, 2020", "September 12, 2020", "January 1, 2019"]),
)


def _edited(text, edit):
    some = text.split()
    match edit:
        case 1:
            return text.upper()
        case 2:
            return " ".join([*some, "indeed"])
        case 3:
            return " ".join(some[:20])
        case 4:
            return " ".join(["lead", *some[3:]])
        case 5:
            return text + "\n\nLees ook: meer"
        case 6:
            return " ".join([*some[20:], *some[:20]])
    return text


def _params():
    return st.fixed_dictionaries(
        {
            "duplicates": st.sampled_from(["mark", "drop", "exact"]),
            "url_reuse": st.sampled_from(["keep", "split"]),
            "minor_change": st.sampled_from([0.0, 0.3]),
            "containment_grams": st.just(10),
        }
    )


@settings(
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data(), _params())
def test_any_history_of_a_corpus_gives_what_a_clean_build_gives(tmp_path_factory, data, params):
    folder = tmp_path_factory.mktemp("history")
    repo = Repo(folder / "old", params)
    batches = data.draw(
        st.dictionaries(st.sampled_from("abcd"), st.lists(doc, min_size=1, max_size=7), min_size=1), "batches"
    )
    for name in data.draw(st.permutations(sorted(batches)), "order of add"):
        repo.batches[name] = batches[name]
        repo.build()
    if len(batches) > 1 and data.draw(st.booleans(), "remove one"):
        repo.batches.pop(data.draw(st.sampled_from(sorted(batches)), "which"))
    repo.split = data.draw(st.integers(1, 4), "split")
    rows = repo.build(whole=True)
    clean = Repo(folder / "new", params, dict(sorted(repo.batches.items())), repo.split)
    clean.build(whole=True)
    assert repo.outputs() == clean.outputs()
    sound(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing, "_FEW_GRAMS", 0)
        patch.setattr(comparing, "_FAR", 2)
        patch.setattr(comparing, "_GRAMS_OF_PART", data.draw(st.integers(1, 100), "grams"))
        in_parts(repo, data.draw(st.integers(1, 6), "together"))
    shutil.rmtree(folder)


def in_parts(repo, together):
    """Decide again, so few documents at a time, with pairs in parts: decisions and pairs are those of a build."""
    names = sorted(path.stem for path in (repo.root / "data/decisions").iterdir())

    def read(table, number):
        return pl.read_parquet(repo.root / f"data/{table}/{names[number]}.parquet")

    signed = SignedDocuments(
        [read("signatures", number).height for number in range(len(names))],
        lambda number, columns: read("signatures", number).select(columns).to_arrow(),
        most_kept=0,
    )
    blocked = [
        read("decisions", number)
        .with_row_index("document", signed.span(number).start)
        .filter(pl.col("decision") == "quarantined")
        .select(BLOCKED.names())
        .cast(BLOCKED)
        for number in signed.shards
    ]
    made = decide(
        signed,
        pl.concat(blocked),
        repo.settings.resolve,
        [],
        lambda number, rows: read("documents", number)["text"].gather(rows).to_arrow(),
        together=together,
        elsewhere=Elsewhere(repo.root, 5, names, load_keys(repo.root, "ingest"), Processes(1), lambda *_: None),
    )
    for number, name in enumerate(names):
        assert made.rows(number).equals(read("decisions", number))
        pairs = repo.root / f"data/pairs/{name}.parquet"
        expected = pl.read_parquet(pairs) if pairs.exists() else pl.DataFrame(PAIRS.empty)
        assert compared.rows(made.asked, signed.span(number), made.facts.text_hash).equals(expected)


def sound(rows):
    """What holds of all decisions."""
    current = rows.filter(pl.col("decision") == "article")
    assert current["article_id"].is_unique().all()
    standing = {*current["article_id"]}
    for row in rows.filter(pl.col("duplicate_of").is_not_null()).iter_rows(named=True):
        assert row["decision"] in {"article", "duplicate"}
        assert row["duplicate_of"] in standing - {row["article_id"]}
        assert row["similarity"] >= 0.8
        assert row["contained_in"] is None
    originals = {*current.filter(pl.col("duplicate_of").is_null())["article_id"]}
    assert {*rows["duplicate_of"].drop_nulls(), *rows["contained_in"].drop_nulls()} <= originals
    assert (rows["containment"].drop_nulls() >= 0.9).all()


A, B, C = LONG, LONG + " More.", words(9)


def revisions_of(rows):
    """The revisions in order: number, text, whether it is the article."""
    return rows.filter(pl.col("decision").is_in(["article", "superseded"])).sort("revision")


def test_a_reverted_edit_is_a_revision_and_says_so(make):
    rows = make([Doc(A, day=0), Doc(B, day=1), Doc(A, day=2)], whole=True)
    assert decided(rows) == ["superseded", "superseded", "article"]
    assert rows["revision"].to_list() == [1, 2, 3]
    assert rows["rule"].to_list() == ["url", "url", "earlier text again"]
    assert rows["superseded_by"].to_list() == [rows["document_id"][1], rows["document_id"][2], None]
    assert rows["change"][1] == rows["change"][2]
    article = pl.read_parquet(make.root() / "data/articles/*.parquet")
    revisions = pl.read_parquet(make.root() / "data/revisions/*.parquet").sort("revision")
    assert article["text"].to_list() == [A]
    assert article["captured_at"].to_list() == [datetime(2026, 1, 3, tzinfo=UTC)]
    assert revisions["text"].to_list() == [A, B]


@pytest.mark.parametrize(
    ("docs", "expected"),
    [
        ([(A, 0), (B, 1), (A, 2), (B, 3), (A, 4)], [A, B, A, B, A]),
        ([(A, 0), (A, 1), (B, 2), (B, 3), (A, 4), (A, 5)], [A, B, A]),
        ([(A, 0), (C, 1), (A, 2)], [A, C, A]),
        ([(A, 0), (B, 1), (A.upper(), 2)], [A, B, A.upper()]),
        ([(A, 0), (A.upper(), 1), (A, 2)], [A]),
        # Of one instant: first what the article said before, each state once.
        ([(A, 0), (B, 1), (A, 1)], [A, B]),
        ([(A, 0), (B, 0), (A.upper(), 0)], None),
        ([(B, 0), (A, 1), (B, 1), (A, 2)], [B, A]),
    ],
)
def test_neighbours_that_say_the_same_are_one_revision(make, docs, expected):
    rows = make([Doc(text, day=day) for text, day in docs])
    found = revisions_of(rows)
    if expected is None:
        assert found.height == 2
    else:
        assert [docs[int(source[-4:])][0] for source in found["source"]] == expected
    assert found["revision"].to_list() == list(range(1, found.height + 1))
    assert rows["winner"].is_in(found["document_id"].implode()).all()


def test_a_title_that_comes_back_is_a_revision_without_an_earlier_text(make):
    rows = make([Doc(A, day=0), Doc(A, day=1, title="Tram approved by council"), Doc(A, day=2)])
    assert rows["revision"].to_list() == [1, 2, 3]
    assert rows["rule"].to_list() == ["url"] * 3


def test_a_minor_change_that_is_taken_back_is_no_revision(make):
    rows = make([Doc(A, day=0), Doc(B, day=1), Doc(A, day=2), Doc(B, day=3)], minor_change=0.3)
    assert decided(rows) == ["article", "repeat", "repeat", "repeat"]
    assert rows["rule"].to_list() == ["url", "minor change", "url", "minor change"]
    assert set(rows["winner"]) == {rows["document_id"][0]}
    rows = make([Doc(A, day=0), Doc(B, day=1), Doc(C, day=2), Doc(A, day=3)], minor_change=0.3)
    assert decided(rows) == ["superseded", "repeat", "superseded", "article"]
    assert rows["rule"][3] == "earlier text again"


def test_stories_that_take_turns_at_an_address_are_two_articles(make):
    storm = Doc(C, title="Storm closes harbour", day=1)
    docs = [Doc(A, day=0), storm, Doc(A, day=2), replace(storm, day=3), Doc(B, day=4), replace(storm, day=5)]
    rows = make(docs, whole=True, url_reuse="split")
    assert rows["article_id"].n_unique() == 3
    assert decided(rows)[:4] == ["article", "article", "repeat", "repeat"]
    assert rows["article_id"][0] == rows["article_id"][2]
    assert rows["article_id"][1] == rows["article_id"][3] == rows["article_id"][5]
    kept = make(docs, url_reuse="keep")
    assert kept["revision"].to_list() == [1, 2, 3, 4, 5, 6]
    assert kept["rule"].to_list()[1:4] == ["another story at this url", *["earlier text again"] * 2]


def test_a_text_that_comes_back_is_dropped_as_the_duplicate_that_it_is(make):
    docs = [
        Doc(A, url="first", day=0),
        Doc(A, url="second", day=1),
        Doc(C, url="second", day=2),
        Doc(A, url="second", day=3),
    ]
    rows = make(docs, whole=True, duplicates="drop")
    assert decided(rows) == ["article", "superseded", "superseded", "duplicate"]
    assert rows["duplicate_of"][3] == rows["article_id"][0]


TEXTS = {"a": A, "b": B, "c": C, "A": A.upper()}


@settings(max_examples=12, phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from("abcA"), min_size=1, max_size=8), st.data())
def test_captures_give_the_revisions_that_folding_gives_in_any_order_and_any_batches(tmp_path_factory, letters, data):
    expected = [key for key, _ in itertools.groupby(letters, key=str.lower)]
    folder = tmp_path_factory.mktemp("fold")
    for number in (1, 2):
        repo = Repo(folder / f"{number}", split=data.draw(st.integers(1, 4), "split"))
        for day in data.draw(st.permutations(range(len(letters))), "order of capture"):
            repo.batches.setdefault(data.draw(st.sampled_from("abc"), "batch"), []).append(
                Doc(TEXTS[letters[day]], day=day)
            )
        found = revisions_of(repo.build())
        days = [repo.batches[source[0]][int(source[2:])].day for source in found["source"]]
        assert [letters[day].lower() for day in days] == expected
        assert days == sorted(days)
        assert found["decision"].to_list() == ["superseded"] * (len(expected) - 1) + ["article"]
        sound(found)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    "other",
    [
        {"title": "Tram line approved", "published": "September 13, 2020"},
        {"title": "Tram line approved"},
        {"published": "September 13, 2020"},
        {"published": ""},
    ],
)
def test_one_story_in_two_papers_without_an_address_is_two_articles(make, other):
    rows = make([Doc(LONG, url=None, day=0), Doc(LONG, url=None, day=1, **other)], whole=True)
    assert decided(rows) == ["article", "article"]
    assert rows["duplicate_of"].to_list() == [None, rows["article_id"][0]]
    assert rows["similarity"].to_list() == [None, 1.0]
    assert pl.read_parquet(make.root() / "data/articles/*.parquet").height == 2
    near = make([Doc(LONG, url=None, day=0), Doc(LONG + " More.", url=None, day=1, **other)])
    assert decided(near) == ["article", "article"]
    assert near["duplicate_of"][1] == near["article_id"][0]
