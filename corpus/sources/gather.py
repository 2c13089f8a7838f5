"""Read documents from paths: files, folders, archives, compressed files, WARCs and tables.

Nothing is extracted, no link is followed and nothing is fetched. What cannot be read is reported, and reading
continues.
"""

from __future__ import annotations

import glob
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from corpus.batches.seeds import SeedFile, find, read_document
from corpus.errors import ChangedWhileRead, InputError
from corpus.formats.mediatypes import media_type
from corpus.sources import archives, feeds, rows
from corpus.sources.dividing import splitting
from corpus.sources.entries import MOST_DOCUMENT_BYTES, MOST_NESTED, Item, Reason, Selection, Skipped, Unreadable
from corpus.sources.inflate import ENDINGS, Inflated
from corpus.sources.sidecar import SIDECARS, Sidecar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from corpus.sources.dividing import Keeper
    from corpus.sources.inflate import Readable

_SHORT: Final = {"tgz": "tar.gz", "tzst": "tar.zst", "tbz2": "tar.bz2", "tbz": "tar.bz2", "txz": "tar.xz"}
_LISTED: Final = 64_000_000
# Of a list; no system has longer paths.
_LONGEST_LINE: Final = 65_536
_SHOWN: Final = 300
# A larger file is not held in memory to see whether it is an export of many articles.
_STREAMED: Final = 32_000_000


