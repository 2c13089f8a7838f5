from __future__ import annotations

import csv
import io
import itertools
import json
import re
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import InvariantError
from corpus.report import write
from corpus.report.charts import timeline
from corpus.report.figures import Group
from corpus.report.markup import css
from corpus.report.tabular import by_group, by_month
from corpus.tables import parquet
from corpus.tables.ledger import Ledger
from schemas.rules import RULES
from schemas.tables import TABLES

FILES = {
    "metrics.json", "card.md", "dictionary.md", "index.html", "articles_by_month.csv", "articles_by_publisher.csv",
    "articles_by_language.csv", "verdicts_by_check.csv",
}  # fmt: skip
BLANK = {"string": "", "int32": 1, "int64": 1, "date32[day]": date(2020, 1, 1), "float": 0.5}


def row(table, **values):
    """A row of a table: null where it may be, else blank."""
    made = {}
    for column in TABLES[table].columns:
        default = None if column.nullable else [] if pa.types.is_list(column.dtype) else BLANK[str(column.dtype)]
        made[column.name] = values.get(column.name, default)
    return made


def article(number, **values):
    return row("articles", article_id=f"{number:032x}", title=f"Title {number}", word_count=number * 10, **values)


def shard(folder, table, name, rows):
    path = folder / f"{table}-{name}.parquet"
    parquet.write(path, TABLES[table], pa.Table.from_pylist(rows, TABLES[table].arrow))
    return path


@pytest.fixture
def small(tmp_path):
    """Three articles in two shards, one quarantined document."""
    evil = "<script>alert(1)</script>\u202e\x07"
    tables = {
        "articles": [
            shard(tmp_path, "articles", "a", [
                article(1, publisher="=cmd.com", language="en", published_date=date(2020, 1, 5), authors=["A B"]),
                article(2, publisher="=cmd.com", published_date=date(2020, 3, 5), duplicate_of=f"{1:032x}"),
            ]),
            shard(tmp_path, "articles", "b", [article(3, publisher="b.org", language="de")]),
        ],
        "quarantine": [
            shard(tmp_path, "quarantine", "a", [
                row("quarantine", source=f"seeds/{evil}", title=evil, excerpt="x" * 100_000, url="javascript:alert(1)",
                    reasons=[{"check": "text_short", "found": evil}]),
            ]),
        ],
        "verdicts": [
            shard(tmp_path, "verdicts", "a", [
                row("verdicts", source="s", check="text_short", severity="block"),
                row("verdicts", source="t", check="date_missing", severity="warn", found="1"),
                row("verdicts", source="t", check="date_missing", severity="warn", found="2"),
            ]),
        ],
    }  # fmt: skip
    return tables, Ledger(5, 3, 0, 1, 0, 1)


def made(tables, ledger, out, **options):
    out.mkdir()
    write(tables, ledger, out, options.get("title", "News"), options.get("top", 15))
    return {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()}


def test_the_figures(small, tmp_path):
    files = made(*small, tmp_path / "out")
    assert set(files) == FILES
    metrics = json.loads(files["metrics.json"])
    assert metrics["ledger"] == {
        "documents": 5,
        "articles": 3,
        "superseded": 0,
        "repeats": 1,
        "duplicates": 0,
        "quarantined": 1,
    }
    assert metrics["articles"]["publishers"] == 2
    assert metrics["articles"]["words"] == 60
    assert metrics["articles"]["median_words"] == 20.0
    assert metrics["articles"]["duplicates"] == 1
    assert metrics["share_with"]["published_date"] == 0.6667
    assert metrics["share_with"]["authors"] == 0.3333
    assert metrics["quarantined"] == {"text_short": 1}
    assert metrics["warnings"] == {"date_missing": 1}
    assert files["articles_by_month.csv"] == "month,articles\n2020-01,1\n2020-02,0\n2020-03,1\n"
    assert files["verdicts_by_check.csv"].splitlines()[1:] == ["date_missing,warn,1", "text_short,block,1"]


def test_nothing_untrusted_gets_through(small, tmp_path):
    files = made(*small, tmp_path / "out", title="<b>News</b>")
    page = files["index.html"]
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x07" not in page
    assert "javascript:" not in page
    assert "&lt;b&gt;News&lt;/b&gt;" in page
    assert "default-src 'none'" in page
    assert "http://" not in page.replace("http-equiv", "")
    assert len(page) < 100_000
    publishers = list(csv.reader(io.StringIO(files["articles_by_publisher.csv"])))
    assert publishers[1] == ["'=cmd.com", "2"]


