from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from corpus.diff import comparison
from corpus.diff.change import Chosen, Kind, Part
from corpus.errors import UsageError
from schemas.tables import ARTICLES, DECISIONS

EMPTY = pl.DataFrame(ARTICLES.empty).drop("text")
ROW = {
    "article_id": "a" * 32,
    "revision": 1,
    "url": "https://www.example.com/a",
    "publisher": "example.com",
    "title": "Council approves tram",
    "authors": ["Jane Example"],
    "agency": "AFP",
    "keywords": ["tram"],
    "language": "en",
    "published_date": date(2024, 5, 4),
    "published_at": datetime(2024, 5, 4, 10, tzinfo=UTC),
    "headings": [{"start": 0, "text": "Tram"}],
    "image_credits": [],
    "links": [{"title": "Bus", "url": None}],
    "word_count": 3,
    "text_hash": "1" * 32,
    "document_id": "d" * 64,
    "source": "seeds/a.txt",
    "batch": "seeds",
    "parser": "html/1",
}


def rows(*changes: dict) -> pl.DataFrame:
    return pl.DataFrame([{**dict.fromkeys(EMPTY.columns), **ROW, **change} for change in changes], schema=EMPTY.schema)


def decided(*decisions: dict) -> pl.DataFrame:
    schema = pl.DataFrame(DECISIONS.empty).schema
    return pl.DataFrame([{**dict.fromkeys(schema), **one} for one in decisions], schema=schema)


def compare(old: pl.DataFrame, new: pl.DataFrame, decisions: pl.DataFrame | None = None, **asked) -> list:
    matched = comparison.compare(old, new)
    gone = comparison.with_fates(matched.gone, decided() if decisions is None else decisions)
    return list(comparison.articles(comparison.chosen(comparison.changes(matched, gone), Chosen(**asked)), None))


ANOTHER = {"document_id": "e" * 64}


@pytest.mark.parametrize(
    ("change", "kind", "parts"),
    [
        ({**ANOTHER, "text_hash": "2" * 32, "word_count": 4, "headings": []}, Kind.CORRECTED, [Part.TEXT]),
        ({**ANOTHER, "title": "Council rejects tram"}, Kind.CORRECTED, [Part.TITLE]),
        ({**ANOTHER, "authors": []}, Kind.CORRECTED, [Part.BYLINE]),
        ({**ANOTHER, "agency": None, "published_date": None}, Kind.CORRECTED, [Part.BYLINE, Part.DATE]),
        ({**ANOTHER, "section": "World", "links": []}, Kind.CORRECTED, [Part.DETAILS]),
        ({**ANOTHER, "headings": []}, Kind.CORRECTED, [Part.DETAILS]),
        ({**ANOTHER, "published_at": None}, Kind.REDATED, [Part.DATE]),
        ({**ANOTHER, "published_date": date(2024, 5, 5), "section": "World"}, Kind.REDATED, [Part.DATE, Part.DETAILS]),
        ({"parser": "html/2"}, Kind.REPARSED, []),
        ({"text_hash": "2" * 32}, Kind.REPARSED, [Part.TEXT]),
        ({"published_date": None}, Kind.REPARSED, [Part.DATE]),
        ({"duplicate_of": "b" * 32, "similarity": 1.0}, Kind.MERGED, []),
        ({**ANOTHER, "duplicate_of": "b" * 32, "text_hash": "2" * 32}, Kind.MERGED, [Part.TEXT]),
        ({"similarity": 0.9}, Kind.REMARKED, []),
        ({"contained_in": "b" * 32, "containment": 0.95}, Kind.REMARKED, []),
        ({"source": "seeds/b.txt"}, Kind.RESOURCED, []),
        ({**ANOTHER, "captured_at": datetime(2024, 5, 5, tzinfo=UTC), "revision": 2}, Kind.RESOURCED, []),
    ],
)
def test_kinds_of_what_is_in_both(change, kind, parts):
    (found,) = compare(rows({}), rows(change))
    assert (found.kind, list(found.parts)) == (kind, parts)
    assert set(found.columns) == {"text" if name == "text_hash" else name for name in change}
    assert found.into == change.get("duplicate_of")
    assert (found.old.title, found.new.title) == (ROW["title"], change.get("title", ROW["title"]))
    (back,) = compare(rows(change), rows({}))
    assert back.kind is (kind if kind is not Kind.MERGED else Kind.CORRECTED if parts else Kind.REMARKED)


