"""Europresse: HTML of the older print view and of today's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.sources.exports.cutting import cut
from corpus.sources.exports.kinds import Aside, Piece, Sample, TooLarge

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
        """Return how sure it is that a file is of this kind."""
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
