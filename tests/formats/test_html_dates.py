"""When pages say that they were published: each kind of witness alone, and which of several is believed."""

from __future__ import annotations

import pytest

from corpus.formats import parser_of
from corpus.formats.article import Document, Parsed
from corpus.formats.html import spans
from schemas.dates import DateSource
from schemas.rules import Check

PROSE = (
    "<p>The council approved the new tram line on Monday after a debate of seven hours, the mayor of the town said.</p>"
    * 4
)
HEADLINE = "<h1>Council approves the new tram line</h1>"


def parse(head: str = "", body: str = "", url: str | None = None, lang: str = "en") -> Parsed:
    page = f"<html lang={lang}><head><title>Council approves the new tram line</title>{head}</head><body>{body}</body></html>"
    parser = parser_of("text/html", "by-language")
    assert parser is not None
    return parser.parse(Document(page.encode(), "text/html", "x.html", url))


PRINTED = [
    "<p class=meta>Posted on Friday, December 23, 2016</p>", "<div class=date>23.12.16</div>", "<span>23rd December 2016</span>",
    "<p>2016年12月23日 14時05分</p>", "<p>23 декабря 2016, 14:05</p>", "<p>٢٣ ديسمبر ٢٠١٦</p>", "<p>২৩ ডিসেম্বর ২০১৬</p>",
    "<p>Von <a href=/a>Jane Doe</a> am 23.12.2016, 11:51 | 0 Meinungen</p>", "<h5>Datum: </h5>23.12.2016",
    "<p class=info>23.12.2016 10:16 Uhr - 1. Bundesliga - PM Vereine</p>", "<div><span>23</span> <span>December</span> <span>2016</span></div>",
    "<td align=right><p>2016.12.23</p></td>", "<ul><li>Hintergrund</li><li class=meta__date>23.12.2016</li></ul>",
    "<p>2016年12月23日</p>", "<p>2016년 12월 23일</p>", "<p>23 décembre 2016</p>", "<p>Publicado el 23 de diciembre de 2016</p>",
    "<p>Dieser Artikel wurde am 23. Dezember 2016 um 14:48 veröffentlicht</p>", "<p>平成28年12月23日</p>", "<p>平成28年12月23日(金)</p>",
]  # fmt: skip


@pytest.mark.parametrize("printed", PRINTED)
def test_a_date_beside_the_headline_is_printed(printed):
    for body in (f"{HEADLINE}{printed}{PROSE}", f"{printed}{HEADLINE}{PROSE}"):
        found = parse(body=body, lang="de" if "." in printed else "en")
        assert (str(found.published_date), found.date_source) == ("2016-12-23", DateSource.PRINTED)


@pytest.mark.parametrize(
    "aside",
    [
        "<p>Updated on December 23, 2018</p>", "<footer>© 2016-12-23 The Paper</footer>", "<p class=lastmod>2018-12-23</p>",
        "<div class=comments><p>December 23, 2018 at 9:15</p></div>", "<aside class=related><time datetime=2018-12-23>x</time></aside>",
        "<div class=header-date>Sunday, December 23, 2018</div>", "<ul class=events><li>12.12.2018 - 23.12.2018</li></ul>",
        "<p>Member since December 23, 2018</p>",
    ],
)  # fmt: skip
def test_dates_of_other_things_are_not_the_article(aside):
    assert str(parse(body=f"{HEADLINE}<p>December 2, 2016</p>{PROSE}{aside}").published_date) == "2016-12-02"
    assert parse(body=f"{HEADLINE}{PROSE}{aside}").date_source in {None, DateSource.GUESSED}


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<meta name=article:published_time value=2016-12-23T10:00:00Z>", ""),
        ("", "<abbr class=published title=2016-12-23T05:11:00-05:00>5:11 AM</abbr>"),
        ("", '<span class="smart-date" data-origindate="2016-12-23 14:27:02 +0800"></span>'),
        ('<script>utag_data = {"publish_date": "2016-12-23T10:00:00Z", "id": 1}</script>', ""),
        ("<script>dataLayer.push({'datePublished': '2016-12-23'});</script>", ""),
        ('<script>window.__STATE__={"firstPublished":1482487200,"updated":1545559200}</script>', ""),
        ("<script type=application/json>{&quot;x&quot;:1}</script><script>var s = {pub_date: '23.12.2016'}</script>", ""),
        ("<meta name=DC.date.issued content=2016-12-23>", ""),
        ("<meta name=cXenseParse:publishtime content=2016-12-23T10:00:00Z>", ""),
        ("<meta name=DISPLAYDATE content='Dec. 23, 2016'>", ""),
        ("<meta name=article:published_time content='الجمعة، 23 ديسمبر 2016 - 12:09 م'>", ""),
    ],
)  # fmt: skip
def test_what_machines_read_is_declared(head, body):
    found = parse(head, f"{HEADLINE}{body}{PROSE}")
    assert (str(found.published_date), found.date_source) == ("2016-12-23", DateSource.DECLARED)


