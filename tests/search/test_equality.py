"""What the index answers is what a plain scan with the tokeniser finds: counts, ids, facets, months, pages."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.search import facets, narrowing, plain
from corpus.search.index import TooManyWords
from corpus.search.opening import Search
from corpus.search.query import QueryError, parse
from corpus.search.tokens import LONGEST, terms
from tests.search import made

if TYPE_CHECKING:
    from pathlib import Path

CHECKS = ("short text", "odd date")


class Scene:
    """The searchers of two versions, with their rows."""

    def __init__(self, versions: dict[str, Any]) -> None:
        self.versions = versions


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Two versions in one index: the second lacks a shard of the first, and has another."""
    folder = tmp_path_factory.mktemp("search")
    rng = random.Random(5)
    shards = [made.articles(seed, count) for seed, count in ((1, 90), (2, 1), (3, 60), (4, 0))]
    warned = [(row, check) for rows in shards for row in rows for check in CHECKS if rng.random() < 0.2]
    first = made.version(folder / "files", shards, warned)
    later = made.version(folder / "files", [shards[0], *shards[2:], made.articles(9, 40)], warned)
    index = folder / "search"
    found = {}
    for name, version in (("first", first), ("later", later), ("first", first)):
        search = Search(version, index)
        found[name] = (search.ready(), rows_of(version))
    return Scene(found)


def rows_of(version: made.Files) -> list[tuple[dict[str, object], plain.Searched, dict[str, object]]]:
    """The articles of a version, with their tokens and values, as a scan finds them."""
    checks: dict[tuple[object, object], list[str]] = {}
    for row in version.scan("verdicts").collect().iter_rows(named=True):
        checks.setdefault((row["document_id"], row["source"]), []).append(row["check"])
    found = []
    for row in version.scan().collect().iter_rows(named=True):
        row["warnings"] = checks.get((row["document_id"], row["source"]), [])
        found.append((row, plain.searched(row), facets.values(row)))
    return found


EVERY = [word for words in made.WORDS.values() for word in words]
BARE = [word for word in EVERY if len(word) < 30]


def _near(draw: tuple[list[str], int]) -> str:
    words, distance = draw
    return f'"{" ".join(words)}"~{distance if len(words) < 3 else min(distance, 1)}'


def _begun(draw: tuple[list[str], int]) -> str:
    """A phrase in which some words are cut to prefixes where they can be."""
    words = [
        f"{word[: max(2, len(word) * 2 // 3)]}*" if draw[1] >> number & 1 else word
        for number, word in enumerate(draw[0])
    ]
    made = [cut if _is_prefix(cut) else word for word, cut in zip(draw[0], words, strict=True)]
    return f'"{" ".join(made)}"'


def _is_prefix(word: str) -> bool:
    try:
        return word.endswith("*") and bool(parse(word).text)
    except QueryError:
        return False


PREFIXES = [
    f"{word[: max(2, len(word) // 2)]}*"
    for script in sorted(set(made.WORDS) - {"han", "thai"})
    for word in made.WORDS[script]
]
PREFIXES = [
    prefix
    for prefix in PREFIXES
    if len(terms(prefix)) == 1 and len(terms(prefix)[0]) > 1 and len(prefix) < LONGEST // 2
]


def leaf_queries() -> st.SearchStrategy[str]:
    words = st.sampled_from(BARE)
    some = [st.lists(st.sampled_from(words_), min_size=2, max_size=3) for words_ in made.WORDS.values()]
    runs = st.one_of(*some)
    return st.one_of(
        words,
        words,
        st.sampled_from([words_[0][:2] for words_ in made.WORDS.values()]),
        runs.map(lambda found: f'"{" ".join(found)}"'),
        st.tuples(runs, st.integers(0, 7)).map(_begun),
        st.tuples(runs, st.integers(0, 9)).map(_near),
        st.sampled_from(PREFIXES),
    )


def queries() -> st.SearchStrategy[str]:
    atoms = st.one_of(leaf_queries(), leaf_queries().map("title:{}".format), leaf_queries().map("author:{}".format))
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map(" ".join),
            st.tuples(inner, inner).map(lambda pair: f"({pair[0]} OR {pair[1]})"),
            inner.map(lambda one: f"-({one})"),
        ),
        max_leaves=5,
    )


