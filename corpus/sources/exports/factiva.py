"""Factiva: HTML in both layouts, XML, and text with field codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.sources.exports.cutting import cut
from corpus.sources.exports.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARTICLE: Final = re.compile(
    rb"<div\b[^<>]{0,300}?\bclass\s?=\s?[\"']?article\s+[a-z]{2,6}Article\b[^<>]{0,300}>", re.IGNORECASE
)
_ACCESSION: Final = re.compile(rb"\b[A-Z][A-Z0-9]{3,9}0{2,6}(?:19|20)\d{6}[a-z][a-z0-9]{7,12}\b")
_CLOSES: Final = re.compile(rb"</(?:p|td|div)\s*>", re.IGNORECASE)
_SUMMARY: Final = re.compile(rb"sbSummary|summaryTitle", re.IGNORECASE)
_XML: Final = re.compile(rb"<(?:\w{1,20}:)?article(?=[\s>])")
_XML_END: Final = re.compile(rb"</(?:\w{1,20}:)?article\s*>")
_CODED: Final = re.compile(rb"(?:^(?:\xef\xbb\xbf)?|(?<=\n)|(?<=\r))(?:SE|HD)(?:[ \t]{1,8}|\t|[ \t]*\r?\n)(?=[^\r\n])")
_CODES: Final = ("HD", "WC", "PD", "SN", "AN")


class FactivaHtml:
    """HTML: each article is a `div` with the classes `article` and `enArticle`."""

    database, title = "factiva", "Factiva"

    def recognises(self, sample: Sample) -> float:
        """Return how sure it is that a file is of this kind."""
        if sample.container != "html":
            return 0.0
        if _ARTICLE.search(sample.head):
            return 0.95 if b"activa" in sample.head or b"articleParagraph" in sample.head else 0.6
        return 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles, each up to its accession number; behind the last stands a summary of the search."""
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
        """Return how sure it is that a file is of this kind."""
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
        """Return how sure it is that a file is of this kind."""
        if sample.container != "txt":
            return 0.0
        codes = set(re.findall(r"^([A-Z]{2,3})(?=\s|$)", sample.text, re.MULTILINE))
        return 0.9 if set(_CODES) <= codes and codes & {"LP", "TD"} else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles: a section may stand before a headline, and both begin one."""
        held = b""
        for number, (size, part) in enumerate(cut(stream, _CODED)):
            if number == 0:
                if part.lstrip(b"\xef\xbb\xbf").strip():
                    yield Aside("cover page")
            elif not part:
                yield TooLarge(size)
            elif part.startswith(b"SE") and b"\nAN" not in part and b"\rAN" not in part:
                held = part
            else:
                yield Piece((held + part).strip(), "txt")
                held = b""
