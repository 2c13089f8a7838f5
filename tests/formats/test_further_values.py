"""Further members of each kind of value that tools print, and of the ways in which people and agencies are named."""

from __future__ import annotations

from typing import Any

import pytest

from corpus.formats.bylines import dateline_agency
from corpus.formats.mapping import columns
from tests.formats.test_printed_values import parse

DOE, ROE, BOTH = ("Jane Doe",), ("John Roe",), ("Jane Doe", "John Roe")
LI, HONG = ("李明",), ("홍길동",)
SENTENCE = " sentence that tells what the council of the town approved on Monday, after a debate of four hours."


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("frozenset({'Jane Doe'})", DOE), ("deque(['Jane Doe'])", DOE), ("list(['Jane Doe'])", DOE), ("Series([], dtype: object)", ()),
        ("[u'Jane Doe', u'John Roe']", BOTH), ("{'Jane Doe', 'John Roe'}", BOTH), ('{"0": "Jane Doe", "1": "John Roe"}', BOTH),
        ("[['Jane Doe'], ['John Roe']]", BOTH), ("\"['Jane Doe']\"", DOE), ("['Jane Doe' None]", DOE), ("nan, nan", ()), ("[None, None]", ()),
        ("{% author %}", ()), ("__AUTHOR__", ()), ("$author", ()), ("<author>", ()), ("[AUTHOR NAME]", ()), ("<?php the_author(); ?>", ()),
        ("[%author%]", ()), ("@@author@@", ()), ("admin2", ()), ("Super User", ()), ("админ", ()), ("Администратор", ()), ("管理员", ()),
        ("관리자", ()), ("Jane Doe_x000D_", DOE),
    ],
)  # fmt: skip
def test_printed_people(written: Any, authors: tuple[str, ...]) -> None:
    assert parse(author=written).authors == authors


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("Von unserem Korrespondenten Tom Sabel", ("Tom Sabel",)), ("Staff Writer Jane Doe", DOE), ("Senior Reporter Jane Doe", DOE),
        ("Jane Doe, BBC News", DOE), ("Jane Doe Guest Author", DOE), ("Jane Doe Co-Founder & CEO", DOE), ("Jean Dupont, envoyé spécial", ("Jean Dupont",)),
        ("специальный корреспондент Иван Иванов", ("Иван Иванов",)), ("Журналистка Анна Иванова", ("Анна Иванова",)), ("Enviado especial Juan Pérez", ("Juan Pérez",)),
        ("Verslaggever Jan Jansen", ("Jan Jansen",)), ("Muhabir Ali Veli", ("Ali Veli",)), ("Dziennikarz Jan Kowalski", ("Jan Kowalski",)),
        ("李明；王芳", ("李明", "王芳")), ("记者李明", LI), ("本报记者李明", LI), ("記者李明", LI), ("記者 李明／台北報導", LI), ("記者李明/台北報導", LI),
        ("Jane Doe (text), John Roe (photos)", BOTH), ("Reporter: Jane Doe", DOE), ("Contributing Writer Jane Doe", DOE), ("Jane Doe Contributing Writer", DOE),
        ("Jane Doe Freelance Journalist", DOE), ("Jane Doe Managing Director", DOE), ("Jane Doe Professor of Law", DOE),
        ("Jane Doe CMO", DOE), ("Jane Doe Photographer", DOE), ("Ressortleiter Tom Sabel", ("Tom Sabel",)), ("Tom Sabel, Ressortleiter Politik", ("Tom Sabel",)),
        ("Jane Doe und John Roe, Redakteure", BOTH), ("Prof. Dr. Jane Doe", DOE), ("Rédacteur en chef Jean Dupont", ("Jean Dupont",)), ("La Redazione", ()),
        ("李明/文", LI), ("本报记者 李明 王芳", ("李明", "王芳")), ("作者 李明 编辑 王芳", LI),
        ("文＝山田太郎", ("山田太郎",)), ("【山田太郎】", ("山田太郎",)), ("서울=홍길동 기자", HONG), ("[홍길동 기자]", HONG), ("Writers Guild", ("Writers Guild",)),
    ],
)  # fmt: skip
def test_roles_around_names(written: str, authors: tuple[str, ...]) -> None:
    assert parse(author=written).authors == authors


@pytest.mark.parametrize(
    ("written", "authors"),
    [
        ("撰稿：王小明 李红", ("王小明", "李红")), ("采写：王小明", ("王小明",)), ("编译/王小明", ("王小明",)),
        ("文/本报记者 王小明 图/李红", ("王小明",)), ("文・山田太郎", ("山田太郎",)), ("取材・文／山田太郎", ("山田太郎",)),
        ("聞き手・山田太郎", ("山田太郎",)), ("執筆：山田 太郎", ("山田 太郎",)), ("記者 山田太郎 写真 佐藤花子", ("山田太郎",)),
        ("글 홍길동 사진 김철수", ("홍길동",)), ("서울=홍길동", ("홍길동",)), ("정리=홍길동", ("홍길동",)),
        ("Jane Doe, special to the Post", DOE), ("Jane Doe, Special for The Gazette", DOE), ("Jane Doe (@janedoe)", DOE),
        ("Jane Doe @janedoe", DOE), ("Posted by Jane Doe on June 5, 2023", DOE), ("By Jane Doe on 5 June 2023 at 10:19", DOE),
        ("Opinion by Jane Doe", DOE), ("Analysis by Jane Doe, CNN", DOE), ("Jane Doe - jdoe@paper.example", DOE),
        ("Guest column by Jane Doe", ("Guest column by Jane Doe",)), ("On Stage", ("On Stage",)),
    ],
)  # fmt: skip
def test_labels_and_surplus_around_names(written: str, authors: tuple[str, ...]) -> None:
    assert parse(author=written).authors == authors


