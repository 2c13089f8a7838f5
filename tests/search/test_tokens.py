"""The tokeniser: what is the same word in every script, and where it is in its text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.search.marks import excerpt, marks
from corpus.search.query import parse
from corpus.search.tokens import LONGEST, terms, tokens


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Straße STRASSE", "strasse strasse"),
        ("Élysée l’État don't co-op", "elysee l etat don t co op"),
        ("Łódź Ørsted Đà Nẵng œuvre", "lodz orsted da nang oeuvre"),
        ("İstanbul ISPARTA ısı", "istanbul isparta isi"),
        ("soft\u00adhyphen snake_case", "softhyphen snake case"),
        ("Мой ёж, мои Київ", "мой еж мои київ"),
        ("ΑΘΗΝΑ Αθήνα λόγος ΛΌΓΟΣ", "αθηνα αθηνα λογοσ λογοσ"),
        ("العَرَبِيَّة العـــربية ألف", "العربية العربية الف"),
        ("می‌خواهم", "میخواهم"),
        ("שָׁלוֹם", "שלום"),
        ("नमस्ते दुनिया", "नमस्ते दुनिया"),
        ("한국어 한국어", "한국어 한국어"),
        ("東京ABC都", "東 京 abc 都"),
        ("ﾊﾟﾘ パリ", "パ リ パ リ"),
        ("ข่าวมี", "ข ่ า ว ม ี"),
        ("ＡＢＣ　１２ ½ ﬁne", "abc 12 1 2 fine"),
        ("3.5% 1,000 №5", "3 5 1 000 no5"),
        ("❤️ 1️⃣ 👩‍👩‍👧 — …", "1"),
        ("𝐁old 𠮷野", "bold 𠮷 野"),
    ],
)
def test_terms(text: str, wanted: str) -> None:
    assert terms(text) == wanted.split()
    assert [token.term for token in tokens(text)] == wanted.split()


def test_a_long_word_is_several_tokens() -> None:
    assert [len(term) for term in terms("x" * 250 + " ж" + "é" * 150)] == [LONGEST, LONGEST, 50, LONGEST, 51]


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="aéи\u0306\u0301\u0308ｶﾞ\u3099한ᄒ\u1161\u11abกี่日\u00ad\u200dﬁ½́_ 👍🏽\U000e0100", max_size=12),
    )
)
def test_places_have_the_same_terms(text: str) -> None:
    found = tokens(text)
    assert [token.term for token in found] == terms(text)
    assert all(0 <= token.start < token.end <= len(text) for token in found)
    assert all(before.start <= after.start for before, after in pairwise(found))


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ("strasse", "Die Straße, die STRASSE.", ["Straße", "STRASSE"]),
        ('"tram line"', "Tram. A tram-line, the tram  line; line", ["tram-line", "tram  line"]),
        ("東京", "東京都の東、京", ["東京", "東、京"]),
        ("vot*", "Vote! voters, devote", ["Vote", "voters"]),
        ('"a b"~1', "b x a y y b", ["b", "a"]),
        ('"a a"~1', "a x x a a", ["a", "a"]),
        ("a -b", "a b", ["a"]),
        ("title:a b", "a b", ["b"]),
        ("a OR b", "b a", ["b", "a"]),
        ('"a b" "b c"', "a b c", ["a b c"]),
        ("العربية", "في العَرَبِيَّة", ["العَرَبِيَّة"]),
        ("author:b", "a b", []),
    ],
)
def test_what_is_marked(query: str, text: str, wanted: list[str]) -> None:
    assert [text[start:end] for start, end in marks(parse(query), text)] == wanted


def test_fields_are_marked_in_their_field() -> None:
    query = parse("title:a author:b c")
    assert [marks(query, "a b c", field) for field in (None, "title", "author")] == [
        [(4, 5)],
        [(0, 1), (4, 5)],
        [(2, 3)],
    ]


def test_an_excerpt_has_the_most_marks() -> None:
    text = "word " * 100 + "vote and vote again " + "word " * 100 + "vote"
    start, end = excerpt(text, marks(parse("vote"), text), 60)
    assert text[start:end].count("vote") == 2
    assert end - start <= 60
    assert text[start - 1] == " "
    assert excerpt(text, [], 20) == (0, 19)
    assert excerpt("short", [], 20) == (0, 5)
    assert excerpt("字" * 50, [(40, 42)], 20) == (30, 50)
    assert excerpt("x" * 50, [(0, 50)], 20) == (0, 20)
    # The word behind the last mark has no room.
    assert excerpt("the vote of the tram extraordinarily", [(4, 8), (16, 20)], 22) == (4, 20)
    assert excerpt(f"the {'x' * 50}", [], 20) == (0, 3)
