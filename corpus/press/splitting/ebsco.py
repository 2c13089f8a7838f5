"""Split EBSCOhost: HTML in which each record is under a line `Record: 1`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.formats.labels import field_of, words_of
from corpus.press.splitting.cutting import cut
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMED: Final = re.compile(rb"ebsco", re.IGNORECASE)
_WORDS: Final = b"|".join(
    re.escape(word.encode(charset)).replace(rb"\ ", rb"\s?")
    for lower in words_of("record")
    # Bytes that are not of ASCII have no case.
    for word in dict.fromkeys((lower, lower.capitalize(), lower.upper()))
    for charset in ("utf-8", *(["cp1252"] if not word.isascii() and all(ord(letter) < 256 for letter in word) else []))
)
_RECORD: Final = re.compile(
    rb"<(?:p|div|h[1-6]|td|span|b|strong|a)\b[^<>]{0,300}>\s{0,40}(?:<[^<>]{0,300}>\s{0,40}){0,4}(?:" + _WORDS
    + rb")\s{0,3}(?::|\xef\xbc\x9a)\s{0,3}\d{1,6}\s{0,20}(?=<)",
    re.IGNORECASE,
)  # fmt: skip
_OPENED: Final = re.compile(
    rb"(?:<(?:p|div|h[1-6]|td|tr|table|tbody|span|b|strong|a|hr|br)\b[^<>]{0,300}>|\s){1,20}\Z", re.IGNORECASE
)
_LABEL: Final = re.compile(r">\s*([^\W\d_][^<>:：]{1,46}?)\s*[:：]\s*<")
_LOOKED_AT: Final = 100_000
_FIELD: Final = re.compile(rb">\s*(?:Accession Number|Database|Source)\s*:?\s*<", re.IGNORECASE)


def _has_fields(text: str) -> bool:
    """Return whether a page has cells with labels of a title and of a source, in any known language."""
    found = {field_of(label) for label in _LABEL.findall(text[:_LOOKED_AT])}
    return {"title", "publication"} <= found


class EbscoHtml:
    """HTML: a table or list of fields, then the full text."""

    database, title = "ebsco", "EBSCO"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "html" or _RECORD.search(sample.head) is None:
            return 0.0
        if _FIELD.search(sample.head) is None and not _has_fields(sample.text):
            return 0.0
        return 0.9 if _NAMED.search(sample.head) else 0.6

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the records, without their counters."""
        for number, (size, part) in enumerate(cut(stream, _RECORD)):
            if number == 0:
                continue
            if not part:
                yield TooLarge(size)
                continue
            found = _RECORD.match(part)
            yield Piece(_OPENED.sub(b"", part[found.end() if found else 0 :]).strip(), "html")