def test_what_is_the_same_is_not_reported_in_any_place():
    many = rows(*({"article_id": f"{number:032x}"} for number in range(50)))
    assert compare(many, many.sample(fraction=1, shuffle=True, seed=1)) == []
    assert compare(EMPTY, EMPTY) == []


def test_another_original_is_a_mark_of_another_kind():
    (found,) = compare(rows({"duplicate_of": "b" * 32}), rows({"duplicate_of": "c" * 32}))
    assert (found.kind, found.into) == (Kind.REMARKED, "c" * 32)
    (found,) = compare(rows({"duplicate_of": "b" * 32}), rows({}))
    assert (found.kind, found.into) == (Kind.REMARKED, None)


@pytest.mark.parametrize(
    ("decisions", "kind", "into"),
    [
        ([], Kind.WITHDRAWN, None),
        ([{"document_id": "d" * 64, "source": "x", "decision": "quarantined"}], Kind.QUARANTINED, None),
        ([{"document_id": "0" * 64, "source": "seeds/a.txt", "decision": "quarantined"}], Kind.QUARANTINED, None),
        ([{"document_id": "0" * 64, "source": "seeds/a.txt", "decision": "article", "article_id": "b" * 32}], Kind.WITHDRAWN, None),
        ([{"document_id": "d" * 64, "source": "seeds/a.txt", "decision": "repeat", "article_id": "b" * 32}], Kind.MERGED, "b" * 32),
        (
            [{"document_id": "d" * 64, "source": "seeds/a.txt", "decision": "duplicate", "article_id": "a" * 32, "duplicate_of": "c" * 32}],
            Kind.MERGED,
            "c" * 32,
        ),
        (
            [
                {"document_id": "d" * 64, "source": "x", "decision": "quarantined"},
                {"document_id": "d" * 64, "source": "y", "decision": "superseded", "article_id": "b" * 32},
            ],
            Kind.MERGED,
            "b" * 32,
        ),
    ],
)  # fmt: skip
def test_kinds_of_what_is_gone(decisions, kind, into):
    (found,) = compare(rows({}), EMPTY, decided(*decisions))
    assert (found.kind, found.into, found.new, found.article.article_id) == (kind, into, None, "a" * 32)


def test_other_columns_are_no_change():
    later = rows({"title": "Council rejects tram"}).with_columns(mood=pl.lit("b" * 32)).drop("section")
    (found,) = compare(rows({}), later.cast({"word_count": pl.Int64}))
    assert found.columns == ("title",)
    assert compare(rows({}).drop("parser"), rows({})) == []
    assert compare(rows({}).drop("parser"), rows({"title": "x"}))[0].old.parser is None


