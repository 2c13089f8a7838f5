"""LexisNexis and Nexis: text, HTML and Word, the older exports with `N of M DOCUMENTS` and the newer ones without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.formats.labels import field_of, fold, is_end
from corpus.press.parsing.lexisnexis import COUNTER
from corpus.press.splitting.cutters import CUTTERS, parts
from corpus.press.splitting.cutting import LineMark, cut
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.press.splitting.word import Paragraph

_COUNTED: Final = (
    rb"(?:do[ck]ument[a-z]{0,3}[ \xa0]+)?\d[\d.,]{0,9}[ \xa0]+[a-z]{1,4}[ \xa0]+\d[\d.,]{0,9}"
    rb"(?:[ \xa0]+do[ck]ument[a-z]{0,3})?"
)
_HAS_WORD: Final = rb"(?=[^\r\n<]{0,60}do[ck]ument)"
_LINE: Final = LineMark(
    re.compile(
        rb"(?:^(?:\xef\xbb\xbf)?|(?<=[\n\r\f]))[ \t\f]{0,80}" + _HAS_WORD + _COUNTED + rb"[ \t]*(?=[\r\n]|\Z)",
        re.IGNORECASE,
    ),
    re.compile(rb"[dD][oO][cCkK][uU][mM][eE][nN][tT]"),
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
_CELL: Final = re.compile(r">\s*([^\W\d_][^<>:]{1,30}):")
_COVER: Final = "cover page"
_START: Final = re.compile(r"Bookmark_\d+")
_MARKED: Final = re.compile(rb':name="Bookmark_\d+"|\\bkmkstart\s{1,4}Bookmark_\d+\b')
# What the first lines of a cover begin with, before the list of documents.
_COVER_LINE: Final = re.compile(
    r"(?:user name|date and time|job number|documents? \(\d+\)"
    r"|benutzer(?:name)?\s?:|datum und uhrzeit|auftragsnummer|job-?nummer|dokumente? \(\d+\)"
    r"|nom d['’]utilisateur|date et heure|numéro (?:de travail|de t[âa]che|du job)"
    r"|nombre (?:de|del) usuario|fecha y hora|número de (?:trabajo|tarea)|documentos? \(\d+\)"
    r"|nome utente|data e ora|numero (?:di )?(?:lavoro|processo)|documenti \(\d+\)"
    r"|nome (?:de|do) usuário|data e hora|número (?:do|de) trabalho"
    r"|gebruikersnaam|datum en tijd|taaknummer|documenten \(\d+\)"
    r"|ユーザー名|日時|ジョブ番号|用户名|日期和时间|作业编号|사용자 이름|날짜 및 시간"
    r"|имя пользователя|дата и время|номер задания"
    r"|(?:ドキュメント|文書|文档|문서|документы?)\s?[(（]\d+[)）])",
    re.IGNORECASE,
)
# What Lexis Advance prints where it fails to show a document.
_FAILED: Final = re.compile(rb"there is an error in this document and it is not possible to display it")
_MOST_FAILED_BYTES: Final = 20_000
_COVER_LINES: Final = 8
_FIRST_LISTED: Final = re.compile(r"1\.\s+(\S.{0,400})")
_LONGEST_LINE: Final = 60
_LEAST_FIELDS: Final = 1


def _fields(text: str) -> int:
    """How many lines begin with labels of fields, in capitals, as the older exports have them."""
    return sum(1 for label in _FIELD.findall(text) if label.isupper() and field_of(label))


class LexisNexisText:
    """Text, each article under a line such as `3 of 50 DOCUMENTS`."""

    database, title = "lexisnexis", "LexisNexis"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
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
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "html":
            return 0.0
        if b"<DOCFULL>" in sample.head and _DOC.search(sample.head):
            return 1.0
        if _COUNTER_TAG.search(sample.head) is None:
            return 0.0
        # Any page may count its documents; only LexisNexis has fields in capitals under the counter.
        labels = (label for label in _CELL.findall(sample.text) if label.isupper())
        return 0.9 if any(field_of(label) for label in labels) else 0.0

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
    """Word and RTF: newer exports mark where each article begins or ends, older ones have its counter."""

    database, title = "lexisnexis", "LexisNexis"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container not in CUTTERS:
            return 0.0
        if _MARKED.search(sample.head):
            # No other program names bookmarks so.
            return 1.0
        lines = [line.strip() for line in sample.text.split("\n")]
        if any(COUNTER.match(line) for line in lines) and any(
            field_of(line.partition(":")[0]) for line in lines if ":" in line
        ):
            return 0.9
        return 0.9 if any(is_end(line) for line in lines) else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles. What comes before the first is the list of them."""
        if _MARKED.search(sample.head):
            starts = _is_marked
        elif any(COUNTER.match(line.strip()) for line in sample.text.split("\n")):
            starts = _is_counter
        else:
            starts = _Ends().starts
        for number, part in enumerate(parts(sample.container, stream, starts)):
            if isinstance(part, TooLarge):
                yield part
            elif number == 0:
                if part.has_text:
                    yield Aside("cover page and list of documents")
            elif len(part.data) < _MOST_FAILED_BYTES and _FAILED.search(part.data):
                yield Aside("a document that the database could not show")
            else:
                yield Piece(part.data, sample.container)


def _is_marked(paragraph: Paragraph) -> bool:
    return any(_START.fullmatch(mark) for mark in paragraph.bookmarks)


def _is_counter(paragraph: Paragraph) -> bool:
    text = paragraph.text.strip()
    return bool(text) and COUNTER.match(text) is not None


class _Ends:
    """Finds where articles begin that have nothing but `End of Document` behind them."""

    def __init__(self) -> None:
        self._is_over = True
        self._in_cover = False
        self._seen = 0
        self._first = ""

    def starts(self, paragraph: Paragraph) -> bool:
        """Return whether a paragraph is the first of an article: the first text after the end of another."""
        text = " ".join(paragraph.text.split())
        if not text:
            return False
        self._seen += 1
        if self._seen <= _COVER_LINES and _COVER_LINE.match(text):
            self._in_cover = True
        if self._in_cover:
            return self._leaves_cover(text)
        begins = self._is_over
        self._is_over = is_end(text)
        return begins

    def _leaves_cover(self, text: str) -> bool:
        """The list on the cover gives the title of the first article, with which it begins."""
        listed = _FIRST_LISTED.match(text)
        if listed and not self._first:
            self._first = fold(listed[1])
            return False
        if self._first and len(text) > 2 and self._first.startswith(fold(text)[:_LONGEST_LINE]):
            self._in_cover = self._is_over = False
            return True
        return False
