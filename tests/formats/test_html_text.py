"""The text of a page by the constructs in it: what is kept, in which form, and what is none of it."""

from __future__ import annotations

import json

import pytest

from corpus.formats import parser_of
from corpus.formats.article import Document, Parsed

NAMES = ("harbour", "station", "school", "market", "castle", "museum", "bridge")
SENTENCES = [
    f"The {name} is to get a stop of its own, which {len(name) * 77} people asked for, the council of the town said after a vote."
    for name in NAMES
]
PARAGRAPHS = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
LAST = "<p>The mayor of the town wants to open the first part of the line in the spring of the next year.</p>"
TITLE = "Council approves the tram line"


def parse(body: str, head: str = "") -> Parsed:
    parser = parser_of("text/html", "by-language")
    assert parser is not None
    page = f"<html lang=en><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    return parser.parse(Document(page.encode(), "text/html", "x.html"))


def blocks(inner: str) -> list[str]:
    """What stands between the paragraphs of an article."""
    text = parse(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}{inner}{LAST}</article>").text
    between = text.partition(SENTENCES[-1])[2].rpartition(LAST[3:-4])[0]
    assert between or text.endswith(LAST[3:-4])
    return [block for block in between.strip().split("\n\n") if block]


@pytest.mark.parametrize(
    ("inner", "kept"),
    [
        ("<p>The line costs <del>120</del><ins>140</ins> million.</p>", ["The line costs 140 million."]),
        ("<p>Of the <s>nine</s> <strike>eight</strike> ten stops all are new.</p>", ["Of the ten stops all are new."]),
        ("<p><ins datetime=2020-01-01>The cost is 140 million crowns now.</ins></p>", ["The cost is 140 million crowns now."]),
        ("<ins class=adsbygoogle><p>Buy this now, it is cheap and good for you.</p></ins>", []),
        ("<p>The line costs <del><b>120</b></del> <ins class=added><b>140</b></ins> million crowns.</p>", ["The line costs 140 million crowns."]),
        ("<p>The line costs <ins id=lead class=readmore>140</ins> million crowns, they say.</p>", ["The line costs 140 million crowns, they say."]),
        ("<p>It costs <span style='text-decoration: line-through'>120</span> 140 million crowns.</p>", ["It costs 140 million crowns."]),
        ("<ins class=dcmads><p>Buy this now, it is cheap and good for you.</p></ins>", []),
        ("<ins class=x data-zoneid=3><p>Buy this now, it is cheap and good for you.</p></ins>", []),
        ("<ins class='sponsored'><p>Buy this now, it is cheap and good for you.</p></ins>", []),
        ("<p>町の<ruby>議<rt>ぎ</rt>会<rt>かい</rt></ruby>は路面電車の新しい路線を承認したと語った。</p>", ["町の議会は路面電車の新しい路線を承認したと語った。"]),
        ("<p>The council <strong>and <label>the mayor</label></strong> of the town approved it.</p>", ["The council and the mayor of the town approved it."]),
        ("<p>The council of the town <label><button> </button></label>approved the line <button></button>on Monday.</p>", ["The council of the town approved the line on Monday."]),
        ("<p><button>Trams</button> are to come in the spring of the next year, they say.</p>", ["Trams are to come in the spring of the next year, they say."]),
        ("<p>The council of the town approved the line on Monday. <button>Share</button></p>", ["The council of the town approved the line on Monday."]),
        (
            "<div role=table><div role=row><span role=columnheader>Club</span><span role=columnheader>Points</span></div><div role=row><span role=cell>Arden</span><span role=cell>12</span></div></div>",
            ["Club | Points\nArden | 12"],
        ),
        (
            "<blockquote class=instagram-media><p>We did it!</p><p>A post shared by Ruth (@ruth) on Jun 1, 2020</p></blockquote>",
            ["We did it!\nA post shared by Ruth (@ruth) on Jun 1, 2020"],
        ),
        ("<blockquote class=instagram-media><p>A post shared by Ruth (@ruth)</p></blockquote>", []),
        (
            "<blockquote class='reddit-embed-bq'><a href=x>We did it!</a><br> by<a href=x>u/ruth</a> in<a href=x>trams</a></blockquote>",
            ["We did it! by u/ruth in trams"],
        ),
        ("<blockquote class=mastodon-embed><p>We did it!</p><a href=x>Post by @ruth</a></blockquote>", ["We did it!\nPost by @ruth"]),
        ("<blockquote class=telegram-post><p>We did it!</p>— Ruth</blockquote>", ["We did it!\n— Ruth"]),
        (
            "<blockquote><p>We did it!</p>&mdash; Ruth (@ruth) <a href=https://twitter.com/ruth/status/1>June 1, 2020</a></blockquote>",
            ["We did it!\n— Ruth (@ruth) June 1, 2020"],
        ),
        ("<blockquote cite=https://www.tiktok.com/@ruth/video/1><p>We did it!</p><a href=x>@ruth</a></blockquote>", ["We did it!\n@ruth"]),
        ("<ins data-ad-client=x><p>Buy this now, it is cheap and good for you.</p></ins>", []),
        ("<p><ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>の線は来年の春に開業する予定である。</p>", ["漢字の線は来年の春に開業する予定である。"]),
        (
            "<p>Press the <button>Start</button> key, and pick <label>Line 4</label> in the list of lines.</p>",
            ["Press the Start key, and pick Line 4 in the list of lines."],
        ),
        ("<div><button>Share this article with your friends now</button></div>", []),
        ("<li>Select <label>Trams</label> in the menu of the app to see all of the lines.</li>", ["- Select Trams in the menu of the app to see all of the lines."]),
        (
            "<table><tr><th>Club<th>Points</tr><tr><td>Arden<td>12</tr><tr><td>Elm<td>9</tr></table>",
            ["Club | Points\nArden | 12\nElm | 9"],
        ),
        (
            "<table><caption>Poll</caption><thead><tr><th>Party</th><th>%</th></tr></thead><tbody><tr><td><a href=/x>Reds</a></td><td>40</td></tr></tbody></table>",
            ["Poll\nParty | %\nReds | 40"],
        ),
        ("<figure><table><tr><td>Bread</td><td>2.50</td></tr><tr><td>Milk</td><td></td></tr></table></figure>", ["Bread | 2.50\nMilk"]),
        ("<table><tr><td><a href=/a>Sport</a></td><td><a href=/b>News</a></td></tr><tr><td><a href=/c>More</a></td><td></td></tr></table>", []),
        (
            "<blockquote class=twitter-tweet><p>We did it!</p>&mdash; Ruth Berg (@ruth) <a href=x>June 1, 2020</a></blockquote>",
            ["We did it!\n— Ruth Berg (@ruth) June 1, 2020"],
        ),
        (
            "<div class='embed twitter'><blockquote class=twitter-tweet><p>We did it!</p>&mdash; Ruth (@ruth)</blockquote></div>",
            ["We did it!\n— Ruth (@ruth)"],
        ),
        ("<blockquote class=tiktok-embed><section>@ruth Trams for all of us</section></blockquote>", ["@ruth Trams for all of us"]),
        ("<pre>Roses are red\nTrams are blue\n\nThe line that was drawn up long ago leads from the harbour\nto the station.</pre>",
         ["Roses are red\nTrams are blue", "The line that was drawn up long ago leads from the harbour to the station."]),
    ],
)  # fmt: skip
def test_constructs(inner, kept):
    assert blocks(inner) == kept


