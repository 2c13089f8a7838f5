"""Read zip and tar member by member, without extracting them. Members that are not plain files are only reported."""

from __future__ import annotations

import io
import lzma
import stat
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from corpus.sources.entries import (
    MOST_ARCHIVE_BYTES,
    MOST_DOCUMENT_BYTES,
    MOST_MEMBERS,
    MOST_NAME,
    MOST_RATIO,
    MOST_TAR_HEADER_BYTES,
    MOST_ZIP_MEMBERS,
    RATIO_GRACE_BYTES,
    Reason,
    Skipped,
    Unreadable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corpus.sources.inflate import Readable

_BLOCK: Final = tarfile.BLOCKSIZE
_ENCRYPTED: Final = 0x1
_CHUNK: Final = 1024 * 1024
# Where the header of a sparse file, and each block of its map, say that a block of the map follows.
_SPARSE_GOES_ON: Final = 482
_MAP_GOES_ON: Final = 504


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, which has `packed` bytes in the archive."""

    name: str
    data: bytes
    packed: int


def unsafe(name: str) -> str | None:
    """Return what is wrong with a member's name; None if it is safe."""
    if len(name) > MOST_NAME:
        return f"longer than {MOST_NAME:,} characters"
    if not name.isprintable():
        # Surrogates represent bytes that are not UTF-8.
        return "control characters, or no UTF-8"
    if name.startswith(("/", "\\")) or name[1:2] == ":":
        return "absolute"
    return "leads out of the archive" if ".." in name.replace("\\", "/").split("/") else None


def hidden(name: str) -> bool:
    """Return whether a member is hidden, or added to an archive by macOS. Such members are left out, as in folders."""
    return any(part.startswith(".") and part not in {".", ".."} for part in name.split("/")) or name.startswith(
        "__MACOSX/"
    )


def _judge(source: str, name: str, size: int, refused: Reason | None, detail: str) -> Skipped | None:
    """Return why a member is skipped before it is read; None if it is not skipped."""
    trouble = unsafe(name)
    if trouble:
        return Skipped(f"{source}!{ascii(name[:200])[1:-1]}", Reason.UNSAFE_NAME, trouble)
    if refused:
        return Skipped(f"{source}!{name}", refused, detail)
    if size > MOST_DOCUMENT_BYTES:
        return Skipped(f"{source}!{name}", Reason.TOO_LARGE, f"{size:,} bytes")
    return Skipped(f"{source}!{name}", Reason.EMPTY) if size == 0 else None


def read_zip(file: BinaryIO, source: str) -> Iterator[Member | Skipped]:
    """Yield the files in a zip, in the order of its directory.

    Args:
        file: a seekable stream.
        source: the name of the archive.
    """
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        yield Skipped(source, Reason.CORRUPT, f"no readable zip: {error}")
        return
    total = 0
    size = file.seek(0, io.SEEK_END)
    with archive:
        for number, info in enumerate(archive.infolist()):
            if number >= MOST_ZIP_MEMBERS or total > MOST_ARCHIVE_BYTES:
                yield Skipped(source, Reason.TOO_LARGE, f"the rest after {number:,} members, {total:,} bytes")
                return
            # Each member may be within bounds, and all of them the same few bytes.
            if total > RATIO_GRACE_BYTES and total > MOST_RATIO * size:
                yield Skipped(source, Reason.BOMB, f"the rest after {number:,} members: {MOST_RATIO} times its size")
                return
            # `filename` ends at a NUL and has its separators turned; the name as stored is the one to judge.
            name = info.filename if unsafe(info.orig_filename) is None else info.orig_filename
            if name.endswith("/") or hidden(name):
                continue
            skipped = _judge(source, name, info.file_size, *_zip_trouble(info))
            if skipped:
                yield skipped
                continue
            try:
                data = _zip_member(archive, info)
            except Unreadable as error:
                yield error.of(f"{source}!{name}")
                continue
            total += len(data)
            yield Member(name, data, min(info.compress_size, len(data)))


def _zip_trouble(info: zipfile.ZipInfo) -> tuple[Reason | None, str]:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return Reason.LINK, "symbolic"
    if kind not in {0, stat.S_IFREG}:
        return Reason.SPECIAL, ""
    if info.flag_bits & _ENCRYPTED:
        return Reason.ENCRYPTED, ""
    if info.file_size > RATIO_GRACE_BYTES and info.file_size > MOST_RATIO * info.compress_size:
        return Reason.BOMB, f"more than {MOST_RATIO} times its compressed size"
    return None, ""


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as stream:
            # zipfile stops at the size that the directory declares, and checks the sum there.
            data = stream.read(info.file_size + 1)
    except NotImplementedError as error:
        raise Unreadable(Reason.UNSUPPORTED, str(error)) from None
    except EOFError:
        raise Unreadable(Reason.TORN) from None
    except RuntimeError as error:
        raise Unreadable(Reason.ENCRYPTED, str(error)) from None
    except (zipfile.BadZipFile, OSError, ValueError, zlib.error) as error:
        raise Unreadable(Reason.CORRUPT, str(error)) from None
    except lzma.LZMAError as error:
        raise Unreadable(Reason.CORRUPT, f"{type(error).__name__}: {error}") from None
    if len(data) != info.file_size:
        raise Unreadable(Reason.TORN, f"{len(data):,} of {info.file_size:,} bytes")
    return data


def read_tar(stream: Readable, source: str) -> Iterator[Member | Skipped]:
    """Yield the files in a tar, from front to back, without seeking.

    Args:
        stream: the archive, decompressed. `read` returns exactly as many bytes as requested, fewer only at the end.
        source: the name of the archive.
    """
    tar = _Tar(stream)
    members = 0
    try:
        while (info := tar.next()) is not None:
            members += 1
            if members > MOST_MEMBERS or tar.count > MOST_ARCHIVE_BYTES:
                raise Unreadable(Reason.TOO_LARGE, f"the rest after {members - 1:,} members, {tar.count:,} bytes")  # noqa: TRY301 - reported like what reading raises
            name = info.name.removeprefix("./")
            if info.isdir() or name.endswith("/") or hidden(name):
                tar.skip(info)
                continue
            skipped = _judge(source, name, info.size, *_tar_trouble(info))
            if skipped:
                tar.skip(info)
                yield skipped
                continue
            yield Member(name, data := tar.read(info), len(data))
    except Unreadable as error:
        yield error.of(source)


def _tar_trouble(info: tarfile.TarInfo) -> tuple[Reason | None, str]:
    if info.issym() or info.islnk():
        return Reason.LINK, "symbolic" if info.issym() else "hard"
    if info.type == tarfile.GNUTYPE_SPARSE or any(key.startswith("GNU.sparse") for key in info.pax_headers):
        return Reason.SPECIAL, "a sparse file"
    if info.type not in {tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE}:
        return Reason.SPECIAL, ""
    return None, ""


class _Tar:
    """The headers and files of a tar. `tarfile` would read all of a hostile extended header into memory."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._global: dict[str, str] = {}
        self.count = 0

    def next(self) -> tarfile.TarInfo | None:
        """Return the next member of the tar, with the fields of its extended headers; None at the end."""
        extended_header: dict[str, str] = {}
        while True:
            block = self._stream.read(_BLOCK)
            self.count += len(block)
            if not block or block.count(0) == _BLOCK:
                if self.count == 0:
                    raise Unreadable(Reason.EMPTY)
                # A block of zeros ends a tar. Not all tools write it; all write complete members.
                return None
            if len(block) < _BLOCK:
                raise Unreadable(Reason.TORN, "ends within a header")
            try:
                info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
            except (tarfile.TarError, ValueError) as error:
                raise Unreadable(Reason.CORRUPT, f"{error}; what follows in the archive is not read") from None
            if info.size < 0:
                raise Unreadable(Reason.CORRUPT, "a member of negative size; what follows in the archive is not read")
            if info.type in {tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE}:
                extended_header |= _pax(self._header(info))
            elif info.type == tarfile.XGLTYPE:
                self._global |= _pax(self._header(info))
            elif info.type == tarfile.GNUTYPE_LONGNAME:
                extended_header["path"] = self._header(info).rstrip(b"\0").decode("utf-8", "surrogateescape")
            elif info.type == tarfile.GNUTYPE_LONGLINK:
                self._header(info)
            else:
                extended = info.type == tarfile.GNUTYPE_SPARSE and block[_SPARSE_GOES_ON]
                while extended:
                    block = self._stream.read(_BLOCK)
                    self.count += len(block)
                    extended = len(block) == _BLOCK and block[_MAP_GOES_ON]
                return _with_fields(info, {**self._global, **extended_header})

    def _header(self, info: tarfile.TarInfo) -> bytes:
        if info.size > MOST_TAR_HEADER_BYTES:
            raise Unreadable(Reason.CORRUPT, f"an extended header of {info.size:,} bytes; nothing after it is read")
        return self.read(info)

    def read(self, info: tarfile.TarInfo) -> bytes:
        """Return the bytes of the member whose header was just read."""
        padding = -info.size % _BLOCK
        data = self._stream.read(info.size)
        self.count += len(data)
        if len(data) < info.size:
            raise Unreadable(Reason.TORN, f"ends within {ascii(info.name)[1:-1]}")
        # Some tools leave out the padding of the last one.
        self.count += len(self._stream.read(padding)) if padding else 0
        return data

    def skip(self, info: tarfile.TarInfo) -> None:
        """Skip the bytes of the member whose header was just read."""
        # Links, devices and folders have no content, even if their header says so.
        left = info.size + -info.size % _BLOCK if info.isreg() or info.type not in tarfile.SUPPORTED_TYPES else 0
        while left > 0:
            data = self._stream.read(min(left, _CHUNK))
            if not data:
                raise Unreadable(Reason.TORN, f"ends within {ascii(info.name)[1:-1]}")
            left -= len(data)
            self.count += len(data)
            if self.count > MOST_ARCHIVE_BYTES:
                raise Unreadable(Reason.TOO_LARGE, f"more than {MOST_ARCHIVE_BYTES:,} bytes")


def _pax(data: bytes) -> dict[str, str]:
    """Return the records of a pax header. Each is `LENGTH KEY=VALUE` and a line end."""
    found: dict[str, str] = {}
    at = 0
    while at < len(data) and data[at]:
        space = data.find(b" ", at, at + 20)
        length = int(data[at:space]) if space > at and data[at:space].isdigit() else 0
        key, equals, value = data[space + 1 : at + length - 1].partition(b"=")
        if length < 5 or not equals:
            raise Unreadable(Reason.CORRUPT, "an extended header; nothing after it is read")
        found[key.decode("utf-8", "surrogateescape")] = value.decode("utf-8", "surrogateescape")
        at += length
    return found


def _with_fields(info: tarfile.TarInfo, fields: dict[str, str]) -> tarfile.TarInfo:
    info.name = fields.get("path", info.name)
    info.pax_headers = fields
    if "size" in fields:
        if not (fields["size"].isascii() and fields["size"].isdigit()):
            raise Unreadable(Reason.CORRUPT, "an extended header; nothing after it is read")
        info.size = int(fields["size"])
    return info
