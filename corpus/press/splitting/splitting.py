"""A file to the articles in it, if it is an export of a press database that is known: what intake calls."""

from __future__ import annotations

import codecs
import io
import re
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from corpus.press.parsing.kinds import is_piece, media_type
from corpus.press.splitting import ole, pdf
from corpus.press.splitting.kinds import Aside, Kind, Sample, TooLarge, recognise
from corpus.press.splitting.wrapped import unwrapped
from corpus.sources.entries import ROW, Item, Reason, Skipped, Unreadable
from corpus.sources.separated import Utf8
from corpus.text.decode import declared_encoding, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD_BYTES: Final = 262_144
_CHARSET: Final = re.compile(
    rb"(?:<meta[^<>]{0,300}?charset\s*=|<\?xml[^<>]{0,200}?encoding\s*=)\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})",
    re.IGNORECASE,
)
_HTML: Final = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_WIDE: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_RICH_HEAD_BYTES: Final = 1_000_000
# What Office encrypts is one stream of this name in an OLE container, whichever kind of document it was.
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_TELLING: Final = frozenset({Reason.ENCRYPTED, Reason.BOMB, Reason.NESTED})
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sample_of(stream: BinaryIO, name: str) -> Sample | None:
    """Return the beginning of a file; None if it is of no container in which exports come.

    Args:
        stream: seekable; it is left at its beginning.
        name: the last part of its path.

    Raises:
        Unreadable: it is a container that cannot be opened.
    """
    head = stream.read(HEAD_BYTES)
    stream.seek(0)
    if head.startswith(b"PK\x03\x04"):
        from corpus.press.splitting import office

        found = office.sample(stream, name)
        stream.seek(0)
        return found
    if head.startswith(b"{\\rtf"):
        from corpus.press.splitting import richtext

        text = richtext.head(stream, _RICH_HEAD_BYTES)
        stream.seek(0)
        return Sample(name, "rtf", head, text)
    if head.startswith(ole.MAGIC):
        if _holds(stream, _ENCRYPTED):
            raise Unreadable(Reason.ENCRYPTED, "a document that is protected by a password")
        old = ole.container(stream)
        return Sample(name, old, head, "") if old is not None else None
    if head.startswith(_WIDE):
        # UTF-16: the sample and the pieces are in UTF-8.
        wide = Utf8(stream)
        head = wide.read(HEAD_BYTES)
        stream.seek(0)
    start = head[:2_048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if _CONTROL.search(head[:4_096]) or not start:
        return None
    text, charset = _text(head)
    if start.startswith(b"<?xml") and not _HTML.search(head[:4_096]):
        return Sample(name, "xml", head, text, charset)
    if _HTML.search(head[:8_192]):
        return Sample(name, "html", head, text, charset)
    return Sample(name, "txt", head, text, charset)


def _holds(stream: BinaryIO, mark: bytes) -> bool:
    """Whether a stream has some bytes anywhere; it is left at its beginning."""
    last = b""
    try:
        while chunk := stream.read(1 << 20):
            if mark in last + chunk:
                return True
            last = chunk[-len(mark) :]
        return False
    finally:
        stream.seek(0)


def _text(head: bytes) -> tuple[str, str | None]:
    """The text of a beginning, which may end within a letter; and its charset, if it is not UTF-8."""
    for cut in range(4):
        try:
            return head[: len(head) - cut].decode("utf-8-sig"), None
        except UnicodeDecodeError:
            continue
    found = _CHARSET.search(head[:8_192])
    name = declared_encoding(found[1].decode()) if found else None
    if name and not name.startswith("utf-8"):
        return head.decode(name, "replace"), name
    decoded = decode(head)
    return decoded.text, decoded.encoding if decoded.encoding != "utf-8" else None


def of_item(item: Item) -> Iterator[Item | Skipped] | None:
    """Return the articles of a document that is an export; None if it is not one. A page of the web never is one.

    Args:
        item: the document. What is known of when it was captured and who published it is passed on, not its address.
    """
    if item.status is not None or item.media_type == ROW or is_piece(item.media_type):
        return None
    name = item.source.rpartition("/")[2].rpartition("!")[2]
    found = split(io.BytesIO(item.data), name, item.source)
    if found is None or not (item.captured_at or item.publisher):
        return found
    return (
        one._replace(captured_at=item.captured_at, publisher=item.publisher) if isinstance(one, Item) else one
        for one in found
    )


def split(stream: BinaryIO, name: str, source: str) -> Iterator[Item | Skipped] | None:
    """Return the articles of a file, each as `source#number`, counted from 1; None if it is no export that is known.

    Args:
        stream: the file, seekable.
        name: the last part of its path.
        source: what to call it.
    """
    try:
        if stream.read(len(pdf.MAGIC)) == pdf.MAGIC:
            printed = pdf.converted(stream, name)
            stream.seek(0)
            return None if printed is None else _of_pdf(printed, source)
        stream.seek(0)
        stream = unwrapped(stream)
        sample = sample_of(stream, name)
    except Unreadable as error:
        if error.reason in _TELLING:
            return iter([error.of(source)])
        # What it is, its own reader will say.
        stream.seek(0)
        return None
    kind = recognise(sample) if sample is not None else None
    if sample is None or kind is None:
        return None
    return _items(kind, stream, sample, source)


def _of_pdf(printed: pdf.Converted, source: str) -> Iterator[Item | Skipped]:
    """The articles of a PDF, then what was left out of it, and why reading ended if it was not at the end."""
    for one in _items(printed.kind, printed.stream, printed.sample, source):
        if isinstance(one, Item):
            yield one._replace(media_type=media_type(printed.kind.database, "pdf"))
        else:
            yield one
    if printed.dropped:
        what = f"{printed.dropped:,} page headers, footers and page numbers"
        yield Skipped(source, Reason.NO_ARTICLE, f"{printed.kind.title}: {what}")
    if printed.lost is not None:
        yield printed.lost.of(source)


def _items(kind: Kind, stream: BinaryIO, sample: Sample, source: str) -> Iterator[Item | Skipped]:
    number = 0
    if stream.read(4).startswith(_WIDE):
        stream.seek(0)
        stream = cast("BinaryIO", Utf8(stream))
    else:
        stream.seek(0)
    charset = sample.charset if sample.charset != "utf-8+cp1252" else "windows-1252"
    try:
        for part in kind.split(stream, sample):
            if isinstance(part, Aside):
                yield Skipped(source, Reason.NO_ARTICLE, f"{kind.title}: {part.what}")
                continue
            number += 1
            if isinstance(part, TooLarge):
                yield Skipped(
                    f"{source}#{number}", Reason.TOO_LARGE, f"{part.size:,} bytes, for one article of {kind.title}"
                )
            else:
                yield Item(f"{source}#{number}", part.data, media_type(kind.database, part.container, charset))
    except Unreadable as error:
        yield error.of(source)
    if number == 0:
        yield Skipped(source, Reason.EMPTY, f"no article in this export of {kind.title}")