def test_the_address_speaks_where_nothing_else_does():
    found = parse(body=HEADLINE + PROSE, url="https://www.example.com/2016/12/23/tram")
    assert (str(found.published_date), found.date_source) == ("2016-12-23", DateSource.ADDRESS)
    assert parse(body=HEADLINE + PROSE, url="https://www.example.com/2016/12/3-days-of-trams").published_date is None


def test_a_guess_is_called_so():
    body = f"{HEADLINE}{PROSE * 4}<div class=teaser><div class=authored>23.12.2016</div></div>"
    found = parse(body=body)
    assert (str(found.published_date), found.date_source) == ("2016-12-23", DateSource.GUESSED)
    assert Check.GUESSED_DATE in {problem.check for problem in found.problems}


def test_a_change_is_never_taken_for_publication():
    changed = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"H","dateModified":"2018-12-23T10:00:00Z"}</script>'
    found = parse(changed, f"{HEADLINE}<p class=date>December 2, 2016</p>{PROSE}<p>Last updated: 23 December 2018</p>")
    assert (str(found.published_date), str(found.modified_at)) == ("2016-12-02", "2018-12-23 10:00:00+00:00")
    found = parse(changed, f"{HEADLINE}{PROSE}<p>Last updated: 23 December 2018</p>")
    assert found.published_date is None


@pytest.mark.parametrize(
    ("written", "shown", "day"),
    [
        ("2023-11-09T06:35:29+00:00", "<p class=date>Nov 8, 2023</p>", "2023-11-08"),
        ("2021-11-04T23:00Z", "<p class=date>5. November 2021</p>", "2021-11-05"),
        ("2023-11-09T06:35:29+00:00", "<p class=date>Nov 9, 2023</p>", "2023-11-09"),
        ("2023-11-09T16:35:29+00:00", "<p class=date>Nov 8, 2023</p>", "2023-11-09"),
        ("2023-11-09T06:35:29+01:00", "<p class=date>Nov 8, 2023</p>", "2023-11-09"),
    ],
)
def test_the_day_is_the_pages_own_where_it_declares_utc(written, shown, day):
    found = parse(f"<meta property=article:published_time content={written}>", f"{HEADLINE}{shown}{PROSE}")
    assert str(found.published_date) == day
    assert found.published_at is not None


def test_what_was_published_anew_is_of_its_first_day():
    declared = "<meta property=article:published_time content=2019-06-17T18:28:00+02:00>"
    found = parse(declared, HEADLINE + PROSE, "https://www.example.com/2017/07/12/tram")
    assert (str(found.published_date), found.published_at) == ("2017-07-12", None)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Published: Mar 4, 2020, 10:00 am PST by Jane", ["Mar 4, 2020, 10:00 am PST"]),
        ("on 4 March 2020 and on 5 March 2020", ["4 March 2020", "5 March 2020"]),
        ("Mai 3 May 2020", ["3 May 2020"]), ("call 02.35.12.99", []), ("version 1.2.2013.4", []), ("12/31/1999", ["12/31/1999"]),
        ("4:23 PM, March 4, 2020", ["4:23 PM, March 4, 2020"]), ("12-Dec-2016", ["12-Dec-2016"]), ("the 3 years 2019", []),
    ],
)  # fmt: skip
def test_dates_in_a_text(text, written):
    assert [span.written for span in spans.find(text, "en")] == written


