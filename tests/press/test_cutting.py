"""Where exports are cut: marks that are found by a word of theirs, and kinds that are excluded by theirs."""

from __future__ import annotations

import io
import random
import re

import pytest

from corpus.press.splitting import lexisnexis, unread
from corpus.press.splitting.cutting import LineMark, cut
from corpus.press.splitting.kinds import Sample

# What the lines of such a text are made of.
_PARTS = (
    b"\n", b"\r\n", b"\r", b"\f", b" ", b" " * 85, b"\t", b"3 of 50 DOCUMENTS", b"Dokument 3 von 50", b"1 de 2 documents", b"\xa0",
    b"a document", b"DOCUMENTS 7", b"x", b"text of the document ends\n", b"9 of 9 documentation", b"\xef\xbb\xbf", b"12", b"of",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_a_mark_that_is_found_by_its_word_is_the_one_that_its_pattern_finds(seed, monkeypatch):
    draw = random.Random(seed)
    data = b"".join(draw.choices(_PARTS, k=400))
    monkeypatch.setattr("corpus.press.splitting.cutting._CHUNK", draw.choice((300, 5_000, 1 << 20)))
    monkeypatch.setattr("corpus.press.splitting.cutting._LONGEST_MARK", 200)
    mark = lexisnexis._LINE
    assert isinstance(mark, LineMark)
    assert [*cut(io.BytesIO(data), mark)] == [*cut(io.BytesIO(data), mark._pattern)]
    assert len([*cut(io.BytesIO(data), mark)]) > 1


class Counted(bytes):
    """Bytes that count how many of their own are looked through for line ends."""

    looked = 0

    def rfind(self, sub: bytes, start: int = 0, end: int = 0) -> int:  # type: ignore[override]  # as it is called here
        """Find, and count."""
        Counted.looked += end - start
        return super().rfind(sub, start, end)


@pytest.mark.parametrize("text", [b"document ", b"dokument 1 of ", b"document 3 of 5 documents x"])
def test_a_line_of_nothing_but_the_word_costs_no_more_than_its_length(text):
    looked = []
    for count in (2_000, 4_000):
        Counted.looked = 0
        assert lexisnexis._LINE.search(Counted(text * count)) is None
        looked.append(Counted.looked)
    assert looked[1] <= 2.1 * looked[0]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("retriever|atekst", ("retriever", "atekst")),
        (r"gopress|belga\.press", ("gopress", "belga.press")),
        ("日経テレコン", ("日経テレコン",)),
        ("Source|источник", ("source", "источник")),
        (r"p\.\s?\d+|pag", ()),
        ("east view (?:information|press)", ()),
        ("[=_-]{30}|<hr", ()),
        ("a.c", ()),
    ],
)
def test_a_pattern_that_is_a_choice_of_words_is_searched_for_as_words(pattern, words):
    assert unread._words(pattern) == words
    if words:
        one = unread.Unread("any", "Any", ["txt"], [pattern])
        assert one.recognises(Sample("a.txt", "txt", b"", f"Xx {words[-1].upper()} xx")) > 0
        assert one.recognises(Sample("a.txt", "txt", b"", "Xx xx")) == 0
        assert all(re.search(pattern, word, re.IGNORECASE) for word in words)
