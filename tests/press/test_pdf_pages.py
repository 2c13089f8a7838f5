"""Pages of PDFs that are set in columns, printed sideways, or in fonts of East Asia."""

from __future__ import annotations

import pytest

from corpus.press.splitting.pdfcolumns import regions
from corpus.press.splitting.pdflayout import laid_out
from corpus.press.splitting.pdfprocess import Line, Page, Run
from tests.golden.pdffiles import L, columns, in_glyphs, pages_of, pdf, turned, wrapped
from tests.press.test_export_pdfs import FIRST, SECOND, TEXT, assert_articles, nexis_uni, read

HEAD = 8


def narrow(number: int, width: int) -> list[L]:
    lines = nexis_uni(number)
    body = [*wrapped(FIRST, width), *(line for _ in range(8) for line in wrapped(SECOND.replace("|", "-"), width))]
    return [*lines[:HEAD], *body, *lines[-2:]]


@pytest.mark.parametrize(("count", "width"), [(2, 40), (3, 26)])
@pytest.mark.parametrize("by_row", [False, True])
def test_columns_are_read_one_after_the_other(count, width, by_row, tmp_path):
    pages = []
    for number in (1, 2):
        lines = narrow(number, width)
        pages.append(columns(lines, HEAD, len(lines) - 2, count=count, by_row=by_row))
    found, _ = read(pdf(pages), tmp_path / "a.pdf")
    assert_articles(found)
    for one in found:
        assert one.text == "\n\n".join([TEXT, *[SECOND.replace("|", "-")] * 8])


@pytest.mark.parametrize("angle", [90, 180, 270])
@pytest.mark.parametrize("by_page", [False, True])
@pytest.mark.parametrize("is_declared", [False, True])
def test_pages_that_are_printed_sideways(angle, by_page, is_declared, tmp_path):
    pages = [turned(one, angle, by_page=by_page) for one in pages_of([nexis_uni(1), nexis_uni(2)], footer="Page #")]
    data = pdf(pages)
    if angle != 180:
        data = data.replace(b"/MediaBox[0 0 612 792]", b"/MediaBox[0 0 792 612]")
    if is_declared:
        data = data.replace(b"/Type/Page/Parent", b"/Type/Page/Rotate %d/Parent" % angle)
    found, skipped = read(data, tmp_path / "a.pdf")
    assert_articles(found)
    assert skipped[-1].endswith("2 page headers, footers and page numbers")


# Title, paper, day, section, heading of the text, two paragraphs, and the end.
EAST = {
    "ja": ("港に霧", "港新聞", "2012年3月2日 金曜日", "セクション: 社会; Pg. 4", "本文",
           "月曜日の港は霧が深く、だれも船を見ることができなかった。フェリーがいつ戻るのか、港長も町の人々も知らず、朝の市場には魚が一匹も並ばなかったという。",
           "夜には晴れ、フェリーは再び動き出した。", "文書の終わり"),
    "zh": ("港口大雾", "港口日报", "2012年3月2日 星期五", "版面: 社会; Pg. 4", "正文",
           "星期一港口大雾弥漫，没有人能看见船只。渡轮什么时候回来，港务长和镇上的居民都不知道，早市上一条鱼也没有卖出去，商人们只好在码头上等待消息。",
           "傍晚雾散了，渡轮恢复航行。", "文档结束"),
    "ko": ("항구에 안개", "항구일보", "2012년 3월 2일 금요일", "섹션: 社会; Pg. 4", "본문",
           "월요일 항구에는 안개가 짙어 아무도 배를 볼 수 없었다. 여객선이 언제 돌아올지 항만장도 마을 사람들도 알지 못했고 아침 시장에는 생선이 없었다.",
           "저녁에 안개가 걷히고 여객선이 다시 운항했다.", "문서의 끝"),
}  # fmt: skip


def filled(text: str, width: int) -> list[str]:
    """The lines of a text in which each letter is as wide as it is high; words of Korean are not broken."""
    if " " not in text or len(text) < width:
        return [text[at : at + width] for at in range(0, len(text), width)]
    lines = [""]
    for word in text.split(" "):
        lines += [""] if len(lines[-1]) + len(word) > width else []
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


@pytest.mark.parametrize("language", EAST)
@pytest.mark.parametrize("widths", [True, False])
def test_fonts_of_east_asia(language, widths, tmp_path):
    title, paper, day, section, heading, *text, end = EAST[language]
    lines = [L(title, 16), L(paper, gap=2), L(day, gap=1.2), L(section, gap=2), L(heading, 14, gap=2)]
    for paragraph in text:
        lines += [L(one, gap=1.2 if n else 2.4) for n, one in enumerate(filled(paragraph, 46))]
    lines.append(L(end, gap=3))
    y, page = 700.0, []
    for line in lines:
        y -= line.size * 1.2 * line.gap
        page.append((72.0, y, line))
    found, _ = read(in_glyphs([page, page], widths=widths), tmp_path / "a.pdf")
    assert [one.title for one in found] == [title, title]
    for one in found:
        assert (one.publication, str(one.published_date), one.section, one.page) == (paper, "2012-03-02", "社会", "4")
        assert (one.text, one.language) == ("\n\n".join(text), language)


def line(x: float, y: float, text: str) -> Line:
    return Line(x, y, (Run(text, False, 10),))


LONG = "The council of the old harbour town met"


@pytest.mark.parametrize(
    ("placed", "count"),
    [
        # Two columns; a table of labels and values; a list with an indent; one column with a few short lines.
        ([(x, 700 - 12 * n, LONG) for x in (72, 320) for n in range(8)], 2),
        ([(x, 700 - 12 * n, "Section:" if x == 72 else LONG) for x in (72, 320) for n in range(8)], 1),
        ([(72 + 20 * (n % 2), 700 - 12 * n, LONG * 2) for n in range(16)], 1),
        ([(72, 700 - 12 * n, LONG * 2) for n in range(16)] + [(320, 40, "12")], 1),
        ([(72, 700 - 12 * n, LONG) for n in range(16)], 1),
    ],
)
def test_what_is_a_column(placed, count):
    lines = [line(*one) for one in placed]
    assert len(regions(lines, 612, lambda _: False)) == count


def test_a_headline_across_columns_is_between_what_is_above_and_below_it():
    upper = [line(x, 700 - 12 * n, f"{LONG} {n}") for x in (72, 320) for n in range(6)]
    across = line(72, 600, "A headline that goes over all of the columns of this page, for it is long")
    lower = [line(x, 580 - 12 * n, f"{LONG} {n + 6}") for x in (72, 320) for n in range(6)]
    found = laid_out([Page(612, 792, (*upper, across, *lower))])
    text = " ".join(one.text for one in found.paragraphs)
    assert text.index("met 5") < text.index("A headline") < text.index("met 6")
