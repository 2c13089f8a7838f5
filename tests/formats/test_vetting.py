"""What another package's parser gives is held to what it promises."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any

import pytest

from corpus.formats import vetting
from corpus.formats.article import Heading, Link, Parsed, Problem
from corpus.formats.vetting import vetted
from schemas.dates import DateSource
from schemas.rules import Check

GOOD = Parsed(
    title="A", text="Words.", url="https://example.com/a", authors=("Jane Doe",), published_date=date(2024, 1, 2),
    date_source=DateSource.DECLARED, published_at=datetime(2024, 1, 2, tzinfo=UTC), headings=(Heading(0, "H"),),
    links=(Link("L"), Link("M", "https://example.com/b")), problems=(Problem(Check.PAYWALL),), parser="x/1",
)  # fmt: skip


NAIVE = datetime(2024, 1, 2, tzinfo=UTC).replace(tzinfo=None)


class Nowhere(tzinfo):
    def utcoffset(self, _: datetime | None) -> timedelta:
        raise ValueError

    dst = tzname = utcoffset  # type: ignore[assignment]


class Tree(str):
    """A text that holds on to the page that it is of, as lxml's do."""

    __slots__ = ("page",)


def test_what_keeps_its_promises_passes() -> None:
    assert vetted(GOOD, "x/1", 100) == GOOD
    assert vetted(Parsed(), "x/1", 100) == Parsed(parser="x/1")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": 3}, "type int as `title`"), ({"title": b"A"}, "type bytes as `title`"), ({"title": "a\ud800"}, "surrogate"),
        ({"text": None}, "type NoneType as `text`"), ({"text": "x" * 101}, "101 bytes"), ({"text": "\udcff"}, "surrogate"),
        ({"description": "x" * 200_000}, "200,000 bytes"), ({"authors": "Jane Doe"}, "type str as `authors`"),
        ({"authors": (1,)}, "type int as `authors`"), ({"authors": ("\ud800",)}, "surrogate"),
        ({"keywords": ("k",) * 20_000}, "20,000 members"), ({"published_at": NAIVE}, "without an offset"),
        ({"modified_at": NAIVE}, "without an offset"), ({"published_at": "2024"}, "type str as `published_at`"),
        ({"published_at": datetime(2024, 1, 2, tzinfo=Nowhere())}, "time zone"),
        ({"published_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))}, "time zone"),
        ({"published_date": datetime(2024, 1, 2, tzinfo=UTC)}, "type datetime as `published_date`"),
        ({"published_date": "2024-01-02"}, "type str as `published_date`"), ({"date_source": "rumour"}, "one of declared"),
        ({"headings": (("H", 0),)}, "offset"), ({"headings": ((-1, "H"),)}, "offset"), ({"headings": ("H",)}, "not a pair"),
        ({"headings": ((True, "H"),)}, "offset"), ({"headings": ((1 << 40, "H"),)}, "offset"),
        ({"links": (("L", 1),)}, "type int as `links`"), ({"links": {"L": "u"}}, "type dict as `links`"),
        ({"problems": (("nonsense", None),)}, "check"), ({"language": ["en"]}, "type list as `language`"),
    ],
)  # fmt: skip
def test_a_broken_promise_costs_the_document(changed: dict[str, Any], told: str) -> None:
    found = vetted(replace(GOOD, **changed), "x/1", 100)
    ((check, words),) = found.problems
    assert check is Check.UNREADABLE
    assert told in (words or "")
    assert found.text == ""


@pytest.mark.parametrize("given", [None, "text", {"title": "A"}, [GOOD], object(), Parsed, (x for x in ())])
def test_what_is_no_parsed_article_at_all(given: object) -> None:
    assert "not a Parsed" in (vetted(given, "x/1", 100).problems[0].found or "")


def test_a_parser_cannot_pass_for_another() -> None:
    assert vetted(replace(GOOD, parser="html/1"), "x/1", 100).parser == "x/1"


def test_texts_become_texts_of_their_own() -> None:
    found = vetted(replace(GOOD, title=Tree("A"), authors=[Tree("B")], url="javascript:alert(1)"), "x/1", 100)
    assert (type(found.title), type(found.authors[0]), found.url) == (str, str, None)


def test_a_new_field_needs_no_line_where_its_type_is_known() -> None:
    types = {str(field.type) for field in fields(Parsed) if field.name not in {"text", "parser"}}
    assert types <= vetting._BY_TYPE.keys()
