"""Spreadsheets of press databases: a row an article, whichever way a program wrote the workbook."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from corpus.press.splitting.serials import date_of
from corpus.sources.entries import Item, Reason, Selection, Skipped
from corpus.sources.gather import documents
from tests.gathered import articles, gather
from tests.golden.sheetfiles import workbook

COLUMNS = ["Источник", "Дата", "Время", "Заголовок", "Анонс", "Оригинал", "Автор"]
TEXT = "Паром не вышел\r\n\r\n28.02.2005\r\n\r\nТуман закрыл причал.\r\n\r\nПаромы стоят."
ROW = ["Вестник гавани", "28.02.05", "00:00", "Паром не вышел", TEXT, "", "Грета Линд"]
BIGKINDS = [
    "뉴스 식별자", "일자", "언론사", "기고자", "제목", "통합 분류1", "통합 분류2", "통합 분류3", "사건/사고 분류1",
    "사건/사고 분류2", "사건/사고 분류3", "인물", "위치", "기관", "키워드", "특성추출(가중치순 상위 50개)", "본문", "URL",
    "분석제외 여부",
]  # fmt: skip
KOREAN = [
    "01100101.20190912100000001", 20190912, "항구신문", "김가상 기자 kim@example.org", "안개로 여객선 멈춰",
    "사회>사건_사고", "지역>부산", "", "", "", "", "", "부산", "해양청", "안개,여객선,부두,월요일", "안개,여객선",
    "안개가 월요일 부두를 닫았다.\n배는 나가지 않았다.", "https://news.example.kr/view/1", "",
]  # fmt: skip


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"inline": True},
        {"prefix": "x"},
        {"strict": True},
        {"references": False},
        {"is_1904": True, "inline": True},
        {"prefix": "d", "strict": True, "inline": True, "references": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("date", ["28.02.05", "28.02.2005", (38411, 1), (38411, 2), (38411.75, 1)], ids=str)
def test_a_row_is_an_article_however_the_workbook_is_written(how, date, tmp_path):
    if isinstance(date, tuple) and how.get("is_1904"):
        date = (date[0] - 1462, date[1])
    (tmp_path / "a.xlsx").write_bytes(workbook([COLUMNS, [ROW[0], date, *ROW[2:]], ROW], **how))
    found = articles(tmp_path / "a.xlsx")
    assert [(one.title, one.publication, str(one.published_date), one.authors, one.language) for one in found] == [
        ("Паром не вышел", "Вестник гавани", "2005-02-28", ("Грета Линд",), "ru")
    ] * 2
    assert [one.text for one in found] == ["Туман закрыл причал.\n\nПаромы стоят."] * 2
    assert not any(one.problems for one in found)


def test_bigkinds(tmp_path):
    (tmp_path / "NewsResult.xlsx").write_bytes(workbook([BIGKINDS, KOREAN], inline=True))
    (one,) = articles(tmp_path / "NewsResult.xlsx")
    assert (one.title, one.publication, str(one.published_date)) == ("안개로 여객선 멈춰", "항구신문", "2019-09-12")
    assert (one.authors, one.section, one.keywords) == (("김가상",), "사회>사건_사고", ("안개", "여객선"))
    assert (one.accession, one.language) == ("01100101.20190912100000001", "ko")
    assert one.url == "https://news.example.kr/view/1"
    assert one.text == "안개가 월요일 부두를 닫았다.\n\n배는 나가지 않았다."


def test_proquest(tmp_path):
    names = [
        "Title",
        "Abstract",
        "StoreId",
        "Authors",
        "language",
        "pages",
        "pubdate",
        "pubtitle",
        "subjectTerms",
        "DocumentURL",
    ]
    row = ["Fog closes pier", "Ferries wait.", 1234567890, "Lindqvist, Greta", "English", "A.3", "May 4, 2026", "Harbour Gazette",
           "Fog, Ferries", "https://search.proquest.com/docview/1234567890"]  # fmt: skip
    (tmp_path / "a.xlsx").write_bytes(workbook([names, row]))
    (one,) = articles(tmp_path / "a.xlsx")
    assert (one.title, one.description, one.accession) == ("Fog closes pier", "Ferries wait.", "1234567890")
    assert (one.authors, one.keywords, one.language) == (("Greta Lindqvist",), ("Fog", "Ferries"), "en")
    assert (one.publication, str(one.published_date)) == ("Harbour Gazette", "2026-05-04")


@pytest.mark.parametrize(
    "names",
    [
        ["Headline", "Date", "Newspaper", "Full text"],
        ["Titel", "Datum", "Zeitung", "Volltext"],
        ["Titre", "Date de publication", "Journal", "Texte intégral"],
        ["Título", "Fecha", "Fuente", "Texto completo"],
        ["タイトル", "日付", "紙名", "本文"],
        ["标题", "日期", "报纸", "正文"],
        ["제목", "일자", "매체명", "본문"],
    ],
)
def test_any_sheet_whose_columns_are_known_by_their_names(names, tmp_path):
    rows = [["Search of 5 May"], names, ["Fog", "2026-05-04", "Gazette", "Fog closed the pier on Monday."], names]
    (tmp_path / "mine.xlsx").write_bytes(workbook(rows, [["Notes"], ["none"]]))
    (one,) = articles(tmp_path / "mine.xlsx")
    assert (one.title, one.publication, str(one.published_date)) == ("Fog", "Gazette", "2026-05-04")
    asides = [one.detail for one in gather(tmp_path / "mine.xlsx") if isinstance(one, Skipped)]
    assert asides == [
        "a spreadsheet: lines above the columns",
        "a spreadsheet: names of columns again",
        "a spreadsheet: a sheet without articles",
    ]


def test_a_workbook_of_something_else_stays_one_document(tmp_path):
    data = workbook([["Year", "Sales"], [2020, 5], [2021, 6]])
    (tmp_path / "a.xlsx").write_bytes(data)
    assert [one.data for one in gather(tmp_path / "a.xlsx") if isinstance(one, Item)] == [data]


def test_formulas_give_the_value_that_was_stored_and_escapes_are_read(tmp_path):
    rows = [COLUMNS, [*ROW[:3], "=HYPERLINK(1)", "Один._x000D_\nДва.", "", ""]]
    (tmp_path / "a.xlsx").write_bytes(workbook(rows))
    (one,) = articles(tmp_path / "a.xlsx")
    assert (one.title, one.text) == ("a value", "Один.\n\nДва.")


def test_twenty_thousand_rows_are_streamed(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(workbook([COLUMNS, *([f"{n}", *ROW[1:]] for n in range(20_000))]))
    first = next(iter(documents([tmp_path / "a.xlsx"], Selection())))
    assert isinstance(first, Item)
    assert sum(isinstance(one, Item) for one in documents([tmp_path / "a.xlsx"], Selection())) == 20_000


def bomb(name: str) -> bytes:
    made = io.BytesIO()
    good = zipfile.ZipFile(io.BytesIO(workbook([COLUMNS, ROW])))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in good.namelist():
            archive.writestr(one, good.read(one) if one != name else b"<sst>" + b" " * 40_000_000)
    return made.getvalue()


def damaged(data: bytes, name: bytes) -> bytes:
    """The workbook without the mark at the beginning of a member."""
    at = data.index(name) - 30
    assert data[at : at + 4] == b"PK\x03\x04"
    return data[:at] + b"XXXX" + data[at + 4 :]


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_000) + stream.encode("utf-16-le") + bytes(3_000)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(workbook([COLUMNS, ROW])[:-300], id="torn"),
        pytest.param(bomb("xl/sharedStrings.xml"), id="bomb of strings"),
        pytest.param(bomb("xl/worksheets/sheet1.xml"), id="bomb of a sheet"),
        pytest.param(
            workbook(
                [COLUMNS, ROW], doctype='<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
            ),
            id="entities",
        ),
        pytest.param(workbook([[*COLUMNS], *[["<" * 10] * 7]], inline=True)[:-2], id="torn at the end"),
        pytest.param(ole("EncryptedPackage"), id="encrypted by Office"),
        pytest.param(b"PK\x03\x04xl/workbook.xml", id="no archive"),
        pytest.param(damaged(workbook([COLUMNS, ROW]), b"xl/workbook.xml"), id="a damaged member"),
        pytest.param(damaged(workbook([COLUMNS, ROW]), b"xl/sharedStrings.xml"), id="a damaged member of strings"),
        pytest.param(damaged(workbook([COLUMNS, ROW]), b"xl/worksheets/sheet1.xml"), id="a damaged sheet"),
        pytest.param(workbook([COLUMNS, ROW])[:200] + workbook([COLUMNS, ROW])[700:], id="bytes lost in the middle"),
    ],
)
def test_a_workbook_that_cannot_be_read_costs_itself(data, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(data)
    (tmp_path / "b.xlsx").write_bytes(workbook([COLUMNS, ROW]))
    found = gather(tmp_path)
    assert len([one for one in found if isinstance(one, Item) and "b.xlsx#" in one.source]) == 1
    assert {one.source.rpartition("/")[2] for one in found if "a.xlsx" in one.source} == {"a.xlsx"}


@pytest.mark.parametrize("name", ["a.xlsx", "a.docx", "a.dat"])
def test_what_office_encrypted_is_named_as_encrypted(name, tmp_path):
    (tmp_path / name).write_bytes(ole("EncryptedPackage"))
    assert [one.reason for one in gather(tmp_path / name) if isinstance(one, Skipped)] == [Reason.ENCRYPTED]


@pytest.mark.parametrize(
    ("serial", "is_1904", "expected"),
    [
        (1, False, "1900-01-01"), (59, False, "1900-02-28"), (60, False, None), (61, False, "1900-03-01"),
        (0, True, "00:00"), (1, True, "1904-01-02"), (38411, False, "2005-02-28"), (36949, True, "2005-02-28"),
        (38411.999999, False, "2005-03-01 00:00"), (0.25, False, "06:00"), (-1, False, None), (1e9, False, None),
    ],
)  # fmt: skip
def test_serial_numbers_of_both_calendars(serial, is_1904, expected):
    assert date_of(serial, is_1904=is_1904) == expected


@pytest.mark.parametrize("encoding", ["U", "nosuch", "gbk", "shift_jis", "utf-7", "idna"])
@pytest.mark.parametrize("member", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"])
def test_an_encoding_that_the_xml_parser_does_not_know(encoding, member, tmp_path):
    made = io.BytesIO()
    with (
        zipfile.ZipFile(Path(__file__).parent.parent / "golden/exports/bigkinds.xlsx") as archive,
        zipfile.ZipFile(made, "w") as copy,
    ):
        for name in archive.namelist():
            content = archive.read(name).partition(b"?>")[2] if name == member else archive.read(name)
            declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode() if name == member else b""
            copy.writestr(name, declared + content)
    (tmp_path / "a.xlsx").write_bytes(made.getvalue())
    assert gather(tmp_path / "a.xlsx")
