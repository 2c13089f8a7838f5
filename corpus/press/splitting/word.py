"""Word documents cut into articles: `word/document.xml` as a stream, paragraph by paragraph, never as a tree.

Only the main document and its relationships are read: no macro, no embedded object, no external target.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final
from xml.sax.saxutils import quoteattr

from corpus.press.splitting.cutting import MOST_PART_BYTES, cut
from corpus.press.splitting.kinds import TooLarge
from corpus.sources.entries import MOST_RATIO, RATIO_GRACE_BYTES, Reason, Unreadable
from corpus.text.entities import unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCUMENT: Final = "word/document.xml"
_RELATIONS: Final = "word/_rels/document.xml.rels"
_MOST_BYTES: Final = 2_000_000_000
_MOST_RELATION_BYTES: Final = 50_000_000
_TRANSITIONAL: Final = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT: Final = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_ROOT: Final = re.compile(rb"<(\w{1,20}):document\b[^<>]{0,20000}>")
_TEXT: Final = re.compile(rb"<w:(?:t(?:\s[^<>]{0,200})?>([^<]*)<|(?:br|cr|tab)\b)")
_BOOKMARK: Final = re.compile(rb"<w:bookmarkStart\b[^<>]{0,400}?\bw:name=\"([^\"<>]{1,200})\"")
_PARAGRAPH: Final = re.compile(rb"<w:p(?=[\s>/])")
_END: Final = re.compile(rb"</w:p>")
_LINK: Final = re.compile(rb"<w:hyperlink\b[^<>]{0,400}?\br:id=\"([^\"<>]{1,100})\"")
_RELATION: Final = re.compile(r"<Relationship\b([^<>]{0,20000})>")
_ATTRIBUTE: Final = re.compile(r"\b(Id|Target|Type)\s*=\s*\"([^\"<>]*)\"")
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"


class Paragraph:
    """A paragraph of the main document: its text, and the names of the bookmarks in it.

    Args:
        written: its text, or its WordprocessingML, whose text is read when it is asked for.
        bookmarks: the names of the bookmarks in it.
    """

    __slots__ = ("_written", "bookmarks")

    def __init__(self, written: str | bytes, bookmarks: tuple[str, ...]) -> None:
        self._written = written
        self.bookmarks = bookmarks

    @property
    def text(self) -> str:
        """Return the text, in which line breaks are newlines."""
        if isinstance(self._written, bytes):
            self._written = _text(self._written)
        return self._written


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a document: WordprocessingML with the targets of its links; whether there is any text in it."""

    data: bytes
    has_text: bool


