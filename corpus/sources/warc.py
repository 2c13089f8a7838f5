"""Read the responses with HTML or text in WARCs. Damage costs only the damaged records, and the loss is reported.

FastWARC parses. It trusts the length that a record declares, and stops at the first damage. So every length is compared
with what could be read, and after damage reading starts again at the next record: in a compressed WARC each has a
gzip member or zstd frame of its own, which begins with the same bytes.
"""

from __future__ import annotations

import codecs
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from fastwarc.warc import ArchiveIterator, WarcRecordType

from corpus.formats.mediatypes import media_type
from corpus.sources.entries import MOST_DOCUMENT_BYTES, MOST_RESYNCS, Item, Reason, Skipped, Unreadable
from corpus.sources.inflate import undo
from corpus.sources.warcdamage import ends_early, has_line_feeds, has_rest, holds_another, hunt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastwarc.warc import HeaderMap, WarcRecord

    from corpus.sources.entries import Selection

# What a record begins with: the gzip header, with deflate as its method; the zstd frame; the line itself.
_MARKS: Final = {"gz": b"\x1f\x8b\x08", "zst": b"\x28\xb5\x2f\xfd", "": b"WARC/1."}
# Where the last record is larger, it is not read once more to see whether something is cut off behind it.
_LAST_BYTES: Final = 64 * 1024 * 1024
_HTML: Final = "text/html"
# media type: a name that says so
_WANTED: Final = {
    _HTML: "page.html",
    "application/xhtml+xml": "page.xhtml",
    "text/plain": "page.txt",
    "text/markdown": "page.md",
}
_CHARSETS: Final = frozenset(
    {"iso8859-1", "iso8859-15", "cp1252", "cp1251", "utf-8", "ascii", "koi8-r", "utf-16", "cp1250"}
)
_TYPES: Final = frozenset(
    {"warcinfo", "response", "resource", "request", "metadata", "revisit", "conversion", "continuation"}
)
# Of these a file holds one for each document, or one for all: nothing is lost with them.
_BESIDE: Final = frozenset({"warcinfo", "request", "metadata", "continuation"})
_CLOCKS_DIFFER: Final = timedelta(days=1)
# What servers say that do not know.
_UNSURE: Final = frozenset(["application/octet-stream", "unknown/unknown", "application/unknown"])


@dataclass(frozen=True, slots=True)
class _Damaged:
    """Reading cannot continue: at the record at `at` itself, or somewhere after it."""

    at: int
    reason: Reason
    detail: str
    itself: bool

    def of(self, source: str) -> Skipped:
        """Return the entry that reports the loss."""
        return Skipped(f"{source}#{self.at}", self.reason, self.detail if self.itself else f"after this: {self.detail}")


def read_warc(file: BinaryIO, source: str, ending: str, size: int, selection: Selection) -> Iterator[Item | Skipped]:
    """Yield the responses in a WARC with an HTML or text body, from front to back.

    Args:
        file: a seekable stream.
        source: the name of the WARC; a record is `source#offset`.
        ending: `gz`, `zst`, or "" for a plain WARC.
        size: the size of the file in bytes.
        selection: which documents are wanted, by URL or source.
    """
    if size == 0:
        yield Skipped(source, Reason.EMPTY)
        return
    start: int | None = 0
    tries = 0
    # Reported once reading goes on, or cannot go on: what only looks like a record during the search is no loss.
    loss: _Damaged | None = None
    others: Counter[str] = Counter()
    documents = 0
    while start is not None:
        damaged: _Damaged | None = None
        for entry in _records(file, source, ending, start, size, selection):
            if isinstance(entry, _Damaged):
                damaged = entry
                continue
            if loss is not None:
                yield loss.of(source)
                loss = None
            if isinstance(entry, str):
                others[entry] += 1
            else:
                documents += isinstance(entry, Item)
                yield entry
        if damaged is None:
            break
        if loss is None:
            loss = damaged
        elif not loss.itself:
            # The damaged record behind the last good one.
            loss = replace(damaged, itself=True)
        tries += 1
        start = hunt(file, _MARKS[ending], damaged.at + 1) if tries <= MOST_RESYNCS else None
    if loss is not None:
        yield loss.of(source)
    # Without a document all other records are reported.
    reported = {kind: count for kind, count in others.items() if not documents or kind not in _BESIDE}
    if reported:
        counted = ", ".join(f"{count:,} {kind}" for kind, count in sorted(reported.items()))
        yield Skipped(source, Reason.NO_DOCUMENT, f"records of other types: {counted}")


def _records(
    file: BinaryIO, source: str, ending: str, start: int, size: int, selection: Selection
) -> Iterator[Item | Skipped | _Damaged | str]:
    """Yield what the records from `start` on give: documents, or the types of other records. `_Damaged` comes last."""
    by_line_feed = has_line_feeds(file, start, ending)
    file.seek(start)
    at, itself, known, length = start, True, False, 0
    try:
        for record in ArchiveIterator(
            file, WarcRecordType.any_type, parse_http=False, quirks_mode=True, fsspec_args=False
        ):
            at, itself = start + record.stream_pos, True
            length = record.content_length
            if length > MOST_DOCUMENT_BYTES and (ending or at + length > size):
                # Its length may be a lie that swallows all that follows.
                yield _Damaged(at, Reason.TOO_LARGE, f"a record of {length:,} bytes", itself)
                return
            entry = _entry(record, f"{source}#{at}", selection, by_line_feed=by_line_feed)
            if isinstance(entry, Reason):
                yield _Damaged(at, entry, "a record is cut off, or shorter than it says", itself)
                return
            yield _type(record)[:40] if entry is None else entry
            itself, known = False, True
        if size - at <= _LAST_BYTES and ending and ends_early(file, at, ending):
            yield _Damaged(at, Reason.TORN, "the compressed data ends early", itself)
        elif known and not ending and has_rest(file, at, length):
            yield _Damaged(at, Reason.TORN, "what follows is no record", itself)
        elif not known and start == 0:
            yield _Damaged(0, Reason.CORRUPT, "no record", itself=True)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic in the library is no Exception
        yield _Damaged(at, Reason.CORRUPT, str(error), itself)