@pytest.mark.parametrize(
    "page",
    [
        f"<h1>{TITLE}</h1>" + "<br><br>".join(SENTENCES),
        f"<center><font size=2>{'<br><br>'.join(SENTENCES)}</font></center>",
        f"<table width=700><tr><td>Menu</td><td><font size=2><b>{TITLE}</b><br><br>{'<br><br>'.join(SENTENCES)}</font></td></tr></table>",
        f"<table><tr><td><table><tr><td>{PARAGRAPHS}</td></tr></table></td><td width=20>Links</td></tr></table>",
        f"<form action=/page.aspx><h1>{TITLE}</h1>{PARAGRAPHS}<input name=state></form>",
        "<pre>" + "\n\n".join(SENTENCES) + "</pre>",
        f"<main><h1>{TITLE}</h1>" + "<br><br>".join(SENTENCES) + "</main>",
    ],
)
def test_pages_of_older_makes(page):
    text = parse(page).text
    assert [block for block in text.split("\n\n") if block != TITLE] == SENTENCES


STATES = [
    ('<script id="__NEXT_DATA__" type="application/json">{}</script>', {"props": {"title": TITLE, "body": [{"type": "paragraph", "text": one} for one in SENTENCES]}}),
    ("<script>window.__INITIAL_STATE__ = {};</script>", {"article": {"headline": TITLE, "content": PARAGRAPHS}}),
    ("<script>Fusion.globalContent={};Fusion.x=1</script>", {"content_elements": [{"type": "text", "content": one, "_id": "x"} for one in SENTENCES]}),
    ('<script type="application/json">{}</script>', {"data": {"blocks": [{"type": "core/paragraph", "data": {"content": one}} for one in SENTENCES]}}),
    ("<script>var x=1; var pageData = {}; go(pageData)</script>", {"story": {"paragraphs": SENTENCES}}),
    ('<script type="application/json">{}</script>', {"doc": {"body": [{"nodeType": "paragraph", "children": [{"text": one}]} for one in SENTENCES]}}),
]  # fmt: skip


