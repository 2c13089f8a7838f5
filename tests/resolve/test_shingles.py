from __future__ import annotations

import unicodedata
from itertools import chain

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.resolve import scores, shingles
from corpus.resolve.candidates import Pairs

# Letters of one, two, three and four bytes; marks, digits; Han, Kana, Thai, Lao, Khmer, Burmese; what parts words.
ALPHABET = "abzAÉéßçЖжΩωçअीآب\u0301١9٣" + "東京かナไทลາខ្မမြ" + "𐐀𐐨𠀀" + " \n\t.,-–—’“”…!¿/_|" + "İǅſK"
SINGLE = set("東京かナไทลາខ្မမြ𠀀")
texts = st.text(st.sampled_from(ALPHABET), max_size=60)


def plain_words(text):
    """The words of a text, letter by letter."""
    found, word = [], ""
    for letter in text:
        inside = (letter.isascii() and letter.isalnum()) or (
            not letter.isascii() and unicodedata.category(letter)[0] in "LMN"
        )
        if not inside or letter in SINGLE:
            found += [word] if word else []
            found += [letter] if inside else []
            word = ""
        else:
            small = letter.lower()
            word += small if len(small) == 1 and len(small.encode()) == len(letter.encode()) else letter
    return found + ([word] if word else [])


def plain_grams(text, n):
    words = plain_words(text)
    return {tuple(words[at : at + n]) for at in range(max(1, len(words) - n + 1))} if words else set()


def hashed(column):
    """The words' hashes of each text, however the column is cut."""
    found = []
    for data, offsets in shingles.chunks(column):
        words = shingles.words(data, offsets)
        found += [words.hashes[a:b].tolist() for a, b in zip(words.first[:-1], words.first[1:], strict=True)]
    return found


@given(st.lists(texts, max_size=8))
def test_words_are_those_of_the_text_and_of_no_other(some):
    expected = [plain_words(text) for text in some]
    found = hashed(pa.array(some, pa.string()))
    assert [len(words) for words in found] == [len(words) for words in expected]
    names: dict[int, str] = {}
    for words, hashes in zip(expected, found, strict=True):
        for word, number in zip(words, hashes, strict=True):
            assert names.setdefault(number, word) == word
    assert len(names) == len({word for words in expected for word in words})


@given(st.lists(texts, min_size=1, max_size=8), st.integers(1, 6))
def test_sets_of_grams_have_the_size_and_the_intersection_of_plain_ones(some, n):
    sets = scores.gram_sets(pa.array(some, pa.large_string()), n)
    plain = [plain_grams(text, n) for text in some]
    assert sets.size.tolist() == [len(one) for one in plain]
    numbers = [(a, b) for a in range(len(some)) for b in range(a)]
    pairs = Pairs(np.array([a for a, _ in numbers], np.int64), np.array([b for _, b in numbers], np.int64))
    assert scores.in_common(sets, pairs).tolist() == [len(plain[a] & plain[b]) for a, b in numbers]


@pytest.mark.parametrize("cut", [1, 7, 50])
def test_a_text_is_hashed_alike_alone_and_among_others(cut):
    some = ["", "The tram — “late”", "x" * 300, "東京 tram", "a", " ", "y " * 200] * 3
    whole = pa.array(some)
    parts = [hashed(whole.slice(at, cut)) for at in range(0, len(some), cut)]
    assert list(chain.from_iterable(parts)) == hashed(whole)


def test_long_words_differ_by_any_letter():
    long = "x" * 100
    some = [long, long + "x", "y" + long[1:], long[:-1] + "y", long[:70] + "y" + long[71:]]
    assert len({hashes[0] for hashes in hashed(pa.array(some))}) == len(some)


def test_a_text_of_five_megabytes_and_one_word_that_long():
    some = pa.array(["word " * 1_000_000, "x" * 5_000_000])
    sets = scores.gram_sets(some, 5)
    assert sets.size.tolist() == [1, 1]
