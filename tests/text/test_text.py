from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import dates, language, plain_yaml, tidy, urls
from corpus.text.controls import control_characters
from corpus.text.decode import decode
from corpus.text.foreign import parse_foreign
from corpus.text.normalise import normalise, text_hash
from corpus.text.words import word_counts


@given(st.text())
def test_normalise_is_idempotent_and_clean(text):
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(letter) == "Cc" and letter != "\n" for letter in once)
    once.encode()


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("a\r\nb\rc\x85d\u2028e", "a\nb\nc\nd\ne"),
        ("no\u00a0break\u202fspace\ttab", "no break space tab"),
        ("soft\u00adhyphen, zero\u200bwidth, \ufeffmark", "softhyphen, zerowidth, mark"),
        ("Cafe\u0301", "Café"),
        ("“quotes” – ‘and’ — dashes…", "“quotes” – ‘and’ — dashes…"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("evil\u202etxt", "eviltxt"),
    ],
)
def test_normalise(written, plain):
    assert normalise(written) == plain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("It's 3.5 million, state-owned", 4),
        ("東京です", 4),
        ("one\n\ntwo — three", 3),
        ("— … !", 0),
        ("Привет, мир", 2),
    ],
)
def test_words(text, words):
    assert word_counts([text]) == [words]


_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:['’.,-][^\W{_UNSPACED}]+)*")


@given(st.lists(st.one_of(st.text(), st.text("ab1_'’.,- \n東é"))))
def test_words_are_what_the_pattern_says(texts):
    assert word_counts(texts) == [len(_WORD.findall(text)) for text in texts]


@given(
    st.lists(
        st.one_of(st.text(), st.text(" \n\ta’é\u0301東\u1161\ud800😀"), st.text("ab \n", min_size=60, max_size=70))
    )
)
def test_forms_are_what_normalising_says(texts):
    texts = [text.strip(" \n") for text in texts]
    found = tidy.forms(texts)
    assert found.words.tolist() == word_counts(texts)
    for text, by_blank, by_line in zip(texts, found.by_blank, found.by_line, strict=True):
        lines = re.split("\n", text)
        if by_blank or by_line:
            assert normalise(text) == text
            assert all(line == " ".join(line.split()) for line in lines)
        if by_line:
            assert "\n\n" not in text
        if by_blank:
            assert "\n" not in text.replace("\n\n", "")
            assert "\n\n\n" not in text
        if text.isascii() and text.isprintable() and "  " not in text:
            assert by_blank
            assert by_line


def test_hash_is_128_bits_of_the_text():
    assert len(text_hash("a")) == 32
    assert text_hash("a") != text_hash("b")


@given(st.one_of(st.text(), st.from_regex(r"https?://[\w.\-]{1,20}(:\d{1,5})?/[\w%./?&=#-]{0,40}", fullmatch=True)))
def test_canonical_never_raises_and_is_idempotent(url):
    once = urls.canonical(url)
    assert urls.placed(url) == (once, urls.publisher(once) if once else None)
    if once is not None:
        assert urls.canonical(once) == once
        assert once.startswith(("http://", "https://"))
        urls.publisher(once)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("HTTP://User:x@WWW.Example.COM:80/a/../b/?utm_source=x&b=2&fbclid=3#f", "http://www.example.com/b?b=2"),
        ("https://example.com", "https://example.com/"),
        ("<https://example.com/a/>", "https://example.com/a"),
        ("https://example.com:8443/%7euser/%e2%82%ac", "https://example.com:8443/~user/%E2%82%AC"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C"),
        ("https://www-example-com.cdn.ampproject.org/c/s/www.example.com/a", "https://www.example.com/a"),
        ("https://m.example.com/a", "https://m.example.com/a"),
        ("ftp://example.com/a", None),
        ("javascript:alert(1)", None),
        ("https://exa mple.com/", None),
        ("https://example.com:99999/", None),
        ("//example.com", None),
        ("", None),
    ],
)
def test_canonical(written, same):
    assert urls.canonical(written) == same


def test_publisher_by_public_suffix():
    assert urls.publisher("https://www.bbc.co.uk/news") == "bbc.co.uk"
    assert urls.publisher("https://localhost/news") is None