@pytest.mark.parametrize(("script", "state"), STATES)
def test_text_that_scripts_draw(script, state):
    others = {
        "teasers": [{"title": "Elm wants trams", "text": "Elm too"}] * 9,
        "menu": ["Sport", "News", "Culture"] * 9,
    }
    held = script.replace("{}", json.dumps({**others, **state}))
    parsed = parse(f"<div id=root></div>{held}")
    assert parsed.text.split("\n\n") == SENTENCES
    assert parsed.parser == "html/2:state"


def test_a_wall_hides_what_json_ld_has():
    whole = {
        "@type": "NewsArticle",
        "headline": TITLE,
        "isAccessibleForFree": False,
        "articleBody": "\n\n".join(SENTENCES * 1),
    }
    head = f'<script type="application/ld+json">{json.dumps(whole)}</script>'
    begun = "".join(f"<p>{one}</p>" for one in SENTENCES[:2])
    assert parse(f"<article><h1>{TITLE}</h1>{begun}</article>", head).text.split("\n\n") == SENTENCES


def test_a_short_article_is_read_beside_a_long_box():
    short = f"<article><h1>{TITLE}</h1><p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p></article>"
    box = "".join(
        f"<p>You may write to us about {name} at any time, and we will answer as soon as we can, with pleasure.</p>"
        for name in NAMES
    )
    assert parse(f"<main>{short}<div class=kontaktbox>{box}</div></main>").text.split("\n\n") == SENTENCES[:2]


def test_posts_of_others_at_the_end_are_not_part_of_the_text():
    posts = "".join(
        f"<div class=entry><h3><a href=/{name}>The {name} is closed</a></h3><p>The {name} of the town is closed for a week, as it is repaired and painted.</p></div>"
        for name in NAMES
    )
    text = parse(f"<div class=page><h1>{TITLE}</h1>{PARAGRAPHS}{LAST}{posts}</div>").text
    assert text.split("\n\n") == [*SENTENCES, LAST[3:-4]]


def test_lists_within_a_text_are_kept():
    steps = (
        "<ol><li>Buy a ticket at the harbour.</li><li>Board the tram.</li></ol><ul><li>2 eggs</li><li>flour</li></ul>"
    )
    assert blocks(steps) == ["- Buy a ticket at the harbour.", "- Board the tram.", "- 2 eggs", "- flour"]