@pytest.mark.parametrize(
    "shown",
    [
        "<p>5 May 2023 (updated), 3 May 2023 (published)</p>", "<p>3 May 2023 (published), 5 May 2023 (updated)</p>", "<p>5 May 2023 - updated | 3 May 2023 - published</p>",
        "<p>Updated 5 May 2023 | 3 May 2023</p>", "<p><span>5 May 2023 (updated)</span> <span>3 May 2023 (published)</span></p>", "<p><span>5 May 2023 (updated)</span> <span>3 May 2023</span></p>",
        "<p><time>5 May 2023</time> <em>updated</em>, <time>3 May 2023</time> <em>published</em></p>", "<p>3. Mai 2023 (veröffentlicht), 5. Mai 2023 (aktualisiert)</p>", "<p>5 mai 2023 [mis à jour], 3 mai 2023 [publié]</p>",
        "<p>5. 5. 2023 (aktualizováno), 3. 5. 2023 (publikováno)</p>", "<p>Last updated: 5 May 2023, Published: 3 May 2023</p>",
    ],
)  # fmt: skip
def test_of_two_labelled_dates_the_day_of_publication_is_taken(shown):
    found = parse(body=f"{HEADLINE}{shown}{PROSE}")
    assert str(found.published_date) == "2023-05-03"


@pytest.mark.parametrize(("lang", "day"), [("hr", "2023-10-05"), ("pl", "2023-11-05"), ("en", None), ("und", None)])
def test_a_disputed_month_is_read_by_the_pages_language_or_warned_of(lang, day):
    found = parse(body=f"{HEADLINE}<time>5 listopada 2023</time>{PROSE}", lang=lang)
    assert (str(found.published_date) if found.published_date else None) == day
    assert (Check.UNREAD_DATE in {one.check for one in found.problems}) == (day is None)


@pytest.mark.parametrize(
    ("head", "printed", "instant"),
    [
        ("", "<p>November 29, 2016: 3:33 AM ET</p>", "2016-11-29T08:33:00+00:00"),
        ("", "<p>First published November 29, 2016; 3:33 AM EST</p>", "2016-11-29T08:33:00+00:00"),
        ("", "<p><b>November 29, 2016</b> <i>3:33 am EST</i></p>", "2016-11-29T08:33:00+00:00"),
        ("", "<div><span>29 November 2016</span><span>at</span><span>09:33 GMT</span></div>", "2016-11-29T09:33:00+00:00"),
        ("", "<ul><li>29.11.2016</li><li>09:33 Uhr MEZ</li></ul>", "2016-11-29T08:33:00+00:00"),
        ("<meta name=date content='2016-11-29 03:33:08'>", "<p>November 29, 2016: 3:33 AM ET</p>", "2016-11-29T08:33:00+00:00"),
        ("<meta name=pubdate content='2016-11-29'>", "<p>November 29, 2016, 3:33 AM ET</p>", "2016-11-29T08:33:00+00:00"),
        # Another time than is declared, a time without a zone, and a zone that may be several say nothing.
        ("<meta name=pubdate content='2016-11-29 05:12:00'>", "<p>November 29, 2016: 3:33 AM ET</p>", None),
        ("", "<p>November 29, 2016: 3:33 AM</p>", None),
        ("", "<p><b>November 29, 2016</b> <i>3:33 am</i></p>", None),
    ],
)  # fmt: skip
def test_an_instant_is_known_where_a_time_and_its_zone_are_printed(head, printed, instant):
    found = parse(head, f"{HEADLINE}{printed}{PROSE}", lang="de" if "Uhr" in printed else "en")
    assert str(found.published_date) == "2016-11-29"
    assert (found.published_at.isoformat() if found.published_at else None) == instant
