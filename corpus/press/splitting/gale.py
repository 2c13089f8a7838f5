"""Gale (OneFile, Primary Sources): text and HTML, each article up to its `Gale Document Number: GALE|A1234`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.splitting.cutting import cut, cut_behind
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER: Final = rb"(?:GALE(?:\||%7C|&#124;)|A|CV|CJ|IF|EJ|HQ|GR|Z|X|R)[A-Z]{0,3}\d{6,14}"
_ENDS: Final = re.compile(
    rb"(?:^|(?<=[\r\n\f>]))[ \t]{0,20}(?:Gale )?Document Number[ \t]?:[ \t]{0,4}" + _NUMBER + rb"[ \t]*(?=[\r\n]|\Z)",
    re.IGNORECASE,
)
_ENDS_HTML: Final = re.compile(
    rb"(?:Gale\s)?Document\sNumber\s?:?(?:\s|&nbsp;|<[^<>]{0,200}>){0,12}GALE(?:\||%7C|&#124;)[A-Z]{1,3}\d{6,14}[^<>]{0,40}"
    rb"(?:\s{0,20}</[a-z0-9]{1,10}\s?>){0,8}",
    re.IGNORECASE,
)
_TITLED: Final = re.compile(
    rb"(?:^(?:\xef\xbb\xbf)?|(?<=[\r\n\f]))[ \t]{0,4}(?:Title|Titel|Titre|T\xc3\xadtulo"
    rb"|Titolo)[ \t]?:(?=[^\r\n]{2,400}[\r\n](?:[^\r\n]{0,400}\r?\n){0,6}?"
    rb"[ \t]{0,4}(?:Source|Quelle|Fuente|Fonte|Publication|Pub\.?)[ \t]?:)"
)
_SIGNS: Final = re.compile(
    rb"GALE(?:\||%7C|&#124;)[A-Z]{1,3}\d|link\.gale\.com|find\.galegroup|Gale OneFile|Gale Academic", re.IGNORECASE
)

# One of them is in each of the signs.
_WORDS: Final = (b"gale|", b"gale%7c", b"gale&#124;", b"gale.com", b"galegroup", b"gale onefile", b"gale academic")


class GaleText:
    """Text: `Title:`, `Source:` and other fields, then `Full Text:` and a citation."""

    database, title = "gale", "Gale"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "txt" or not sample.names(*_WORDS) or _SIGNS.search(sample.head) is None:
            return 0.0
        return 0.9 if _TITLED.search(sample.head) or _ENDS.search(sample.head) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles: each begins with the label of its title; without labels, it ends with its number."""
        if _TITLED.search(sample.head):
            found = ((n == 0, size, part) for n, (size, part) in enumerate(cut(stream, _TITLED)))
        else:
            found = ((_ENDS.search(part) is None, size, part) for size, part in cut_behind(stream, _ENDS))
        for is_aside, size, part in found:
            bare = part.strip(b"\xef\xbb\xbf\r\n\f\t _=-*")
            if not part and size:
                yield TooLarge(size)
            elif not is_aside:
                yield Piece(bare, "txt")
            elif bare:
                yield Aside("text that is no article")


class GaleHtml:
    """HTML with the same fields."""

    database, title = "gale", "Gale"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "html" or not sample.names(*_WORDS) or _SIGNS.search(sample.head) is None:
            return 0.0
        return 0.9 if _ENDS_HTML.search(sample.head) and _has_source(sample.text) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles, each up to its number."""
        for size, part in cut_behind(stream, _ENDS_HTML):
            if not part and size:
                yield TooLarge(size)
            elif _ENDS_HTML.search(part):
                yield Piece(_without_head(part).strip(), "html")
            elif re.sub(rb"<[^<>]*>|\s|&nbsp;", b"", part):
                yield Aside("text that is no article")


def _without_head(part: bytes) -> bytes:
    """Return a piece without the beginning of its page."""
    at = part.lower().find(b"<body")
    return part[part.find(b">", at) + 1 :] if at >= 0 else part


def _has_source(text: str) -> bool:
    return (
        re.search(r">\s*(?:Source|Quelle|Fuente|Fonte|Publication|Full Text)\s*:?\s*<", text, re.IGNORECASE) is not None
    )
