from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from corpus.errors import Refused, UsageError
from corpus.releases.changes import Changes
from corpus.releases.notes import figures, insert, plain
from corpus.releases.numbering import Bump, check, decide
from corpus.releases.shape import Shape, compare
from corpus.repo.releases import Release, in_tag, tag

LAST = [Release("v1.2.3", tag("v1.2.3"), "0" * 40, datetime(2026, 1, 1, tzinfo=UTC), 1, "")]
OLD = pa.schema([pa.field("a", pa.string(), nullable=False), pa.field("b", pa.int32()), pa.field("c", pa.string())])


def changed(new):
    return tuple(compare("articles", OLD, new))


@pytest.mark.parametrize(
    ("fields", "shapes", "said", "version"),
    [
        ([OLD.field("b"), OLD.field("c")], [Shape.REMOVED], "articles.a removed (string)", "v2.0.0"),
        ([OLD.field("a"), pa.field("b", pa.int64()), OLD.field("c")], [Shape.TYPE], "articles.b: type changed, int32? to int64?", "v2.0.0"),
        ([pa.field("a", pa.string()), OLD.field("b"), OLD.field("c")], [Shape.LOOSENED], "articles.a: may be null now, string to string?", "v2.0.0"),
        ([*OLD, pa.field("d", pa.float32())], [Shape.ADDED], "articles.d added (float?)", "v1.3.0"),
        ([OLD.field("a"), OLD.field("b"), pa.field("c", pa.string(), nullable=False)], [Shape.TIGHTENED], "articles.c: is never null now, string? to string", "v1.3.0"),
        ([OLD.field("b"), OLD.field("a"), OLD.field("c")], [Shape.ORDER], "articles: columns in another order", "v1.3.0"),
    ],
)  # fmt: skip
def test_columns_decide(fields, shapes, said, version):
    columns = changed(pa.schema(fields))
    assert [one.shape for one in columns] == shapes
    assert str(columns[0]).replace("float32", "float") == said
    assert decide(LAST, Changes(columns=columns, tables=("articles",)), Bump.AUTO, None).version == version


@pytest.mark.parametrize(
    ("changes", "version", "why"),
    [
        (Changes(added=2, changed=1, tables=("articles",)), "v1.3.0", "2 articles added"),
        (Changes(removed=1, tables=("articles",)), "v1.3.0", "1 article removed"),
        (Changes(changed=1, tables=("articles",)), "v1.2.4", "1 article corrected"),
        (Changes(tables=("quarantine",)), "v1.2.4", "no article says anything else; quarantine differ"),
    ],
)
def test_articles_decide(changes, version, why):
    made = decide(LAST, changes, Bump.AUTO, None)
    assert (made.version, made.why) == (version, why)


def test_what_is_not_known_must_be_given():
    with pytest.raises(Refused, match="--bump major, minor or patch\n  its data are gone"):
        decide(LAST, "its data are gone", Bump.AUTO, None)
    assert decide(LAST, "its data are gone", Bump.MAJOR, None).version == "v2.0.0"
    assert decide(LAST, Changes(), Bump.AUTO, None) is None
    assert decide([], Changes(), Bump.AUTO, None).version == "v1.0.0"
    assert decide(LAST, Changes(), Bump.PATCH, None).version == "v1.2.4"


@pytest.mark.parametrize("number", ["v1.2.3", "1.2.2", "one", "v1.3", "v1.3.0+redacted.1", "01.3.0", ""])
def test_numbers_that_will_not_do(number):
    with pytest.raises(UsageError):
        check(LAST, number)


def test_a_number_that_was_asked_for():
    asked = check(LAST, "3.1.4")
    assert decide(LAST, Changes(), Bump.AUTO, asked).version == "v3.1.4"


def test_notes_keep_what_is_in_them():
    assert insert(None, "## v1\n").endswith("first.\n\n## v1\n")
    assert insert("# Mine\n\nHello\n\n## v1\nold\n", "## v2\n") == "# Mine\n\nHello\n\n## v2\n\n## v1\nold\n"
    assert insert("no heading", "## v1\n") == "no heading\n\n## v1\n"
    assert insert("## v1\n", "## v2\n") == "## v2\n\n## v1\n"


def test_untrusted_names_cannot_be_markdown():
    assert plain("a|b\n<script>`x`[y](z)") == "a\\|b \\<script\\>\\`x\\`\\[y\\](z)"


def test_figures_are_read_from_the_last_paragraph_only():
    from corpus.repo.releases import _figures

    counts, digest = _figures(in_tag("articles: 5\n\nwords: 3", {"articles": 1_234}, "a" * 64))
    assert (counts, digest) == ({"articles": 1234}, "a" * 64)
    assert _figures("hello") == ({}, None)


def test_figures_of_one_name_are_distinguished():
    metrics = {
        "ledger": {"articles": 5, "duplicates": 1},
        "articles": {"duplicates": 2, "first_published": "2020-01-01"},
    }
    told = {"articles": 5, "duplicates_dropped": 1, "duplicates_marked": 2, "first_published": "2020-01-01"}
    assert figures(json.dumps(metrics)) == told
    assert figures("[]") == figures("{") == figures(None) == {}
