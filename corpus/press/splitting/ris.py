"""RIS, which most databases write for reference managers: records from `TY  - ` to `ER  - `."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.splitting.cutting import cut
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

_BEGINS: Final = re.compile(
    rb"(?:^(?:\xef\xbb\xbf)?|(?<=[\r\n]))[ \t]{0,4}TY[ \t]{1,3}-[ \t]{0,4}(?=[A-Z]{2,10}[ \t]*[\r\n])"
)
_ENDS: Final = re.compile(rb"(?:^|(?<=[\r\n]))[ \t]{0,4}ER[ \t]{1,3}-[^\r\n]{0,40}")
_TAG: Final = re.compile(r"^\s{0,4}([A-Z][A-Z0-9])\s{1,3}-(?=\s|$)", re.MULTILINE)
_LEAST_TAGS: Final = 4


class Ris:
    """Lines that begin with a tag of two letters."""

    database, title = "ris", "RIS"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        if sample.container != "txt" or b"TY" not in sample.head or _BEGINS.search(sample.head) is None:
            return 0.0
        return 0.95 if len(set(_TAG.findall(sample.text))) >= _LEAST_TAGS else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the records."""
        for number, (size, part) in enumerate(cut(stream, _BEGINS)):
            if not part and size:
                yield TooLarge(size)
                continue
            if number == 0:
                if part.strip(b"\xef\xbb\xbf\r\n\t "):
                    yield Aside("text before the first record")
                continue
            ends = _ENDS.search(part)
            yield Piece(part[: ends.end()].strip() if ends else part.strip(), "ris")
            if ends and part[ends.end() :].strip():
                yield Aside("text behind a record")