def open_member(archive: zipfile.ZipFile, name: str, most: int) -> BinaryIO | None:
    """Return a member of a document, as a stream; None without a member of that name.

    Raises:
        Unreadable: it is encrypted, or a decompression bomb.
    """
    try:
        info = archive.getinfo(name)
    except KeyError:
        return None
    if info.flag_bits & 0x1:
        raise Unreadable(Reason.ENCRYPTED, name)
    if info.file_size > most:
        raise Unreadable(Reason.TOO_LARGE, f"{name}: {info.file_size:,} bytes")
    if info.file_size > RATIO_GRACE_BYTES and info.file_size > MOST_RATIO * info.compress_size:
        raise Unreadable(Reason.BOMB, f"{name}: more than {MOST_RATIO} times its compressed size")
    try:
        opened = archive.open(info)
    except (zipfile.BadZipFile, OSError, ValueError, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(Reason.CORRUPT, f"{name}: {error}"[:200]) from None
    return _Member(opened, info.file_size)  # type: ignore[return-value]  # of a stream, `read` alone is used


class _Member:
    """A member that is read no further than its directory says. Damage is reported as for other archives."""

    def __init__(self, stream: object, size: int) -> None:
        self._stream, self._left = stream, size

    def read(self, size: int = -1) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        try:
            data: bytes = self._stream.read(wanted)  # type: ignore[attr-defined]
        except (zipfile.BadZipFile, OSError, ValueError, zlib.error, EOFError, NotImplementedError) as error:
            raise Unreadable(Reason.CORRUPT, f"{type(error).__name__}: {error}"[:200]) from None
        self._left -= len(data)
        return data


def open_archive(stream: BinaryIO) -> zipfile.ZipFile:
    """Return a document as an archive.

    Raises:
        Unreadable: it is not an archive.
    """
    try:
        return zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise Unreadable(Reason.CORRUPT, f"not a readable document: {error}"[:200]) from None


def parts(stream: BinaryIO, starts: Callable[[Paragraph], bool]) -> Iterator[Part | TooLarge]:
    """Yield the parts of a document, cut before the paragraphs that start one; the first part comes before them.

    Args:
        stream: the document, seekable.
        starts: tells whether a paragraph starts a part. It is called for each in order.

    Raises:
        Unreadable: it is no document of Word, is encrypted, torn or a bomb.
    """
    with open_archive(stream) as archive:
        links = _links(archive)
        main = open_member(archive, DOCUMENT, _MOST_BYTES)
        if main is None:
            raise Unreadable(Reason.CORRUPT, f"no {DOCUMENT} in it")
        segments: list[bytes] = []
        size, has_text = 0, False
        root = b""
        for length, segment in cut(main, _END):
            if not root:
                root, segment = _root(segment)  # noqa: PLW2901 - the root is read once
            if not segment and length > MOST_PART_BYTES:
                yield TooLarge(length)
                continue
            paragraph = _paragraph(segment)
            if starts(paragraph):
                # What closes the paragraph before belongs to that.
                at = _PARAGRAPH.search(segment, 1)
                begin = at.start() if at else 0
                segments.append(segment[:begin])
                yield _made(root, segments, links, has_text=has_text) if size <= MOST_PART_BYTES else TooLarge(size)
                segments, size, has_text = [segment[begin:]], len(segment) - begin, bool(paragraph.text.strip())
                continue
            size += len(segment)
            if size <= MOST_PART_BYTES:
                segments.append(segment)
            has_text = has_text or bool(paragraph.text.strip())
        yield _made(root, segments, links, has_text=has_text) if size <= MOST_PART_BYTES else TooLarge(size)


def _root(segment: bytes) -> tuple[bytes, bytes]:
    """The start tag of the document, and what follows it."""
    found = _ROOT.search(segment)
    if found is None or found[1] != b"w":
        raise Unreadable(Reason.CORRUPT, "no w:document element")
    after = segment.find(b"<w:body>", found.end())
    return found[0].replace(_STRICT, _TRANSITIONAL), segment[after + len(b"<w:body>") if after >= 0 else found.end() :]


def _text(segment: bytes) -> str:
    text = b"".join([found[1] if found[1] is not None else b"\n" for found in _TEXT.finditer(segment)])
    decoded = text.decode("utf-8", "replace")
    return unescape(decoded) if "&" in decoded else decoded


def _paragraph(segment: bytes) -> Paragraph:
    marks: tuple[str, ...] = ()
    if b"<w:bookmarkStart" in segment:
        marks = tuple(unescape(name.decode("utf-8", "replace")) for name in _BOOKMARK.findall(segment))
    return Paragraph(segment, marks)


def _made(root: bytes, segments: list[bytes], links: dict[str, str], *, has_text: bool) -> Part:
    data = b"".join(segments)
    end = data.rfind(b"</w:body>")
    if end >= 0:
        data = data[:end]
    used = {name.decode("utf-8", "replace") for name in _LINK.findall(data)}
    relations = "".join(
        f"<Relationship Id={quoteattr(name)} Target={quoteattr(links[name])}/>" for name in sorted(used & links.keys())
    )
    tail = (
        f'</w:body><Relationships xmlns="{_PACKAGE}">{relations}</Relationships></w:document>'
        if relations
        else "</w:body></w:document>"
    )
    return Part(root + b"<w:body>" + data + tail.encode("utf-8", "replace"), has_text)


def _links(archive: zipfile.ZipFile) -> dict[str, str]:
    """The targets of the document's links by their ids."""
    member = open_member(archive, _RELATIONS, _MOST_RELATION_BYTES)
    if member is None:
        return {}
    found: dict[str, str] = {}
    for relation in _RELATION.finditer(member.read().decode("utf-8", "replace")):
        attributes = {name: unescape(value) for name, value in _ATTRIBUTE.findall(relation[1])}
        if attributes.get("Type", "").endswith("/hyperlink") and "Id" in attributes and "Target" in attributes:
            found[attributes["Id"]] = attributes["Target"][:4_000]
    return found


def head(archive: zipfile.ZipFile, most: int) -> bytes:
    """Return the beginning of the main document.

    Args:
        archive: the document.
        most: bytes that are read of it.

    Raises:
        Unreadable: it is no document of Word.
    """
    main = open_member(archive, DOCUMENT, _MOST_BYTES)
    if main is None:
        raise Unreadable(Reason.CORRUPT, f"no {DOCUMENT} in it")
    return main.read(most)


def text_of(beginning: bytes) -> str:
    """Return the text of the beginning of a main document, a line for each paragraph."""
    return "\n".join([_text(one) for one in beginning.split(b"</w:p>")])
