"""Decompress a file by its magic bytes, regardless of its header, within bounds."""

from __future__ import annotations

import io
from typing import Final

from corpus.sources.entries import Unreadable
from corpus.sources.inflate import Inflated

_GZIP: Final = b"\x1f\x8b"
_LAYERS: Final = 2


def unpack(body: bytes, most: int) -> tuple[bytes, str | None]:
    """Return the bytes of a file with at most two layers of gzip undone, and what was lost, in words.

    Args:
        body: the file.
        most: bytes to return; the rest is cut off.
    """
    problem = None
    for _ in range(_LAYERS):
        if not body.startswith(_GZIP):
            break
        stream = Inflated(io.BytesIO(body), "gz")
        pieces: list[bytes] = []
        left = most + 1
        try:
            while left > 0 and (piece := stream.read(min(left, 1 << 20))):
                pieces.append(piece)
                left -= len(piece)
        except Unreadable as error:
            problem = f"the compressed file is damaged: {error}"
            pieces += [] if pieces else [_salvaged(body, most)]
        body = b"".join(pieces)
    if body.startswith(_GZIP):
        return b"", f"compressed more than {_LAYERS} times"
    if len(body) > most:
        return body[:most], f"larger than {most:,} bytes; the rest is left out"
    return body, problem


def _salvaged(body: bytes, most: int) -> bytes:
    """Return what a torn stream of less than one piece still holds."""
    import zlib

    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(body, most)
    except zlib.error:
        return b""