def test_the_card(small, tmp_path):
    evil = "<img src=x> | [click](javascript:x) `code`\n# Not a heading"
    tables, ledger = small
    (tmp_path / "out").mkdir()
    write(tables, ledger, tmp_path / "out", f"A {evil}", 1, {"": evil})
    card = (tmp_path / "out/card.md").read_text(encoding="utf-8")
    assert card.splitlines()[0].startswith("# A \\<img src=x\\> \\| \\[click\\]")
    assert "3 news articles from 2 publishers in 2 languages, published from 2020-01-05 to 2020-03-05." in card
    assert "| articles without a date | 1 |" in card
    assert "| `published_date` | `date?` | 66.67 % | day of publication" in card
    assert "| =cmd.com | 2 |\n| (others) | 1 |" in card
    # Batches without a name are these tables' own; the note is one cell on one line.
    rights = next(line for line in card.splitlines() if "click" in line and line.endswith("| 1 | 3 |"))
    assert rights.startswith("| \\<img src=x\\> \\| ")
    assert card.count("\n# ") == 0


def test_the_order_of_shards_changes_no_byte(small, tmp_path):
    tables, ledger = small
    turned = {name: list(reversed(paths)) for name, paths in tables.items()}
    assert made(tables, ledger, tmp_path / "one") == made(turned, ledger, tmp_path / "two")


def test_an_empty_corpus(tmp_path):
    files = made({}, Ledger(0, 0, 0, 0, 0, 0), tmp_path / "out")
    assert files["articles_by_month.csv"] == "month,articles\n"
    page = files["index.html"]
    assert "There are no articles yet" in page
    assert re.findall("<h2>(.*?)</h2>", page) == ["The ledger", "Read it"]
    assert "NaN" not in files["metrics.json"]


def test_a_ledger_that_is_not_what_the_tables_hold(small, tmp_path):
    with pytest.raises(InvariantError, match="has 3 rows; the ledger says 2"):
        made(small[0], Ledger(4, 2, 0, 1, 0, 1), tmp_path / "out")
    with pytest.raises(InvariantError, match="does not balance"):
        Ledger(5, 3, 0, 0, 0, 1)


def test_the_dictionary_names_every_column_and_check(tmp_path):
    text = made({}, Ledger(0, 0, 0, 0, 0, 0), tmp_path / "out")["dictionary.md"]
    for table in TABLES.values():
        assert f"## {table.name}" in text
        for column in table.columns:
            assert f"| `{column.name}` | `{column.type_name}` |" in text
    for check in RULES:
        assert f"| `{check.value}` |" in text


@given(st.lists(st.tuples(st.dates(), st.integers(1, 10**7)), min_size=1, max_size=40, unique_by=lambda pair: pair[0]))
def test_any_span_of_time_can_be_drawn(days):
    chart = timeline(sorted(days))
    assert sum(bar.count for bar in chart.bars) == sum(count for _, count in days)
    assert len(chart.bars) <= 190
    assert all(bar.y >= 0 and bar.height <= 200 and 44 <= bar.x <= 720 for bar in chart.bars)
    assert len(chart.along) <= 8


def rendered(tmp_path, rows, ledger=None, licences=None, version="", **options):
    tables = {"articles": [shard(tmp_path, "articles", "a", rows)]}
    (tmp_path / "out").mkdir()
    write(tables, ledger or Ledger(len(rows), len(rows), 0, 0, 0, 0), tmp_path / "out", "News",
          options.get("top", 15), licences, version)  # fmt: skip
    return (tmp_path / "out/index.html").read_text(encoding="utf-8")


def table_of(page, heading):
    """The rows of a table of the page: name, count, width of the bar or None."""
    part = page.partition(f"<h2>{heading}</h2>")[2].partition("</table>")[0]
    row = (
        r"<bdi>(.*?)</bdi>.*?number\">(.*?)</td><td class=\"bar\" aria-hidden=\"true\">(?:<span style=\"width:(.*?)%)?"
    )
    return re.findall(row, part)


def test_one_is_no_plural(tmp_path):
    page = rendered(tmp_path, [article(1, publisher="a.org", language="en", published_date=date(2020, 1, 5))])
    text = " ".join(re.sub("</dd>|<[^>]+>", lambda tag: ", " if tag[0] == "</dd>" else " ", page).split())
    assert "1 document = 1 article + 0 superseded" in text
    assert not re.findall(r"\b1 (?:articles|documents|repeats|duplicates|publishers|languages|words|bars)\b", text)
    assert "<dt>article</dt><dd>1</dd>" in page
    assert "<dt>publisher</dt><dd>1</dd>" in page


def test_every_part_of_the_ledger_has_a_colour_of_its_own():
    sheet = css()
    colours = [re.search(rf"\.{part} {{ background: (.*?);", sheet)[1] for part in
               ("articles", "superseded", "repeats", "duplicates", "quarantined")]  # fmt: skip
    assert len(set(colours)) == 5
    for colour in colours:
        assert sheet.count(f"--{colour[6:-1]}: #") == 2  # light and dark


