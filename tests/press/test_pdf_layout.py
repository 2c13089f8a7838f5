"""Pages of print to paragraphs: headers and footers of all makes, words broken at the ends of lines and of pages."""

from __future__ import annotations

import pytest

from corpus.press.splitting.pdflayout import laid_out
from corpus.press.splitting.pdfprocess import Line, Page, Run
from tests.golden.pdffiles import L, content, pages_of, pdf
from tests.press.test_export_pdfs import SECOND, newsbank, nexis_uni, read

BODY = "The council of the harbour town met on Monday and spoke for four hours about"
KNOWN = "A well known man read the paper; he can under no circumstance stand the fog there"


def page(*lines: str | tuple[str, bool], top: str = "", bottom: str = "", at: int = 700) -> Page:
    """Return a page with lines of type of 10 points, 12 apart, under a header and above a footer."""
    printed = [one if isinstance(one, tuple) else (one, False) for one in lines]
    made = [Line(72, at - 12 * n, (Run(text, bold, 10),)) for n, (text, bold) in enumerate(printed)]
    header = [Line(72, 760, (Run(top, False, 8),))] if top else []
    footer = [Line(72, 40, (Run(bottom, False, 8),))] if bottom else []
    return Page(612, 792, (*header, *made, *footer))


def texts(*pages: Page) -> list[str]:
    return [one.text for one in laid_out(pages).paragraphs]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("and for its expla-", "nation of it.", "and for its explanation of it."),
        ("and for its well-", "known men.", "and for its well-known men."),
        ("and for its well\u2010", "known men.", "and for its well\u2010known men."),
        ("and for its expla\u00ad", "nation of it.", "and for its explanation of it."),
        ("and for COVID-", "19 there.", "and for COVID-19 there."),
        ("and for the years 2019-", "2020 there.", "and for the years 2019-2020 there."),
        ("and for the years 2019–", "2020 there.", "and for the years 2019–2020 there."),
        ("and for the Haupt-", "und Nebenwege.", "and for the Haupt- und Nebenwege."),
        ("and for pre-", "and postwar men.", "and for pre- and postwar men."),
        ("and for Anna-", "Maria there.", "and for Anna-Maria there."),
        ("and for them -", "there was fog.", "and for them - there was fog."),
        ("and for a 3-", "year term.", "and for a 3- year term."),
    ],
)
def test_words_at_the_ends_of_lines(first, second, expected):
    first = f"{BODY} that {first}"
    assert texts(page(KNOWN + ".", "", first, second))[-1] == f"{BODY} that {expected}"


def test_without_a_broken_word_a_hyphen_is_part_of_its_word():
    lines = (KNOWN, f"{BODY} a well-", "known man, and he can under-", "stand it.")
    assert "a well-known man" in " ".join(texts(page(*lines[:2], "known man, and nothing else of any kind there.")))
    # One word that is none without its rest shows that this document breaks its words.
    broken = " ".join(
        texts(
            page(KNOWN, f"{BODY} its expla-", "nation, and because he has read all of it, he can under-", "stand it.")
        )
    )
    assert "he can understand it." in broken


@pytest.mark.parametrize(
    ("tops", "bottoms"),
    [
        (["1 The Gazette", "Monday 2", "3 The Gazette"], ["", "", ""]),
        (["1 The Gazette", "Monday, May 4, 2026 2"], ["", ""]),
        (["The Gazette", "The Gazette"], ["- 1 -", "- 2 -"]),
        (["6/5/26, 10:00 AM Fog closes pier"] * 2, ["https://example.com/a?b=c 1/2", "https://example.com/a?b=c 2/2"]),
        (["Page 1 of 2", "Page 2 of 2"], ["(c) Gazette Media 1", "(c) Gazette Media 2"]),
        (["7", "8"], ["Seite 7 von 9", "Seite 8 von 9"]),
        (["", ""], ["Fog closes pier 101", "Lamps for the quay 102"]),
    ],
)
def test_headers_and_footers_go_and_a_paragraph_goes_on_overleaf(tops, bottoms):
    count = len(tops)
    pages = [
        page(*([BODY] * 5), *(["and that was all."] if n == count - 1 else []), top=tops[n], bottom=bottoms[n])
        for n in range(count)
    ]
    assert texts(*pages) == [" ".join([BODY] * 5 * count + ["and that was all."])]
    assert laid_out(pages).dropped == sum(map(bool, (*tops, *bottoms)))


@pytest.mark.parametrize(
    "first_lines",
    [
        ("2026 was a dry year, and nobody in the harbour town had seen one like it", "1 man in 5 had no water."),
        ("1 of 2 DOCUMENTS", "2 of 2 DOCUMENTS"),
        ("Title: Fog 1", "Title: Fog 2"),
    ],
)
def test_a_line_of_text_at_the_edge_of_a_page_is_kept(first_lines):
    pages = [page(one, "", "All of it.", at=750) for one in first_lines]
    assert [one for one in texts(*pages) if one in first_lines] == list(first_lines)


def test_a_search_word_in_bold_that_is_left_for_the_last_line_stays_in_its_paragraph():
    assert texts(page(BODY, f"{BODY} the", ("fog.", True))) == [f"{BODY} {BODY} the fog."]
    assert texts(page(BODY, f"{BODY} it.", ("Fog", True), BODY)) == [f"{BODY} {BODY} it.", "Fog", BODY]


def test_ligatures_are_letters(tmp_path):
    lines = [(72, 700 - 14 * n, one) for n, one in enumerate(newsbank(1))]
    ligature = content([(72, 300, L("The @rst men said so."))])
    made = pdf([content(lines[:-3]) + b"\n" + ligature + b"\n" + content(lines[-3:])])
    made_of = made.replace(
        b"/Encoding/WinAnsiEncoding", b"/Encoding<</Type/Encoding/BaseEncoding/WinAnsiEncoding/Differences[64/fi]>>"
    )
    found, _ = read(made_of, tmp_path / "a.pdf")
    assert "The first men said so." in found[0].text


def test_a_field_behind_the_text_is_no_text_where_its_label_is_not_bold(tmp_path):
    found, _ = read(pdf(pages_of([nexis_uni(1), nexis_uni(2)])), tmp_path / "a.pdf")
    for one in found:
        assert one.text.endswith(SECOND.replace("|", "-"))
