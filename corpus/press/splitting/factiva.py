"""Factiva: HTML in both layouts, XML, and text with field codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.parsing.unmarked import ACCESSION, WORDS
from corpus.press.splitting.cutters import CUTTERS, parts
from corpus.press.splitting.cutting import cut
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.press.splitting.word import Paragraph

_ARTICLE: Final = re.compile(
    rb"<div\b[^<>]{0,300}?\bclass\s?=\s?[\"']?article\s+[a-z]{2,6}Article\b[^<>]{0,300}>", re.IGNORECASE
)
_ACCESSION: Final = re.compile(rb"\b[A-Z][A-Z0-9]{3,9}0{2,6}(?:19|20)\d{6}[a-z][a-z0-9]{7,12}\b")
_CLOSES: Final = re.compile(rb"</(?:p|td|div)\s*>", re.IGNORECASE)
_SUMMARY: Final = re.compile(rb"sbSummary|summaryTitle", re.IGNORECASE)
_XML: Final = re.compile(rb"<(?:\w{1,20}:)?article(?=[\s>])")
_XML_END: Final = re.compile(rb"</(?:\w{1,20}:)?article\s*>")
_CODED: Final = re.compile(rb"(?:^(?:\xef\xbb\xbf)?|(?<=\n)|(?<=\r))(?:SE|HD)(?:[ \t]{1,8}|\t|[ \t]*\r?\n)(?=[^\r\n])")
# The last line of an article: `Document NYTF000020180105ee150003q`, with any word for a document.
_LAST_LINE: Final = re.compile(
    rb"(?:^(?:\xef\xbb\xbf)?|(?<=[\r\n]))[ \t]{0,40}(?:[^\s\r\n]{2,40}[ \t:]{1,4})?"
    rb"[A-Z][A-Z0-9]{3,9}0{2,6}(?:19|20)\d{6}[a-z][a-z0-9]{7,12}[ \t]{0,40}(?=[\r\n]|\Z)"
)
# The end of such a number, which is found sooner.
_DATED: Final = re.compile(rb"0(?:19|20)\d{6}[a-z]")
_LONGEST_LAST: Final = 80
_CODES: Final = ("HD", "WC", "PD", "SN", "AN")


class FactivaHtml:
    """HTML: each article is a `div` with the classes `article` and `enArticle`."""

    database, title = "factiva", "Factiva"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "html":
            return 0.0
        if _ARTICLE.search(sample.head):
            return 0.95 if b"activa" in sample.head or b"articleParagraph" in sample.head else 0.6
        return 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles, each up to its accession number; a summary of the search follows the last one."""
        part = b""
        for number, (size, part) in enumerate(cut(stream, _ARTICLE)):
            if number == 0:
                continue
            if not part:
                yield TooLarge(size)
                continue
            *_, last = (None, *_ACCESSION.finditer(part))
            closed = _CLOSES.search(part, last.end()) if last else None
            yield Piece(part[: closed.end()] if closed else part, "html")
        if _SUMMARY.search(part):
            yield Aside("summary of the search")


class FactivaXml:
    """XML: each article is an `article` element with an `accessionNo`."""

    database, title = "factiva", "Factiva"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "xml" or _XML.search(sample.head) is None:
            return 0.0
        return 0.95 if b"accessionNo" in sample.head and b"leadParagraph" in sample.head else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles."""
        for number, (size, part) in enumerate(cut(stream, _XML)):
            if number == 0:
                continue
            if not part:
                yield TooLarge(size)
                continue
            ends = _XML_END.search(part)
            yield Piece(part[: ends.end()] if ends else part, "xml")


class FactivaText:
    """Text with a field code at the beginning of lines: `HD`, `WC`, `PD`, `SN`, `LP`, `TD`, `AN`."""

    database, title = "factiva", "Factiva"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "txt":
            return 0.0
        codes = set(re.findall(r"^([A-Z]{2,3})(?=\s|$)", sample.text, re.MULTILINE))
        return 0.9 if set(_CODES) <= codes and codes & {"LP", "TD"} else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles: each begins with its headline, or with a section before the headline."""
        before = b""
        for number, (size, part) in enumerate(cut(stream, _CODED)):
            if number == 0:
                if part.lstrip(b"\xef\xbb\xbf").strip():
                    yield Aside("cover page")
            elif not part:
                yield TooLarge(size)
            elif part.startswith(b"SE") and b"\nAN" not in part and b"\rAN" not in part:
                before = part
            else:
                yield Piece((before + part).strip(), "txt")
                before = b""


class FactivaPlainText:
    """Text without field codes: each article ends with a line such as `Document NYTF000020180105ee150003q`."""

    database, title = "factiva", "Factiva"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "txt" or _DATED.search(sample.head) is None or _LAST_LINE.search(sample.head) is None:
            return 0.0
        return 0.85 if any(WORDS.match(line.strip()) for line in sample.text.split("\n")) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles, each with its last line, which begins the next part of the stream."""
        before: bytes | None = None
        for number, (size, part) in enumerate(cut(stream, _LAST_LINE)):
            if not part:
                yield TooLarge(size)
                before = None
                continue
            found = _LAST_LINE.match(part) if number else None
            if found and before is not None:
                yield Piece((before + found[0]).strip(b"\xef\xbb\xbf\r\n\f "), "txt")
            before = part[found.end() if found else 0 :]
        if before and before.strip():
            yield Aside("summary of the search")


class FactivaWord:
    """Word and RTF, with field codes or without: each article ends with its accession number."""

    database, title = "factiva", "Factiva"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container not in CUTTERS:
            return 0.0
        lines = [line.strip() for line in sample.text.split("\n")]
        if not any(_is_last(line) for line in lines):
            return 0.0
        codes = sum(line.partition(" ")[0] in _CODES for line in (" ".join(line.split()) for line in lines))
        return 0.92 if codes >= len(_CODES) - 1 or any(WORDS.match(line) for line in lines) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles; a part without an accession number is not an article."""
        complete: list[bool] = []
        is_over = True

        def starts(paragraph: Paragraph) -> bool:
            nonlocal is_over
            text = " ".join(paragraph.text.split())
            if not text:
                return False
            begins, is_over = is_over, _is_last(text)
            if begins:
                complete.append(is_over)
            elif is_over:
                complete[-1] = True
            return begins

        for number, part in enumerate(parts(sample.container, stream, starts)):
            if isinstance(part, TooLarge):
                yield part
            elif number and complete[number - 1]:
                yield Piece(part.data, sample.container)
            elif part.has_text:
                yield Aside("summary of the search" if number else "cover page")


def _is_last(line: str) -> bool:
    """Whether a paragraph is the last of an article."""
    return len(line) <= _LONGEST_LAST and ACCESSION.search(line) is not None and len(line.split()) <= 3
