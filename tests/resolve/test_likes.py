"""Sketches, candidates and families: what is alike is found, and what is found is alike."""

from __future__ import annotations

import random

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.columnar import ragged
from corpus.resolve import scores, shingles
from corpus.resolve.candidates import INDEXED, Pairs, Samples, candidates
from corpus.resolve.duplicates import NO_MOMENT, Articles, likes
from corpus.resolve.families import NONE, originals
from corpus.resolve.sketches import ALL, Sketches, sketches
from corpus.settings import Resolve

DEFAULTS = Resolve()


def prose(seed, count=400):
    draw = random.Random(seed)
    return [f"w{draw.randrange(3_000)}" for _ in range(count)]


def edited(words, share, seed):
    draw = random.Random(seed)
    return [f"new{draw.randrange(10**6)}" if draw.random() < share else word for word in words]


def compare_all(articles, n=5):
    """What `compare` is in a build, from texts at hand."""
    sets = scores.gram_sets(pa.array(articles, pa.string()), n)

    def compare(one, other):
        one, other = one.astype(np.int64), other.astype(np.int64)
        compare.asked = len(one)
        return np.column_stack([scores.in_common(sets, Pairs(one, other)), sets.size[one], sets.size[other]])

    return compare


class Sketched:
    """Sketches at hand, as `candidates` asks for them; the documents of some texts, which are in any order."""

    def __init__(self, found, order=None):
        self.found = found
        self.order = np.arange(len(found.limit)) if order is None else np.array(order, np.int64)

    def lowest(self, texts):
        assert (np.diff(texts) > 0).all()
        texts = self.order[texts]
        count = np.diff(self.found.low)[texts]
        hashes = np.zeros((len(texts), INDEXED), np.uint64)
        hashes[np.arange(INDEXED) < count[:, None]] = self.found.lowest[ragged.places(self.found.low[texts], count)]
        return hashes, count.astype(np.int8)

    def samples(self, texts):
        assert (np.diff(texts) > 0).all()
        texts = self.order[texts]
        count = np.diff(self.found.first)[texts]
        return Samples(self.found.sample, self.found.first[texts], count, self.found.limit[texts])


def marked(articles, settings=DEFAULTS, shuffle=None):
    """`likes` of some texts, the earliest first; by article."""
    number = len(articles)
    order = list(range(number))
    if shuffle is not None:
        random.Random(shuffle).shuffle(order)
    found = sketches(pa.array(articles, pa.string()), settings.ngram, settings.sketch, lowest=INDEXED)
    texts = [articles[at] for at in order]
    compare = compare_all(texts)
    of = Articles(
        np.arange(number),
        np.array([(0, at) for at in order], np.uint64).reshape(-1, 2),
        np.array(order, np.int32),
        np.full(number, NO_MOMENT),
        np.array([texts.index(text) for text in texts], np.int32),
    )
    rows = likes(of, Sketched(found, order), settings, compare)
    names = pl.Series([f"{at:032x}" for at in order], dtype=pl.String)
    every = pl.DataFrame({"document": pl.Series(range(number), dtype=pl.Int32)}).join(rows, on="document", how="left")
    return every.select(
        pl.Series("article_id", names),
        *(names.gather(every[name]).alias(name) for name in ("duplicate_of", "contained_in")),
        "similarity",
        "containment",
    ).sort("article_id")


def numbers(column):
    return [None if value is None else int(value, 16) for value in column]


@pytest.mark.parametrize(
    "texts",
    [[], [""], ["", ""], ["one"], ["one", "One!"], [" ", "the same five words here", "the same five words here."]],
)
def test_empty_and_tiny_texts(texts):
    rows = marked(texts)
    assert len(rows) == len(texts)
    expected = {
        ("one", "One!"): [None, 0],
        (" ", "the same five words here", "the same five words here."): [None, None, 1],
        ("", ""): [None, 0],
    }
    assert numbers(rows["duplicate_of"]) == expected.get(tuple(texts), [None] * len(texts))


def test_one_word_over_and_over_is_like_itself_at_any_length_and_like_nothing_else():
    rows = marked(["no " * 5_000, "no " * 300, "yes " * 300, " ".join(prose(1))])
    assert numbers(rows["duplicate_of"]) == [None, 0, None, None]


