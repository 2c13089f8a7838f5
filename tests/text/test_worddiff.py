from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text.alignment import Work, blocks
from corpus.text.worddiff import Fate, runs


def marked(old: str, new: str) -> str:
    """A difference as one string, and that it is one."""
    found = runs(old, new)
    assert "".join(run.text for run in found if run.fate is not Fate.ADDED) == old
    assert "".join(run.text for run in found if run.fate is not Fate.REMOVED) == new
    assert all(run.text for run in found)
    assert all(a.fate is not b.fate for a, b in pairwise(found))
    shown = {Fate.KEPT: "{}", Fate.REMOVED: "[-{}-]", Fate.ADDED: "{{+{}+}}"}
    return "".join(shown[run.fate].format(run.text) for run in found)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", ""),
        ("", "New.", "{+New.+}"),
        ("Old.", "", "[-Old.-]"),
        ("The same.", "The same.", "The same."),
        ("in four hours", "in five long hours", "in [-four-]{+five long+} hours"),
        ("cost 3.5 million", "cost 3.6 million", "cost [-3.5-]{+3.6+} million"),
        ("It's over.", "It is over.", "[-It's-]{+It is+} over."),
        (
            "The council approved the tram",
            "The region rejected the tram",
            "The [-council approved-]{+region rejected+} the tram",
        ),
        ("One.\n\nThree.", "One.\n\nTwo.\n\nThree.", "One.\n\n{+Two.\n\n+}Three."),
        ("One.", "One.\n\nTwo.", "One.{+\n\nTwo.+}"),
        ("東京は大きい", "東京は小さい", "東京は[-大き-]{+小さ+}い"),
        ("हिन्दी भाषा है", "हिन्दी बोली है", "हिन्दी [-भाषा-]{+बोली+} है"),
        ("👨‍👩‍👧 came", "👨‍👩‍👧 went", "👨‍👩‍👧 [-came-]{+went+}"),
    ],
)
def test_by_words(old, new, expected):
    assert marked(old, new) == expected


words = st.lists(
    st.sampled_from(["a", "tram", " ", "\n\n", ".", "the", "京", "ก", "\u0e34", "'", "x-y", "3.5"]), max_size=40
).map("".join)


@given(words, words)
def test_both_texts_can_be_read_off(old, new):
    marked(old, new)


@given(st.text(max_size=60), st.text(max_size=60))
def test_of_any_text(old, new):
    marked(old, new)


def _longest(left: list[int], right: list[int]) -> int:
    best = [0] * (len(right) + 1)
    for token in left:
        row = [0]
        for j, other in enumerate(right):
            row.append(best[j] + 1 if token == other else max(best[j + 1], row[j]))
        best = row
    return best[-1]


numbers = st.lists(st.integers(0, 5), max_size=70)


@given(numbers, numbers)
def test_short_lists_are_aligned_exactly(left, right):
    found = sorted(blocks(left, right, Work()))
    assert all(left[b.left : b.left + b.length] == right[b.right : b.right + b.length] for b in found)
    assert all(a.left + a.length <= b.left and a.right + a.length <= b.right for a, b in pairwise(found))
    assert sum(block.length for block in found) == _longest(left, right)


@pytest.mark.parametrize("work", [0, 60_000, 100_000_000])
def test_without_work_left_the_rest_is_replaced(work):
    left, right = [1, *range(10, 400), 2], [1, *range(400, 10, -1), 2]
    found = sorted(blocks(left, right, Work(work)))
    assert all(left[b.left : b.left + b.length] == right[b.right : b.right + b.length] for b in found)
    assert bool(found) is (work > 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a " * 200_000, "a b " * 100_000),
        ("京" * 150_000, "東京" * 75_000),
        (" ".join(f"u{n}" for n in range(30_000)), " ".join(f"u{n}" for n in range(30_000, 0, -1))),
        ("." * 300_000, "\n" * 300_000),
    ],
    ids=["one word", "no spaces", "reversed", "signs"],
)
def test_long_and_hostile_texts_end(old, new):
    marked(old, new)


def test_long_texts_are_cut_where_words_occur_once():
    old = " ".join(f"w{number}" for number in range(40_000))
    new = old.replace("w5000 ", "changed ").replace(" w35000", "").replace("w20000", "w20000 added")
    assert marked(old, new).count("[-") == 2
    # Of these words none occurs once, but series of them do.
    few = [f"w{number * number % 997}-{number % 89}" for number in range(50_000)]
    few = few[:25_000] + few[:25_000][::-1]
    edited = [*few]
    edited[10_000], edited[30_000] = "changed", "altered"
    shown = marked(" ".join(few), " ".join(edited))
    assert shown.count("{+") == 2
