"""ProQuest: text with rulers between articles, HTML and Word with counters or titles above them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.formats.fieldlines import lines_of, parse
from corpus.formats.labels import fold
from corpus.press.parsing import proquest as fields
from corpus.press.splitting.cutters import CUTTERS, parts
from corpus.press.splitting.cutting import cut
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.press.splitting.word import Paragraph

_RULER: Final = re.compile(rb"(?:^(?:\xef\xbb\xbf)?|(?<=[\r\n\f]))[ \t]{0,20}_{20,300}[ \t]{0,20}(?=[\r\n]|\Z)")
_COUNTER: Final = re.compile(
    rb"\A(?:\s|<[^<>]{0,200}>|&nbsp;)*(?:[^\W\d_][^\s<>\d]{1,30}\s{1,3})?\d{1,6}\s{0,3}[^\s\d<>]{1,12}\s{0,3}\d{1,6}"
    rb"[ \t]*[^\s\d<>]{0,12}[ \t]*(?=[\r\n<])"
)
_NAMED: Final = re.compile(rb"proquest", re.IGNORECASE)
_TITLED: Final = re.compile(
    rb"<(?:div|span|p|h[1-6])\b[^<>]{0,200}?\bclass\s?=\s?[\"']?documentTitle\b[^<>]{0,200}>", re.IGNORECASE
)
_COUNTED: Final = re.compile(
    rb"<(?:div|span|p|h[1-6]|strong|b|td)\b[^<>]{0,300}>\s{0,20}do[ck]ument[a-z]{0,3}\s{1,3}\d{1,6}\s{1,3}[a-z]{1,4}"
    rb"\s{1,3}\d{1,6}\s{0,20}(?=<)",
    re.IGNORECASE,
)
_LAST_COUNTER: Final = re.compile(
    rb"(?:<[^<>]{0,300}>|\s){0,20}(?:do[ck]ument[a-z]{0,3}\s+)?\d{1,6}\s+[a-z]{1,4}\s+\d{1,6}(?:</?[^<>]{0,300}>|\s){0,20}\Z",
    re.IGNORECASE,
)
_END: Final = re.compile(
    rb"<(?:div|p|h\d)\b[^<>]{0,300}>\s*(?:Bibliography|Bibliographie|Bibliograf[^<]{0,8}"
    rb"|Contact us at|Database copyright)",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(r"^\s*1\.\s+(\S.{0,400})$", re.MULTILINE)
_PAGE: Final = re.compile(r"[ .…\t]+\d{1,4}[ \t]*$")
# So many known labels tell a record from any other text.
_LEAST: Final = 4
_FEW: Final = 3


def _fields(text: str) -> list[str]:
    """The fields whose labels begin lines of a text."""
    found = (parse(line, {}) for line in lines_of(text))
    return [one.name for one in found if one is not None]


class ProQuestText:
    """Text: an article between two rulers of underscores, its fields under labels."""

    database, title = "proquest", "ProQuest"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "txt" or b"_" * 20 not in sample.head or _RULER.search(sample.head) is None:
            return 0.0
        names = set(_fields(sample.text))
        if _NAMED.search(sample.head) and len(names) >= _FEW:
            # LexisNexis counts its documents so, too.
            return 0.97
        return 0.6 if "text" in names and len(names) >= _LEAST and {"publication", "title"} <= names else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles without rulers and counters. A table of contents and notes at the end are not articles."""
        waiting = b""
        seen = False
        for size, part in cut(stream, _RULER):
            if not part and size:
                if waiting:
                    yield _piece(waiting)
                waiting = b""
                yield TooLarge(size)
                continue
            text = _decoded(part, sample)
            names = _fields(text)
            # A ruler within a text parts it: its end has fields, but no beginning.
            if waiting and "text" not in names and not _is_complete(waiting, sample):
                waiting += part
                continue
            if waiting:
                yield _piece(waiting)
                waiting, seen = b"", True
            if "text" in names or (len(set(names)) >= _FEW and {"title", "publication", "date"} & set(names)):
                waiting = part
            elif text.strip(" \t\r\n_\ufeff"):
                yield Aside("table of contents" if not seen else "bibliography and notes of the database")
        if waiting:
            yield _piece(waiting)


def _decoded(part: bytes, sample: Sample) -> str:
    charset = sample.charset or "utf-8"
    return part.decode("cp1252" if charset == "utf-8+cp1252" else charset, "replace")


