"""Small inputs of every kind that `corpus add` reads, and the changes that make hostile ones of them."""

from __future__ import annotations

import bz2
import functools
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_TEXT: Final = "The council approved a new tram line on Monday after four hours of debate. " * 3
_PAGE: Final = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Tram line | Paper</title>
<meta property="og:title" content="Tram line"><link rel="canonical" href="https://example.com/2020/01/02/tram">
<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "Tram line", "datePublished":
"2020-01-02T03:04:05+02:00", "author": [{{"@type": "Person", "name": "Jane Example"}}]}}</script></head>
<body><nav><a href="/">Home</a></nav><article><h1>Tram line</h1><p class="byline">By Jane Example</p>
<time datetime="2020-01-02">2 January 2020</time><p>{_TEXT}</p><h2>More</h2><ul><li>One</li></ul>
<table><tr><td>{_TEXT}</td></tr></table><blockquote><p>{_TEXT}</p></blockquote><img src="a.jpg" alt="x">
</article></body></html>"""
_PLAIN: Final = (
    f"Tram line\n\nBy Jane Example\n\nJanuary 2, 2020\n\n{_TEXT}\n\nOriginal url:\n\n<https://example.com/t>\n"
)
_FRONT: Final = f"---\ntitle: Tram line\ndate: 2020-01-02\nauthors: [Jane Example, &a Bob]\ntags: {{x: *a}}\n---\n\n# Tram\n\n{_TEXT}\n"
_TOML: Final = f'+++\ntitle = "Tram line"\ndate = 2020-01-02T03:04:05Z\n+++\n\n{_TEXT}\n'
_ROWS: Final = [
    {
        "title": f"Tram {number}",
        "text": _TEXT,
        "url": f"https://example.com/{number}",
        "date": "2020-01-02",
        "tags": ["a"],
    }
    for number in range(4)
]
_RSS: Final = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Paper</title><item><title>Tram</title><link>https://example.com/t</link><pubDate>Thu, 02 Jan 2020 03:04:05 GMT</pubDate>
<content:encoded><![CDATA[<p>{_TEXT}</p>]]></content:encoded></item></channel></rss>"""
_ATOM: Final = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Paper</title><entry><title>Tram</title>
<id>x</id><link href="https://example.com/t"/><updated>2020-01-02T03:04:05Z</updated>
<content type="html">&lt;p&gt;{_TEXT}&lt;/p&gt;</content></entry></feed>"""


@functools.cache
def samples() -> dict[str, bytes]:
    """Return an input of every kind, by file name. The same bytes every time, but for what a library's version decides."""
    lines = "".join(json.dumps(row) + "\n" for row in _ROWS)
    flat = [{**row, "tags": "a"} for row in _ROWS]
    csv = "title,text,url,date\n" + "".join(
        f'{row["title"]},"{row["text"]}",{row["url"]},{row["date"]}\n' for row in flat
    )
    texts = {
        "page.html": _PAGE, "plain.txt": _PLAIN, "front.md": _FRONT, "toml.md": _TOML, "rows.jsonl": lines,
        "rows.json": json.dumps(_ROWS), "nested.json": json.dumps({"data": {"items": _ROWS}}), "rows.csv": csv,
        "rows.tsv": csv.replace(",", "\t"), "feed.rss": _RSS, "feed.xml": _ATOM,
        "feed.json": json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "P", "items": [
            {"id": "1", "url": "https://example.com/1", "title": "Tram", "content_html": f"<p>{_TEXT}</p>"}]}),
    }  # fmt: skip
    found = {name: text.encode() for name, text in texts.items()}
    found["wide.csv"] = csv.encode("utf-16")
    found |= _tables()
    found["page.warc"] = _warc()
    found["page.warc.gz"] = gzip.compress(found["page.warc"], mtime=0)
    members = {name: found[name] for name in ("page.html", "rows.jsonl", "plain.txt")}
    found["all.zip"] = _zip(members)
    found["all.tar"] = _tar(members)
    found["all.tar.gz"] = gzip.compress(found["all.tar"], mtime=0)
    found["zip.zip"] = _zip({"inner.zip": found["all.zip"], "a.tar": found["all.tar"]})
    found["page.html.gz"] = gzip.compress(found["page.html"], mtime=0)
    found["plain.txt.bz2"] = bz2.compress(found["plain.txt"])
    found["rows.jsonl.xz"] = lzma.compress(found["rows.jsonl"])
    return found


def _tables() -> dict[str, bytes]:
    import pyarrow as pa
    import pyarrow.ipc
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist(_ROWS)
    coded = table.set_column(0, "title", table["title"].dictionary_encode())
    found: dict[str, bytes] = {}
    for name, compression in (("rows.parquet", "snappy"), ("zstd.parquet", "zstd"), ("none.parquet", "none")):
        target = io.BytesIO()
        pq.write_table(table, target, compression=compression, row_group_size=2)
        found[name] = target.getvalue()
    for name, made in (("rows.arrow", table), ("coded.arrow", coded)):
        target = io.BytesIO()
        with pyarrow.ipc.new_file(target, made.schema) as writer:
            writer.write_table(made)
        found[name] = target.getvalue()
    target = io.BytesIO()
    with pyarrow.ipc.new_stream(target, table.schema) as writer:
        writer.write_table(table)
    return found | {"stream.arrow": target.getvalue()}


