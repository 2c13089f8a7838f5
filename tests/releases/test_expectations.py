from __future__ import annotations

import json
from datetime import date

import polars as pl
import pytest

from corpus import settings
from corpus.errors import SettingsError
from corpus.releases.expectations import Tables, expect, measured, silent
from corpus.repo.releases import releases
from corpus.repo.repository import Repository
from corpus.snapshots.snapshot import Snapshot
from schemas.expectations import FIGURES, judge
from schemas.expected import Figure, Verdict


def figures(*rows):
    names = ("found", "min", "max", "on_min", "on_max")
    whole = [
        {"scope": "overall", "publisher": None, "figure": "rows", "detail": None, **dict(zip(names, row, strict=True))}
        for row in rows
    ]
    return pl.DataFrame(whole, schema=pl.DataFrame(FIGURES.empty).schema)


def test_a_minimum_fails_and_a_maximum_warns_each_by_parameter():
    judged = judge(
        figures(
            (1.0, 2.0, None, "fail", "warn"),
            (3.0, None, 2.0, "fail", "warn"),
            (1.0, 2.0, None, "warn", "warn"),
            (3.0, None, 2.0, "fail", "fail"),
            (2.0, 2.0, 2.0, "fail", "warn"),
            (None, 2.0, None, "fail", "warn"),
            (2.0, None, None, "fail", "warn"),
        )
    )
    assert judged["verdict"].to_list() == ["fail", "warn", "warn", "fail", "met", "unknown", "nothing expected"]


def expected(corpus, text):
    """What is found with these expectations, by publisher and figure."""
    path = corpus.root / "params.yaml"
    head = path.read_text().partition("expectations:")[0]
    path.write_text(f"{head}expectations:\n{text}\n")
    repository = Repository(corpus.root)
    old = Snapshot(repository, releases(repository)[0].commit)
    found = expect(settings.load(corpus.root).expectations, old, Snapshot(repository, None))
    return {(one.publisher, one.figure): one for one in found}


def test_figures_against_the_last_release(released):
    found = expected(
        released,
        """
  overall: {rows_change: {min: 0, max: 0}, share_quarantined: {max: 0.1, on_max: fail}, schema_changes: {max: 0}}
  per_publisher: {rows: {min: 3}, share_quarantined: {max: 0.5}, rows_change: {min: 0}}
""",
    )
    overall = {
        figure: (one.found, one.verdict)
        for (publisher, figure), one in found.items()
        if publisher is None and figure in Figure
    }
    assert found[None, Figure.ROWS_CHANGE].verdict is Verdict.MET
    assert overall[Figure.SCHEMA] == (0, Verdict.MET)
    assert overall[Figure.SILENT] == (0, Verdict.NONE)
    assert overall[Figure.NEWEST_AGE][0] is None
    assert found["example.com", Figure.ROWS].verdict is Verdict.FAILED
    assert str(found["example.com", Figure.ROWS]) == "rows of example.com is 2, expected at least 3"
    assert found["example.com", Figure.QUARANTINED].found == 0


def test_the_command_reports_and_says_no(released):
    (released.root / "params.yaml").write_text("expectations:\n  overall: {rows: {min: 3}, median_words: {max: 5}}\n")
    done = released.run("expect", check=False)
    assert done.returncode == 1
    assert "2 expectations: 0 met, 1 warned, 1 failed, 0 unknown (against v1.1.0)." in done.stdout
    told = json.loads(released.run("expect", "--json", "--against", "v1.0.0", check=False).stdout)
    assert (told["against"], told["failed"]) == ("v1.0.0", 1)
    assert {one["figure"] for one in told["figures"]} == {figure.value for figure in Figure}


def test_nothing_is_expected_of_a_new_corpus(built):
    chosen = settings.load(built.root).expectations
    assert (chosen.overall, chosen.per_publisher) == ({}, {})
    found = expect(chosen, None, Snapshot(Repository(built.root), None))
    assert {one.verdict for one in found} == {Verdict.NONE}


