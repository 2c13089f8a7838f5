"""Names of months in the languages of CLDR, and names that are different months in different languages."""

from __future__ import annotations

from datetime import date

import pytest

from corpus.formats.html import spans
from corpus.text import dates, named
from corpus.text.foreign import parse_foreign

DAY = date(2023, 6, 5)


def read(written: str, language: str | None = None) -> date | None:
    found = dates.parse(written, language=language) or parse_foreign(written, language)
    return found.day if found else None


@pytest.mark.parametrize(
    "written",
    [
        "5 ਜੂਨ 2023", "ਸੋਮਵਾਰ, 5 ਜੂਨ 2023", "5 जून 2023", "5 জুন 2023", "৫ জুন, ২০২৩", "5 જૂન 2023", "5 ஜூன் 2023", "ஜூன் 5, 2023", "5 జూన్ 2023", "ಜೂನ್ 5, 2023", "2023 ජූනි 5", "5 ജൂൺ 2023",
        "2023 ဇွန် 5", "៥ មិថុនា ២០២៣", "5 ມິຖຸນາ 2023", "5 ივნისი, 2023", "5 հունիսի, 2023 թ.", "2023 m. birželio 5 d.", "2023. gada 5. jūnijs", "2023. gada 5. jūnijā", "5. juunil 2023", "5. lipnja 2023.",
        "ponedjeljak, 5. lipnja 2023.", "5. juna 2023.", "5. junija 2023", "5 qershor 2023", "5 Mehefin 2023", "5 Meitheamh 2023", "2023(e)ko ekainaren 5(a)", "5 Juni 2023", "5. júní 2023", "mánudagur, 5. júní 2023",
        "5 Ġunju 2023", "5 iyun 2023", "5-iyun, 2023", "2023 ж. 5 маусым", "5 июнь 2023", "2023 оны 6-р сарын 5", "5 tháng 6, 2023", "ngày 5 tháng 6 năm 2023", "Thứ hai, 5 tháng 6, 2023", "5 جون 2023", "5 جون، 2023ء",
        "5 ژوئن 2023", "5 juny de 2023", "5 de xuño de 2023", "5 giugno 2023", "5 Juuni 2023", "5 ጁን 2023", "5 Juun 2023", "5 Yuni 2023", "5 حزيران 2023", "5 ביוני 2023", "5. Juni 2023 10:30",
    ],
)  # fmt: skip
def test_months_by_their_names(written: str) -> None:
    assert read(written) == DAY


@pytest.mark.parametrize(
    ("written", "language", "month"),
    [
        ("5. listopada 2023.", "hr", 10), ("5 listopada 2023", "pl", 11), ("5 listopada 2023", "pl-PL", 11), ("5. listopad 2023", "cs", 11), ("5. listopad 2023.", "hr", 10), ("5 listopada 2023", None, None),
        ("5 listopada 2023", "en", None), ("5 lip 2023", "pl", 7), ("5. lip 2023.", "hr", 6), ("5 lip 2023", "en", None), ("5. srp 2023", "cs", 8), ("5. srp 2023.", "hr", 7), ("5. srp 2023", "de", None),
        ("5 lis 2023", "pl", 11), ("5. lis 2023.", "hr", 10), ("5 lis 2023", None, None), ("5. listopadu 2023", None, 11), ("5 листопада 2023", None, 11), ("5 Jan 2023", "st", 6), ("5 Jan 2023", "en", 1),
        ("5 Mar 2023", "teo", None), ("5 Nhlangula 2023", "ts", 10), ("5 Nhlangula 2023", "nd", 6), ("5 Nhlangula 2023", None, None), ("5 Nyakanga 2023", "rw", 7), ("5 Nyakanga 2023", None, None),
    ],
)  # fmt: skip
def test_a_name_of_several_months_is_read_by_the_language(
    written: str, language: str | None, month: int | None
) -> None:
    assert read(written, language) == (date(2023, month, 5) if month else None)


@pytest.mark.parametrize(
    "written",
    [
        "5 ਜ 2023", "12 कार्तिक 2020", "5 जेठ 2080", "5 ሰኔ 2015", "መጋቢት 5 2015", "Sun 5 2023", "see 5 2023", "5 kas people 2023", "5-7 ਜੂਨ 2023", "5 ਜੂਨ 23", "31 ਜੂਨ 2023", "5 ਜੂਨ ਮਈ 2023", "ਜੂਨ 2023",
        "5 ਜੂਨ 2023 ਅਤੇ 6", "15 رمضان 1444", "5 June 2566", "2566年6月5日",
    ],
)  # fmt: skip
def test_what_is_not_known_is_not_read(written: str) -> None:
    assert read(written) is None


def test_disputed_names_are_known() -> None:
    assert named.is_disputed("5 Listopada 2023")
    assert not named.is_disputed("5 listopadu 2023")


@pytest.mark.parametrize(
    ("line", "language", "written"),
    [
        ("Objavljeno 5. lipnja 2023.", "hr", "5. lipnja 2023"), ("ਪ੍ਰਕਾਸ਼ਿਤ 5 ਜੂਨ 2023", "pa", "5 ਜੂਨ 2023"), ("Publicēts 2023. gada 5. jūnijā", "lv", "2023. gada 5. jūnijā"), ("Cyhoeddwyd 5 Mehefin 2023", "cy", "5 Mehefin 2023"),
        ("5 tháng 6 năm 2023", "vi", "5 tháng 6 năm 2023"), ("發布於 中華民國112年6月5日 下午3:05", "zh-TW", "中華民國112年6月5日 下午3:05"), ("民國112.6.5", "zh", "民國112.6.5"), ("令和五年六月五日", "ja", "令和五年六月五日"),
        ("วันจันทร์ที่ 5 มิถุนายน พ.ศ. 2566", "th", "5 มิถุนายน พ.ศ. 2566"), ("5 มิ.ย. 66", "th", "5 มิ.ย. 66"), ("05/06/2566", "th", "05/06/2566"), ("دوشنبه ۱۵ خرداد ۱۴۰۲", "fa", "15 خرداد 1402"),
        ("2023年6月5日(月) 午後3時5分", "ja", "2023年6月5日(月) 午後3時5分"), ("2023년 6월 5일 오후 3시 5분", "ko", "2023년 6월 5일 오후 3시 5분"),
    ],
)  # fmt: skip
def test_in_lines_of_pages(line: str, language: str, written: str) -> None:
    found = list(spans.find(line, language))
    assert [(one.written, one.moment.day) for one in found] == [(written, DAY)]
