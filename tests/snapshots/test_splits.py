"""Splits: nobody moves, and families stay together."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corpus
from corpus.errors import UsageError
from corpus.resolve.former import first_ids
from corpus.resolve.identity import with_identity
from corpus.snapshots.splits import SHARES, Splits, bounds, families, first_keys
from tests.library import ROWS

SCHEMA = {
    "article_id": pl.String,
    "duplicate_of": pl.String,
    "first_seen": pl.Datetime("us", "UTC"),
    "publisher": pl.String,
}


def articles(*rows):
    """Rows of id, duplicate_of and the day of first sight (None for seeds)."""
    seen = [None if day is None else datetime(2024, 1, 1, tzinfo=UTC) + timedelta(day) for _, _, day in rows]
    return pl.LazyFrame(
        [(id_, other, when, None) for (id_, other, _), when in zip(rows, seen, strict=True)], SCHEMA, orient="row"
    )


def sides(whole, seed=0):
    parts = Splits(seed, "article_id", SHARES).of(whole, whole)
    return {id_: name for name, part in parts.items() for id_ in part.collect()["article_id"]}


def test_the_parts_are_a_partition_of_about_the_shares(library):
    version = corpus.open("v1.0.0", repo=library.root)
    parts = version.splits(seed=3)
    assert list(parts) == ["train", "validation", "test"]
    ids = [id_ for part in parts.values() for id_ in part.collect()["article_id"]]
    assert sorted(ids) == sorted(version.scan().collect()["article_id"])
    assert len(ids) == 2 * ROWS
    many = articles(*((f"{number:032x}", None, 1) for number in range(20_000)))
    counts = pl.Series(list(sides(many).values())).value_counts().to_dict(as_series=False)
    assert dict(zip(*counts.values(), strict=True)) == pytest.approx(
        {"train": 16_000, "validation": 2_000, "test": 2_000}, rel=0.1
    )


def test_anybody_can_compute_them(library):
    """The definition in the docstring, in five lines of Python."""
    version = corpus.open("v1.0.0", repo=library.root)
    alone = version.articles(duplicates=False)
    family = set(version.scan().select("duplicate_of").collect()["duplicate_of"])
    for name, part in version.splits(seed="s", duplicates=False).items():
        for id_ in set(part.collect()["article_id"]) - family:
            place = int.from_bytes(hashlib.sha256(f"s:{id_}".encode()).digest()[:8], "big") / 2**64
            assert name == ("train" if place < 0.8 else "validation" if place < 0.9 else "test")
    assert alone.collect().height


def test_filters_move_nobody(library):
    version = corpus.open("v1.0.0", repo=library.root)
    every = {id_: name for name, part in version.splits().items() for id_ in part.collect()["article_id"]}
    for filters in ({"publisher": "beta.org"}, {"duplicates": False}, {"since": "2020-01-01"}):
        for name, part in version.splits(**filters).items():
            assert all(every[id_] == name for id_ in part.collect()["article_id"])


@settings(max_examples=25)
@given(st.data())
def test_families_stay_together_and_growing_moves_nobody(data):
    """Version by version: new articles, new copies of old ones, and copies that take over as canonical."""
    count = data.draw(st.integers(2, 12))
    canonical: dict[str, str] = {}
    rows: dict[str, int | None] = {}
    before: dict[str, str] = {}
    for number in range(count):
        id_ = hashlib.sha256(f"{number}".encode()).hexdigest()[:32]
        rows[id_] = number
        kind = data.draw(st.sampled_from(["new", "copy", "takes over"])) if canonical else "new"
        canonical[id_] = id_
        if kind != "new":
            head = canonical[data.draw(st.sampled_from(sorted(canonical.keys() - {id_})))]
            if kind == "copy":
                canonical[id_] = head
            else:
                canonical = {one: id_ if of in {head, id_} else of for one, of in canonical.items()}
        whole = articles(*((one, of if of != one else None, rows[one]) for one, of in canonical.items()))
        now = sides(whole)
        assert now.keys() == canonical.keys()
        assert all(now[one] == now[of] for one, of in canonical.items())
        assert all(now[one] == side for one, side in before.items())
        before = now


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=20))
def test_chains_of_copies_and_parts_are_one_family(edges):
    """Containment may chain where duplicates never do."""
    parent = list(range(16))

    def root(node):
        return node if parent[node] == node else root(parent[node])

    copies: dict[int, int] = {}
    parts: dict[int, int] = {}
    for left, right in edges:
        side = copies if left % 2 else parts
        if left != right and left not in side:
            side[left] = right
            low, high = sorted((root(left), root(right)))
            parent[high] = low
    frame = pl.LazyFrame(
        [(f"{n:02x}", f"{copies[n]:02x}" if n in copies else None, f"{parts[n]:02x}" if n in parts else None) for n in range(16)],
        {"article_id": pl.String, "duplicate_of": pl.String, "contained_in": pl.String}, orient="row",
    ).with_columns(first_seen=pl.lit(None, pl.Datetime("us", "UTC")))  # fmt: skip
    found = dict(families(frame).iter_rows())
    assert found == {f"{n:02x}": f"{root(n):02x}" for n in range(16) if f"{n:02x}" in found}
    assert all(f"{n:02x}" in found for n in {*copies, *copies.values(), *parts, *parts.values()})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shares": {"train": 0.8, "test": 0.1}}, r"The shares of train, test sum up to 0\.9, not to 1"),
        ({"shares": {"train": 1.2, "test": -0.2}}, "'train' has 1.2"),
        ({"shares": {}}, "shares names each part"),
        ({"shares": [0.8, 0.2]}, "shares names each part"),
        ({"by": "title"}, "by 'title' is not a key for splits. Choose from article_id, publisher."),
        ({"by": "publisher"}, "needs duplicates=False"),
        ({"publisher": "nobody.com"}, "No article has the publisher"),
    ],
)
def test_wrong_splits(library, options, said):
    with pytest.raises(UsageError, match=said):
        corpus.open("v1.0.0", repo=library.root).splits(**options)


def test_shares_of_tenths_add_up_to_one_and_publishers_stay_together(library):
    names = [f"part{number}" for number in range(10)]
    cuts = bounds(dict.fromkeys(names, 0.1))
    assert [cuts[name][1] for name in names[:-1]] == [cuts[name][0] for name in names[1:]]
    assert (cuts[names[0]][0], cuts[names[-1]][1]) == (0, 2**64)
    version = corpus.open("v1.0.0", repo=library.root)
    parts = version.splits(by="publisher", duplicates=False, shares={"a": 0.5, "b": 0.5})
    found = [set(part.collect()["publisher"]) for part in parts.values()]
    assert found[0].isdisjoint(found[1])


SAID = {
    "url": None,
    "publisher": None,
    "title": "Tram approved",
    "published_date": date(2020, 9, 11),
    "text_hash": "1" * 32,
}


def identified(*several):
    """Articles of the first rule and of this one, from what each says; their first ids, and a frame of each."""
    rows = pl.DataFrame(
        [{**SAID, "accession": None, "publication": None, **one} for one in several],
        schema_overrides=dict.fromkeys(["url", "publisher", "accession", "publication"], pl.String),
    )
    more = {
        "duplicate_of": pl.lit(None, pl.String),
        "first_seen": pl.lit(None, pl.Datetime("us", "UTC")),
        "revision": 1,
    }
    now = with_identity(rows).with_columns(**more)
    before = rows.with_columns(article_id=pl.Series(first_ids(rows)), **more)
    return before.lazy(), now.lazy()


@pytest.mark.parametrize("seed", range(4))
def test_articles_of_another_id_stay_on_their_side(seed):
    several = [
        {"text_hash": f"{n:032}", "title": f"Title {n}", **more}
        for n, more in enumerate(
            [{}, {"publisher": "e.com"}, {"publication": "The Daily"}, {"accession": "X1"}, {"publisher": "e.com", "accession": "X2"},
             {"url": "https://e.com/a"}, {"url": "https://xn--fa-hia.de/a"}, {"url": "https://e.com/#!/news/1"}, {"published_date": None}] * 3
        )
    ]  # fmt: skip
    for place, one in enumerate(several):
        one.update({name: f"{one[name]}{place}" for name in ("accession", "url") if one.get(name)})
    before, now = identified(*several)
    old, new = sides(before, seed), sides(now, seed)
    ids = zip(before.collect()["article_id"], now.collect()["article_id"], strict=True)
    assert [old[one] for one, _ in ids] == [new[other] for other in now.collect()["article_id"]]


def test_an_article_that_became_two_stays_in_one_part():
    before, now = identified({}, {"title": "Another title"}, {"published_date": None})
    assert before.collect()["article_id"].n_unique() == 1
    assert now.collect()["article_id"].n_unique() == 3
    for seed in range(8):
        assert set(sides(now, seed).values()) == set(sides(before.unique("article_id"), seed).values())


def test_a_correction_moves_nobody_whose_id_is_an_accession_number():
    _, first = identified({"accession": "X1"})
    _, later = identified({"accession": "X1", "text_hash": "2" * 32, "title": "Corrected"})
    for seed in range(20):
        parts = Splits(seed, "article_id", SHARES).of(later, later, lambda: first)
        assert {name for name, part in parts.items() if part.collect().height} == set(sides(first, seed).values())


def test_a_family_has_the_key_that_its_first_member_had():
    url = {"url": "https://e.com/a"}
    before, now = identified({}, url)
    of_text, of_url = before.collect()["article_id"]
    original = now.collect()["article_id"][0]
    marked = now.with_columns(duplicate_of=pl.when(pl.col("url").is_not_null()).then(pl.lit(original)))
    found = families(marked, first_keys(marked))
    assert set(found["key"]) == {min(of_text, of_url)}
