"""HTML in a wrapper: Word documents that hold nothing but an HTML file, and web archives (MHT), often named `.doc`."""

from __future__ import annotations

import base64
import binascii
import io
import quopri
import re
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.press.splitting import word
from corpus.sources.entries import Reason, Unreadable
from corpus.text.decode import declared_encoding

if TYPE_CHECKING:
    import zipfile

MOST_BYTES: Final = 256_000_000
_HEAD: Final = 4_096
_CHUNK_NAME: Final = re.compile(r"word/[\w.-]{1,80}\.(?:x?html?|mht(?:ml)?)", re.IGNORECASE)
_FIELDS: Final = re.compile(rb"\A(?:[\w-]{2,40}:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*){1,60}\r?\n")
_TYPE: Final = re.compile(rb"^content-type:\s*([\w.+/-]+)", re.IGNORECASE | re.MULTILINE)
_BOUNDARY: Final = re.compile(rb"\bboundary\s*=\s*(?:\"([^\"\r\n]{1,100})\"|([^\s;\"]{1,100}))", re.IGNORECASE)
_CHARSET: Final = re.compile(rb"\bcharset\s*=\s*\"?([\w.:-]{2,40})", re.IGNORECASE)
_ENCODING: Final = re.compile(rb"^content-transfer-encoding:\s*([\w-]+)", re.IGNORECASE | re.MULTILINE)
_MOST_PARTS: Final = 1_000
_DEEPEST: Final = 4


def unwrapped(stream: BinaryIO) -> BinaryIO:
    """Return the HTML in a wrapper as a stream; the stream itself, at its beginning, if it is no wrapper.

    Args:
        stream: seekable, at its beginning.

    Raises:
        Unreadable: the HTML is encrypted, larger than any export, or a decompression bomb.
    """
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        found = _chunk(stream)
        stream.seek(0)
        return stream if found is None else found
    if _is_archive(head):
        data = stream.read(MOST_BYTES + 1)
        stream.seek(0)
        if len(data) > MOST_BYTES:
            raise Unreadable(Reason.TOO_LARGE, f"a web archive of more than {MOST_BYTES:,} bytes")
        page = _page(data)
        return stream if page is None else io.BytesIO(page)
    return stream


def _is_archive(head: bytes) -> bool:
    fields = head.lstrip(b"\xef\xbb\xbf\r\n")[:2_000].lower()
    return fields.startswith((b"mime-version:", b"from:", b"content-type:", b"subject:")) and b"content-type:" in fields


def _chunk(stream: BinaryIO) -> BinaryIO | None:
    """The HTML file in a Word document without a text of its own."""
    with word.open_archive(stream) as archive:
        names = [name for name in archive.namelist() if _CHUNK_NAME.fullmatch(name)]
        if not names or _has_text(archive):
            return None
        member = word.open_member(archive, names[0], MOST_BYTES)
        data = b"" if member is None else member.read()
    if _is_archive(data[:_HEAD]):
        data = _page(data) or data
    return io.BytesIO(data)


def _has_text(archive: zipfile.ZipFile) -> bool:
    main = word.open_member(archive, word.DOCUMENT, MOST_BYTES)
    return main is not None and re.search(rb"<w:t[ >][^<]*[^<\s]", main.read(1_000_000)) is not None


def _page(data: bytes, depth: int = 0) -> bytes | None:
    """The first page of HTML in a MIME message."""
    data = data.lstrip(b"\xef\xbb\xbf\r\n")
    fields = _FIELDS.match(data)
    if fields is None:
        return None
    head, body = fields[0], data[fields.end() :]
    kind = _TYPE.search(head)
    boundary = _BOUNDARY.search(head)
    if kind and kind[1].lower() == b"text/html":
        return _decoded(head, body)
    if boundary is None or depth >= _DEEPEST:
        return None
    for part in body.split(b"--" + (boundary[1] or boundary[2]), _MOST_PARTS)[1:]:
        if found := _page(part, depth + 1):
            return found
    return None


def _decoded(head: bytes, body: bytes) -> bytes:
    """A body as UTF-8, if its charset is declared; else as it is."""
    encoding = _ENCODING.search(head)
    name = encoding[1].lower() if encoding else b""
    if name == b"quoted-printable":
        body = quopri.decodestring(body)
    elif name == b"base64":
        try:
            body = base64.b64decode(body)
        except binascii.Error:
            return b""
    charset = _CHARSET.search(head)
    codec = declared_encoding(charset[1].decode("ascii", "replace")) if charset else None
    return body.decode(codec, "replace").encode("utf-8", "replace") if codec else body
