"""Further members of each kind of written date: halves of the day, zones, short years, labels, addresses, numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from corpus.text import dates
from schemas.rules import Check
from tests.formats.test_printed_values import parse

DAY = date(2023, 6, 5)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("vi", "5 tháng 6, 2023 3:05 CH"), ("vi", "Thứ Hai, 5/6/2023, 15:05 (GMT+7)"), ("el", "5 Ιουνίου 2023, 3:05 μ.μ."), ("ar", "5 يونيو 2023 3:05 مساءً"),
        ("hi", "5 जून 2023 अपराह्न 3:05"), ("es", "5 de junio de 2023 a las 3:05 p. m."), ("tr", "5 Haziran 2023 ÖS 3:05"), ("hu", "2023. június 5. du. 3:05"),
        ("en", "Mon Jun  5 10:00:00 CEST 2023"), ("en", "2023-06-05 10:00:00 (UTC+2)"), ("en", "5-JUN-23 10.00.00 AM"), ("en", "05-JUN-23 10.00.00.000000 AM"),
        ("en", "5.Jun.23"), ("en", "5 Jun '23"), ("en", "Jun 5, '23"), ("en", "05JUN2023"), ("en", "Jun-05-2023"), ("ro", "5 iunie 2023, ora 10:19"),
        ("ca", "05/06/2023 a les 10:19h"), ("pt", "05/06/2023 às 10h19"), ("fr", "lundi 5 juin 2023 à 10 h 19"), ("pl", "5 czerwca 2023, godz. 10:19"),
        ("ar", "5 حزيران/يونيو 2023"), ("ar", "5 حزيران (يونيو) 2023"), ("ar", "5 يونيو 2023 م"), ("ar", "5 جوان 2023"), ("ar", "٥ يونيو ٢٠٢٣"),
        ("en", "Posted on June 5, 2023"), ("en", "Published: 2023-06-05"), ("en", "First published on 5 June 2023 at 10:05"), ("de", "Veröffentlicht am 05.06.2023"),
        ("ja", "公開日 2023年6月5日 更新日 2023年6月7日"), ("tr", "Yayınlanma: 05.06.2023 - Güncelleme: 07.06.2023"), ("fr", "Mis à jour le 07/06/2023 - Publié le 05/06/2023"),
        ("th", "2566-06-05"), ("fa", "1402-03-15"), ("zh-TW", "112/06/05"),
    ],
)  # fmt: skip
def test_days(language: str, written: str) -> None:
    parsed = parse(date=written, language=language)
    assert (parsed.published_date, parsed.problems) == (DAY, ())


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("5 Juni 2023 10:19 WIB", "2023-06-05 03:19:00+00:00"), ("Senin, 5 Juni 2023 | 10:19 WIB", "2023-06-05 03:19:00+00:00"),
        ("Mon, 05 Jun 2023 10:00:00 UT", "2023-06-05 10:00:00+00:00"), ("2023-06-05T10:00:00+02:00[Europe/Berlin]", "2023-06-05 08:00:00+00:00"),
        ("2023/06/05 12:00 (JST)", "2023-06-05 03:00:00+00:00"), ("2023年6月5日 12:00（JST）", "2023-06-05 03:00:00+00:00"),
        ("5 June 2023 12:00 (GMT)", "2023-06-05 12:00:00+00:00"), ("June 5, 2023 2:24 pm (EST)", "2023-06-05 19:24:00+00:00"),
        ("June 5, 2023 8:41 a.m. Eastern", "2023-06-05 12:41:00+00:00"), ("Jan. 5, 2023, 8:41 a.m. Eastern Time", "2023-01-05 13:41:00+00:00"),
        ("June 5, 2023 8:41 AM Pacific Daylight Time", "2023-06-05 15:41:00+00:00"), ("5 June 2023 08:41 India Standard Time", "2023-06-05 03:11:00+00:00"),
        ("June 5, 2023 8:41 a.m. (Central Standard Time)", "2023-06-05 14:41:00+00:00"), ("2023-06-05 08:41 Japan Standard Time", "2023-06-04 23:41:00+00:00"),
        ("5 June 2023 08:41 Central European Summer Time", "2023-06-05 06:41:00+00:00"), ("8:41 a.m. Mountain Time, June 5, 2023", "2023-06-05 14:41:00+00:00"),
        ("Mon Jun 05 2023 08:41:00 GMT+0900 (Japan Standard Time)", "2023-06-04 23:41:00+00:00"),
    ],
)  # fmt: skip
def test_instants(written: str, instant: str) -> None:
    assert str(parse(date=written).published_at) == instant


@pytest.mark.parametrize(
    "written",
    ["5 June 2023 08:41 Central European Time", "5 June 2023 08:41 Israel Time", "5 June 2023 08:41 British Time", "2023-06-05 08:41 (Europe/Berlin)", "5 June 2023 08:41 IST", "5 June 2023 08:41 (BST)"],
)  # fmt: skip
def test_zones_that_mean_several_offsets_give_a_day_alone(written: str) -> None:
    parsed = parse(date=written)
    assert (parsed.published_date, parsed.published_at, parsed.problems) == (DAY, None, ())


@pytest.mark.parametrize(
    "written",
    ["Updated 7 June 2023", "June 5, 2023 Eastern", "5 June 2023 08:41 in India", "2023-02-30", "June 2023", "5 June", "16 ذو القعدة 1444", "२२ जेठ २०८०", "15 Sivan 5783", "2.023E3", "1.685959e+09", "05062023", "5 June 2023 cat"],
)  # fmt: skip
def test_unread_with_a_warning(written: Any) -> None:
    parsed = parse(date=written)
    assert (parsed.published_date, [problem.check for problem in parsed.problems]) == (None, [Check.UNREAD_DATE])


def test_a_number_that_a_spreadsheet_printed_in_full() -> None:
    assert parse(date="2.0230605E7").published_date == DAY


@pytest.mark.parametrize(
    "path",
    ["/2023/06/05.html", "/2023.06.05/x", "/x-2023-06-05.html", "/x-2023-06-05", "/x_2023-06-05/", "/n/2023/06-05/c.shtml", "/t20230605_123.html", "/2023/june/05/x"],
)  # fmt: skip
def test_addresses(path: str) -> None:
    assert dates.in_url(f"https://example.com{path}") == DAY


@pytest.mark.parametrize(
    "path",
    ["/x-2023-06-051", "/v2023.06.05", "/20230605.html", "/t20230605.html", "/x-2023-13-05.html", "/at20230605_1.html"],
)
def test_ids(path: str) -> None:
    assert dates.in_url(f"https://example.com{path}") is None