SEPTEMBER_11 = date(2020, 9, 11)


@pytest.mark.parametrize(
    "written",
    [
        "September 11, 2020", "Sept. 11, 2020", "11 September 2020", "11. September 2020", "Friday, 11th September 2020",
        "2020-09-11", "2020/09/11", "11.09.2020", "11-Sep-2020", "vendredi 11 septembre 2020 à 14h05", "11 сентября 2020 г.",
        "11 de septiembre de 2020", "11 de setembro de 2020", "11 settembre 2020 ore 10:30", "11 września 2020",
        "11. syyskuuta 2020 klo 12.30", "2020. szeptember 11.", "2020年9月11日", "2020년 9월 11일", "11 eylül 2020 Cuma",
        "11 вересня 2020", "Sept. 11, 2020 5:30 p.m. CST", "2020-09-11 10:00:00", "11. září 2020", "11 september 2020 om 10:30 uur",
        "20200911", "20200911040506", "Fri Sep 11 04:05:06 2020",
    ],
)  # fmt: skip
def test_days_without_an_instant(written):
    assert dates.parse(written) == dates.Moment(SEPTEMBER_11)


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("2020-09-11T10:00:00Z", 10, 0), ("2020-09-11T10:00:00+03:00", 7, 0), ("2020-09-11 10:00:00 -0500", 15, 0),
        ("Fri, 11 Sep 2020 10:00:00 +0200", 8, 0), ("Fri, 11 Sep 2020 10:00:00 GMT", 10, 0),
        ("Sept. 11, 2020 5:30 p.m. EST", 22, 30), ("11 сентября 2020, 14:05 МСК", 11, 5),
        ("Sept. 11, 2020 5:30 p.m. ET", 21, 30), ("Sept 11 2020 11:00 AM PT", 18, 0), ("11 September 2020, 22:11 GMT+10", 12, 11),
        ("September 11th, 2020 at 10:00 (UTC+3)", 7, 0), ("10:32 AM EDT, Fri September 11, 2020", 14, 32),
        ("2020-09-11T00:00:00Z", 0, 0), ("20200911T100000Z", 10, 0), ("20200911T1000+0200", 8, 0),
        ("Fri Sep 11 10:00:00 +0000 2020", 10, 0), ("Fri Sep 11 10:00:00 EST 2020", 15, 0),
        ("11/Sep/2020:10:00:00 -0500", 15, 0), ("Sept. 11, 2020 10:00 \N{MINUS SIGN}05:00", 15, 0),
    ],
)  # fmt: skip
def test_instants_where_time_and_offset_are_given(written, hour, minute):
    moment = dates.parse(written)
    assert moment == dates.Moment(SEPTEMBER_11, datetime(2020, 9, 11, hour, minute, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        ("11/28/2016 4:23 pm ET", 21), ("July 4, 2016 4:23 pm ET", 20), ("March 12, 2017 4:23 pm ET", 20),
        ("November 4, 2018 4:23 pm ET", 21), ("April 1, 2006 4:23 pm ET", 21), ("October 28, 2006 4:23 pm ET", 20),
    ],
)  # fmt: skip
def test_letters_for_either_time_of_a_year_mean_the_one_of_the_day(written, hour):
    instant = dates.parse(written).instant
    assert (instant.hour, instant.minute) == (hour, 23)


@pytest.mark.parametrize(
    "written",
    ["", "2020", "May 2020", "Top 10 films of 2020", "In September 2020 he said", "31/02/2020", "yesterday", "11 September",
     "September 11, 2020 was a Friday like any other", "2020-13-45", "1 of 2020", "99 September 2020",
     "20201345", "12345678", "20200911T240000Z", "Sept. 11, 2020 10:00 2021"],
)  # fmt: skip
def test_what_is_no_date(written):
    assert dates.parse(written) is None


def test_foreign_dates():
    assert parse_foreign("20 Mehefin 2020") == dates.Moment(date(2020, 6, 20))
    assert parse_foreign("12 कार्तिक 2020") is None
    assert dates.parse("٢٠٢٠/٠٩/١١") == dates.Moment(SEPTEMBER_11)
    # Of more languages than are asked the one that knows the weekday too; points and accents are no matter.
    assert parse_foreign("föstudagur, 11. september 2020") == dates.Moment(SEPTEMBER_11)
    assert parse_foreign("11 ก.ย. 2020") == dates.Moment(SEPTEMBER_11)
    assert parse_foreign("11 sentýabr 2020") == parse_foreign("11 Dwe mar Ochiko 2020") == dates.Moment(SEPTEMBER_11)
    assert parse_foreign("nothing of a date in 2020") is None