def _is_complete(part: bytes, sample: Sample) -> bool:
    """Return whether a part has the fields that are at the end of a record."""
    return bool({"accession", "url", "copyright"} & set(_fields(_decoded(part, sample))[1:]))


def _piece(part: bytes) -> Piece:
    found = _RULER.match(part)
    body = part[found.end() if found else 0 :].strip(b"\xef\xbb\xbf\r\n\f\t ")
    if counter := _COUNTER.match(body):
        body = body[counter.end() :].strip(b"\r\n\f\t ")
    return Piece(body, "txt")


class ProQuestHtml:
    """HTML: an article under `Document 1 of 3`, or under a title with the class `documentTitle`."""

    database, title = "proquest", "ProQuest"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "html" or not sample.names(b"proquest"):
            return 0.0
        if _TITLED.search(sample.head):
            return 0.95
        labelled = re.findall(r">\s*([^\W\d_][^<>:：]{1,46})\s*[:：]\s*<", sample.text)
        names = {one.name for label in labelled if (one := parse(f"{label}:", {})) is not None}
        return 0.97 if _COUNTED.search(sample.head) and len(names) >= _FEW else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles, without their counters."""
        mark = _TITLED if _TITLED.search(sample.head) else _COUNTED
        for number, (size, part) in enumerate(cut(stream, mark)):
            if number == 0:
                continue
            if not part:
                yield TooLarge(size)
                continue
            found = None if mark is _TITLED else mark.match(part)
            body = part[found.end() if found else 0 :]
            ends = _END.search(body)
            body = _LAST_COUNTER.sub(b"", body[: ends.start()] if ends else body)
            yield Piece(body.strip(), "html")
            if ends:
                yield Aside("bibliography and notes of the database")


class ProQuestWord:
    """Word, RTF and PDF: an article under `Document 1 of 3`; without counters, up to its last field `Database:`."""

    database, title = "proquest", "ProQuest"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container not in CUTTERS or "proquest" not in sample.lowered_text:
            return 0.0
        names = set(_fields(sample.text))
        # A text that only mentions ProQuest has no number of its documents.
        return 0.97 if len(names) >= _LEAST and names >= {"title", "accession"} else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles. A table of contents, counters, and notes at the end are not articles."""
        counted = any(fields.is_counter(line) for line in sample.text.split("\n"))
        records = _Records(counted=counted, first=_first_listed(sample.text))
        for number, part in enumerate(parts(sample.container, stream, records.starts)):
            if isinstance(part, TooLarge):
                yield part
            elif number and not records.are_notes[number - 1]:
                yield Piece(part.data, sample.container)
            elif part.has_text:
                yield Aside("bibliography and notes of the database" if number else "table of contents")


class _Records:
    """Finds where articles begin, and the notes behind the last one.

    An article begins at its counter. Without counters it begins behind the last field of the article before.
    """

    def __init__(self, *, counted: bool, first: str) -> None:
        self.are_notes: list[bool] = []
        self._counted = counted
        # The first title of the table of contents: nothing before the title itself is an article.
        self._first = first
        self._is_over = not counted
        self._has_end = False

    def starts(self, paragraph: Paragraph) -> bool:
        """Return whether a paragraph is the first of an article or of the notes."""
        text = " ".join(paragraph.text.split())
        if not text:
            return False
        if fields.is_counter(text) if self._counted else self._begins(text):
            self._begin(are_notes=False)
            return True
        if self._has_end and fields.ends_articles(text):
            self._begin(are_notes=True)
            return True
        if fields.is_last(text):
            self._is_over = self._has_end = True
        return False

    def _begins(self, text: str) -> bool:
        if self._first and not self.are_notes and fold(text) != self._first:
            return False
        return self._is_over and not fields.is_note(text) and not (self.are_notes and self.are_notes[-1])

    def _begin(self, *, are_notes: bool) -> None:
        self.are_notes.append(are_notes)
        self._is_over = self._has_end = False


def _first_listed(text: str) -> str:
    """Return the first title of a table of contents, folded; "" if no paragraph below has it as its text."""
    lines = [fold(line) for line in text.split("\n")]
    listed = _LISTED.search(text)
    # A title may end in a number, or its page may be behind it.
    titles = [fold(listed[1]), fold(_PAGE.sub("", listed[1]))] if listed else []
    return next((title for title in titles if title in lines), "")
