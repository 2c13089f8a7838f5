"""Parse plain text and Markdown exports of articles. In doubt, words stay in the text and are not lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from corpus.formats import bylines, frontmatter, lines, several
from corpus.formats.article import Document, Heading, Link, Parsed, Problem
from corpus.formats.blocks import Block, Kind, Line, blocks, lines_of, unquoted
from corpus.formats.header import Reader
from corpus.text import dates, language, urls
from corpus.text.decode import Decoded, decode
from corpus.text.normalise import normalise, one_line
from schemas.dates import DateSource
from schemas.rules import Check

if TYPE_CHECKING:
    from collections.abc import Sequence

# Only so many lines at the end are looked at for dates.
_FOOT: Final = 3


@dataclass(slots=True)
class _Aside:
    """The lines of an article that are not its text."""

    urls: list[str] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    credits: list[str] = field(default_factory=list)


class TextParser:
    """Reads `text/plain` and `text/markdown`."""

    name = "text/1"

    def __init__(self, numeric: dates.NumericDates = dates.NumericDates.BY_LANGUAGE) -> None:
        self._numeric = numeric

    @classmethod
    def with_settings(cls, numeric: dates.NumericDates, *_: object) -> Self:
        """Return a parser that reads dates in numbers as params.yaml says."""
        return cls(numeric)

    def parse(self, document: Document) -> Parsed:
        """Parse one document. `problems` lists what is wrong with it."""
        decoded = decode(document.data)
        if decoded.encoding is None:
            return Parsed(parser=self.name, problems=(Problem(Check.BINARY, f"{len(document.data):,} bytes"),))
        problems = _problems(decoded)
        text = normalise(decoded.text)
        if not text.strip():
            empty = Problem(Check.EMPTY, f"{len(document.data):,} bytes of white space")
            return Parsed(parser=self.name, encoding=decoded.encoding, problems=(*problems, empty))
        try:
            front, body = frontmatter.split(text, self._numeric)
        except frontmatter.Malformed as error:
            malformed = Problem(Check.FRONT_MATTER, str(error))
            front, body, problems = None, text, [*problems, malformed]
        if found := several.in_text(body):
            problems.append(Problem(Check.SEVERAL_ARTICLES, found))
        return self._article(document, decoded, front or frontmatter.FrontMatter(), body, problems)

    def _article(
        self,
        document: Document,
        decoded: Decoded,
        front: frontmatter.FrontMatter,
        body: str,
        problems: list[Problem],
    ) -> Parsed:
        markdown = document.media_type == "text/markdown"
        left, aside = _without_asides(lines_of(body))
        found = [url for written in aside.urls if (url := urls.canonical(written))]
        url = front.url or document.url or (found[0] if found else None)
        tongue = front.language or language.detect(body[:4_000].strip())
        reader = Reader(numeric=self._numeric, language=tongue, hint=dates.in_url(url), markdown=markdown)
        top = reader.read(left, titled=front.title)
        rest = list(left[top:])
        _take_foot(rest, reader)
        header = reader.header
        text, headings = _assemble(blocks(rest, markdown=markdown))
        published, modified = front.published or _printed(header.published), front.modified or header.modified
        authors, agency = _people(front, tuple(header.authors), header.agency)
        ambiguous = [moment for moment in (published, modified) if moment and moment.ambiguous]
        problems += [Problem(Check.AMBIGUOUS_DATE, moment.day.isoformat()) for moment in ambiguous]
        problems += [Problem(Check.UNREAD_DATE, written) for written in (*front.unread_dates, *header.unread_dates)]
        problems += [Problem(Check.REJECTED_URL, written[:200]) for written in front.rejected_urls]
        return Parsed(
            title=one_line(header.title) if header.title else None,
            text=text,
            url=url,
            publisher=front.publisher or (urls.publisher(url) if url else None),
            publication=front.publication,
            page=front.page,
            edition=front.edition,
            accession=front.accession,
            description=front.description or header.description,
            authors=authors,
            agency=agency,
            section=front.section,
            keywords=front.keywords,
            language=tongue,
            published_date=published.day if published else None,
            date_source=published.source if published else None,
            published_at=published.instant if published else None,
            modified_at=modified.instant if modified else None,
            headings=tuple(headings),
            image_credits=tuple(dict.fromkeys((*front.credits, *header.credits, *aside.credits))),
            links=tuple(dict.fromkeys(aside.links)),
            encoding=decoded.encoding,
            parser=self.name,
            problems=tuple(problems),
        )


def _problems(decoded: Decoded) -> list[Problem]:
    problems = []
    if decoded.encoding != "utf-8":
        problems.append(Problem(Check.ENCODING, decoded.encoding))
    if decoded.nuls:
        problems.append(Problem(Check.NUL, f"{decoded.nuls:,} removed"))
    return problems


def _without_asides(found: list[Line]) -> tuple[list[Line], _Aside]:
    """Return the lines without source lines, related articles and pictures, and what those contain."""
    aside = _Aside()
    left: list[Line] = []
    apart = False
    in_list = False
    awaits_url = False
    for number, line in enumerate(found):
        apart = apart or line.apart
        if lines.is_prose(line.text) and not (awaits_url or in_list):
            left.append(line if apart is line.apart else Line(line.text, apart))
            apart = False
            continue
        text = unquoted(line.text)
        if 0 < len(text) <= lines.LONGEST:
            if awaits_url and (address := lines.address(text)):
                aside.urls.append(address)
                awaits_url, apart = False, True
                continue
            awaits_url = False
            if in_list and text[0] in "-*+•[0123456789" and (items := lines.links(text)):
                aside.links += items
                apart = True
                continue
            in_list = False
            address = lines.source(text)
            if address == "":
                # A label alone counts only if an address follows.
                after = found[number + 1].text if number + 1 < len(found) else ""
                awaits_url = lines.address(after) is not None
            elif address:
                aside.urls.append(address)
            alone = line.apart and (number + 1 == len(found) or found[number + 1].apart)
            taken = bool(address) or awaits_url or _take(aside, text, alone=alone)
            if taken:
                in_list = taken == "list"
                apart = True
                continue
        left.append(line if apart is line.apart else Line(line.text, apart))
        apart = False
    return _without_bare_address(left, aside), aside


def _take(aside: _Aside, text: str, *, alone: bool) -> str | bool:
    """Take a line that is not text. Returns True, or "list" if related articles may follow; False if it is text."""
    articles = lines.related(text)
    if articles is not None:
        aside.links += articles
        return True if articles else "list"
    pictures = lines.image_credits(text)
    if pictures is not None:
        aside.credits += pictures
        return True
    if alone and len(text) <= lines.LONGEST_CREDIT and bylines.agency(text) is None and (named := lines.credit(text)):
        aside.credits.append(named)
        return True
    return False


def _without_bare_address(left: list[Line], aside: _Aside) -> list[Line]:
    """Take an address alone on the first or last line as the address of the article."""
    for number in (-1, 0):
        if left and (address := lines.address(left[number].text)):
            aside.urls.append(address)
            left.pop(number)
    return left


def _take_foot(rest: list[Line], reader: Reader) -> None:
    """Take labelled dates below the text."""
    for _ in range(_FOOT):
        if len(rest) < 2 or lines.dated(rest[-1].text) is None or not reader.date_line(rest[-1].text):
            return
        rest.pop()


def _printed(moment: dates.Moment | None) -> dates.Moment | None:
    """Return a moment with the mark that it was read from a line of the text."""
    return moment._replace(source=DateSource.PRINTED) if moment else None


def _people(
    front: frontmatter.FrontMatter, authors: tuple[str, ...], agency: str | None
) -> tuple[tuple[str, ...], str | None]:
    """Return authors and agency of the front matter, else of the byline."""
    if not front.authors:
        return authors, agency
    people: list[str] = []
    for written in front.authors:
        byline = bylines.read_line(written) or bylines.read_names(written)
        if byline is None:
            people.append(written)
            continue
        people += byline.authors
        agency = byline.agency or agency
    return tuple(dict.fromkeys(people)), agency


def _assemble(found: Sequence[Block]) -> tuple[str, list[Heading]]:
    """Return the text, and the places of its subheadings."""
    headings: list[Heading] = []
    offset = 0
    for block in found:
        if block.kind is Kind.HEADING:
            headings.append(Heading(offset, block.text))
        offset += len(block.text) + 2
    return "\n\n".join(block.text for block in found), headings