def filters() -> st.SearchStrategy[dict[str, tuple[str, ...]]]:
    values = {
        "publisher": ["a.example", "", "none.example"], "publication": ["Ñews", " ", ""], "language": ["en", "ja", ""],
        "month": ["2026-02", "2026-05", ""], "section": ["a\x00b", "World & more", ""], "warning": [*CHECKS, ""],
        "duplicates": ["duplicate", "contained", ""], "revisions": ["1", "3"], "rights": ["train: deny", ""],
        "licence": ["CC-BY-4.0", ("https://l.example/" + "y" * 300)[:200], ""], "date_source": ["declared", ""],
    }  # fmt: skip
    one = st.sampled_from(list(values)).flatmap(
        lambda name: st.tuples(
            st.just(name), st.lists(st.sampled_from(values[name]), min_size=1, max_size=2).map(tuple)
        )
    )
    day = st.tuples(st.sampled_from(narrowing.DAYS), st.sampled_from([("2026-02-14",), ("2026-04-01",)]))
    return st.lists(st.one_of(one, one, day), max_size=2).map(dict)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)
@given(text=st.one_of(st.just(""), queries(), queries()), narrowed=filters(), name=st.sampled_from(["first", "later"]))
def test_every_answer_equals_a_plain_scan(
    scene: Scene, text: str, narrowed: dict[str, tuple[str, ...]], name: str
) -> None:
    searcher, rows = scene.versions[name]
    query = parse(text)
    narrow = [(row, has) for row, searched, has in rows if narrowing.admits(narrowed, row)]
    wanted = [
        (row, has) for row, searched, has in rows if narrowing.admits(narrowed, row) and plain.matches(query, searched)
    ]
    ids = sorted(row["article_id"] for row, _ in wanted)
    assert searcher.count(query, narrowed) == len(ids)
    assert searcher.ids(query, narrowed).to_pylist() == ids
    for facet, found in searcher.facets(query, narrowed, top=1000).items():
        counts = Counter(value for _, has in wanted for value in has[facet])
        assert dict(found.values) == counts, facet
    for own in (name for name in facets.FACETS if len(narrowed.get(name, ())) == 1):
        rest = {facet: values for facet, values in narrowed.items() if facet != own}
        names = [facet for facet in facets.FACETS if facet != own]
        for top in (2, 1000):
            alone = searcher.facets(query, narrowed, names, top) | searcher.facets(query, rest, [own], top)
            assert searcher.facets_beside(query, narrowed, own, names, top) == alone
    months = Counter(has["month"][0] for _, has in narrow)
    matching = Counter(has["month"][0] for _, has in wanted)
    timeline = searcher.timeline(query, narrowed)
    assert {month.month: (month.hits, month.articles) for month in timeline} == {
        month: (matching[month], count) for month, count in months.items()
    }
    assert sum(month.words for month in timeline) == sum(row["word_count"] for row, _ in narrow)
    newest = searcher.page(query, narrowed, "newest", 0, 500)
    assert sorted(hit.article_id for hit in newest) == ids
    days = {row["article_id"]: row["published_date"] for row, _ in wanted}
    dated = [days[hit.article_id] for hit in newest if days[hit.article_id]]
    assert dated == sorted(dated, reverse=True)
    assert all(days[hit.article_id] is None for hit in newest[len(dated) :])
    oldest = searcher.page(query, narrowed, "oldest", 0, 500)
    assert [days[hit.article_id] for hit in oldest][: len(dated)] == sorted(dated)
    assert searcher.page(query, narrowed, "newest", 3, 4) == newest[3:7]
    assert sorted(hit.article_id for hit in searcher.page(query, narrowed, "relevance", 0, 500)) == ids


