"""Lines of printed pages to paragraphs: what repeats on pages is dropped, and broken lines and words are joined."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final

from corpus.formats.labels import field_of, fold, is_end
from corpus.press.parsing.lexisnexis import COUNTER
from corpus.press.splitting.pdfcolumns import Region, regions
from corpus.press.splitting.pdfwords import BROKEN, Words, breadth, first_word, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corpus.press.splitting.pdfprocess import Line, Page, Run

# A line at the edge of pages is a header or footer if it is on so many, or on both of two.
_LEAST_REPEATS: Final = 3
_MOST_EDGE_LINES: Final = 4
# Headers and footers are in the margins: so much of the height of a page above and below. They are in no large type.
_MARGIN: Final = 0.1
_LARGE: Final = 1.15
_PAGE_NUMBER: Final = re.compile(
    r"(?:[-–—|]\s*)?(?:(?:page|seite|p[áa]gina|pagina|strona|страница|s\.|p\.|pg\.)\s*)?\d{1,5}"
    r"(?:\s*(?:of|von|de|sur|di|van|из|/|／)\s*\d{1,5})?(?:\s*(?:页|ページ|頁|쪽))?(?:\s*[-–—|])?",
    re.IGNORECASE,
)
_NAMED: Final = re.compile(r"do[ck]ument|article", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d+")
_NUMBER: Final = re.compile(r"[0-9]{1,5}")
_SENTENCE_ENDS: Final = re.compile(r"[.!?:;。！？…][\"'”’»)\]]*$")
_LABEL: Final = re.compile(r"^([^\W\d_][^:：\n]{0,40}?)\s*[:：](?:\s|$)")
# Leading and gaps are compared as multiples of the size of type.
_WIDE_GAP: Final = 1.35
_LETTER: Final = 0.5
_FULL: Final = 0.85


@dataclass(slots=True)
class Printed:
    """A paragraph of print.

    Attributes:
        runs: its text.
        centred: whether it is set in the middle of its page.
        apart: whether there is a gap above it, or a new page.
    """

    runs: list[Run]
    centred: bool = False
    apart: bool = False

    @property
    def text(self) -> str:
        """Return its text, with single spaces."""
        return " ".join("".join(run.text for run in self.runs).split())


@dataclass(slots=True)
class Layout:
    """What a document prints: its paragraphs, and how many headers, footers and page numbers were left out."""

    paragraphs: list[Printed] = field(default_factory=list)
    dropped: int = 0


def laid_out(pages: Iterable[Page]) -> Layout:
    """Return the paragraphs of some pages.

    Args:
        pages: in order.
    """
    found, made = [], Layout()
    all_pages = [page for page in pages if page.lines]
    repeated = _repeated(all_pages)
    titles: set[str] = set()
    usual = _usual_size(all_pages)
    for number, page in enumerate(all_pages):
        lines = _body(page, number, repeated, titles, usual)
        made.dropped += len(page.lines) - len(lines)
        titles.update(fold(line.text) for line in lines if line.size > usual * _LARGE)
        found += regions(lines, page.width, _parts)
    made.paragraphs = _paragraphs(found, Words.of([one.lines for one in found]))
    return made


def _usual_size(pages: Sequence[Page]) -> float:
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _keys(line: Line, page: int) -> list[tuple[str, int, int]]:
    """What a line may share with those at the edges of other pages: its words, or a number that counts the pages."""
    place = round(line.y / 4)
    ends = {word for word in (line.text.split(" ", 1)[0], line.text.rsplit(" ", 1)[-1]) if _NUMBER.fullmatch(word)}
    return [
        (_DIGITS.sub("#", line.text.casefold()), 0, place),
        *(("", int(word) - page, place) for word in sorted(ends)),
    ]


def _edges(page: Page) -> tuple[list[Line], list[Line]]:
    """The lines in the top margin of a page, from above, and those in its bottom margin, from below."""
    ordered = sorted(page.lines, key=lambda line: -line.y)
    margin = page.height * _MARGIN
    return (
        [line for line in ordered[:_MOST_EDGE_LINES] if line.y > page.height - margin],
        [line for line in ordered[::-1][:_MOST_EDGE_LINES] if line.y < margin],
    )


def _repeated(pages: Sequence[Page]) -> set[tuple[str, int, int]]:
    """Return what several pages have at one place: words without their numbers, or numbers that count the pages."""
    seen: Counter[tuple[str, int, int]] = Counter()
    for number, page in enumerate(pages):
        top, bottom = _edges(page)
        seen.update({key for line in (*top, *bottom) for key in _keys(line, number)})
    least = min(_LEAST_REPEATS, max(len(pages), 2))
    return {key for key, count in seen.items() if count >= (least if key[0] else 2)}


def _body(page: Page, number: int, repeated: set[tuple[str, int, int]], titles: set[str], usual: float) -> list[Line]:
    """The lines of a page without its headers, footers and page number."""
    out: set[int] = set()
    for is_bottom, edge in enumerate(_edges(page)):
        for line in edge:
            text = line.text
            if line.size > usual * _LARGE or is_end(text) or _is_counter(text) or _has_label(text):
                break
            is_running_title = not is_bottom and fold(text) in titles
            is_repeated = any(key in repeated for key in _keys(line, number))
            if not (_PAGE_NUMBER.fullmatch(text) or is_repeated or is_running_title):
                break
            out.add(id(line))
    return [line for line in page.lines if id(line) not in out]


def _parts(text: str) -> bool:
    """Return whether a line ends an article, begins one, or is a field of one."""
    return is_end(text) or _is_counter(text) or _has_label(text)


def _paragraphs(regions: Sequence[Region], words: Words) -> list[Printed]:
    found: list[Printed] = []
    leading = _leading([one.lines for one in regions])
    measures = {kind: _longest([one.lines for one in regions if one.is_column is kind]) for kind in (True, False)}
    before: Line | None = None
    for region in regions:
        longest = measures[region.is_column]
        margin = min((line.x for line in region.lines), default=0.0)
        is_first = True
        for line in region.lines:
            if not line.text:
                continue
            centred = _is_centred(line, margin, region)
            joins = before is not None and (
                _goes_on_overleaf(before, line, longest) if is_first else _goes_on(before, line, leading, longest)
            )
            if joins and found and found[-1].centred == centred:
                join(found[-1].runs, line.runs, words)
            else:
                apart = is_first or before is None or _is_wide(before, line, leading)
                found.append(Printed(list(line.runs), centred, apart))
            before, is_first = line, False
    return found


def _leading(bodies: Sequence[Sequence[Line]]) -> float:
    """The usual distance of lines in a paragraph, as a multiple of the size of type."""
    gaps = [
        (one.y - two.y) / one.size
        for lines in bodies
        for one, two in pairwise(lines)
        if one.size and 0 < one.y - two.y < 3 * one.size and abs(one.size - two.size) < 0.6
    ]
    return min(median(gaps), 1.6) if gaps else 1.2


def _longest(bodies: Sequence[Sequence[Line]]) -> dict[float, int]:
    """How many letters a full line has, by size of type."""
    found: dict[float, int] = {}
    for lines in bodies:
        for line in lines:
            found[line.size] = max(found.get(line.size, 0), breadth(line.text))
    return found


def _is_centred(line: Line, margin: float, region: Region) -> bool:
    if line.x < margin + 4 * line.size:
        return False
    middle = line.x + breadth(line.text) * line.size * _LETTER / 2
    return abs(middle - (region.left + region.right) / 2) < (region.right - region.left) * 0.08


def _is_wide(one: Line, two: Line, leading: float) -> bool:
    gap = one.y - two.y
    return gap < 0 or gap > _WIDE_GAP * leading * max(one.size, two.size)


def _has_label(text: str) -> bool:
    found = _LABEL.match(text)
    return found is not None and field_of(found[1]) is not None


def _is_counter(text: str) -> bool:
    """Whether a line is `3 of 50 DOCUMENTS`, which a page number never is."""
    return COUNTER.match(text) is not None and _NAMED.search(text) is not None


def _starts_field(line: Line) -> bool:
    return _has_label(line.text) or (line.runs[0].bold and _LABEL.match(line.text) is not None)


def _alike(one: Line, two: Line) -> bool:
    # Nothing but a search word, which is bold, may be left for the last line of a paragraph.
    is_rest = not one.bold and two.bold and two.text[:1].islower() and not _SENTENCE_ENDS.search(one.text)
    return abs(one.size - two.size) < 0.6 and (one.bold == two.bold or is_rest) and not _starts_field(two)


def _goes_on(one: Line, two: Line, leading: float, longest: dict[float, int]) -> bool:
    """Whether a line goes on with the paragraph of the line above it."""
    if not _alike(one, two) or _is_wide(one, two, leading) or is_end(two.text) or is_end(one.text):
        return False
    if abs(one.y - two.y) < 0.3 * one.size:
        return True
    if one.bold and one.size > min(longest) and abs(one.x - two.x) < 1:
        # A headline is broken where it sounds well.
        return True
    return two.x - one.x < 0.9 * two.size and _is_full(one, two, longest)


def _is_full(one: Line, two: Line, longest: dict[float, int]) -> bool:
    """Whether the first word of a line had no room on the line above it, or is the rest of a broken word."""
    if BROKEN.search(one.text) and two.text[:1].islower():
        return True
    room = breadth(one.text) + 1 + breadth(first_word(two.text))
    return room >= _FULL * longest.get(one.size, 0)


def _goes_on_overleaf(one: Line, two: Line, longest: dict[float, int]) -> bool:
    """Whether the first line of a page goes on with the last paragraph of the page before."""
    if not _alike(one, two) or is_end(one.text) or _is_counter(two.text):
        return False
    return _is_full(one, two, longest) and not _SENTENCE_ENDS.search(one.text)
