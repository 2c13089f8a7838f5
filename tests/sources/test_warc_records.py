"""WARC records of every type: which are documents, and that the others are told."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from corpus.sources.entries import Item, Reason, Selection, Skipped
from corpus.sources.gather import documents

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PAGE = "<html><title>A</title><p>Words of it.</p></html>"


def record(kind: str, body: str, content_type: str, url: str = "https://example.com/a", end: str = "\r\n") -> bytes:
    lines = [
        "WARC/1.0", f"WARC-Type: {kind}", "WARC-Record-ID: <urn:uuid:1>", "WARC-Date: 2023-01-01T06:00:00Z",
        f"WARC-Target-URI: {url}", f"Content-Type: {content_type}", f"Content-Length: {len(body.encode())}",
    ]  # fmt: skip
    return "\r\n".join([*lines, "", body, "", ""]).encode()


def response(content_type: str, more: str = "", end: str = "\r\n") -> bytes:
    headers = end.join(["HTTP/1.1 200 OK", f"Content-Type: {content_type}", *([more] if more else []), "", PAGE])
    return record("response", headers, "application/http; msgtype=response")


def gather(path: Path, *records: bytes) -> tuple[list[Item], list[Skipped]]:
    (path / "a.warc").write_bytes(b"".join(records))
    found = list(documents([path / "a.warc"], Selection()))
    return [one for one in found if isinstance(one, Item)], [one for one in found if isinstance(one, Skipped)]


@pytest.mark.parametrize(
    ("kind", "content_type", "body", "taken"),
    [
        ("resource", "text/html", PAGE, "text/html"), ("resource", "text/html; charset=utf-8", PAGE, "text/html"), ("resource", "application/xhtml+xml", PAGE, "application/xhtml+xml"),
        ("resource", "text/plain", "Words.", "text/plain"), ("conversion", "text/plain", "Words.", "text/plain"), ("conversion", '"Text/Plain"', "Words.", "text/plain"),
    ],
)  # fmt: skip
def test_records_that_hold_documents_themselves(
    tmp_path: Path, kind: str, content_type: str, body: str, taken: str
) -> None:
    ((one,), skipped) = gather(tmp_path, record(kind, body, content_type))
    assert (one.data.decode(), one.media_type, one.url, skipped) == (body, taken, "https://example.com/a", [])
    assert one.captured_at is not None


@pytest.mark.parametrize(
    ("kind", "content_type", "url"),
    [
        ("revisit", "application/http", "https://example.com/a"), ("metadata", "text/plain", "https://example.com/a"), ("request", "application/http; msgtype=request", "https://example.com/a"),
        ("resource", "image/png", "https://example.com/a"), ("resource", "text/plain", "urn:text:https://example.com/a"), ("conversion", "text/plain", "urn:pageinfo:x"), ("warcinfo", "application/warc-fields", ""),
        ("resource", "text/html", "file:///home/a.html"),
    ],
)  # fmt: skip
def test_without_a_document_there_is_a_reason(tmp_path: Path, kind: str, content_type: str, url: str) -> None:
    taken, (told,) = gather(tmp_path, *[record(kind, "GET / HTTP/1.1\r\n\r\n", content_type, url)] * 2)
    assert (taken, told.reason) == ([], Reason.NO_DOCUMENT)
    assert f"2 {kind}" in told.detail


def test_what_is_beside_documents_is_not_reported(tmp_path: Path) -> None:
    taken, told = gather(
        tmp_path, record("warcinfo", "a", "text/plain"), response("text/html"), record("request", "b", "text/plain")
    )
    assert (len(taken), told) == (1, [])
    taken, told = gather(tmp_path, response("text/html"), record("revisit", "b", "application/http"))
    assert (len(taken), [one.detail for one in told]) == (1, ["records of other types: 1 revisit"])


@pytest.mark.parametrize(
    "lines",
    [
        "HTTP/1.1 200 OK\nContent-Type: text/html\n\n", "HTTP/1.1 200 OK\r\nContent-Type: text/html\n\n", "HTTP/1.1 200 OK\nContent-Type: text/html\r\n\r\n", "HTTP/1.1 200 OK\nContent-Type: text/html\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\n", "HTTP/1.1 200\nContent-Type: text/html\n\n", "HTTP/1.1 200 OK\n\n", "HTTP/1.1 200 OK\nX: 1\nContent-Type: text/html\n\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_record_too", [False, True])
def test_headers_whose_lines_end_with_a_line_feed(tmp_path: Path, lines: str, is_record_too: bool) -> None:
    body = f"{PAGE}\r\n\r\n<p>More.</p>\n\n"
    one = record("response", f"{lines}{body}", "application/http; msgtype=response")
    if is_record_too:
        head, rest = one.split(b"\r\n\r\n", 1)
        one = head.replace(b"\r\n", b"\n") + b"\n\n" + rest
    taken, told = gather(tmp_path, one, one)
    assert ([item.data.decode() for item in taken], told) == ([body] * 2, [])
    assert {item.status for item in taken} == {200}


def with_line_feeds(one: bytes) -> bytes:
    head, body = one.split(b"\r\n\r\n", 1)
    return head.replace(b"\r\n", b"\n") + b"\n\n" + body.removesuffix(b"\r\n\r\n") + b"\n\n"


def with_length(one: bytes, more: int) -> bytes:
    length = int(one.split(b"Content-Length: ")[1].split()[0])
    return one.replace(b"Content-Length: %d" % length, b"Content-Length: %d" % (length + more))


@pytest.mark.parametrize("more", [60, 150, 10**12, -5])
@pytest.mark.parametrize("form", [bytes, with_line_feeds])
def test_a_length_that_is_wrong_costs_its_own_record(tmp_path: Path, form: Callable[[bytes], bytes], more: int) -> None:
    one = form(response("text/html"))
    taken, lost = gather(tmp_path, one, with_length(one, more), one, one)
    assert len(taken) >= 3 if more == -5 else len(taken) == 3
    assert len(lost) == (0 if more == -5 else 1)


def test_a_text_about_warcs_is_no_damage(tmp_path: Path) -> None:
    text = "A record begins so:\n\nWARC/1.0\nWARC-Type: response\nContent-Length: 5\n\nabc"
    taken, lost = gather(tmp_path, record("resource", text, "text/plain"), response("text/html"))
    assert (len(taken), lost) == (2, [])


@pytest.mark.parametrize(
    ("content_type", "more", "end"),
    [
        ("text/html, text/html", "", "\r\n"), ('"text/html"', "", "\r\n"), ("text/html; charset=x, text/html", "", "\r\n"), ("text/html", "Content-Encoding: ISO-8859-1", "\r\n"),
        ("text/html", "Content-Encoding: utf-8", "\r\n"), ("text/html", 'Content-Encoding: "UTF8"', "\r\n"), ("TEXT/HTML ;charset=utf-8", "", "\r\n"), ("text/html", "Content-Encoding: none", "\r\n"),
    ],
)  # fmt: skip
def test_headers_as_servers_write_them(tmp_path: Path, content_type: str, more: str, end: str) -> None:
    ((one,), told) = gather(tmp_path, response(content_type, more, end))
    assert (one.data.decode(), one.media_type, told) == (PAGE, "text/html", [])


@pytest.mark.parametrize(
    ("one", "body"),
    [
        (
            response("text/html").replace(b"WARC-Type", b"warc-type").replace(b"WARC-Target-URI", b"warc-target-uri"),
            PAGE,
        ),
        (record("response", PAGE, "text/html"), PAGE),
        (response("application/html"), PAGE),
        (response("html"), PAGE),
    ],
)
def test_records_and_headers_in_other_forms(tmp_path: Path, one: bytes, body: str) -> None:
    ((item,), skipped) = gather(tmp_path, one)
    assert (item.data.decode(), item.media_type, item.url, skipped) == (body, "text/html", "https://example.com/a", [])


def test_a_body_that_is_compressed_without_a_header(tmp_path: Path) -> None:
    body = gzip.compress(PAGE.encode())
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    one = record("response", "x" * len(head + body), "application/http; msgtype=response").replace(
        b"x" * len(head + body), head + body
    )
    ((item,), skipped) = gather(tmp_path, one)
    assert (item.data.decode(), skipped) == (PAGE, [])


def test_a_lookup_of_a_name_is_no_damage(tmp_path: Path) -> None:
    taken, (skipped,) = gather(
        tmp_path, record("response", "20230101\nx. 1 IN A 1.2.3.4", "text/dns", "dns:example.com")
    )
    assert (taken, skipped.reason) == ([], Reason.NO_DOCUMENT)
