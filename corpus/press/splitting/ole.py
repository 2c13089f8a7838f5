"""Office's binary documents of before 2007: recognised by the streams in their OLE container, and not read."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.splitting.cutting import MOST_PART_BYTES
from corpus.press.splitting.kinds import Aside, Piece, Sample, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterator

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# stream: the container whose documents have it
_STREAMS: Final = {"workbook": "xls", "book": "xls", "worddocument": "doc"}
_HEADER: Final = 512
_ENTRY: Final = 128
_NAME_BYTES: Final = 64
# A directory of so many sectors has hundreds of streams.
_MOST_SECTORS: Final = 64
_LAST_SECTOR: Final = 0xFFFFFFF9
_SHIFTS: Final = (9, 12)


def container(stream: BinaryIO) -> str | None:
    """Return `xls` or `doc`; None if an OLE container is neither, or damaged.

    Args:
        stream: seekable; it is left at its beginning.
    """
    try:
        found = next((_STREAMS[name] for name in _names(stream) if name in _STREAMS), None)
    finally:
        stream.seek(0)
    return found


def _names(stream: BinaryIO) -> Iterator[str]:
    """The names of the streams at the beginning of a container's directory, in lower case."""
    header = stream.read(_HEADER)
    if len(header) < _HEADER or not header.startswith(MAGIC):
        return
    (shift,) = struct.unpack_from("<H", header, 30)
    (sector,) = struct.unpack_from("<I", header, 48)
    tables = struct.unpack_from("<109I", header, 76)
    if shift not in _SHIFTS:
        return
    for _ in range(_MOST_SECTORS):
        if sector >= _LAST_SECTOR:
            return
        directory = _sector(stream, sector, shift)
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            name = directory[at : at + _NAME_BYTES].decode("utf-16-le", "replace").partition("\0")[0]
            yield name.lower()
        # Where the directory goes on, the table of sectors says.
        table, entry = divmod(sector, (1 << shift) // 4)
        if table >= len(tables) or tables[table] >= _LAST_SECTOR:
            return
        following = _sector(stream, tables[table], shift)[4 * entry : 4 * entry + 4]
        if len(following) < 4:
            return
        (sector,) = struct.unpack("<I", following)


def _sector(stream: BinaryIO, number: int, shift: int) -> bytes:
    stream.seek((number + 1) << shift)
    return stream.read(1 << shift)


class OldOffice:
    """Excel's `.xls` and Word's `.doc`. Such a file is one document, which is quarantined with advice."""

    database, title = "office", "an Office program of before 2007"

    def recognises(self, sample: Sample) -> float:
        """Return how likely a file is of this kind: 0.0 for no, 1.0 for certain."""
        return 0.6 if sample.container in {"xls", "doc"} else 0.0

    def split(self, stream: BinaryIO, sample: Sample) -> Iterator[Piece | Aside | TooLarge]:
        """Yield the file as it is."""
        data = stream.read(MOST_PART_BYTES + 1)
        yield Piece(data, sample.container) if len(data) <= MOST_PART_BYTES else TooLarge(len(data))