def _entry(
    record: WarcRecord, source: str, selection: Selection, *, by_line_feed: bool
) -> Item | Skipped | Reason | None:
    """Return what a record gives; a Reason if it is damaged."""
    kind = _type(record)
    if kind not in _TYPES:
        return Skipped(source, Reason.CORRUPT, f"a record of unknown type {record.headers.get('WARC-Type')!a}"[:200])
    is_response = kind == "response" and not _url(record).lower().startswith("dns:")
    if is_response:
        # Some crawlers end the lines of headers with a line feed alone.
        record.parse_http(quirks_mode=True)
    wanted = is_response or _is_document(record)
    length = record.content_length
    if length > MOST_DOCUMENT_BYTES:
        return Skipped(source, Reason.TOO_LARGE, f"{length:,} bytes") if wanted else None
    # Of other records, too, for a length that is wrong swallows what follows.
    body = record.reader.read(length + 1) if length else b""
    if len(body) < length or holds_another(body, by_line_feed=by_line_feed):
        return Reason.TORN
    if not wanted:
        return None
    return _document(record, body, source, selection) if is_response else _stored(record, body, source, selection)


def _is_document(record: WarcRecord) -> bool:
    """Return whether a record is a document without HTTP headers, as archivers store files and WET stores texts.

    A record without an address on the web, as a screenshot or its text under `urn:`, is not one.
    """
    if _type(record) not in {"resource", "conversion"}:
        return False
    return (
        _url(record).lower().startswith(("http://", "https://"))
        and _media_type(record.headers.get("Content-Type")) in _WANTED
    )


def _type(record: WarcRecord) -> str:
    """Return the type of a record in small letters; names of headers may be written in any case."""
    return (record.headers.get("WARC-Type") or "").strip().lower()


def _url(record: WarcRecord) -> str:
    return (record.headers.get("WARC-Target-URI") or "").strip("<> ")


def _stored(record: WarcRecord, body: bytes, source: str, selection: Selection) -> Item | Skipped:
    url = _url(record)
    if not selection.wants(source, url):
        return Skipped(source, Reason.EXCLUDED)
    if not body:
        return Skipped(source, Reason.EMPTY)
    written = record.headers.get("Content-Type") or ""
    kind = media_type(_WANTED[_media_type(written)], body[:4_096])
    return Item(source, body, kind, url=url, headers=(("Content-Type", written),), captured_at=_date(record))


def _media_type(written: str | None) -> str:
    """Return a media type in small letters, without parameters, quotation marks or a second one behind a comma."""
    return (written or "").partition(";")[0].partition(",")[0].strip(" \t\"'").lower()


def _document(record: WarcRecord, body: bytes, source: str, selection: Selection) -> Item | Skipped:
    headers = record.http_headers
    url = _url(record) or None
    if not record.is_http_parsed or headers is None:
        if url and _media_type(record.headers.get("Content-Type")) in _WANTED:
            # Stored without HTTP headers, as a resource is.
            return _stored(record, body, source, selection)
        return Skipped(source, Reason.CORRUPT, "a response without HTTP headers")
    if not selection.wants(source, url):
        return Skipped(source, Reason.EXCLUDED)
    named = _media_type(headers.get("Content-Type"))
    if named and named not in _WANTED and named not in _UNSURE and "html" not in named:
        return Skipped(source, Reason.NOT_TEXT, named)
    try:
        body = _decoded(body, headers)
    except Unreadable as error:
        return error.of(source)
    if not body:
        return Skipped(source, Reason.EMPTY)
    # Where the server does not say, the page must: nothing else is taken on trust.
    kind = media_type(_WANTED.get(named, "page.txt"), body[:4_096])
    if named not in _WANTED and kind != _HTML:
        return Skipped(source, Reason.NOT_TEXT, named or "no content type")
    status = headers.status_code
    return Item(
        source,
        body,
        kind,
        url=url,
        status=status if isinstance(status, int) else None,
        headers=headers.to_tuples(),
        captured_at=_date(record),
    )


def _is_charset(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding.strip(" \"'")).name in _CHARSETS
    except (LookupError, ValueError):
        return False


def _decoded(body: bytes, headers: HeaderMap) -> bytes:
    """Return the body without its transfer and content encodings."""
    for name in ("Transfer-Encoding", "Content-Encoding"):
        for encoding in reversed((headers.get(name) or "").split(",")):
            if _is_charset(encoding):
                # Some servers name it in the wrong header.
                continue
            try:
                body = undo(body, encoding, MOST_DOCUMENT_BYTES)
            except Unreadable as error:
                # Many crawlers store the body decoded, and the headers as they came.
                if error.reason is not Reason.CORRUPT or not body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                    raise
    # Some servers compress and do not say so.
    return undo(body, "gzip", MOST_DOCUMENT_BYTES) if body.startswith(_MARKS["gz"]) else body


def _date(record: WarcRecord) -> datetime | None:
    try:
        found = cast("datetime | None", record.record_date)
        if found is None:
            return None
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    # What is yet to come was captured when it is added; else it would stay the newest for ever.
    return found if found <= datetime.now(UTC) + _CLOCKS_DIFFER else None
