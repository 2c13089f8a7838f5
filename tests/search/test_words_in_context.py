"""Words in context, and the words that set some articles apart."""

from __future__ import annotations

from datetime import date
from math import log

import pytest

from corpus.errors import UsageError
from corpus.search.keywords import KeyWord, counts, frequent_words, key_words, log_likelihood
from corpus.search.kwic import MOST_LINES, arrange, lines
from corpus.search.query import parse


def row(name: str, text: str, day: date | None = None) -> dict[str, object]:
    return {"article_id": name, "published_date": day, "text": text}


ROWS = [
    row("a", "The new tram line opens.\n\nAn old tram stops.", date(2026, 3, 2)),
    row("b", "A tram", None),
    row("c", "Tram drivers strike", date(2026, 3, 1)),
    row("d", "Trains", date(2026, 1, 1)),
]


def test_a_line_for_each_match_in_the_order_of_the_text() -> None:
    found = lines(parse("tram"), ROWS, width=12)
    assert [(line.article_id, line.before, line.match, line.after) for line in found] == [
        ("a", "The new ", "tram", " line opens."),
        ("a", "An old ", "tram", " stops."),
        ("b", "A ", "tram", ""),
        ("c", "", "Tram", " drivers"),
    ]
    assert all(len(line.before) <= 12 and len(line.after) <= 12 for line in found)
    assert [
        row["text"][line.start :][:4].lower() for line in found for row in ROWS if row["article_id"] == line.article_id
    ] == ["tram"] * 4


@pytest.mark.parametrize(
    ("query", "text", "wanted"),
    [
        ('"tram line"', "a tram line b", ["tram line"]),
        ("東京", "これは東京都です", ["東京"]),
        ("-tram line", "a tram line", ["line"]),
        ("title:tram", "a tram", []),
        ("tram* OR bus", "trams, bus", ["trams", "bus"]),
        ("صوت", "هذا صَوْت", ["صَوْت"]),
    ],
)
def test_what_is_in_the_middle(query: str, text: str, wanted: list[str]) -> None:
    assert [line.match for line in lines(parse(query), [row("x", text)])] == wanted


def test_scripts_without_spaces_are_cut_anywhere() -> None:
    (line,) = lines(parse("東京"), [row("x", "字" * 50 + "東京" + "字" * 50)], width=10)
    assert (line.before, line.after) == ("字" * 10, "字" * 10)


def test_arrangements() -> None:
    found = lines(parse("tram"), ROWS, width=12)
    assert [line.article_id + line.before for line in arrange(found, "left")] == ["c", "bA ", "aThe new ", "aAn old "]
    assert [line.after for line in arrange(found, "right")] == ["", " drivers", " line opens.", " stops."]
    assert [line.article_id for line in arrange(found, "date")] == ["c", "a", "a", "b"]
    with pytest.raises(UsageError, match="cannot be sorted by 'size'"):
        arrange(found, "size")


def test_an_article_has_so_many_lines_at_most() -> None:
    assert len(lines(parse("a"), [row("x", "a " * 5000)])) == MOST_LINES


def test_the_log_likelihood_is_that_of_rayson_and_garside() -> None:
    wanted = 2 * (10 * log(10 / (100 * 12 / 300)) + 2 * log(2 / (200 * 12 / 300)))
    assert log_likelihood(10, 2, 100, 200) == pytest.approx(wanted)
    assert log_likelihood(2, 10, 200, 100) == pytest.approx(-wanted)
    assert log_likelihood(5, 10, 100, 200) == pytest.approx(0)
    assert log_likelihood(5, 0, 100, 0) == log_likelihood(0, 5, 0, 100) == 0
    assert log_likelihood(0, 10, 100, 100) < -10


def test_key_words_are_those_of_the_set() -> None:
    words = counts(["The tram, the Tram!", "a tram"])
    assert words == {"the": 2, "tram": 3, "a": 1}
    rest = counts(["The bus and the train and a car", "the end"])
    found = key_words(words, rest)
    assert found[0].word == "tram"
    assert found[0] == KeyWord("tram", 3, 0, pytest.approx(log_likelihood(3, 0, 6, 10)))
    assert "the" not in {one.word for one in found if one.likelihood > 3.84}
    assert key_words(words, rest, 1) == found[:1]
    assert key_words({}, rest) == key_words(words, {}) == []
    assert frequent_words(words, 2) == [("tram", 3), ("the", 2)]