def test_prefixes_in_phrases_equal_a_plain_scan(scene: Scene) -> None:
    searcher, rows = scene.versions["first"]
    rng = random.Random(7)
    found = 0
    for _ in range(150):
        _, searched, _ = rng.choice(rows)
        tokens = [term for term in rng.choice([searched.text, searched.title, searched.author]) if term != plain.BORDER]
        size = rng.randint(2, 3)
        at = rng.randint(0, max(0, len(tokens) - size))
        words = [
            f"{term[: max(2, rng.randint(1, len(term)))]}*" if len(term) > 1 and rng.random() < 0.6 else term
            for term in tokens[at : at + size]
        ]
        text = f'"{" ".join(words)}"'
        if not words or not all(_is_prefix(word) or "*" not in word for word in words):
            continue
        for query in (parse(text), parse(f"author:{text}")):
            wanted = sorted(row["article_id"] for row, searched, _ in rows if plain.matches(query, searched))
            assert searcher.ids(query).to_pylist() == wanted, text
            found += bool(wanted)
    assert found > 80


def test_a_prefix_in_a_phrase_that_begins_too_many_words_is_refused(tmp_path: Path) -> None:
    text = "the " + " the ".join(f"wa{number}" for number in range(17_000))
    searcher = Search(made.version(tmp_path / "files", [[made.article(1, text=text)]]), tmp_path / "search").ready()
    assert (
        searcher.count(parse('"the wa1*"')) == searcher.count(parse('"wa16999* "')) == searcher.count(parse("wa*")) == 1
    )
    for query in ('"the wa*"', '-"the wa* the"', 'the OR "wa* the"'):
        with pytest.raises(TooManyWords, match="too many words"):
            searcher.count(parse(query))
    assert searcher.count(parse('"the wa12* the wa15*"')) == 0


def test_hits_name_their_rows(scene: Scene) -> None:
    searcher, rows = scene.versions["first"]
    for hit in searcher.page(parse(""), limit=200):
        assert (hit.table, searcher.find(hit.article_id)) == ("articles", hit)
    assert len({(hit.shard, hit.row) for hit in searcher.page(parse(""), limit=500)}) == len(rows)
    assert searcher.find("0" * 32) is None
    assert searcher.find("no id") is None


@pytest.mark.parametrize("name", ["first", "later"])
@pytest.mark.parametrize("narrowed", [{}, {"publisher": ("a.example",)}, {"publisher": ("none.example",)}])
def test_a_sample_of_a_few_files(scene: Scene, name: str, narrowed: dict[str, tuple[str, ...]]) -> None:
    searcher, _ = scene.versions[name]
    query = parse("")
    ids = set(searcher.ids(query, narrowed).to_pylist())
    every = searcher.sample(query, narrowed, 10_000, 1)
    assert sorted(hit.article_id for hit in every) == sorted(ids), "they are no more than were asked for"
    for files in (1, 2):
        some = searcher.sample(query, narrowed, 20, files)
        assert len({hit.shard for hit in some}) == min(files, len({hit.shard for hit in every}))
        assert len(some) <= 20
        assert {hit.article_id for hit in some} <= ids
        assert searcher.sample(query, narrowed, 20, files) == some


@settings(max_examples=60, deadline=None, derandomize=True)
@given(text=st.one_of(st.just(""), queries()), narrowed=filters(), name=st.sampled_from(["first", "later"]))
def test_what_does_not_match_is_the_rest(
    scene: Scene, text: str, narrowed: dict[str, tuple[str, ...]], name: str
) -> None:
    searcher, rows = scene.versions[name]
    query = parse(text)
    mine = set(searcher.ids(query, narrowed).to_pylist())
    others = [hit.article_id for hit in searcher.sample(query, narrowed, 10_000, others=True)]
    assert sorted(others) == sorted({str(row["article_id"]) for row, _, _ in rows} - mine)
    some = searcher.sample(query, narrowed, 9, 1, others=True)
    assert {hit.article_id for hit in some} <= set(others)


def test_a_sample_looks_for_files_that_have_what_is_wanted(tmp_path: Path) -> None:
    shards = [[made.article(100 * shard + row, section=f"s{shard}") for row in range(3)] for shard in range(40)]
    searcher = Search(made.version(tmp_path / "files", shards), tmp_path / "search").ready()
    for shard in range(40):
        found = searcher.sample(parse(""), {"section": (f"s{shard}",)}, 2, 1)
        assert len(found) == 2
    both = {"section": ("s1", "s2")}
    assert len(searcher.sample(parse(""), both, 5, 2)) == 5
    assert len(searcher.sample(parse(""), both, 5, 1)) <= 3