def _warc() -> bytes:
    records = []
    for number in range(3):
        body = _PAGE.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
        block = head.encode() + body
        fields = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-00000000000{number}>\r\n"
            f"WARC-Date: 2020-01-02T03:04:0{number}Z\r\nWARC-Target-URI: https://example.com/{number}\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n"
        )
        records.append(fields.encode() + block + b"\r\n\r\n")
    return b"".join(records)


def _zip(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _tar(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


# What parsers trip over, to be put in anywhere.
TOKENS: Final = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\\ud800", b"\xe2\x80\xae", b"\r", b"\n\n", b"\t", b'"', b"'",
    b"<", b">", b"</", b"<!--", b"<![CDATA[", b"]]>", b"<table>", b"<svg>", b"<template>", b"<plaintext>", b"<a href='",
    b"&#x110000;", b"&#0;", b"&amp", b"<!ENTITY x SYSTEM 'file:///etc/passwd'>", b"<!DOCTYPE x [<!ENTITY a '&a;&a;'>]>",
    b"[", b"]", b"{", b"}", b"[[[[", b"{}{}", b",", b":", b"null", b"NaN", b"Infinity", b"1e999", b"-0", b"9" * 400,
    b"0000-00-00", b"9999-12-31T23:59:60+99:99", b"-1", b"18446744073709551616", b"4294967295", b"Content-Length: 1e9\r\n",
    b"Content-Length: 99999999999999\r\n", b"WARC/1.0\r\n", b"&a ", b"*a", b"<<: *a\n", b"!!python/object/apply:os.system [id]",
    b"---\n", b"...\n", b"? ", b"|+9\n", b"+++\n", b"../../etc/passwd", b"%00", b"http://[::1", b"https://\xc3\xa9.\xff/",
    b"PAR1", b"ARROW1", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"BZh9", b"\xfd7zXZ\0", b"(\xb5/\xfd",
)  # fmt: skip
# However often a piece is repeated, an input grows to this at most.
MOST_BYTES: Final = 400_000


def mutate(data: bytes, others: list[bytes], draw: random.Random) -> bytes:
    """Return an input with one to eight changes: bits, bytes, pieces moved, repeated, cut off, or of another input."""
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4, 8))):
        draw.choice(_CHANGES)(changed, others, draw)
    return bytes(changed[:MOST_BYTES])


def _place(data: bytearray, draw: random.Random) -> int:
    # Half of all changes near an end, where the headers and footers of binary formats are.
    size = len(data)
    if not size or draw.random() < 0.5:
        return draw.randint(0, size)
    return draw.choice((draw.randint(0, min(size, 200)), draw.randint(max(0, size - 600), size)))


def _flip(data: bytearray, _: list[bytes], draw: random.Random) -> None:
    if data:
        data[min(_place(data, draw), len(data) - 1)] ^= 1 << draw.randrange(8)


def _extreme(data: bytearray, _: list[bytes], draw: random.Random) -> None:
    at, size = _place(data, draw), draw.choice((1, 2, 4, 8))
    data[at : at + size] = draw.choice((b"\xff", b"\0", b"\x7f", b"\x80")) * size


def _insert(data: bytearray, _: list[bytes], draw: random.Random) -> None:
    at = _place(data, draw)
    data[at:at] = draw.choice(TOKENS) * draw.choice((1, 1, 1, 2, 50, 2_000))


def _delete(data: bytearray, _: list[bytes], draw: random.Random) -> None:
    at = _place(data, draw)
    del data[at : at + draw.choice((1, 4, 30, 500))]


def _repeat(data: bytearray, _: list[bytes], draw: random.Random) -> None:
    at, size = _place(data, draw), draw.choice((1, 8, 60, 400))
    data[at:at] = bytes(data[at : at + size]) * draw.choice((1, 3, 100, 5_000))
    del data[2 * MOST_BYTES :]


def _truncate(data: bytearray, _: list[bytes], draw: random.Random) -> None:
    del data[_place(data, draw) :]


def _splice(data: bytearray, others: list[bytes], draw: random.Random) -> None:
    other = draw.choice(others)
    begin = draw.randint(0, len(other))
    at = _place(data, draw)
    data[at:at] = other[begin : begin + draw.choice((8, 100, 2_000))]


_CHANGES: Final[tuple[Callable[[bytearray, list[bytes], random.Random], None], ...]] = (
    _flip, _flip, _flip, _extreme, _insert, _insert, _delete, _repeat, _truncate, _splice,
)  # fmt: skip
