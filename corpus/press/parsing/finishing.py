"""Turn a draft into an article: read dates, languages, keywords, pages and lengths the same way for all databases."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from corpus.formats import agencies, bylines
from corpus.formats.article import Parsed, Problem
from corpus.formats.labels import language_of
from corpus.formats.passages import unwrapped
from corpus.press.parsing.hosts import accession_of, is_database
from corpus.press.parsing.people import people
from corpus.press.parsing.prose import sort_out, text_of
from corpus.text import dates, language, urls
from corpus.text.foreign import parse_foreign
from corpus.text.normalise import one_line
from corpus.text.words import word_counts
from schemas.dates import DateSource
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.press.parsing.draft import Draft

# Of a declared length that so little is found of, text was lost. Databases count titles and captions, too.
_LEAST_SHARE: Final = 0.75
_FEW: Final = 25
_SURELY: Final = 0.9
_LENGTH: Final = re.compile(r"(?<!\d)\d{1,3}(?:[.,'’ \xa0\u202f]\d{3})+(?!\d)|\d+")
# Japanese, Chinese and Korean databases count characters.
_CHARACTERS: Final = re.compile(r"[字자]|文字|characters", re.IGNORECASE)
_YEARS: Final = re.compile(r"\b(?:1[6-9]|20)\d\d\b")
_SHARE: Final = re.compile(r"\s*\(\s*\d{1,3}\s*%\s*\)|\s*\[[^\]]{0,20}%\]")
_PAGE: Final = re.compile(
    r"(?:^|[;,(\s])(?:pages?|pgs?\.?|pp?\.|seiten?|s\.|página|páginas|pág\.?|pagina|pagine|pag\.|blz\.?|с\.|стр\.?|полоса)"
    r"\s*[:.]?\s*(?P<page>(?:[A-Z]{1,4}-?)?\d{1,4}[A-Z]?(?:\s?[-–,&/]\s?(?:[A-Z]{1,3}-?)?\d{1,4}[A-Z]?){0,5})(?!\w)",
    re.IGNORECASE,
)
# What stays of a section whose number and column are nothing: `Section ; Column 0; Foreign Desk; Pg.`
_NO_PART: Final = re.compile(r"^(?:section|column\s+\d+|pg|page|part|version\s*:\s*\d+)?\s*\.?$", re.IGNORECASE)
_PART: Final = re.compile(r";|(?<=\w),(?=\s*(?:column|page|pg)\b)", re.IGNORECASE)
_NOTE: Final = re.compile(r"[\s;,–-]*[-–;]?\s*\(?(?:correction|clarification) appended\)?\s*$", re.IGNORECASE)
_LISTED: Final = re.compile(r"\s*[;|]\s*|\n")
_MOST_LISTED: Final = 60
_LONGEST_WORD: Final = 100
_LONGEST_NAME: Final = 200
_LONGEST_TITLE: Final = 1_000
_SPACE: Final = re.compile(r"\s+")
_BLANK: Final = re.compile(r"^[\W_]*$")
_NO_WORD: Final = re.compile(r"[\W_]+")
_NO_TITLE: Final = frozenset(
    {"noheadline", "notitle", "headlinenotavailable", "notitleavailable", "ohnetitel", "sanstitre", "nohead"}
)


def finish(draft: Draft, parser: str, encoding: str | None = None) -> Parsed:
    """Return the parsed article, with its fields read and its text normalised.

    Args:
        draft: its fields as they are printed.
        parser: the name of the parser.
        encoding: the encoding of its bytes.
    """
    problems = list(draft.problems)
    sort_out(draft)
    text, headings = text_of(draft)
    tongue = language_of(draft.language) or language.tag(draft.language) if draft.language else None
    tongue = tongue or language.detect(text) or draft.usual_language or None
    moment, edition, known = _moment(draft, tongue)
    if draft.date and moment is None:
        problems.append(Problem(Check.UNREAD_DATE, one_line(draft.date)[:200]))
    if moment is not None and moment.ambiguous and tongue is None:
        problems.append(Problem(Check.AMBIGUOUS_DATE, one_line(draft.date)[:200]))
    authors, agency = people(draft.byline, bylines.agency(draft.agency) or name(draft.agency))
    agency = agency or agencies.of_publication(draft.publication)
    section, page = _section(draft)
    title = _NOTE.sub("", one_line(unwrapped(draft.title))[:_LONGEST_TITLE]) or None
    if title and _NO_WORD.sub("", title).casefold() in _NO_TITLE:
        title = None
    if short := _shorter(draft.length, text):
        problems.append(short)
    if not text and not title:
        problems.append(Problem(Check.EMPTY, "no title and no text"))
    url = urls.canonical(draft.url) if draft.url else None
    accession = name(draft.accession)
    if url and is_database(url):
        # Where a database keeps an article is no address of the article.
        accession = accession or name(accession_of(draft.url))
        url = None
    return Parsed(
        title=title,
        text=text,
        url=url,
        publisher=urls.publisher(url) if url else None,
        publication=name(draft.publication),
        description=one_line(unwrapped(draft.description)) or None,
        authors=authors,
        agency=agency,
        section=section,
        edition=name(draft.edition) or name(edition),
        page=page,
        accession=accession,
        keywords=tuple(dict.fromkeys(_words(draft.keywords)))[:_MOST_LISTED],
        language=tongue,
        published_date=moment.day if moment else None,
        date_source=known if moment else None,
        published_at=moment.instant if moment else None,
        headings=headings,
        image_credits=tuple(dict.fromkeys(_lines(draft.captions))),
        encoding=encoding,
        parser=parser,
        problems=tuple(problems),
    )


def name(written: str) -> str | None:
    """Return a short value on one line, without marks around it; None for an empty value."""
    if not written:
        return None
    value = one_line(unwrapped(written)).strip(" ,;:|").removesuffix(".")[:_LONGEST_NAME]
    return None if _BLANK.match(value) else value


def _moment(draft: Draft, tongue: str | None) -> tuple[dates.Moment | None, str, DateSource]:
    """Return when it was published, the rest of that line, as the edition, and how the date is known."""
    years = tuple(int(year) for year in _YEARS.findall(draft.copyright))[:4]
    written = one_line(draft.date)
    found = dates.search(written, tongue, years) if written else None
    if found is not None:
        moment, rest = found
        rest = _NOTE.sub("", rest)
        return moment, rest if any(letter.isalpha() for letter in rest) else "", DateSource.DECLARED
    if written and (foreign := parse_foreign(written[: dates.LONGEST], tongue)):
        return foreign, "", DateSource.DECLARED
    # Databases load newspapers on their day, or soon after.
    loaded = dates.search(one_line(draft.loaded), tongue) if draft.loaded and not written else None
    if loaded and (not years or loaded[0].day.year in years):
        return dates.Moment(loaded[0].day), "", DateSource.GUESSED
    return None, "", DateSource.DECLARED


def _section(draft: Draft) -> tuple[str | None, str | None]:
    """Return the section, and the page, which many databases print in it: `NEWS; Pg. 12`."""
    section, page = one_line(draft.section), name(draft.page)
    if not section and page is None:
        return None, None
    # Papers have the same few sections again and again.
    return (_placed if len(section) < _LONGEST_NAME else _placed.__wrapped__)(section, page)


@lru_cache(maxsize=1_024)
def _placed(section: str, page: str | None) -> tuple[str | None, str | None]:
    if page is not None:
        bare = _PAGE.search(page)
        page = bare["page"] if bare else page
    if found := _PAGE.search(section):
        page = page or found["page"].strip(" .,-")
        section = f"{section[: found.start()]}; {section[found.end() :]}"
    parts = [part.strip(" ,.") for part in _PART.split(section)]
    kept = dict.fromkeys(part for part in parts if not _NO_PART.match(part))
    return name("; ".join(kept)), _page(page)


def _page(page: str | None) -> str | None:
    """Return a page without zeros before it; None for page 0."""
    if page is None or re.match(r"0+(?!\d)", page):
        return None
    return re.sub(r"^0+(?=\d)", "", page)


def _words(written: list[str]) -> Iterator[str]:
    for one in written:
        for word in _LISTED.split(one):
            if plain := one_line(_SHARE.sub("", word)).strip(" ,;.")[:_LONGEST_WORD]:
                yield plain


def _lines(written: list[str]) -> Iterator[str]:
    for one in written:
        if line := one_line(one)[:2_000]:
            yield line


def declared(written: str) -> tuple[int, bool] | None:
    """Return a declared length and whether it is of characters; None without a length.

    >>> declared("1,285 Wörter")
    (1285, False)
    """
    found = _LENGTH.search(written)
    if found is None:
        return None
    return int(re.sub(r"\D", "", found[0])), _CHARACTERS.search(written) is not None


def _shorter(written: str, text: str) -> Problem | None:
    """Return the problem if a text is much shorter than its database declares; otherwise None."""
    length = declared(written) if written else None
    if length is None:
        return None
    count, of_characters = length
    least = count * _LEAST_SHARE - _FEW
    if not of_characters and (least <= 0 or len(text.split()) * _SURELY >= least):
        # Words are counted exactly where it may matter.
        return None
    found = len(_SPACE.sub("", text)) if of_characters else word_counts([text])[0]
    if found >= least:
        return None
    unit = "characters" if of_characters else "words"
    return Problem(Check.SHORTER_THAN_DECLARED, f"{found:,} of {count:,} {unit}")