def test_order_and_limit_by_kind():
    old = rows(*({"article_id": f"{number:032x}"} for number in range(3)))
    new = rows(
        *({"article_id": f"{number:032x}", "title": "New"} for number in range(3)),
        *(
            {"article_id": f"{number:032x}", "published_date": day}
            for number, day in ((7, None), (8, date(2024, 1, 1)), (9, date(2023, 1, 1)))
        ),
    )
    matched = comparison.compare(old, new)
    found = comparison.changes(matched, comparison.with_fates(matched.gone, decided()))
    shown = list(comparison.articles(found, 2))
    assert [(one.kind, int(one.article.article_id, 16)) for one in shown] == [
        (Kind.ADDED, 9), (Kind.ADDED, 8), (Kind.REPARSED, 0), (Kind.REPARSED, 1),
    ]  # fmt: skip
    assert len(list(comparison.articles(found, None))) == 6
    assert list(comparison.articles(found, 0)) == []


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"publishers": ("Example.com", "other.org")}, True),
        ({"publishers": ("example.co",)}, False),
        ({"languages": ("EN",)}, True),
        ({"languages": ("en-GB",)}, False),
        ({"languages": ("e", "de")}, False),
        ({"since": date(2024, 5, 4), "until": date(2024, 5, 4)}, True),
        ({"since": date(2024, 5, 5)}, True),
        ({"since": date(2024, 5, 6)}, False),
        ({"until": date(2024, 5, 3)}, False),
    ],
)
def test_an_article_counts_if_it_was_or_is_among_those_asked_for(asked, found):
    redated = rows({**ANOTHER, "published_date": date(2024, 5, 5)})
    assert bool(compare(rows({}), redated, **asked)) is found


def test_undated_articles_are_of_no_day():
    assert compare(EMPTY, rows({"published_date": None}), since=date(1900, 1, 1)) == []
    assert compare(EMPTY, rows({"language": None}), languages=("en",)) == []
    with pytest.raises(UsageError, match="is before --since"):
        Chosen(since=date(2024, 1, 2), until=date(2024, 1, 1))


def test_every_kind_says_what_it_means():
    assert len({kind.meaning for kind in Kind}) == len(Kind)


ID = {"article_id": "e" * 32}


@pytest.mark.parametrize(
    ("other", "columns"),
    [
        ({}, ()),
        ({"title": "Tram: yes", "url": None}, ("url", "title")),
        ({"source": "seeds/b.txt"}, ("source",)),
        ({**ANOTHER}, ("document_id", "source")),
        ({**ANOTHER, "url": "https://www.example.com/#!/a"}, ("url", "document_id", "source")),
    ],
)
def test_another_id_of_the_same_document_or_text(other, columns):
    (found,) = compare(rows({}), rows({**ID, **other}))
    assert (found.kind, found.old.article_id, found.new.article_id) == (Kind.REIDENTIFIED, "a" * 32, "e" * 32)
    assert set(found.columns) - {"captured_at"} <= set(columns) | {"source"}


@pytest.mark.parametrize(
    "other",
    [
        # A copy in another paper, and another article of the same title.
        {**ANOTHER, "publisher": "other.org"},
        {**ANOTHER, "published_date": date(2024, 5, 5)},
        {**ANOTHER, "title": "Tram: yes"},
        {**ANOTHER, "text_hash": "2" * 32},
    ],
)
def test_another_article_is_added_and_the_one_before_gone(other):
    assert [one.kind for one in compare(rows({}), rows({**ID, **other}))] == [Kind.ADDED, Kind.WITHDRAWN]


def test_an_article_that_became_two_is_one_of_them_by_its_document():
    """By the first rule the two were one, of the text alone; the later document was its revision."""
    new = rows(ID, {"article_id": "f" * 32, "document_id": "0" * 64, "source": "seeds/b.txt", "title": "Tram: yes"})
    found = compare(rows({}), new)
    assert [(one.kind, one.article.article_id) for one in found] == [
        (Kind.ADDED, "f" * 32),
        (Kind.REIDENTIFIED, "e" * 32),
    ]


def test_what_cannot_be_distinguished_is_no_pair():
    twice = ({"article_id": "1" * 32, "source": "x"}, {"article_id": "2" * 32, "source": "y"})
    assert sorted(one.kind for one in compare(rows({}), rows(*twice))) == [Kind.ADDED, Kind.ADDED, Kind.WITHDRAWN]


def test_copies_of_an_article_with_another_id_are_as_they_were():
    copy = {"article_id": "c" * 32, "document_id": "3" * 64, "similarity": 1.0}
    old = rows({}, {**copy, "duplicate_of": "a" * 32})
    new = rows(ID, {**copy, "duplicate_of": "e" * 32})
    assert [one.kind for one in compare(old, new)] == [Kind.REIDENTIFIED]
