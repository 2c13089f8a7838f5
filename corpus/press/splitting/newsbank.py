"""NewsBank and Access World News: text whose articles have a line with day and paper, `May 4, 2026 | Gazette`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.splitting.cutting import cut
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY: Final = rb"(?:[a-z]{3,9}\.?[ ]\d{1,2},[ ]\d{4}|\d{1,2}[ ][a-z]{3,9}\.?[ ]\d{4}|\d{4}-\d\d-\d\d)"
_BLANKS: Final = rb"(?:[ \t]{0,20}(?:\r?\n|\r|\f)){1,4}"
_NO_TITLE: Final = rb"(?!(?:copyright|\xc2\xa9|\(c\)|\xe2\x80\xa2|https?:|available from|all content)\b)"
_TITLE: Final = rb"[ \t]{0,20}" + _NO_TITLE + rb"(?=[^\s|_=-])[^\r\n\f|]{2,400}"
# Under a title day and paper are on one line; the paper may come before the day.
_DAY_FIRST: Final = _DAY + rb"[ \t]{0,3}\|[ \t]{0,3}[^\r\n|]{2,200}"
_DASH: Final = rb"[ \t]{1,3}(?:-|\xe2\x80\x93|\xe2\x80\x94|\|)[ \t]{1,3}"
_PAPER_FIRST: Final = rb"[^\r\n|]{2,200}?" + _DASH + _DAY + rb"(?:[ \t]{0,3}[-|][^\r\n]{0,80})?"
_LINE_END: Final = rb"(?=[ \t]{0,20}(?:\|[^\r\n]{0,200})?(?:[\r\n]|\Z))"
_DATED: Final = rb"[ \t]{0,20}(?:" + _DAY_FIRST + rb"|" + _PAPER_FIRST + rb")" + _LINE_END
# A title of several lines has a blank line before it.
_SET_APART: Final = (
    rb"(?:^(?:\xef\xbb\xbf)?|(?<=\n\n)|(?<=\n\r\n)|(?<=\f))" + _TITLE + rb"(?:\r?\n" + _TITLE + rb"){0,2}"
)
_HEAD: Final = re.compile(
    rb"(?:" + _SET_APART + rb"|(?<=[\r\n])" + _TITLE + rb")" + _BLANKS + _DATED,
    re.IGNORECASE,
)
_SIGNS: Final = re.compile(
    rb"newsbank|OpenURL Link|Author/Byline[ ]?:|Read News Document|Readability[ ]?:|Record Number[ ]?:", re.IGNORECASE
)
# One of them is in each of the signs.
_WORDS: Final = (b"newsbank", b"openurl", b"author/byline", b"read news", b"readability", b"record number")
_SURE: Final = re.compile(rb"newsbank", re.IGNORECASE)


class NewsBankText:
    """Text, an article under its title and a line with its day and its paper."""

    database, title = "newsbank", "NewsBank"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "txt" or not sample.names(*_WORDS):
            return 0.0
        signs = {sign.lower() for sign in _SIGNS.findall(sample.head)}
        if not signs or _HEAD.search(sample.head) is None:
            return 0.0
        return 0.9 if _SURE.search(sample.head) or len(signs) > 1 else 0.7

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the articles."""
        for number, (size, part) in enumerate(cut(stream, _HEAD)):
            if not part and size:
                yield TooLarge(size)
            elif number:
                yield Piece(part.strip(b"\r\n\f\t _=-"), "txt")
            elif part.strip(b"\xef\xbb\xbf\r\n\f\t _=-"):
                yield Aside("cover page")
