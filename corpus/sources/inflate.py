"""Decompress within bounds: in pieces, whose size is compared with what was read for them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol, cast

from corpus.sources.entries import MOST_RATIO, MOST_WINDOW_BYTES, RATIO_GRACE_BYTES, Reason, Unreadable

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable

_CHUNK: Final = 256 * 1024


class Readable(Protocol):
    """Something that can be read from."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; b"" at the end."""


class Counted:
    """A stream that counts what was read from it."""

    def __init__(self, raw: Readable) -> None:
        self._raw = raw
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes; b"" at the end."""
        data = self._raw.read(size)
        self.count += len(data)
        return data


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Frames:
    """Several compressed streams one after the other, as `cat` joins them."""

    def __init__(self, raw: Readable, new: Callable[[], _Decompressor]) -> None:
        self._raw = raw
        self._new = new
        self._decompressor = new()
        self._pending = b""
        self._begun = False

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; b"" at the end. Raises EOFError if a stream ends early."""
        while True:
            if self._decompressor.eof:
                # Streams are padded with zeros on some tapes and by some tools.
                rest = self._decompressor.unused_data.lstrip(b"\0")
                while not rest:
                    piece = self._raw.read(_CHUNK)
                    if not piece:
                        return b""
                    rest = piece.lstrip(b"\0")
                self._decompressor, self._pending = self._new(), rest
            elif self._decompressor.needs_input and not self._pending:
                self._pending = self._raw.read(_CHUNK)
                if not self._pending:
                    if not self._begun:
                        raise EOFError("no data")
                    raise EOFError("ends early")
            self._begun = True
            data = self._decompressor.decompress(self._pending, size)
            self._pending = b""
            if data:
                return data


def _bz2() -> _Decompressor:
    return bz2.BZ2Decompressor()


def _xz() -> _Decompressor:
    return lzma.LZMADecompressor(memlimit=2 * MOST_WINDOW_BYTES)


def _zstd() -> _Decompressor:
    bits = MOST_WINDOW_BYTES.bit_length() - 1
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: bits})


_OPENERS: Final[dict[str, Callable[[Counted], Readable]]] = {
    # It asks for `read` only.
    "gz": lambda raw: gzip.GzipFile(fileobj=cast("BinaryIO", raw), mode="rb"),
    "bz2": lambda raw: _Frames(raw, _bz2),
    "xz": lambda raw: _Frames(raw, _xz),
    "zst": lambda raw: _Frames(raw, _zstd),
}
ENDINGS: Final = frozenset(_OPENERS)


class Inflated:
    """A compressed stream that is decompressed while it is read.

    `read` raises `Unreadable` if the stream is torn or damaged, or expands too much.
    """

    def __init__(self, raw: Readable, ending: str) -> None:
        self._counted = Counted(raw)
        self._stream = _OPENERS[ending](self._counted)
        self.count = 0

    @property
    def share(self) -> float:
        """Return how many compressed bytes were read for each byte of output, at most 1."""
        return min(self._counted.count / self.count, 1) if self.count else 1

    def read(self, size: int, /) -> bytes:
        """Return exactly `size` bytes, fewer only at the end."""
        pieces: list[bytes] = []
        wanted = size
        while wanted > 0:
            try:
                data = self._stream.read(min(wanted, 4 * _CHUNK))
            except EOFError:
                raise Unreadable(Reason.TORN, "the compressed data ends early") from None
            except (OSError, zlib.error, lzma.LZMAError, zstd.ZstdError, ValueError) as error:
                raise Unreadable(Reason.CORRUPT, str(error)) from None
            if not data:
                break
            self.count += len(data)
            if self.count > RATIO_GRACE_BYTES and self.count > MOST_RATIO * self._counted.count:
                raise Unreadable(Reason.BOMB, f"more than {MOST_RATIO} times its compressed size")
            pieces.append(data)
            wanted -= len(data)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def undo(data: bytes, encoding: str, most: int) -> bytes:
    """Undo one HTTP content or transfer encoding.

    Args:
        data: the encoded body.
        encoding: its name in the header.
        most: the largest number of bytes of output.

    Raises:
        Unreadable: the body is not what the header says, is too large, or the encoding is not known.
    """
    name = encoding.strip().lower().removeprefix("x-")
    if name in {"identity", "", "utf-8", "none"}:
        return data
    if name == "chunked":
        return _unchunk(data)
    stream: Readable
    if name == "gzip":
        stream = Inflated(io.BytesIO(data), "gz")
    elif name == "zstd":
        stream = Inflated(io.BytesIO(data), "zst")
    elif name == "deflate":
        return _deflate(data, most)
    elif name == "br":
        return _brotli(data, most)
    else:
        raise Unreadable(Reason.UNSUPPORTED, f"content encoding {name!r}")
    return _within(stream.read(most + 1), most)


def _within(data: bytes, most: int) -> bytes:
    if len(data) > most:
        raise Unreadable(Reason.TOO_LARGE, f"more than {most:,} bytes, decompressed")
    return data


def _deflate(data: bytes, most: int) -> bytes:
    # The header's name says zlib's format; some servers send the bare stream.
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        decompressor = zlib.decompressobj(bits)
        try:
            found = decompressor.decompress(data, most + 1)
        except zlib.error:
            continue
        if not decompressor.eof and len(found) <= most:
            raise Unreadable(Reason.TORN, "the compressed body ends early")
        return _within(found, most)
    raise Unreadable(Reason.CORRUPT, "no deflate")


def _brotli(data: bytes, most: int) -> bytes:
    from fastwarc.stream_io import BrotliReader

    try:
        return _within(BrotliReader(io.BytesIO(data)).read(most + 1), most)
    except (OSError, ValueError) as error:
        raise Unreadable(Reason.CORRUPT, str(error)) from None


def _unchunk(data: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    while True:
        end = data.find(b"\n", at, at + 4_096)
        try:
            size = int(data[at:end].split(b";")[0], 16) if end >= 0 else -1
        except ValueError:
            size = -1
        if size < 0:
            if not pieces:
                # Crawlers store the body plain and leave the header as it was.
                return data
            raise Unreadable(Reason.TORN, "the last chunk of its HTTP body is missing")
        if size == 0:
            return b"".join(pieces)
        if end + 1 + size > len(data):
            raise Unreadable(Reason.TORN, "the last chunk of its HTTP body is cut off")
        pieces.append(data[end + 1 : end + 1 + size])
        at = data.find(b"\n", end + 1 + size) + 1
        if at == 0:
            raise Unreadable(Reason.TORN, "the last chunk of its HTTP body is missing")
