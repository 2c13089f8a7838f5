"""Words and phrases are found in a text without its tokens: at the places that all of its tokens give."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.search import plain
from corpus.search.query import QueryError, parse
from corpus.search.spotting import Spotted
from corpus.search.tokens import fold, origins, terms, tokens
from corpus.search.tree import Leaf, Near, Phrase, Prefix, Word, leaves
from tests.search import made


def reference(leaf: Leaf, text: str) -> list[tuple[int, int]]:
    """The places, found with all tokens."""
    found = tokens(text)
    every = plain.occurrences(leaf, [token.term for token in found])
    return sorted({(found[start].start, found[end - 1].end) for start, end in every})


STRANGE = "aéи\u0306\u0301\u0308ｶﾞ\u3099한ᄒ\u1161\u11abกี่日\u00ad\u200dﬁß½́_ 👍🏽\u000e\u00a0\u00a8¨  \n"


@given(st.text(alphabet=STRANGE, max_size=30), st.data())
def test_what_is_spotted_in_any_text_is_what_its_tokens_give(text: str, data: st.DataObject) -> None:
    words = terms(text)
    if not words:
        return
    first = data.draw(st.integers(0, len(words) - 1))
    size = data.draw(st.integers(1, min(3, len(words) - first)))
    phrase = tuple(words[first : first + size])
    cut = phrase[-1][: data.draw(st.integers(1, len(phrase[-1])))]
    for leaf in (
        Word(phrase[0]),
        Prefix(cut),
        *((Phrase(phrase), Phrase((*phrase[:-1], cut), frozenset({size - 1}))) if size > 1 else ()),
        *((Phrase((phrase[0][:1], *phrase[1:]), frozenset({0})),) if size > 1 else ()),
    ):
        places = Spotted(text).places(leaf)
        assert places is None or sorted(set(places)) == reference(leaf, text), leaf


@pytest.mark.parametrize("script", sorted(made.WORDS))
def test_what_is_spotted_in_texts_of_a_script(script: str) -> None:
    rng = random.Random(script)
    words = made.WORDS[script]
    found = spotted = 0
    for _ in range(150):
        text = made.sentence(rng, words, 40)
        for written in (rng.choice(words), f'"{rng.choice(words)} {rng.choice(words)}"', f"{rng.choice(words)[:3]}*"):
            try:
                query = parse(written)
            except QueryError:
                continue
            for _, leaf in leaves(query.node):
                places = Spotted(text).places(leaf)
                if places is not None:
                    assert sorted(set(places)) == reference(leaf, text), (text, leaf)
                    spotted += 1
                    found += bool(places)
    assert spotted > 200
    assert found > 50


def test_a_run_of_letters_without_an_end_is_several_words() -> None:
    text = "x" * 130 + " y " + "x" * 260
    for leaf in (Word("x" * 30), Word("x" * 60), Word("x" * 100), Prefix("x" * 40), Phrase(("x" * 100, "x" * 60))):
        places = Spotted(text).places(leaf)
        assert places is None or places == reference(leaf, text)
    assert Spotted("x" * 130).places(Word("x" * 30)) == [(100, 130)]


@pytest.mark.parametrize(
    ("leaf", "text"),
    [(Near((("a",), ("b",)), 1), "a b"), (Word("京"), "東" * 300 + "京"), (Word("strasse"), "a\u00a0Straße\u00a0b")],
)
def test_what_needs_all_tokens_is_left_to_them(leaf: Leaf, text: str) -> None:
    assert Spotted(text).places(leaf) is None


@given(st.text(alphabet=STRANGE, max_size=30))
def test_each_character_of_a_folded_text_has_an_origin(text: str) -> None:
    starts, ends = origins(text)
    assert len(starts) == len(ends) == len(fold(text))
    assert starts == sorted(starts)
    assert all(0 <= start < end <= len(text) for start, end in zip(starts, ends, strict=True))
