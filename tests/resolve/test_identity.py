"""Which article a document is of, by this rule and by the one before."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import polars as pl
import pytest

from corpus.resolve.former import first_ids, former_ids
from corpus.resolve.identity import COLUMNS, Basis, with_identity

SCHEMA = {name: pl.Date if name == "published_date" else pl.String for name in COLUMNS}
DAY = date(2020, 9, 11)
NOTHING: dict[str, Any] = dict.fromkeys(COLUMNS)
EXPORT = {**NOTHING, "title": "Council approves tram", "published_date": DAY, "text_hash": "1" * 32}


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA)


def named(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


@pytest.mark.parametrize(
    ("row", "basis"),
    [
        ({**EXPORT, "url": "https://e.com/a", "accession": "X1", "publisher": "e.com"}, Basis.URL),
        ({**EXPORT, "accession": "X1", "publication": "The Daily"}, Basis.ACCESSION),
        ({**EXPORT, "publication": "The Daily", "publisher": "e.com"}, Basis.PUBLICATION),
        ({**EXPORT, "publisher": "e.com"}, Basis.HEADLINE),
        ({**EXPORT, "publisher": "e.com", "accession": " ", "publication": ""}, Basis.HEADLINE),
        ({**EXPORT, "publisher": "e.com", "published_date": None}, Basis.TEXT),
        ({**EXPORT, "publisher": "e.com", "title": None}, Basis.TEXT),
        (EXPORT, Basis.TEXT),
        ({**NOTHING, "text_hash": "1" * 32}, Basis.TEXT),
    ],
)
def test_the_best_basis_there_is(row: dict[str, Any], basis: Basis) -> None:
    assert with_identity(frame(row))["rule"].item() == basis.value


OTHER = [
    {"title": "Tram: yes"},
    {"title": None},
    {"published_date": date(2020, 9, 12)},
    {"published_date": None},
    {"title": None, "published_date": None},
    {"text_hash": "2" * 32},
    # Two papers that ran a story of an agency, without a date.
    {"publisher": "a.com", "published_date": None},
    {"publisher": "b.com", "published_date": None},
    {"publication": "The Daily", "published_date": None},
    {"publication": "The Daily"},
    {"publication": "The Evening"},
    {"publisher": "a.com"},
    {"publisher": "b.com"},
    {"accession": "1"},
    {"accession": "2"},
    {"url": "https://e.com/a"},
]


def test_the_same_text_elsewhere_is_another_article() -> None:
    ids = with_identity(frame(EXPORT, *({**EXPORT, **other} for other in OTHER)))["article_id"]
    assert ids.is_unique().all()


@pytest.mark.parametrize(
    ("row", "other"),
    [
        ({"accession": "X1", "title": "A"}, {"accession": " x1 ", "title": "B", "publication": "The Daily"}),
        (
            {"publication": "The Daily", "title": "A  b"},
            {"publication": "the  daily ", "title": "a B", "publisher": "x"},
        ),
        ({"publication": "The Daily", "text_hash": "1" * 32}, {"publication": "The Daily", "text_hash": "2" * 32}),
        ({"title": "A b"}, {"title": " a\tB"}),
        ({"url": "https://e.com/a", "title": "A", "accession": "1"}, {"url": "https://e.com/a", "title": "B"}),
    ],
)
def test_the_same_article(row: dict[str, Any], other: dict[str, Any]) -> None:
    one, two = with_identity(frame({**EXPORT, **row}, {**EXPORT, **other}))["article_id"]
    assert one == two


@pytest.mark.parametrize(
    ("row", "before"),
    [
        ({}, [f"text\0{'1' * 32}"]),
        (
            {"publication": "The Daily", "accession": "1"},
            [f"text\0{'1' * 32}", "headline\0The Daily\0council approves tram\x002020-09-11"],
        ),
        ({"publisher": "e.com", "accession": "1"}, ["headline\0e.com\0council approves tram\x002020-09-11"]),
        ({"url": "https://xn--fa-hia.de/a"}, ["url\0https://fass.de/a"]),
        ({"url": "https://e.com/#!/news/1"}, ["url\0https://e.com/"]),
    ],
)
def test_the_ids_of_the_first_rule(row: dict[str, Any], before: list[str]) -> None:
    rows = frame({**EXPORT, **row})
    assert former_ids(rows) == [tuple(map(named, before))]
    assert first_ids(rows).item() == named(before[0])
    assert with_identity(rows)["article_id"].item() not in former_ids(rows)[0]


@pytest.mark.parametrize(
    "row", [{"url": "https://e.com/a"}, {"publisher": "e.com"}, {"title": None, "published_date": None}]
)
def test_ids_that_stayed_what_they_were(row: dict[str, Any]) -> None:
    rows = frame({**EXPORT, **row})
    assert former_ids(rows) == [tuple(with_identity(rows)["article_id"])]
