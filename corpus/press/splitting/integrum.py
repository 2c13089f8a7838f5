"""Integrum: HTML reports with each article's fields in a box, or under headings, as its Word documents have them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.splitting.cutting import cut
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

_ANCHOR: Final = re.compile(rb"<a\s+name\s?=\s?[\"']?\d{1,6}[\"']?\s*>\s*</a>(?=\s*<table)", re.IGNORECASE)
_FIELD: Final = re.compile(r">\s*\^\s*[А-ЯЁ]{2}\s*:")
_TAIL: Final = re.compile(
    rb"<br\b[^<>]{0,100}page-break-before[^<>]{0,60}>[^<]*(?:<div\b[^<>]{0,100}>\s*)?\Z", re.IGNORECASE
)


# A title, a paper, and a day, each in a heading.
_HEADED: Final = re.compile(
    rb"<h1\b[^<>]{0,100}>[^<]{0,600}+(?:<(?!/?h\d)[^<>]{0,200}+>[^<]{0,600}+){0,20}+</h1>(?:\s|&nbsp;|<br\s?/?>){0,20}"
    rb"<h2\b[^<>]{0,100}>[^<]{0,300}+(?:<(?!/?h\d)[^<>]{0,200}+>[^<]{0,300}+){0,10}+</h2>(?:\s|&nbsp;|<br\s?/?>){0,20}"
    rb"<h2\b[^<>]{0,100}>(?:\s|&nbsp;|<(?!/?h\d)[^<>]{0,200}>){0,10}\d{1,2}\.\d{1,2}\.(?:\d{4}|\d\d)\b",
    re.IGNORECASE,
)


class IntegrumReport:
    """HTML, usually in a Word document: a title as `h1`, then paper and day, each as `h2`, and the paragraphs."""

    database, title = "integrum", "Integrum"

    def recognises(self, sample: Sample) -> float:
        """Return how sure it is that a file is of this kind."""
        return 0.8 if sample.container == "html" and sample.names(b"<h1") and _HEADED.search(sample.head) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles; a list of them is not an article."""
        for number, (size, part) in enumerate(cut(stream, _HEADED)):
            if number and part:
                yield Piece(part.strip(), "html")
            elif number:
                yield TooLarge(size)
            elif re.sub(rb"<(style|title)\b.*?</\1\s*>|<[^<>]*>|&nbsp;|\s", b"", part, flags=re.DOTALL | re.IGNORECASE):
                yield Aside("list of articles")


class IntegrumHtml:
    """HTML: fields with codes such as `^ИС:` in a box, then the text."""

    database, title = "integrum", "Integrum"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "html":
            return 0.0
        return 0.95 if _FIELD.search(sample.text) and _ANCHOR.search(sample.head) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles; the list of them is not an article."""
        for number, (size, part) in enumerate(cut(stream, _ANCHOR)):
            if number == 0:
                yield Aside("list of articles")
            elif not part:
                yield TooLarge(size)
            else:
                found = _ANCHOR.match(part)
                yield Piece(_TAIL.sub(b"", part[found.end() if found else 0 :]).strip(), "html")
