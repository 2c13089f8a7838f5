"""LexisNexis and Nexis: text, HTML and Word, the older exports with `N of M DOCUMENTS` and the newer ones without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.formats.exports.labels import field_of, is_end
from corpus.formats.exports.lexisnexis import COUNTER
from corpus.sources.exports import word
from corpus.sources.exports.cutting import cut
from corpus.sources.exports.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

_COUNTED: Final = (
    rb"(?:do[ck]ument[a-z]{0,3}[ \xa0]+)?\d[\d.,]{0,9}[ \xa0]+[a-z]{1,4}[ \xa0]+\d[\d.,]{0,9}"
    rb"(?:[ \xa0]+do[ck]ument[a-z]{0,3})?"
)
_HAS_WORD: Final = rb"(?=[^\r\n<]{0,60}do[ck]ument)"
_LINE: Final = re.compile(
    rb"(?:^(?:\xef\xbb\xbf)?|(?<=[\n\r\f]))[ \t\f]{0,80}" + _HAS_WORD + _COUNTED + rb"[ \t]*(?=[\r\n]|\Z)",
    re.IGNORECASE,
)
_REQUEST_ENDS: Final = re.compile(rb"-{2,}[ \t]*End of Request[ \t]*-{2,}", re.IGNORECASE)
_DOC: Final = re.compile(rb"<DOC\s+NUMBER=[^<>]{0,20}>\s{0,40}<DOCFULL>\s{0,40}-->", re.IGNORECASE)
_DOC_ENDS: Final = re.compile(rb"<!--[^<>]{0,80}</DOCFULL>", re.IGNORECASE)
_COUNTER_TAG: Final = re.compile(
    rb"<(?:div|center|p)\b[^<>]{0,200}>(?:\s|&nbsp;|<[^<>]{0,200}>){0,20}" + _HAS_WORD + _COUNTED + rb"(?=\s*<)",
    re.IGNORECASE,
)
_STYLE: Final = re.compile(rb"<style\b[^<>]{0,100}>.{0,60000}?</style\s*>", re.IGNORECASE | re.DOTALL)
_FIELD: Final = re.compile(r"^\s*([^\W\d_][^:\n]{1,30}):(?=\s)", re.MULTILINE)
_COVER: Final = "cover page"
_START: Final = re.compile(r"Bookmark_\d+")
_LEAST_FIELDS: Final = 1


def _fields(text: str) -> int:
    """How many lines begin with labels of fields, in capitals, as the older exports have them."""
    return sum(1 for label in _FIELD.findall(text) if label.isupper() and field_of(label))


class LexisNexisText:
    """Text, each article under a line such as `3 of 50 DOCUMENTS`."""

    database, title = "lexisnexis", "LexisNexis"

    def recognises(self, sample: Sample) -> float:
        """Return how sure it is that a file is of this kind."""
        if sample.container != "txt" or _LINE.search(sample.head) is None:
            return 0.0
        return 0.95 if _fields(sample.text) >= _LEAST_FIELDS else 0.4

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles. Their own counters, which are others in the next export, are not part of them."""
        for number, (size, part) in enumerate(cut(stream, _LINE)):
            if number == 0:
                if part.lstrip(b"\xef\xbb\xbf").strip():
                    yield Aside(_COVER)
            elif not part:
                yield TooLarge(size)
            else:
                found = _LINE.match(part)
                body = part[found.end() if found else 0 :]
                body, *rest = _REQUEST_ENDS.split(body, maxsplit=1)
                yield Piece(body.strip(b"\r\n\f"), "txt")
                if rest:
                    yield Aside("end of the request")


class LexisNexisHtml:
    """HTML, each article between comments with `<DOC NUMBER=1>`, or under its counter."""

    database, title = "lexisnexis", "LexisNexis"

    def recognises(self, sample: Sample) -> float:
        """Return how sure it is that a file is of this kind."""
        if sample.container != "html":
            return 0.0
        if b"<DOCFULL>" in sample.head and _DOC.search(sample.head):
            return 1.0
        return 0.9 if b"DOCUMENT" in sample.head.upper() and _COUNTER_TAG.search(sample.head) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles, each behind the style sheet that says what is bold in it."""
        mark = _DOC if _DOC.search(sample.head) else _COUNTER_TAG
        style = b""
        for number, (size, part) in enumerate(cut(stream, mark)):
            if number == 0:
                style = b"".join(found[0] for found in _STYLE.finditer(part)) + b"\n"
                if re.sub(
                    rb"<[^<>]*>|&nbsp;|\s",
                    b"",
                    part[part.upper().find(b"<BODY") :].partition(b">")[2].partition(b"<!--")[0],
                ):
                    yield Aside(_COVER)
            elif not part:
                yield TooLarge(size)
            else:
                found = _DOC.match(part)
                body = part[found.end() if found else 0 :]
                if ends := _DOC_ENDS.search(body):
                    body = body[: ends.start()]
                yield Piece(style + body.strip(), "html")


class LexisNexisWord:
    """Word: newer exports mark the beginning of each article by a bookmark, older ones by its counter."""

    database, title = "lexisnexis", "LexisNexis"

    def recognises(self, sample: Sample) -> float:
        """Return how sure it is that a file is of this kind."""
        if sample.container != "docx":
            return 0.0
        if re.search(rb':name="Bookmark_\d+"', sample.head):
            return 0.95
        lines = sample.text.split("\n")
        if any(COUNTER.match(line.strip()) for line in lines) and any(
            field_of(line.partition(":")[0]) for line in lines if ":" in line
        ):
            return 0.9
        return 0.9 if any(is_end(line.strip()) for line in lines) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles. What stands before the first is the list of them."""
        by_mark = re.search(rb':name="Bookmark_\d+"', sample.head) is not None
        by_count = not by_mark and any(COUNTER.match(line.strip()) for line in sample.text.split("\n"))
        ended = [True]

        def starts(paragraph: word.Paragraph) -> bool:
            if by_mark:
                return any(_START.fullmatch(mark) for mark in paragraph.bookmarks)
            text = paragraph.text.strip()
            if by_count:
                return bool(text) and COUNTER.match(text) is not None
            # The article after `End of Document` begins with the first line of text.
            begins = ended[0] and bool(text)
            ended[0] = is_end(text) or (ended[0] and not text)
            return begins

        for number, part in enumerate(word.parts(stream, starts)):
            if isinstance(part, TooLarge):
                yield part
            elif number == 0:
                if part.has_text:
                    yield Aside("cover page and list of documents")
            else:
                yield Piece(part.data, "docx")
