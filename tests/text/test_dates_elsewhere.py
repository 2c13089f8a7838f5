"""Dates of other calendars and grammars, and those in addresses."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from corpus.text import dates
from corpus.text.calendars import jalali

DAY = date(2023, 6, 5)


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("5-Jun-23", None), ("05-Jun-2023", None), ("5 de juny de 2023 a les 10:19h", "ca"), ("5 حزيران 2023", "ar"), ("2023年6月5日 下午3:30", "zh"), ("2023년 6월 5일 오후 3:30", "ko"),
        ("2023年6月5日 午後3時30分", "ja"), ("5 Ιουνίου 2023 3:30 μ.μ.", "el"), ("5 de junio de 2023, 3:30 p.m.", "es"), ("5 de junio de 2023, 3:30 p. m.", "es"), ("5 جوان 2023", "ar"),
        ("令和5年6月5日", "ja"), ("民國112年6月5日", "zh"), ("5 มิถุนายน 2566", "th"), ("5 มิ.ย. 2566", None), ("5 มิถุนายน พ.ศ. 2566", "th"), ("๕ มิถุนายน ๒๕๖๖", "th"), ("5/6/2566", "th"), ("2566-06-05", "th"),
        ("15 خرداد 1402", None), ("۱۵ خرداد ۱۴۰۲", "fa"), ("۱۴۰۲/۰۳/۱۵", "fa"), ("1402-03-15", "fa"), ("دوشنبه ۱۵ خرداد ۱۴۰۲", "fa"), ("5 June 2023 10h30", "fr"), ("٥ يونيو ٢٠٢٣", "ar"),
        ("民國112.6.5", "zh"), ("民國112/06/05", "zh"), ("中華民國112年6月5日", "zh"), ("中華民國一百一十二年六月五日", "zh"), ("112年6月5日", "zh-TW"), ("112/06/05", "zh-Hant-TW"), ("二〇二三年六月五日", "zh"),
        ("令和五年六月五日", "ja"), ("令和5.6.5", "ja"), ("R5.6.5", "ja"), ("2023年6月5日 午後3時5分", "ja"), ("2023年6月5日(月曜日)", "ja"), ("2023年6月5日 下午3點05分", "zh"), ("2023年6月5日 上午10:05:33", "zh"),
        ("2023年6月5日（週一）15:05", "zh"), ("2023년 6월 5일 월요일 오후 3시 5분", "ko"), ("2023. 6. 5. 오전 10:05", "ko"), ("2023年6月5日 下午15:05", "zh"), ("5 มิ.ย. 66", "th"), ("วันจันทร์ที่ 5 มิถุนายน พ.ศ. 2566", "th"),
    ],
)  # fmt: skip
def test_days(written: str, language: str | None) -> None:
    found = dates.parse(written, language=language)
    assert found is not None
    assert (found.day, found.instant, found.ambiguous) == (DAY, None, False)


@pytest.mark.parametrize(
    "written",
    [
        "2023-06-05T10:30:00+02:00[Europe/Berlin]", "Mon Jun 05 2023 10:30:00 GMT+0200 (Central European Summer Time)", "5 Jun 2023 08:30 UT", "5 June 2023 8:30 am UT", "2023-06-05T08:30:00Z[UTC]",
        "Mon, 05 Jun 2023 10:30:00 +0200 (CEST)",
    ],
)  # fmt: skip
def test_instants(written: str) -> None:
    found = dates.parse(written)
    assert found is not None
    assert found.instant == datetime(2023, 6, 5, 8, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("2023年6月5日 下午3:05 +0800", 7, 5), ("2023年6月5日 上午12:05 +0800", 16, 5), ("2023年6月5日 中午12:05 +0800", 4, 5), ("2023年6月5日 午前0時5分 JST", 15, 5), ("2023年6月5日 午後3時5分 JST", 6, 5),
        ("2023년 6월 5일 오후 3시 5분 KST", 6, 5), ("2023年6月5日 晚上8點 GMT+8", 12, 0), ("2023年6月5日 凌晨1:30 GMT+8", 17, 30),
    ],
)  # fmt: skip
def test_halves_of_the_day(written: str, hour: int, minute: int) -> None:
    found = dates.parse(written)
    assert found is not None
    assert found.instant is not None
    assert (found.day, found.instant.hour, found.instant.minute) == (DAY, hour, minute)


@pytest.mark.parametrize(
    "written",
    [
        "15 رمضان 1444",
        "0001-01-01",
        "1970-01-01T00:00:00Z",
        "9999-12-31",
        "令和5年13月5日",
        "31 خرداد 14022",
        "5 มิถุนายน 9999",
    ],
)
def test_what_cannot_be_known_is_not_guessed(written: str) -> None:
    assert dates.parse(written) is None


@pytest.mark.parametrize(
    ("year", "month", "day", "expected"),
    [
        (1402, 1, 1, date(2023, 3, 21)), (1403, 1, 1, date(2024, 3, 20)), (1399, 12, 30, date(2021, 3, 20)), (1400, 1, 1, date(2021, 3, 21)), (1357, 11, 22, date(1979, 2, 11)),
        (1402, 12, 29, date(2024, 3, 19)), (1404, 12, 30, None), (1403, 12, 30, date(2025, 3, 20)), (1402, 7, 31, None), (1402, 13, 1, None), (9999, 1, 1, None),
    ],
)  # fmt: skip
def test_the_persian_calendar(year: int, month: int, day: int, expected: date | None) -> None:
    assert jalali(year, month, day) == expected


@pytest.mark.parametrize(
    "path",
    [
        "/2023/jun/05/x",
        "/2023/June/5/x",
        "/20230605/x",
        "/x-20230605.html",
        "/x_20230605.htm",
        "/2023/0605/x",
        "/202306/05/x",
        "/2023_06_05/x",
        "/2023/06/05/x",
        "/2023-06-05-x",
        "/2023/6/5",
    ],
)
def test_days_in_addresses(path: str) -> None:
    assert dates.in_url(f"https://example.com{path}") == DAY


@pytest.mark.parametrize(
    "path",
    [
        "/story/20051399/",
        "/x-20191345.html",
        "/id/20230605123/",
        "/a/120230605/",
        "/2023/06/",
        "/article/20230605",
        "/x-12345678.html",
        "/2023/foo/05/",
        "/x-19450508.html",
        "/20230605-x",
        "/p/20230605.1",
    ],
)
def test_numbers_in_addresses_that_are_no_days(path: str) -> None:
    assert dates.in_url(f"https://example.com{path}") is None
