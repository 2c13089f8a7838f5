"""Feeds as sites write them: by rules that are broken everywhere, and torn ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from corpus.sources.entries import Item, Reason, Selection, Skipped
from corpus.sources.gather import documents

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "&lt;p&gt;Ham &amp;amp; eggs &lt;b&gt;cost&lt;/b&gt; more.&lt;/p&gt;"
CONTENT = '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">'


def entry(more: str = "", title: str = "A") -> str:
    return f"<item><title>{title}</title>{more}{CONTENT}{TEXT}</content:encoded></item>"


def rss(*entries: str, declaration: str = '<?xml version="1.0"?>') -> str:
    return f'{declaration}<rss version="2.0"><channel><title>Site</title>{"".join(entries)}</channel></rss>\n'


def gather(path: Path, data: bytes | str) -> tuple[list[dict[str, Any]], list[tuple[Reason, str]]]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = list(documents([path], Selection()))
    return (
        [json.loads(one.data) for one in found if isinstance(one, Item)],
        [(one.reason, one.detail) for one in found if isinstance(one, Skipped)],
    )


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        (rss(entry()), {}),
        ("\n\n" + rss(entry()), {}),
        (rss(entry("<link>https://example.com/?a=1&b=2</link>")), {"url": "https://example.com/?a=1&b=2"}),
        (rss(entry("<author>Jo&nbsp;D&eacute; &foo; <![CDATA[& R]]></author>")), {"authors": ["Jo\u00a0Dé &foo; & R"]}),
        (rss(entry("<author>Jo\x01 Do\x0be</author>")), {"authors": ["Jo Doe"]}),
        (
            rss(entry("<author>Jö</author>", "Ü"), declaration='<?xml version="1.0" encoding="klingon"?>'),
            {"title": "Ü"},
        ),
    ],
)
def test_an_error_costs_no_letter_elsewhere(tmp_path: Path, feed: str, expected: dict[str, Any]) -> None:
    (row,), skipped = gather(tmp_path / "a.rss", feed)
    assert row["content_html"] == "<p>Ham &amp; eggs <b>cost</b> more.</p>"
    assert row | expected == row
    assert skipped == []


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("utf-8", "cp1252"), ("iso-8859-1", "utf-8"), ("iso-8859-1", "cp1252"), ("windows-1252", "cp1252"),
        ("utf-16", "utf-16"), ("utf-8", "utf-8-sig"),
    ],
)  # fmt: skip
def test_any_declared_encoding(tmp_path: Path, declared: str, encoding: str) -> None:
    feed = rss(entry(title="“Äpfel” – Café"), declaration=f'<?xml version="1.0" encoding="{declared}"?>')
    (row,), _ = gather(tmp_path / "a.xml", feed.encode(encoding))
    assert row["title"] == "“Äpfel” – Café"


def test_titles_and_descriptions_are_words(tmp_path: Path) -> None:
    feed = rss(
        entry(
            "<description>&lt;p&gt;Ham &amp;amp; eggs&lt;/p&gt;</description>", "A &amp;amp; B &lt;i&gt;now&lt;/i&gt;"
        ),
        entry(title="Why &lt;video&gt; won, 1 &lt; 2"),
    )
    rows, _ = gather(tmp_path / "a.rss", feed)
    assert [row["title"] for row in rows] == ["A & B now", "Why <video> won, 1 < 2"]
    assert rows[0]["description"] == "Ham & eggs"
    atom = (
        '<feed xmlns="http://www.w3.org/2005/Atom">'
        '<entry><title type="html">A &amp;lt; &lt;b&gt;B&lt;/b&gt;</title><content>x</content></entry>'
        "<entry><title>Why &lt;b&gt; &amp;amp; i</title><content>y</content></entry></feed>"
    )
    rows, _ = gather(tmp_path / "b.xml", atom)
    assert [row["title"] for row in rows] == ["A < B", "Why <b> &amp; i"]


def test_a_torn_feed_gives_its_complete_entries_and_is_reported(tmp_path: Path) -> None:
    whole = rss(entry("<link>https://example.com/1</link>"), entry("<link>https://example.com/2</link>"))
    second = whole.index("more.", whole.index("/2</link>"))
    rows, skipped = gather(tmp_path / "a.rss", whole[:second])
    assert [row["url"] for row in rows] == ["https://example.com/1"]
    assert skipped == [(Reason.TORN, "the feed ends early, within entry 2")]
    rows, skipped = gather(tmp_path / "a.rss", whole[: whole.index("</channel>")])
    assert (len(rows), skipped) == (2, [(Reason.TORN, "the feed ends early")])


def test_junk_is_reported(tmp_path: Path) -> None:
    for junk in ("<![CDATA[", "<!--", "&", "&amp", "<a ", "]]>", "&#"):
        assert gather(tmp_path / "a.rss", f"<rss>{junk * 200_000}") == ([], [(Reason.TORN, "the feed ends early")])
