"""Searching in the browser: the same set in the count, the facets, the list, the chart, the export and the code."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import random
import re
import shlex
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl
import pyarrow.parquet as pq
import pytest

import corpus
from corpus.browse.address import read
from corpus.browse.application import application
from corpus.browse.charting import Measure, chart
from corpus.browse.searching import Searches
from corpus.browse.views import context
from corpus.search.answers import Hit, Month
from corpus.search.facets import FACETS
from corpus.search.keeping import FILES
from corpus.search.marks import marks
from corpus.search.query import parse
from tests.browse.client import PORT, Client
from tests.browse.conftest import LANGUAGES, SCRIPT

if TYPE_CHECKING:
    from pathlib import Path

SETS = [
    "", "q=council", "q=%22tram+line%22", "q=counc*+-mayor", "q=title%3Astory", "q=author%3Aalert", "q=ferry+OR+mayor",
    "language=en", "language=&q=council", "language=en&language=ar", "month=2024-02", "month=2020-01", "section=",
    "duplicates=duplicate", "duplicates=", "duplicates=contained&duplicates=duplicate", "revisions=2", "revisions=1&q=line",
    "author=&q=line", "author=" + quote(f"<i>{SCRIPT}</i>"), "author=" + "A" * 150, "licence=", "rights=", "agency=",
    "rights=train%3A+deny", "warning=", "warning=text_repeats", "since=2024-02-04", "until=2024-02-03&q=line",
    "date_source=declared", "publisher=example.com&q=line", *(f"q={quote(title)}" for title, _ in LANGUAGES.values()),
]  # fmt: skip


def when_indexed(client: Client, target: str) -> Any:
    """What a page has when the index of its version is there; meanwhile other pages work."""
    until = time.monotonic() + 600
    while (reply := client.get(target)).status != 200:
        assert reply.status == 503, reply.text
        assert reply.headers["retry-after"] == "3"
        assert client.get("/").status == 200
        assert time.monotonic() < until
    return reply.json


@pytest.fixture(scope="module")
def ready(client: Client) -> Client:
    when_indexed(client, "/search.json")
    return client


def found(client: Client, query: str) -> Any:
    reply = client.get(f"/search.json?{query}")
    assert reply.status == 200, reply.text
    return reply.json


def test_there_is_something_to_find(ready: Client) -> None:
    totals = {query: found(ready, query)["total"] for query in SETS}
    assert totals[""] == 13
    assert totals["q=title%3Astory"] == 4
    assert totals["language=en&language=ar"] == totals["language=en"] + 1
    assert all(totals[f"q={quote(title)}"] == 1 for title, _ in LANGUAGES.values())
    assert sum(number > 0 for number in totals.values()) > 20


@pytest.mark.parametrize("query", SETS)
def test_all_ways_out_have_the_same_set(ready: Client, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = found(ready, query)
    total = page["total"]
    listed = [row["article_id"] for row in page["articles"]]
    assert len(listed) == total <= 20
    for order in ("newest", "oldest", "relevance"):
        assert sorted(row["article_id"] for row in found(ready, f"{query}&order={order}")["articles"]) == sorted(listed)
    # A facet that nothing is narrowed by has each article at least once; months just once.
    counts = {name: sum(values.values()) for name, values in page["facets"].items()}
    assert all(counts[name] >= total for name in FACETS)
    assert total == counts["month"] or "month=" in query
    months = found(ready, f"{query}&view=time")["months"]
    assert sum(month["articles"] for month in months) == total
    # The files.
    rows = list(csv.DictReader(io.StringIO(ready.get(f"/export?{query}&format=csv&text=0").text)))
    assert sorted(row["article_id"] for row in rows) == sorted(listed)
    assert "text" not in (rows[0] if rows else {})
    lines = [json.loads(line) for line in ready.get(f"/export?{query}&format=jsonl").text.splitlines()]
    assert sorted(line["article_id"] for line in lines) == sorted(listed)
    assert all(line["text"] for line in lines)
    file = ready.get(f"/export?{query}&format=parquet&text=1")
    assert sorted(pl.read_parquet(io.BytesIO(file.body))["article_id"]) == sorted(listed)
    # Rows of many small files are together.
    assert pq.read_metadata(io.BytesIO(file.body)).num_row_groups == (1 if total else 0)
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9.-]+\.parquet"', file.headers["content-disposition"])
    assert file.body == ready.get(f"/export?{query}&format=parquet&text=1").body
    # The code.
    code = ready.get(f"/code.json?{query}").json
    assert code["total"] == total
    monkeypatch.chdir(ready.versions.repository.root)
    names: dict[str, Any] = {"print": lambda *_: None}
    exec(code["code"]["python"], names)  # noqa: S102
    assert shlex.split(code["code"]["command"])[:3] == ["corpus", "export", "found"]
    assert sorted(names["found"].collect()["article_id"]) == sorted(listed)


@pytest.mark.parametrize(
    ("query", "words", "place"),
    [
        ("(tram", "The bracket at character 1 is not closed.", 0),
        ("tram OR", "There is nothing after OR at character 6.", 5),
        ("a*", "is too short", 0),
        ("x" * 1001, "1,001 characters", 1000),
        (f"{SCRIPT} OR", "nothing after OR", 26),
    ],
)
def test_a_wrong_query_gets_one_sentence_and_its_place(ready: Client, query: str, words: str, place: int) -> None:
    for part in ("search", "export", "code"):
        reply = ready.get(f"/{part}.json?q={quote(query)}")
        assert reply.status == 400
        assert words in reply.json["error"]
        assert reply.json["place"] == place
        page = ready.get(f"/{part}?q={quote(query)}")
        assert page.status == 400
        assert html.escape(words) in page.text
        assert "<script" not in page.text


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/search?since=tomorrow", 400), ("/search?order=odd", 404), ("/search?view=odd", 404), ("/search?page=99", 404),
        ("/search?view=time&measure=odd", 404), ("/export?format=odd", 404), ("/export?format=csv&text=2", 404),
        ("/export.json?format=csv", 404), ("/search?asof=tomorrow", 404),
        ("/search?" + "&".join(f"publisher={number}" for number in range(2_000)), 200),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for(ready: Client, target: str, status: int) -> None:
    assert ready.get(target).status == status


def test_filters_are_chips_that_can_be_taken_away(ready: Client) -> None:
    page = ready.get("/search?q=story&language=&section=&author=" + quote(f"<i>{SCRIPT}</i>")).text
    assert "<script" not in page
    assert 'href="/search?language=&amp;section=' in page
    assert re.search(r'<a class="chip" href="/search\?q=story&amp;language=&amp;section=">', page)
    # The form keeps them, so that another query is narrowed too.
    assert '<input type="hidden" name="language" value="">' in page


def test_an_article_leads_to_its_neighbours_in_the_search(ready: Client) -> None:
    page = ready.get("/search?q=story&order=oldest").text
    to = html.unescape(re.search(r'<h2><a href="([^"]*)"', page)[1])
    first = ready.get(to).text
    assert "Match 1 of 4" in first
    assert "<mark>story</mark>" in first or "<mark>Story</mark>" in first or "<mark>" not in first
    seen = [to]
    while after := re.search(r'<a rel="next" href="(/article/[^"]*hit=\d+)">Next</a>', ready.get(seen[-1]).text):
        seen.append(html.unescape(after[1]))
    assert len(set(seen)) == 4
    assert ready.get(f"{to}9").status == 200


@pytest.mark.parametrize("day", ["2024-02-03", "2024-02-05"])
def test_a_day_is_searched_as_it_was_known(ready: Client, ids: dict[str, str], day: str) -> None:
    data = when_indexed(ready, f"/search.json?asof={day}&q=line")
    then = corpus.open(repo=ready.versions.repository.root, as_of=day).scan().collect()
    wanted = sorted(row["article_id"] for row in then.to_dicts() if "line" in f"{row['title']} {row['text']}".split())
    assert sorted(row["article_id"] for row in data["articles"]) == wanted
    lines = ready.get(f"/export?asof={day}&q=line&format=jsonl").text.splitlines()
    assert sorted(json.loads(line)["article_id"] for line in lines) == wanted
    assert all(row["title"] != "Council approves the new line" for row in data["articles"])
    assert f"as_of={json.dumps(day)}" in ready.get(f"/code.json?asof={day}&q=line").json["code"]["python"]
    # The day is named wherever the version is, and in the name of the file.
    known = f"as known on {day}"
    for target in ("search", "export", "code", *(f"article/{one}" for one in wanted[:1])):
        assert known in ready.get(f"/{target}?asof={day}&q=line").text, target
    sent = ready.get(f"/export?asof={day}&q=line&format=csv").headers["content-disposition"]
    assert f"as-known-on-{day}" in sent


@pytest.mark.parametrize("order", ["left", "right", "date"])
def test_each_match_has_a_line_in_its_context(ready: Client, order: str) -> None:
    for query in (
        "q=line",
        "q=%22tram+line%22+OR+mayor",
        f"q={quote(LANGUAGES['he'][0].split()[0])}",
        "q=title%3Astory",
    ):
        articles = [json.loads(line) for line in ready.get(f"/export?{query}&format=jsonl").text.splitlines()]
        asked = parse(read("/search", query).one("q"))
        wanted = sorted((row["article_id"], start) for row in articles for start, _ in marks(asked, row["text"]))
        lines: list[Any] = []
        for number in range(1, 1 + found(ready, f"{query}&view=kwic")["pages"]):
            page = found(ready, f"{query}&view=kwic&sort={order}&page={number}")
            assert page["total"] == len(wanted)
            lines += page["lines"]
        assert sorted((line["article_id"], line["start"]) for line in lines) == wanted
        assert ready.get(f"/search?{query}&view=kwic&sort={order}").status == 200
    assert "<script" not in ready.get("/search?q=alert&view=kwic").text
    assert ready.get(f"/search?q=line&view=kwic&sort={order}x").status == 404
    assert "Write a query" in ready.get("/search?view=kwic").text


def test_articles_are_looked_into_once_and_one_of_each_file_in_turn() -> None:
    rng = random.Random(3)
    hits = [
        Hit(f"{rng.getrandbits(128):032x}", "articles", f"shard {rng.randint(0, 39)}", row, 300) for row in range(3_000)
    ]
    steps = list(context._steps(hits))
    assert sorted(hit for step in steps for hit in step) == sorted(hits)
    files = [{hit.shard for hit in step} for step in steps]
    assert [len(names) for names in files] == [20, 20]
    assert not files[0] & files[1]
    assert all(len({hit.shard for hit in step[:20]}) == 20 for step in steps)
    assert steps == list(context._steps(sorted(hits)))
    assert list(context._steps([])) == []


def test_words_of_a_set_are_compared_with_the_rest(ready: Client) -> None:
    page = found(ready, "q=ferry&view=words")
    assert {"ferry", "harbour", "crew", "strike"} <= {one["word"] for one in page["key"]}
    assert all(one["likelihood"] > 0 and one["share"] > one["share_of_rest"] for one in page["key"])
    assert page["others"] == 13 - page["total"]
    everything = found(ready, "view=words")
    assert everything["key"] == []
    assert everything["frequent"][0]["count"] >= everything["frequent"][1]["count"] > 0
    assert "Key words" in ready.get("/search?q=ferry&view=words").text
    assert "to compare with" in ready.get("/search?view=words").text
    assert found(ready, "q=nothinglikeit&view=words")["frequent"] == []


def test_head_of_a_file_makes_no_file(ready: Client) -> None:
    reply = ready.get("/export?q=line&format=csv", "HEAD")
    assert (reply.status, reply.body, reply.headers["content-type"][:8]) == (200, b"", "text/csv")


def test_an_index_that_cannot_be_made_is_an_error_in_words(hostile_root: Path, tmp_path: Path) -> None:
    broken = Client(hostile_root)
    (tmp_path / "file").write_text("in the way")
    broken.searches = Searches(tmp_path / "file/index")
    broken.app = application(broken.versions, broken.searches, broken.keys, PORT)
    until = time.monotonic() + 600
    while (reply := broken.get("/search?q=line")).status == 503:
        assert time.monotonic() < until
    assert reply.status == 500
    assert "search index" in reply.text
    assert "Traceback" not in reply.text
    assert broken.get("/").status == 200
    broken.searches.end()


def test_files_that_are_damaged_while_they_are_open_are_made_anew(hostile_root: Path, tmp_path: Path) -> None:
    own = Client(hostile_root)
    own.searches = Searches(tmp_path / "index")
    own.app = application(own.versions, own.searches, own.keys, PORT)
    total = when_indexed(own, "/search.json?q=line")["total"]
    assert total > 0
    for path in (tmp_path / "index" / FILES).iterdir():
        if path.suffix in {".fast", ".idx", ".pos", ".term"}:
            path.write_bytes(bytes(path.stat().st_size))
            os.utime(path, (1, 1))
    # Counts of the same query are remembered.
    assert when_indexed(own, "/search.json?q=line+-nothinglikeit")["total"] == total
    own.searches.end()


def test_the_empty_result_says_what_to_try(ready: Client) -> None:
    page = ready.get("/search?q=nothinglikeit&language=en").text
    assert "No article matches." in page
    assert "Take a filter away" in page


def months(*found: tuple[str, int, int, int]) -> list[Month]:
    return [Month(*one) for one in found]


def test_charts_divide_by_what_there_is() -> None:
    some = months(("2019-12", 0, 5, 100), ("2020-01", 2, 4, 1_000), ("2020-03", 1, 1, 0), ("", 1, 1, 9))
    by_articles = chart(some, Measure.PER_ARTICLES)
    assert by_articles is not None
    assert [(bar.label, bar.count) for bar in by_articles.bars] == [("2020-01", 500.0), ("2020-03", 1_000.0)]
    by_words = chart(some, Measure.PER_WORDS)
    assert by_words is not None
    assert [(bar.label, bar.count) for bar in by_words.bars] == [("2020-01", 2_000.0)]
    by_year = chart(months(("1900-01", 1, 2, 10), ("1900-05", 1, 2, 10), ("1990-01", 1, 1, 10)), Measure.PER_ARTICLES)
    assert by_year is not None
    assert [(bar.label, bar.count) for bar in by_year.bars] == [("1900", 500.0), ("1990", 1_000.0)]
    for measure in Measure:
        assert chart(months(("", 3, 3, 9), ("2020-01", 0, 1, 1)), measure) is None
        assert chart([], measure) is None
    assert not parse("").text
