"""The query language: what a text means, and one sentence with a place for what means nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import UsageError
from corpus.search.query import QueryError, parse
from corpus.search.tree import And, Field, Near, Node, Not, Or, Phrase, Prefix, Word

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", And(())),
        ("  \n", And(())),
        ("a", A),
        ("Ä", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a or b", And((A, Word("or"), B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("a (b c)", And((A, B, C))),
        ("a -b", And((A, Not(B)))),
        ("a NOT b", And((A, Not(B)))),
        ("-(a OR b)", Not(Or((A, B)))),
        ("NOT NOT a", A),
        ("-title:a", Not(Field("title", A))),
        ("a - b", And((A, B))),
        ("--a", A),
        ("rock & roll", And((Word("rock"), Word("roll")))),
        ('"a b"', Phrase(("a", "b"))),
        ('"a"', A),
        ("“a b”", Phrase(("a", "b"))),
        ("„a b“", Phrase(("a", "b"))),
        ("« a b »", Phrase(("a", "b"))),
        ("（a OR b）", Or((A, B))),
        ("don't", Phrase(("don", "t"))),
        ("東京", Phrase(("東", "京"))),
        ("12:30", Phrase(("12", "30"))),
        ("elect*", Prefix("elect")),
        ("Él*", Prefix("el")),
        ('"elect*"', Prefix("elect")),
        ('"a el*"', Phrase(("a", "el"), frozenset({1}))),
        ('"el* a"', Phrase(("el", "a"), frozenset({0}))),
        ('"el** a Mo*"', Phrase(("el", "a", "mo"), frozenset({0, 2}))),
        ('"a well-kn* b"', Phrase(("a", "well", "kn", "b"), frozenset({2}))),
        ("well-know*", Phrase(("well", "know"), frozenset({1}))),
        ('title:"a el*"', Field("title", Phrase(("a", "el"), frozenset({1})))),
        ('"東京 el*"', Phrase(("東", "京", "el"), frozenset({2}))),
        ("title:a", Field("title", A)),
        ("TITLE: a", Field("title", A)),
        ('author:"a b"', Field("author", Phrase(("a", "b")))),
        ("title:(a OR b)", Field("title", Or((A, B)))),
        ('"a b"~3', Near((("a",), ("b",)), 3)),
        ('"東京 a"~0', Near((("東", "京"), ("a",)), 0)),
        ("?", None),
        ("C++", C),
    ],
)  # fmt: skip
def test_what_a_query_means(text: str, node: Node | None) -> None:
    if node is None:
        with pytest.raises(QueryError, match="no letter or digit"):
            parse(text)
    else:
        assert parse(text).node == node


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('a "b c', 2, "quotation mark at character 3 is not closed"),
        ('""', 0, "no letter or digit between the quotation marks"),
        ("(a", 0, "bracket at character 1 is not closed"),
        ("a (b (c)", 2, "bracket at character 3 is not closed"),
        ("a)", 1, "bracket at character 2 closes nothing"),
        (")", 0, "closes nothing"),
        ("a ()", 2, "nothing in the brackets at character 3"),
        ("OR a", 0, "nothing before OR"),
        ("a OR", 2, "nothing after OR at character 3"),
        ("a OR OR b", 2, "nothing after OR at character 3"),
        ("(a OR) b", 3, "nothing after OR at character 4"),
        ("AND a", 0, "nothing before AND"),
        ("a AND", 2, "nothing after AND"),
        ("a NOT", 2, "nothing after NOT"),
        ("a -OR b", 2, "nothing after -"),
        ("*a", 0, "character 1 comes before letters"),
        ("a b*c", 3, "character 4 is inside a word"),
        ("wom?n", 3, "The ? at character 4"),
        ("*", 0, "follows no letter"),
        ('"a b"*', 5, "follows no letter"),
        ('"el*x y"', 3, "character 4 is inside a word"),
        ('"x *el"', 3, "character 4 comes before letters"),
        ('a "x *"', 5, "character 6 follows no letter"),
        ('a "x e*"', 5, "“e*” at character 6 is too short"),
        ('"東京 都*"', 4, "found inside longer ones"),
        ('"well-k*"', 1, "“well-k*” at character 2 is too short"),
        ('"el* x"~3', 3, "character 4 is among words near each other"),
        ('"x el*"~0', 5, "character 6 is among words near each other"),
        ("x e*", 2, "“e*” at character 3 is too short"),
        ("東京*", 0, "found inside longer ones"),
        ("well-東*", 0, "found inside longer ones"),
        ("well-k*", 0, "too short"),
        ("site:bbc", 0, "no field site:"),
        ("http://x.example", 0, "quotation marks"),
        ("title:", 0, "nothing after title:"),
        ("title:&", 0, "no letter or digit after title:"),
        ("title:(a author:b)", 9, "fields cannot be nested"),
        ('"a"~3', 0, "needs two words"),
        ('"a b"~', 5, "needs a number"),
        ('"a b"~x', 5, "needs a number"),
        ('"a b"~-1', 5, "needs a number"),
        ('"a b"~²', 5, "needs a number"),
        ('"a b"~9999', 0, "the most is ~100"),
        ('"a a"~64', 0, "with these 2 words the most is ~63"),
        ('"a b c"~6', 0, "with these 3 words the most is ~5"),
        ('"a b c d e f g h"~0', 0, "use fewer words"),
        ("a " * 33, 64, "more than 32 words; the first one too many is at character 65"),
        ('"' + "a " * 40 + '"', 0, "more than 32 words"),
        ("a" * 1001, 1000, "1,001 characters"),
        ("(" * 21 + "a" + ")" * 21, 20, "21 deep"),
    ],
)  # fmt: skip
def test_a_wrong_query_is_refused_with_one_sentence_and_the_place(text: str, place: int, words: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    message = str(caught.value)
    assert words in message
    assert caught.value.place == place
    assert message.endswith(".")
    assert "\n" not in message
    assert isinstance(caught.value, UsageError)


@given(st.text(alphabet='ab 東ก"*()-~:3?“OR', max_size=30))
def test_every_text_is_a_query_or_refused(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        place = error.place
    else:
        place = 0
        assert parse(query.text) == query
    assert 0 <= place <= len(text)
