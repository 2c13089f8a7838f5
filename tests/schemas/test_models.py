from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from schemas.checks import CHECKED, Limits, checks, failing, is_language_tag, is_public
from schemas.models import failures, published
from schemas.rules import RULES, Check
from schemas.tables import DOCUMENTS, TABLES

LIMITS = Limits(min_words=5, title_length=(3, 20), earliest_date=date(1605, 1, 1), latest_date=date(2030, 1, 1))
GOOD = {
    "document_id": "0" * 64,
    "source": "seeds/a.txt",
    "batch": "seeds",
    "media_type": "text/plain",
    "size": 10,
    "encoding": "utf-8",
    "parser": "text/1",
    "captured_at": None,
    "url": "https://www.example.com/a",
    "publisher": "example.com",
    "publication": None,
    "page": None,
    "edition": None,
    "accession": None,
    "title": "A title",
    "description": None,
    "authors": ["A B"],
    "agency": None,
    "section": None,
    "keywords": [],
    "language": "en",
    "published_date": date(2020, 1, 1),
    "date_source": "declared",
    "published_at": None,
    "modified_at": None,
    "text": "one two three four five",
    "headings": [],
    "image_credits": [],
    "links": [],
    "word_count": 5,
    "text_hash": "0" * 32,
    "control_characters": 0,
    "problems": [],
}


def failed(**changes):
    frame = pl.DataFrame(
        [{**GOOD, "source": "seeds/good.txt"}, {**GOOD, **changes}],
        schema=pl.DataFrame(DOCUMENTS.arrow.empty_table()).schema,
    )
    found = failures(LIMITS, frame, ["source"])
    assert failing(checks(LIMITS), frame.select(CHECKED), ["source"]).equals(found), "the two disagree"
    assert set(found["source"]) <= {"seeds/a.txt"}
    return set(found["check"])


@pytest.mark.parametrize(
    ("changes", "check"),
    [
        ({"title": None}, Check.TITLE_MISSING),
        ({"title": " "}, Check.TITLE_MISSING),
        ({"title": "ab"}, Check.TITLE_LENGTH),
        ({"title": "x" * 21}, Check.TITLE_LENGTH),
        ({"title": "A\x07title"}, Check.CONTROL_CHARACTERS),
        ({"control_characters": 1}, Check.CONTROL_CHARACTERS),
        ({"word_count": 4}, Check.TEXT_SHORT),
        ({"published_date": None}, Check.DATE_MISSING),
        ({"published_date": date(1604, 12, 31)}, Check.DATE_EARLY),
        ({"published_date": date(2030, 1, 2)}, Check.DATE_LATE),
        ({"published_date": date(2020, 1, 3), "captured_at": datetime(2020, 1, 1, tzinfo=UTC)}, Check.DATE_LATE),
        ({"published_at": datetime(1600, 1, 1, tzinfo=UTC)}, Check.DATE_EARLY),
        ({"modified_at": datetime(2031, 1, 1, tzinfo=UTC)}, Check.DATE_LATE),
        ({"modified_at": datetime(2019, 12, 30, tzinfo=UTC)}, Check.MODIFIED_EARLY),
        ({"url": "ftp://example.com/a"}, Check.URL_NOT_PUBLIC),
        ({"url": "https://"}, Check.URL_NOT_PUBLIC),
        ({"url": "http://127.0.0.1/a"}, Check.URL_NOT_PUBLIC),
        ({"url": "http://user:secret@192.168.0.1:80/a"}, Check.URL_NOT_PUBLIC),
        ({"url": "http://[::1]:8000/a"}, Check.URL_NOT_PUBLIC),
        ({"language": "xx-invalid-"}, Check.LANGUAGE_TAG),
        ({"authors": ["A", " "]}, Check.LIST_BLANK),
        ({"keywords": [""]}, Check.LIST_BLANK),
        ({"image_credits": [""]}, Check.LIST_BLANK),
    ],
)
def test_a_check_fails_what_it_is_for_and_nothing_else(changes, check):
    assert failed(**changes) == {check.value}


def test_what_is_good_passes():
    assert failed() == set()
    assert failed(published_date=date(2020, 1, 2), captured_at=datetime(2020, 1, 1, tzinfo=UTC)) == set()
    assert failed(url=None, language=None, publisher=None, authors=[]) == set()


@pytest.mark.parametrize(
    ("host", "public"),
    [
        ("example.com", True), ("news.bbc.co.uk", True), ("xn--e1afmkfd.xn--p1ai", True), ("8.8.8.8", True),
        ("[2001:4860:4860::8888]", True), ("localhost", False), ("printer.local", False), ("intranet", False),
        ("10.0.0.1", False), ("224.0.0.1", False), ("[64:ff9b::7f00:1]", False), ("[2002:7f00:1::]", False),
        ("[::ffff:10.0.0.1]", False), ("1.2.3", False), ("a..b", False), ("", False), ("[oops]", False),
        ("db.internal", False), ("router.home.arpa", False), ("a" * 64 + ".com", False),
    ],
)  # fmt: skip
def test_public_hosts(host, public):
    assert is_public(host) is public


def test_language_tags():
    assert [is_language_tag(tag) for tag in ("en", "pt-BR", "zh-Hant-TW", "xx", "english", "")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


def test_every_check_has_a_rule():
    assert set(RULES) == set(Check)


def test_published_models_have_the_tables_columns():
    for name in ("articles", "revisions", "quarantine"):
        assert list(published(TABLES[name]).columns) == TABLES[name].names
