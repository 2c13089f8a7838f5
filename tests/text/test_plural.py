"""Numbers with their nouns."""

from __future__ import annotations

import pytest

from corpus.tables.ledger import Ledger
from corpus.text.plural import count


@pytest.mark.parametrize(
    ("number", "nouns", "sign", "text"),
    [
        (0, ("article",), "", "0 articles"), (1, ("article",), "", "1 article"), (2, ("article",), "", "2 articles"),
        (1_000, ("batch", "batches"), "", "1,000 batches"), (1, ("batch", "batches"), "", "1 batch"),
        (1, ("document",), "+", "+1 document"), (-1, ("document",), "+", "-1 document"), (-2, ("repeat",), "+", "-2 repeats"),
    ],
)  # fmt: skip
def test_count(number: int, nouns: tuple[str, ...], sign: str, text: str) -> None:
    assert count(number, *nouns, sign=sign) == text


@pytest.mark.parametrize(
    ("ledger", "text"),
    [
        (Ledger(1, 1, 0, 0, 0, 0), "1 document = 1 article + 0 superseded + 0 repeats + 0 quarantined"),
        (Ledger(3, 1, 0, 1, 1, 0), "3 documents = 1 article + 0 superseded + 1 repeat + 1 duplicate + 0 quarantined"),
        (Ledger(7, 5, 1, 0, 0, 1), "7 documents = 5 articles + 1 superseded + 0 repeats + 1 quarantined"),
    ],
)
def test_the_ledger_in_words(ledger: Ledger, text: str) -> None:
    assert str(ledger) == text
