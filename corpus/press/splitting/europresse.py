"""Europresse: HTML of the older print view and of today's, and Word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.parsing.europresse import ACCESSION, CERTIFICATE, begins
from corpus.press.splitting import word
from corpus.press.splitting.cutting import cut
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARTICLE: Final = re.compile(rb"<article\b[^<>]{0,400}>", re.IGNORECASE)
_ARTICLE_END: Final = re.compile(rb"</article\s*>", re.IGNORECASE)
_NAME: Final = re.compile(rb"<(?:span|div|p)\b[^<>]{0,200}?\bclass\s?=\s?[\"']?DocPublicationName\b", re.IGNORECASE)
_TITLE: Final = re.compile(rb"titreArticle|rdp__", re.IGNORECASE)
# Of the older view: what follows the number of the document is a certificate.
_CERTIFICATE: Final = re.compile(
    rb"<table\b[^<>]{0,300}>(?=\s*(?:<tbody>)?\s*<tr>\s*<td[^<>]{0,100}>\s*<img)", re.IGNORECASE
)


class EuropresseHtml:
    """HTML in which a class says of each line what it is."""

    database, title = "europresse", "Europresse"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "html" or b"DocPublicationName" not in sample.head:
            return 0.0
        return 0.95 if _TITLE.search(sample.head) else 0.6

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles."""
        newer = _ARTICLE.search(sample.head) is not None
        for number, (size, part) in enumerate(cut(stream, _ARTICLE if newer else _NAME)):
            if number == 0:
                continue
            if not part:
                yield TooLarge(size)
                continue
            ends = _ARTICLE_END.search(part) if newer else _CERTIFICATE.search(part)
            piece = part[: ends.start()] if ends else part
            if not newer or b"DocPublicationName" in piece or _TITLE.search(piece):
                yield Piece(piece, "html")
            else:
                yield Aside("an element without an article")


class EuropresseWord:
    """Word: each article ends with its number, `news·20121004·PO·2040056`, and a certificate."""

    database, title = "europresse", "Europresse"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "docx" or ACCESSION.search(sample.text) is None:
            return 0.0
        lines = [line.strip() for line in sample.text.split("\n") if line.strip()]
        return 0.9 if begins(lines) is not None else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles; what comes before the first paper and day is a cover or a list of documents."""
        first = begins([line.strip() for line in sample.text.split("\n") if line.strip()])
        seen, ended = 0, False

        def starts(paragraph: word.Paragraph) -> bool:
            nonlocal seen, ended
            text = paragraph.text.strip()
            if not text:
                return False
            filled = seen
            seen += sum(1 for line in text.split("\n") if line.strip())
            begins_here = filled <= (first or 0) < seen or (
                ended and filled > (first or 0) and CERTIFICATE.match(text) is None and ACCESSION.search(text) is None
            )
            if ACCESSION.search(text):
                ended = filled >= (first or 0)
            elif begins_here:
                ended = False
            return begins_here

        for number, part in enumerate(word.parts(stream, starts)):
            if isinstance(part, TooLarge):
                yield part
            elif number == 0:
                if part.has_text:
                    yield Aside("cover page and list of documents")
            else:
                yield Piece(part.data, "docx")