@pytest.mark.parametrize(
    ("written", "authors", "agency"),
    [
        ("Doe, Jane (AP)", DOE, "AP"), ("Jane Doe (Reuters)", DOE, "Reuters"), ("AP News", (), "AP"), ("연합뉴스", (), "연합뉴스"),
        ("共同通信", (), "共同通信"), ("Jane Doe/AFP", DOE, "AFP"), ("agencias", (), None),
    ],
)  # fmt: skip
def test_agencies_among_people(written: str, authors: tuple[str, ...], agency: str | None) -> None:
    assert (parse(author=written).authors, parse(author=written).agency) in [(authors, agency), ((written,), agency)][
        : 1 + (agency is None)
    ]


@pytest.mark.parametrize(
    ("begin", "agency"),
    [
        ("LONDON, Sept. 14 /PRNewswire/ -- A", "PR Newswire"), ("ROMA, 05 MAG - (ANSA) A", "ANSA"), ("МОСКВА, 5 июн - РИА Новости. Эта", "РИА Новости"),
        ("【ロンドン共同】A", "共同"), ("(서울=연합뉴스) 홍길동 기자 = A", "연합뉴스"), ("[서울=뉴시스] A", "뉴시스"), ("STOCKHOLM (TT) A", "TT"),
        ("New Delhi, June 5 (PTI) A", "PTI"), ("NEW DELHI: (ANI) A", "ANI"), ("JAKARTA (ANTARA) - A", "ANTARA"), ("(AP) A", "AP"), ("Helsinki (STT) A", "STT"),
        ("The spokesman of the court (Reuters) said that a", None), ("Arden - Elm. A", None), ("[Foto: dpa] A", None), ("The town (AP) said a", None),
    ],
)  # fmt: skip
def test_datelines(begin: str, agency: str | None) -> None:
    assert dateline_agency(begin + SENTENCE) == agency


@pytest.mark.parametrize(
    "written", ["NA", "n.a.", "#NA", "-nan", "1.#QNAN", "nil", "?", "...", "…", "_", "#NULL!", "<null>", "#DIV/0!"]
)
def test_further_forms_of_nothing(written: str) -> None:
    fields = ("author", "keywords", "date", "url", "publisher", "language", "description", "section")
    parsed = parse(**dict.fromkeys(fields, written))
    assert (parsed.authors, parsed.keywords, parsed.published_date, parsed.url, parsed.publication) == (
        (),
        (),
        None,
        None,
        None,
    )
    assert (parsed.description, parsed.section, parsed.problems) == (None, None, ())


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("array(['a', 'b'], dtype=object)", ("a", "b")), ([["a"], ["b"]], ("a", "b")), ("{'a': 3, 'b': 2}", ("a", "b")), ({"a": 0.4, "b": 0.2}, ("a", "b")),
        ("a、b", ("a", "b")), ("a，b；c", ("a", "b", "c")), ([{"label": {"eng": "a"}}], ("a",)), ([{"name": "glocations", "value": "Paris"}], ("Paris",)),
        ([{"name": "a", "value": "b"}], ("a",)), ("a; nan; b", ("a", "b")),
    ],
)  # fmt: skip
def test_further_keywords(written: Any, words: tuple[str, ...]) -> None:
    assert parse(keywords=written).keywords == words


@pytest.mark.parametrize(
    "written",
    [
        '{"$date": "2023-06-05T10:00:00Z"}', "{'$date': '2023-06-05T10:00:00.000+0000'}", {"$date": {"$numberLong": "1685959200000"}},
        'ISODate("2023-06-05T10:00:00Z")', "Timestamp('2023-06-05 10:00:00')", "Timestamp('2023-06-05 10:00:00+0000', tz='UTC')",
        "datetime.datetime(2023, 6, 5, 10, 0)", "datetime.date(2023, 6, 5)", "datetime.datetime(2023, 6, 5, 10, 0, 3, 17, tzinfo=datetime.timezone.utc)",
        {"_seconds": 1685959200, "_nanoseconds": 0}, {"seconds": 1685959200, "nanos": 0}, "/Date(1685959200000)/", "/Date(1685959200000+0200)/",
        {"value": "2023-06-05"}, {"S": "2023-06-05"}, '"2023-06-05"', "{'date': '2023-06-05'}", "np.datetime64('2023-06-05T10:00')", "['2023-06-05']",
        [{"iso": "2023-06-05"}],
    ],
)  # fmt: skip
def test_printed_moments(written: Any) -> None:
    assert str(parse(date=written).published_date) == "2023-06-05"


@pytest.mark.parametrize(
    "written",
    ["datetime.datetime(2023, 13, 5, 10, 0)", "/Date(99999999999999999)/", "{'a': 'b'}", {"x": [1]}, "ISODate(5)"],
)
def test_values_that_are_not_moments(written: Any) -> None:
    assert parse(date=written).published_date is None


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("date", "firstPublishedAt Published-At date_posted published_utc article:published_time dcterms.date Datum fecha_publicacion дата 发布时间 掲載日"),
        ("title", "webTitle Titre título Titel заголовок 标题 タイトル"), ("text", "bodyText post_content contenu Inhalt текст 正文"),
        ("authors", "dc:creator journalist Auteur autores автор 作者 by"), ("url", "webUrl shareUrl page_url original_url"),
        ("language", "languageCode source_lang Sprache"), ("section", "pillarName news_desk Rubrik"), ("keywords", "des_facet labels"),
        ("description", "trailText lead_paragraph subheadline"), ("publisher", "media_outlet Source-Name издание"),
    ],
)  # fmt: skip
def test_names_of_columns(field: str, names: str) -> None:
    assert {name for name in names.split() if field not in columns([name], {})} == set()