def test_short_texts_are_sampled_completely_and_long_ones_by_a_bounded_number():
    found = sketches(pa.array([" ".join(prose(1, 40)), " ".join(prose(2, 100_000)), "no " * 100_000]), 5, 24)
    size = np.diff(found.first)
    assert size[0] == 36
    assert 8 < size[1] < 50
    assert size[2] == 1
    assert (found.limit == ALL).tolist() == [True, False, True]


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=60).map(" ".join), max_size=6), st.integers(1, 12))
def test_the_lowest_hashes_are_those_of_all_distinct_grams(texts, number):
    found = sketches(pa.array(texts, pa.string()), 2, 24, lowest=number)
    for at, text in enumerate(texts):
        data = np.frombuffer(text.encode(), np.uint8)
        grams = shingles.grams(shingles.words(data, np.array([0, len(data)])), 2)
        wanted = sorted(set(grams.hashes[: grams.count[0]].tolist()))[:number]
        assert found.lowest[found.low[at] : found.low[at + 1]].tolist() == wanted


def test_the_lowest_hashes_of_long_texts_are_those_of_all_distinct_grams():
    texts = [" ".join(prose(seed, 3_000)) for seed in range(3)] + ["no " * 3_000, "", " ".join(prose(7, 20) * 200)]
    found = sketches(pa.array(texts), 5, 64, lowest=INDEXED)
    for at, text in enumerate(texts):
        data = np.frombuffer(text.encode(), np.uint8)
        grams = shingles.grams(shingles.words(data, np.array([0, len(data)])), 5)
        wanted = sorted(set(grams.hashes[: grams.count[0]].tolist()))[:INDEXED]
        assert found.lowest[found.low[at] : found.low[at + 1]].tolist() == wanted


def test_hashes_that_are_alike_in_their_upper_half_make_no_candidates():
    """As in a corpus of many millions of texts, where each 32 bits are of several unrelated texts."""
    number = 1_000
    upper = np.arange(INDEXED, dtype=np.uint64) << np.uint64(40)
    lowest = (upper + np.arange(number, dtype=np.uint64)[:, None]).ravel()
    begins = np.arange(number + 1) * INDEXED
    halves = (lowest >> np.uint64(32)).astype(np.uint32)
    nothing = np.zeros(number, np.uint64), np.zeros(number, np.int32)
    alike = Sketched(Sketches(*nothing, np.full(number, ALL), halves, begins, lowest, begins))
    assert len(candidates(np.arange(number), alike, 0.8, 0.9, number)) == 0
    lowest[INDEXED] = lowest[0]
    found = candidates(np.arange(number), alike, 0.8, 0.9, number)
    assert (found.later.tolist(), found.earlier.tolist()) == ([1], [0])


def test_white_space_case_punctuation_and_links_do_not_change_the_words_but_order_does():
    text = "The council met on Monday.\n\nIt voted for the tram."
    same = [
        "the council met, on Monday!\n\nIT voted   for the tram",
        "Read more: The tram is late\n\n" + text,
        text + "\n\nRead More",
    ]
    other = [
        "It voted for the tram.\n\nThe council met on Monday.",
        text + " Now.",
        "Read more than that. " + text.replace("\n\n", " ") + " word" * 40,
    ]
    found = sketches(pa.array([text, *same, *other]), 5, 24, ["read more"]).words.tolist()
    assert set(found[1:4]) == {found[0]}
    assert found[0] not in found[4:]


