"""The registry of media types: the parser of each, and the file endings and first bytes by which it is known.

To add a format, add its media types to `PARSERS`, and its ending and its first bytes if they are new. Other packages
register a parser by an entry point (`corpus.formats.plugins`); ours and theirs are named alike, as `module:Class`.
"""

from __future__ import annotations

from typing import Final

# The media types of all pieces of exports of press databases begin so.
FAMILY: Final = "application/vnd.newscorpus"
# The parser of each media type, imported when first asked for: `module:Class`. The fingerprint of each concerns the
# documents of its media types and no others.
PARSERS: Final = {
    "text/html": "corpus.formats.html.parser:HtmlParser",
    "application/xhtml+xml": "corpus.formats.html.parser:HtmlParser",
    "text/plain": "corpus.formats.text:TextParser",
    "text/markdown": "corpus.formats.text:TextParser",
    "application/json": "corpus.formats.rows:RowParser",
    # All pieces of exports of press databases, whose media types begin so: see `family`.
    "application/vnd.newscorpus": "corpus.press.parsing.parser:ExportParser",
}
# Parsed by patterns whose time is known; their parsers need no watch.
QUICK: Final = frozenset({"text/plain", "text/markdown", "application/json"})
# What a file surely is, by its first bytes.
_MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PAR1", "application/vnd.apache.parquet"),
    (b"WARC/", "application/warc"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"\x7fELF", "application/x-executable"),
)
_BY_NAME: Final = {
    "txt": "text/plain",
    "text": "text/plain",
    "md": "text/markdown",
    "markdown": "text/markdown",
    "html": "text/html",
    "htm": "text/html",
    "xhtml": "application/xhtml+xml",
    "xml": "application/xml",
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "ndjson": "application/jsonl",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "epub": "application/epub+zip",
}
_ANY_MAGIC: Final = tuple(magic for magic, _ in _MAGIC)
_UNKNOWN: Final = "application/octet-stream"


def media_type(name: str, head: bytes) -> str:
    """Return the media type of a document: by its first bytes if they are certain, else by its name.

    Args:
        name: a path or URL; only its ending counts.
        head: at least the first 16 bytes.
    """
    stem, dot, ending = name.rpartition("/")[2].rpartition(".")
    named = _BY_NAME.get(ending.lower(), _UNKNOWN) if stem and dot else _UNKNOWN
    if head.startswith(_ANY_MAGIC):
        kind = next(kind for magic, kind in _MAGIC if head.startswith(magic))
        # Office documents are zips, and their names say which.
        return named if kind == "application/zip" and named.startswith("application/") else kind
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if named.startswith("text/") and start.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    return named


def family(kind: str) -> str:
    """Return the key of `PARSERS` for a media type: all pieces of exports have one."""
    return FAMILY if kind.startswith(f"{FAMILY}.") else kind