def test_what_was_added_up_is_no_measure_of_the_bars(tmp_path):
    rows = [
        article(n, publisher=f"p{n // 4}.org" if n < 12 else f"small{n}.org" if n < 60 else None) for n in range(80)
    ]
    assert table_of(rendered(tmp_path, rows, top=3), "Publishers") == [
        ("p0.org", "4", "100.0"), ("p1.org", "4", "100.0"), ("p2.org", "4", "100.0"),
        ("(others)", "48", ""), ("(unknown)", "20", ""),
    ]  # fmt: skip


def test_names_of_publishers_break_within_no_word_on_phones():
    # 390 pixels are a common phone's width; a bold letter is 10 pixels wide at most.
    phone = css().partition("@media (max-width: 30rem)")[2].partition("@media")[0]
    width = 390 * int(re.search(r"th bdi, td bdi \{ max-width: (\d+)vw; \}", phone)[1]) / 100
    assert width >= 10 * max(map(len, ("themoscowtimes.com", "washingtonexaminer.com", "rheinische-post.de")))
    names = re.search(r"th bdi, td bdi \{([^}]*overflow-wrap[^}]*)\}", css())[1]
    assert "overflow-wrap: break-word" in names
    assert "anywhere" not in names


def test_sections_with_nothing_in_them_are_not_shown(tmp_path):
    page = rendered(tmp_path, [article(n, publisher=None, language=None, published_date=None) for n in range(3)])
    assert re.findall("<h2>(.*?)</h2>", page) == ["The ledger", "What is known of them", "Read it"]


@pytest.mark.parametrize(("count", "shown"), [(8_000, "8,000"), (20_000, "20k"), (400_000, "400k"), (2_000_000, "2M")])
def test_numbers_at_the_axis_have_room(count, shown):
    assert timeline([(date(2020, 1, 1), count)]).up[-1].text == shown


def test_regional_forms_are_one_language(tmp_path):
    names = ["en", "en-US", "en-GB", "EN-gb", "zh-Hant", "zh", "de", None]
    page = rendered(tmp_path, [article(n, language=name) for n, name in enumerate(names)])
    assert [row[:2] for row in table_of(page, "Languages")] == [
        ("en", "4"), ("zh", "2"), ("de", "1"), ("(unknown)", "1"),
    ]  # fmt: skip
    assert "<dt>languages</dt><dd>3</dd>" in page
    apart = (tmp_path / "out/articles_by_language.csv").read_text()
    assert "en-US,1" in apart


def test_the_page_says_what_it_describes(tmp_path):
    at = datetime(2021, 2, 3, 4, tzinfo=UTC)
    rows = [
        article(1, captured_at=at, section="World", batch="one"),
        article(2, captured_at=at + timedelta(days=9), section="<i>Sport</i>", batch="two"),
        article(3, captured_at=at, section="World", batch="three"),
    ]
    page = rendered(tmp_path, rows, licences={"one": "CC BY 4.0", "two": "<b>own</b> use"}, version="0123456789abcdef")
    text = " ".join(re.sub("<[^>]+>", " ", page.partition("</header>")[0]).split())
    assert "Version 0123456789ab" in text
    assert "Captured from 2021-02-03 to 2021-02-12" in text
    assert "Licences &lt;b&gt;own&lt;/b&gt; use (1 article) CC BY 4.0 (1 article) none noted (1 article)" in text
    assert "Sections World , &lt;i&gt;Sport&lt;/i&gt;" in text
    assert [row[:2] for row in table_of(page, "Sections")] == [("World", "2"), ("&lt;i&gt;Sport&lt;/i&gt;", "1")]
    assert json.loads((tmp_path / "out/metrics.json").read_text())["content"] == "0123456789abcdef"


@given(st.lists(st.tuples(st.dates(), st.just(1)), min_size=1, max_size=40, unique_by=lambda pair: pair[0]))
def test_labels_of_time_do_not_overlap(days):
    chart = timeline(sorted(days))
    for marks, letter in ((chart.along, 6.5), (chart.along[::2], 11)):  # wide and narrow screens
        ends = []
        for mark in marks:
            width = letter * len(mark.text)
            start = mark.at - {"start": 0, "middle": width / 2, "end": width}[mark.anchor]
            ends.append((start, start + width))
        assert all(before[1] <= after[0] for before, after in itertools.pairwise(ends))
        assert ends[0][0] >= 0
        assert ends[-1][1] <= 721


def test_months_of_a_long_span_are_not_filled():
    assert len(by_month([(date(1605, 1, 1), 1), (date(2020, 1, 1), 1)])) == 2
    assert len(by_month([(date(2020, 1, 1) + timedelta(days=day), 1) for day in range(365)])) == 12


def test_the_rest_is_summed_up():
    groups = [Group("a", 5, 1), Group("b", 3, 1), Group("c", 2, 1), Group(None, 4, 1)]
    assert by_group(groups, 1) == [("a", 5), ("(others)", 5), ("(unknown)", 4)]