def test_numeric_dates():
    march, april = date(2020, 3, 4), date(2020, 4, 3)
    assert dates.parse("03/04/2020", language="en") == dates.Moment(march, None, ambiguous=True)
    assert dates.parse("03/04/2020", language="de") == dates.Moment(april)
    assert dates.parse("03.04.2020", language="en") == dates.Moment(april)
    assert dates.parse("03/04/2020", dates.NumericDates.DAY_FIRST) == dates.Moment(april)
    assert dates.parse("03/04/2020", hint=dates.in_url("https://example.com/2020/04/03/a")) == dates.Moment(april)
    assert dates.parse("13/04/2020") == dates.Moment(date(2020, 4, 13))


@given(st.text(max_size=90))
def test_dates_never_raise(text):
    dates.parse(text)


def test_languages():
    assert language.detect("Der Stadtrat hat am Montag nach langer Debatte den Bau beschlossen.") == "de"
    assert language.detect("x") is None
    assert language.detect("\ue000" * 50) is None
    assert [language.tag(text) for text in ("en_us", "DE", "pt-BR", "de_DE.UTF-8", "English", "", "zz")] == [
        "en-US", "de", "pt-BR", "de-DE", None, None, None,
    ]  # fmt: skip


@given(st.binary(max_size=400))
def test_decode_never_raises(data):
    decoded = decode(data)
    assert "\0" not in decoded.text


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1251", "koi8-r"]
)
def test_encodings(encoding):
    text = "Городской совет в понедельник после четырёхчасовых дебатов одобрил строительство новой трамвайной линии."
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("words", ["Straße", "a café", "it’s “fine” – so", "10 € each"])
def test_a_few_accents_among_english_words_are_of_windows(words):
    for text in (f"The council voted on {words} on Monday.", "The council voted on Monday. " * 5_000 + words):
        assert decode(text.encode("cp1252")).text == text


def test_binary_is_no_text():
    assert decode(bytes(range(256)) * 40).encoding is None
    assert decode(b"\x89PNG\r\n\x1a\n" + bytes(500)).encoding is None


@pytest.mark.parametrize("text", ["- " * 60_000, "[" * 60_000, "a: " + "{a: " * 60_000, "a: &a [x]\nb: *a", "a: ["])
def test_yaml_is_plain_or_none(text):
    with pytest.raises(ValueError, match=r"nested deeper|aliases are not read|did not find expected"):
        plain_yaml.load(text)


def test_yaml_as_it_is_written():
    text = "010: {date: 2020-01-02, n: 1_0, no: ~}"
    assert plain_yaml.load(text, as_written=True) == {"010": {"date": "2020-01-02", "n": "1_0", "no": "~"}}
    assert plain_yaml.load(text) == {8: {"date": date(2020, 1, 2), "n": 10, False: None}}
    assert plain_yaml.load("a: &a [x]\nb: *a", aliases=True) == {"a": ["x"], "b": ["x"]}


def test_a_letter_with_very_many_marks_takes_no_time() -> None:
    found = normalise("a" + "\u0301\u0323" * 200_000 + "b")
    assert len(found) < 40
    assert found.endswith("b")
    assert normalise("e\u0301" * 10) == "\u00e9" * 10


@given(st.lists(st.none() | st.text(st.sampled_from("a \n\t\x00\x1f\x7f\x80\x85\x9f\xa0\xa3\xc2é–“東😀"), max_size=40)))
def test_control_characters_are_counted_but_newlines(texts):
    series = pl.Series(texts, dtype=pl.String)
    expected = [sum(unicodedata.category(one) == "Cc" and one != "\n" for one in text or "") for text in texts]
    assert control_characters(series).to_list() == expected
    assert control_characters(series).dtype == pl.Int32
    # Of a slice, whose bytes lie among others.
    assert control_characters(series[1:]).to_list() == expected[1:]