def test_copies_at_all_degrees_of_change_are_judged_by_exact_similarity():
    texts = [" ".join(prose(seed)) for seed in range(60)]
    copies = [
        " ".join(edited(text.split(), share, seed))
        for seed, text in enumerate(texts)
        for share in (0.001, 0.005, 0.01, 0.02, 0.1)
    ]
    rows = marked(texts + copies)
    sets = scores.gram_sets(pa.array(texts + copies), 5)
    pairs = Pairs(np.arange(60, 360), np.repeat(np.arange(60), 5))
    common = scores.in_common(sets, pairs)
    jaccard = common / (sets.size[pairs.later] + sets.size[pairs.earlier] - common)
    near = jaccard >= 0.8
    assert 150 < near.sum() < 290
    to = numbers(rows["duplicate_of"])
    assert [to[60 + at] for at in np.flatnonzero(near)] == (np.flatnonzero(near) // 5).tolist()
    similarity = rows["similarity"].to_numpy()
    assert np.allclose(similarity[60:][near], jaccard[near], atol=1e-6)
    assert all(to[at] is None for at in range(60))


def test_a_truncated_copy_is_contained_and_a_copy_is_not():
    whole = prose(1)
    rows = marked([" ".join(whole), " ".join(whole[:200]), " ".join(edited(whole, 0.005, 1)), " ".join(whole[:20])])
    assert numbers(rows["duplicate_of"]) == [None, None, 0, None]
    assert numbers(rows["contained_in"]) == [None, 0, None, None]
    assert rows["containment"].to_list() == [None, 1.0, None, None]


def test_a_part_may_come_before_the_text_that_contains_it_and_points_to_no_copy():
    whole = prose(1)
    rows = marked([" ".join(whole[:200]), " ".join(whole), " ".join([*whole, "indeed"])])
    assert numbers(rows["contained_in"]) == [1, None, None]
    assert numbers(rows["duplicate_of"]) == [None, None, 1]


def test_policies():
    texts = [" ".join(prose(1)), " ".join(prose(1)) + " indeed", " ".join(prose(1))]
    assert numbers(marked(texts)["duplicate_of"]) == [None, 0, 0]
    assert numbers(marked(texts, Resolve(duplicates="exact"))["duplicate_of"]) == [None, None, 0]
    assert numbers(marked(texts, Resolve(duplicates="ignore"))["duplicate_of"]) == [None, None, None]


def test_scripts_without_spaces_have_grams_of_characters():
    draw = random.Random(1)
    han = "".join(chr(draw.randrange(0x4E00, 0x9FFF)) for _ in range(300))
    rows = marked([han, han[:150] + "新" + han[150:], han[::-1]])
    assert numbers(rows["duplicate_of"]) == [None, 0, None]


@pytest.mark.parametrize("kind", ["same", "near", "boilerplate", "chain"])
def test_large_families_cost_no_more_than_their_number(kind):
    base = prose(1, 120)
    count = 3_000
    if kind == "same":
        texts = [" ".join(base)] * count
    elif kind == "near":
        texts = [" ".join([*base[:60], f"number{at}", *base[60:]]) for at in range(count)]
    elif kind == "boilerplate":
        texts = [" ".join([*base[:60], *prose(at + 10, 120)]) for at in range(count)]
    else:
        stream = prose(1, 120 + 10 * count)
        texts = [" ".join(stream[at * 10 : at * 10 + 120]) for at in range(count)]
    compare = compare_all(texts) if kind != "same" else None
    settings = Resolve()
    found = sketches(pa.array(texts), 5, settings.sketch, lowest=INDEXED)
    pairs = candidates(np.arange(count), Sketched(found), settings.threshold, settings.containment, 1_000)
    assert len(pairs) <= 64 * count
    rows = marked(texts)
    to = numbers(rows["duplicate_of"])
    assert compare is None or all(to[at] is None or to[to[at]] is None for at in range(count))
    if kind in {"same", "near"}:
        assert to == [None, *[0] * (count - 1)]
    if kind == "boilerplate":
        assert to == [None] * count


edges = st.integers(2, 25).flatmap(
    lambda number: st.tuples(
        st.just(number),
        st.sets(st.tuples(st.integers(0, number - 1), st.integers(0, number - 1)).filter(lambda e: e[0] > e[1])),
    )
)


@given(edges)
def test_families_have_one_original_each_and_no_chains(drawn):
    number, found = drawn
    ordered = sorted(found)
    pairs = Pairs(np.array([a for a, _ in ordered], np.int64), np.array([b for _, b in ordered], np.int64))
    links = originals(number, pairs, np.linspace(0.8, 1, len(ordered)) if ordered else np.zeros(0))
    for text, to in enumerate(links.to.tolist()):
        earlier = [b for a, b in ordered if a == text and links.to[b] == NONE]
        assert to == (min(earlier) if earlier else NONE)


@given(st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(seed):
    texts = [" ".join(edited(prose(at // 4, 60), 0.02, at)) for at in range(24)]
    assert marked(texts, shuffle=seed).equals(marked(texts))


@given(st.integers(0, 10_000), st.integers(1, 20))
def test_candidates_are_the_same_however_many_texts_are_looked_up_at_a_time(seed, together):
    texts = [" ".join(edited(prose(at // 6, 60), 0.02, at)) for at in range(48)]
    order = random.Random(seed).sample(range(48), 40)
    found = Sketched(sketches(pa.array(texts), 5, 24, lowest=INDEXED))
    one = candidates(np.array(order), found, 0.8, 0.9, 40)
    several = candidates(np.array(order), found, 0.8, 0.9, together)
    assert len(one)
    assert (one.later.tolist(), one.earlier.tolist()) == (several.later.tolist(), several.earlier.tolist())


def test_ragged_blocks_cover_all_rows_within_bounds():
    weights = np.array([5, 1, 1, 100, 1, 1, 1, 1])
    found = [(block.start, block.stop) for block in ragged.blocks(weights, 6, 3)]
    assert found == [(0, 2), (2, 3), (3, 4), (4, 7), (7, 8)]