def expand(given: Sequence[str], listed: Iterable[bytes] = ()) -> list[Path]:
    """Return the paths that a command line names, with patterns expanded; `-` represents the lines of `listed`.

    Raises:
        InputError: a path does not exist. The error names each.
    """
    found: list[Path] = []
    faults: list[str] = []
    for one in given:
        if one == "-":
            found += _listed(listed, faults)
        elif os.path.lexists(one):
            found.append(Path(one))
        elif glob.has_magic(one) and (matches := sorted(glob.iglob(one, recursive=True))):  # noqa: PTH207 - Path's takes no absolute one
            found += map(Path, matches)
        else:
            faults.append(f"{one}: {'nothing matches' if glob.has_magic(one) else 'there is no such file or folder'}")
    if faults:
        raise InputError("Not everything is there; nothing was done.", faults[:20])
    return found


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of a list of paths; a line longer than any path in pieces."""
    return iter(lambda: stream.readline(_LONGEST_LINE), b"")


def _listed(lines: Iterable[bytes], faults: list[str]) -> Iterator[Path]:
    read = 0
    for raw in lines:
        read += len(raw)
        if read > _LISTED:
            faults.append(f"-: a list of more than {_LISTED:,} bytes")
            return
        name = os.fsdecode(raw.rstrip(b"\r\n"))
        if not name:
            continue
        if os.path.lexists(name):
            yield Path(name)
        else:
            faults.append(f"{ascii(name[:_SHOWN])[1:-1]}: there is no such file or folder")


def documents(paths: Sequence[Path], selection: Selection, keeper: Keeper | None = None) -> Iterator[Item | Skipped]:
    """Yield every document at some paths, in their order; those of a folder by name, without hidden ones.

    Args:
        paths: files and folders.
        selection: which documents are wanted.
        keeper: keeps the files of exports.
    """
    used: set[str] = set()
    for path in paths:
        label = _label(path)
        while label in used:
            label += "'"
        used.add(label)
        if path.is_dir() and not path.is_symlink():
            found = _folder(path, label, selection, (), keeper)
        else:
            found = _found(path, label, selection, (), keeper)
        for entry in found:
            if not isinstance(entry, Item):
                yield entry
            elif feeds.is_feed(entry):
                yield from feeds.read(entry)
            elif (several := splitting().of_item(entry)) is not None:
                yield from _kept(several, entry.source, io.BytesIO(entry.data), keeper)
            else:
                yield entry


def _kept(
    several: Iterable[Item | Skipped], source: str, file: BinaryIO, keeper: Keeper | None
) -> Iterator[Item | Skipped]:
    """Yield the articles of an export, and keep the file when all were taken."""
    if keeper is not None:
        keeper.begin(source)
    yield from several
    if keeper is not None:
        keeper.end(file)


def _label(path: Path) -> str:
    """Return the name of a path for `source`: as it was given; its last part if it is outside the current folder."""
    text = os.path.normpath(path)
    outside = text == "." or text.startswith(("..", "/"))
    return Path(text).absolute().name or path.resolve().name if outside else text


def _folder(
    folder: Path, label: str, selection: Selection, above: tuple[Sidecar, ...], keeper: Keeper | None
) -> Iterator[Item | Skipped]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield Skipped(label, Reason.UNREADABLE, error.strerror or "")
        return
    sidecars = above
    for name in SIDECARS:
        if (folder / name).is_file():
            sidecars = (Sidecar.read(folder / name, f"{label}/"), *sidecars)
    for entry in found:
        if entry.name.startswith(".") or entry.name in SIDECARS:
            continue
        source = f"{label}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _folder(folder / entry.name, source, selection, sidecars, keeper)
        else:
            yield from _found(folder / entry.name, source, selection, sidecars, keeper)
    for sidecar in sidecars[: len(sidecars) - len(above)]:
        yield from sidecar.unused()


def _found(
    path: Path, source: str, selection: Selection, sidecars: tuple[Sidecar, ...], keeper: Keeper | None
) -> Iterator[Item | Skipped]:
    faults: list[str] = []
    files = find(path, source, faults)
    if faults:
        yield Skipped(ascii(source)[1:-1], Reason.UNREADABLE, faults[0].partition(": ")[2])
        return
    for entry in _file(files[0], selection, keeper):
        if isinstance(entry, Item):
            for sidecar in sidecars:
                entry = sidecar.completed(entry)  # noqa: PLW2901 - with what each folder above knows of it
        yield entry


def _file(file: SeedFile, selection: Selection, keeper: Keeper | None) -> Iterator[Item | Skipped]:
    if file.is_link:
        yield Skipped(file.source, Reason.LINK, "symbolic")
        return
    name = file.path.name
    kind, ending = _kind(name)
    if kind == "document":
        if not selection.wants(file.source):
            yield Skipped(file.source, Reason.EXCLUDED)
            return
        if not ending:
            yield from _plain(file, keeper)
            return
    elif not selection.opens(file.source):
        yield Skipped(file.source, Reason.EXCLUDED)
        return
    try:
        with file.path.open("rb") as opened:
            yield from _read(cast("BinaryIO", opened), name, file.source, file.size, selection)
    except OSError as error:
        yield Skipped(file.source, Reason.UNREADABLE, error.strerror or str(error))


def _plain(file: SeedFile, keeper: Keeper | None) -> Iterator[Item | Skipped]:
    if file.size > _STREAMED:
        with file.path.open("rb") as opened:
            several = splitting().split(cast("BinaryIO", opened), file.path.name, file.source)
            if several is not None:
                before = os.fstat(opened.fileno())
                yield from _kept(several, file.source, cast("BinaryIO", opened), keeper)
                if os.fstat(opened.fileno()).st_mtime_ns != before.st_mtime_ns:
                    yield Skipped(file.source, Reason.CHANGED)
                return
    try:
        data = read_document(file, MOST_DOCUMENT_BYTES)
    except ChangedWhileRead:
        yield Skipped(file.source, Reason.CHANGED)
        return
    if data is None:
        yield Skipped(file.source, Reason.TOO_LARGE, f"{file.size:,} bytes")
    else:
        yield Item(file.source, data, media_type(file.path.name, data[:4_096]))


def _kind(name: str) -> tuple[str, str]:
    """Return the kind of a file and its compression, by its name."""
    stem, _, last = name.lower().rpartition(".")
    if last in _SHORT:
        return "tar", _SHORT[last].partition(".")[2]
    ending = last if last in ENDINGS and stem else ""
    inner = stem.rpartition(".")[2] if ending else last
    if inner in {"zip", "tar", "warc"}:
        return inner, ending
    return ("rows" if inner in rows.ENDINGS else "document"), ending


def _read(
    blob: BinaryIO, name: str, source: str, size: int, selection: Selection, depth: int = 0, share: float = 1
) -> Iterator[Item | Skipped]:
    """Yield the documents in a file of any kind.

    Args:
        blob: the file, open and seekable.
        name: the name that tells its kind.
        source: its name in `source`.
        size: its size in bytes.
        selection: which documents are wanted.
        depth: the number of archives around it.
        share: the share of its bytes that were read for it, if an archive had it compressed.
    """
    kind, ending = _kind(name)
    if kind in {"zip", "tar"} and depth > MOST_NESTED:
        yield Skipped(source, Reason.NESTED)
        return
    try:
        if kind == "warc":
            from corpus.sources.warc import read_warc  # fastwarc

            yield from read_warc(blob, source, ending, size, selection)
            return
        stream: Readable = Inflated(blob, ending) if ending else blob
        if kind == "tar":
            found = archives.read_tar(stream, source)
            inflated = stream if isinstance(stream, Inflated) else None
            yield from _members(found, source, selection, depth, lambda: share * (inflated.share if inflated else 1))
        elif kind == "zip":
            if ending:
                stream = io.BytesIO(_content(stream))
                share *= size / max(len(stream.getvalue()), 1)
            found = archives.read_zip(cast("BinaryIO", stream), source)
            yield from _members(found, source, selection, depth, lambda: share)
        elif kind == "rows":
            inner = name.removesuffix(f".{ending}") if ending else name
            yield from rows.read(stream, inner, source, selection, seekable=not ending, brought=int(size * share))
        else:
            data = _content(stream)
            yield Item(source, data, media_type(name.rpartition(".")[0], data[:4_096]))
    except Unreadable as error:
        yield error.of(source)


def _content(stream: Readable) -> bytes:
    data = stream.read(MOST_DOCUMENT_BYTES + 1)
    if len(data) > MOST_DOCUMENT_BYTES:
        raise Unreadable(Reason.TOO_LARGE, f"more than {MOST_DOCUMENT_BYTES:,} bytes, decompressed")
    return data


def _members(
    found: Iterable[archives.Member | Skipped],
    archive: str,
    selection: Selection,
    depth: int,
    share: Callable[[], float],
) -> Iterator[Item | Skipped]:
    for member in found:
        if isinstance(member, Skipped):
            yield member
            continue
        source = f"{archive}!{member.name}"
        last = member.name.rpartition("/")[2]
        kind, ending = _kind(last)
        if not (selection.wants(source) if kind == "document" else selection.opens(source)):
            yield Skipped(source, Reason.EXCLUDED)
        elif kind == "document" and not ending:
            yield Item(source, member.data, media_type(last, member.data[:4_096]))
        else:
            size = len(member.data)
            brought = share() * member.packed / max(size, 1)
            yield from _read(io.BytesIO(member.data), last, source, size, selection, depth + 1, brought)