def test_expectations_make_no_stage_out_of_date(released):
    path = released.root / "params.yaml"
    path.write_text(path.read_text().replace("overall: {}", "overall: {rows: {min: 1}}"))
    assert json.loads(released.dvc("status", "--json").stdout) == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("overall: {nonsense: {min: 1}}", "expectations.overall.nonsense: no such figure. There are rows, rows_change"),
        ("overall: {rows: {least: 1}}", "expectations.overall.rows.least: unknown key"),
        ("overall: {rows: {min: 2, max: 1}}", "expectations.overall.rows: 2 to 1 is no range"),
        ("overall: {rows: {min: .nan}}", "expectations.overall.rows.min: input should be a finite number, found nan"),
        (
            "overall: {rows: {min: 1, on_min: shout}}",
            "expectations.overall.rows.on_min: input should be 'fail' or 'warn'",
        ),
        (
            "per_publisher: {silent_publishers: {max: 1}}",
            "silent_publishers can be expected only of the complete corpus",
        ),
        ("silent_days: 0", "expectations.silent_days: input should be greater than or equal to 1"),
    ],
)
def test_faults_are_named(tmp_path, text, fault):
    (tmp_path / "params.yaml").write_text(f"expectations:\n  {text}\n")
    with pytest.raises(SettingsError) as caught:
        settings.load(tmp_path)
    assert fault in str(caught.value)


def tables(articles, before, captured="2026-03-01"):
    """Tables of a version: articles of publishers by day, each of a document, and one document of `a.org` refused."""
    schema = {"publisher": pl.String, "published_date": pl.Date}
    frame = pl.DataFrame(articles, schema=schema, orient="row").with_columns(
        authors=pl.lit(["A"], pl.List(pl.String)), language=pl.lit(None, pl.String), word_count=pl.lit(100)
    )
    named = frame.select("publisher").with_row_index("document_id")
    documents = pl.concat(
        [named, pl.DataFrame({"document_id": [99], "publisher": ["a.org"]}, schema=named.schema)]
    ).with_columns(
        source=pl.lit("s"),
        batch=pl.lit("b"),
        captured_at=pl.lit(date.fromisoformat(captured)).cast(pl.Datetime("us", "UTC")),
    )
    refused = documents.filter(pl.col("document_id") == 99)
    return Tables(frame.lazy(), documents.lazy(), refused.lazy(), pl.DataFrame(before, schema=schema, orient="row"))


def day(month, number):
    return date(2026, month, number)


def test_figures_of_publishers():
    now = tables(
        [("a.org", day(2, 20)), ("a.org", None), ("b.org", day(1, 1)), (None, day(1, 1))],
        [("a.org", day(1, 1))] * 4 + [("c.org", None)],
    )
    rows = {row["publisher"]: row for row in measured(now, by_publisher=True).iter_rows(named=True)}
    assert rows["a.org"][Figure.ROWS] == 2
    assert rows["a.org"][Figure.ROWS_CHANGE] == -0.5
    assert rows["a.org"][Figure.WITHOUT_DATE] == 0.5
    assert rows["a.org"][Figure.QUARANTINED] == pytest.approx(1 / 3)
    assert rows["a.org"][Figure.NEWEST_AGE] == 9
    assert rows["b.org"][Figure.ROWS_CHANGE] is None
    assert (rows["c.org"][Figure.ROWS], rows["c.org"][Figure.ROWS_CHANGE]) == (0, -1)
    assert rows[None][Figure.ROWS] == 1
    whole = measured(now, by_publisher=False).row(0, named=True)
    assert (whole[Figure.ROWS], whole[Figure.ROWS_CHANGE], whole[Figure.QUARANTINED]) == (4, pytest.approx(-0.2), 0.2)
    assert (whole[Figure.WITHOUT_LANGUAGE], whole[Figure.MEDIAN_WORDS], whole[Figure.WITHOUT_AUTHOR]) == (1, 100, 0)


def test_silent_publishers():
    before = [
        ("daily.org", day(1, 30)),
        ("weekly.org", day(1, 28)),
        ("gone.org", day(1, 20)),
        ("old.org", date(2020, 1, 1)),
    ]
    # A day later nobody is silent, though only one has published since.
    assert silent(tables([*before, ("daily.org", day(1, 31))], before), 30) == []
    later = [*before, ("daily.org", day(3, 1)), ("weekly.org", day(2, 20))]
    assert silent(tables(later, before), 30) == ["gone.org"]
    assert silent(tables(before, []), 30) is None


def test_an_empty_corpus_is_measured():
    found = measured(tables([], []), by_publisher=False).row(0, named=True)
    assert (found[Figure.ROWS], found[Figure.ROWS_CHANGE], found[Figure.MEDIAN_WORDS]) == (0, None, None)
