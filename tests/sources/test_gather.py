"""What intake takes, what it tells, and that nothing drives it out of bounds."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import stat
import struct
import sys
import tarfile
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from fastwarc.warc import ArchiveIterator

from corpus.errors import InputError
from corpus.sources.entries import Item, Reason, Selection, Skipped
from corpus.sources.gather import documents, expand, lines_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = "<!doctype html><html><head><title>T</title></head><body><p>{}</p></body></html>"


def gather(*paths: Path, include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> list[Item | Skipped]:
    return list(documents(list(paths), Selection(include, exclude)))


def items(found: list[Item | Skipped]) -> dict[str, Item]:
    return {entry.source: entry for entry in found if isinstance(entry, Item)}


def reasons(found: list[Item | Skipped]) -> dict[str, Reason]:
    return {entry.source: entry.reason for entry in found if isinstance(entry, Skipped)}


def tar(members: dict[str, bytes], *others: tarfile.TarInfo) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        for info in others:
            archive.addfile(info)
    return made.getvalue()


def zipped(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def test_a_folder_is_taken_by_name_and_hidden_files_are_left(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "b").mkdir(parents=True)
    for name in ("c.txt", "a.html", "b/z.md", ".hidden"):
        (folder / name).write_text("x")
    (folder / "b" / "link.txt").symlink_to(folder / "c.txt")
    found = gather(folder)
    assert list(items(found)) == ["in/a.html", "in/b/z.md", "in/c.txt"]
    assert reasons(found) == {"in/b/link.txt": Reason.LINK}


def test_what_cannot_be_read_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.txt").write_text("x")
    os.mkfifo(folder / "pipe.txt")
    (folder / "gone.txt").symlink_to("nowhere")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text("x")
    found = gather(folder)
    assert list(items(found)) == ["in/good.txt"]
    assert set(reasons(found).values()) == {Reason.UNREADABLE}
    assert len(reasons(found)) == 3


@pytest.mark.parametrize(
    ("ending", "pack"),
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress), ("zst", zstd.compress)],
)
def test_compressed_files_and_tars(tmp_path: Path, ending: str, pack) -> None:
    (tmp_path / f"page.html.{ending}").write_bytes(pack(PAGE.encode()))
    (tmp_path / f"all.tar.{ending}").write_bytes(pack(tar({"./a/b.html": PAGE.encode(), "r.jsonl": b'{"a":1}\n'})))
    whole = pack(PAGE.encode() * 500)
    (tmp_path / f"torn.html.{ending}").write_bytes(whole[: len(whole) // 2])
    (tmp_path / f"none.html.{ending}").write_bytes(b"no such stream")
    found = gather(tmp_path)
    base = tmp_path.name
    assert {name: one.data for name, one in items(found).items()} == {
        f"{base}/page.html.{ending}": PAGE.encode(),
        f"{base}/all.tar.{ending}!a/b.html": PAGE.encode(),
        f"{base}/all.tar.{ending}!r.jsonl#1": b'{"a":1}',
    }
    assert items(found)[f"{base}/page.html.{ending}"].media_type == "text/html"
    assert reasons(found) == {f"{base}/torn.html.{ending}": Reason.TORN, f"{base}/none.html.{ending}": Reason.CORRUPT}


def test_bombs_are_reported_early(tmp_path: Path) -> None:
    zeros = bytes(100_000_000)
    (tmp_path / "bomb.html.gz").write_bytes(gzip.compress(zeros))
    (tmp_path / "bomb.zip").write_bytes(zipped({"a.html": zeros, "b.html": b"<html>"}))
    found = gather(tmp_path)
    assert sorted(reasons(found).values()) == [Reason.BOMB, Reason.BOMB]
    assert [one.data for one in items(found).values()] == [b"<html>"]


def test_names_that_lead_out_links_and_devices_in_archives(tmp_path: Path) -> None:
    link = tarfile.TarInfo("link.html")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    device = tarfile.TarInfo("device.html")
    device.type = tarfile.CHRTYPE
    names = {"../out.html": b"x", "/root.html": b"x", "good.html": b"x", "a/../../b.html": b"x"}
    (tmp_path / "a.tar").write_bytes(tar(names, link, device))
    (tmp_path / "a.zip").write_bytes(zipped(names))
    found = gather(tmp_path)
    base = tmp_path.name
    assert list(items(found)) == [f"{base}/a.tar!good.html", f"{base}/a.zip!good.html"]
    told = reasons(found)
    assert told[f"{base}/a.tar!link.html"] == Reason.LINK
    assert told[f"{base}/a.tar!device.html"] == Reason.SPECIAL
    assert sum(reason is Reason.UNSAFE_NAME for reason in told.values()) == 6
    assert not (tmp_path.parent / "out.html").exists()


def test_encrypted_nested_torn_and_empty_archives(tmp_path: Path) -> None:
    plain = bytearray(zipped({"secret.html": b"hidden words"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        where = plain.find(mark) + at
        plain[where : where + 2] = struct.pack("<H", 1)
    (tmp_path / "e.zip").write_bytes(bytes(plain))
    inner = zipped({"deep.html": b"<html>deep"})
    (tmp_path / "n.zip").write_bytes(zipped({"one.zip": inner, "two.zip": zipped({"three.zip": inner})}))
    (tmp_path / "t.tar").write_bytes(tar({"a.html": b"a" * 600, "b.html": b"b" * 6_000})[:2_500])
    (tmp_path / "z.zip").write_bytes(b"")
    (tmp_path / "z.tar").write_bytes(b"")
    found = gather(tmp_path)
    base = tmp_path.name
    assert list(items(found)) == [f"{base}/n.zip!one.zip!deep.html", f"{base}/t.tar!a.html"]
    assert reasons(found) == {
        f"{base}/e.zip!secret.html": Reason.ENCRYPTED,
        f"{base}/n.zip!two.zip!three.zip": Reason.NESTED,
        f"{base}/t.tar": Reason.TORN,
        f"{base}/z.zip": Reason.CORRUPT,
        f"{base}/z.tar": Reason.EMPTY,
    }


def test_documents_can_be_chosen(tmp_path: Path) -> None:
    for name in ("a.html", "b.txt", "c.html"):
        (tmp_path / name).write_text("x")
    (tmp_path / "z.zip").write_bytes(zipped({"d.html": b"x", "e.txt": b"x"}))
    base = tmp_path.name
    found = gather(tmp_path, include=("*.html",), exclude=("c.*",))
    assert list(items(found)) == [f"{base}/a.html", f"{base}/z.zip!d.html"]
    assert set(reasons(found).values()) == {Reason.EXCLUDED}


def test_paths_patterns_and_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b.txt", "a.txt"):
        Path(name).write_text("x")
    assert expand(["*.txt"]) == [Path("a.txt"), Path("b.txt")]
    assert expand(["-"], [b"b.txt\n", b"\n", b"a.txt"]) == [Path("b.txt"), Path("a.txt")]
    with pytest.raises(InputError, match=r"no\.txt: there is no such file") as error:
        expand(["no.txt", "*.pdf", "-"], [b"\xff\n"])
    assert len(error.value.faults) == 3


def test_an_invalid_list_of_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("x")
    assert expand(["-"], lines_of(io.BytesIO(b"a.txt\r\n\na.txt"))) == [Path("a.txt"), Path("a.txt")]
    with pytest.raises(InputError) as error:
        expand(["-"], lines_of(io.BytesIO(b"x" * 1_000_000 + b"\n\0\xff")))
    assert max(map(len, error.value.faults)) < 400


def test_a_sidecar_says_what_files_lost(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt", "c.txt"):
        (folder / name).write_text("x")
    (folder / "sources.yaml").write_text(
        "a.txt: https://example.org/a\nsub/b.txt: {url: 'https://example.org/b', date: 2020-01-02, publisher: The B}\n"
        "none.txt: https://example.org/none\n"
    )
    (folder / "sub" / "sources.csv").write_text("file,url,date\nb.txt,https://nearer.example.org/b,\n")
    found = gather(folder)
    said = {name: (one.url, one.published_date, one.publisher) for name, one in items(found).items()}
    assert said == {
        "in/a.txt": ("https://example.org/a", None, None),
        "in/sub/b.txt": ("https://nearer.example.org/b", "2020-01-02", "The B"),
        "in/c.txt": (None, None, None),
    }
    assert [str(entry) for entry in found if isinstance(entry, Skipped)] == ["in/sources.yaml: not there (none.txt)"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sources.yaml", "- {file: a.txt, link: x}"),
        ("sources.yaml", "- {url: x}"),
        ("sources.yaml", "a.txt: 7"),
        ("sources.yaml", "just words"),
        ("sources.yaml", "a: [" * 5_000),
        ("sources.csv", "file,url\na.txt\n"),
        # libyaml nests by recursion, and ends the process.
        ("sources.yaml", "a.txt:\n  " + "- " * 60_000),
        ("sources.yaml", "a.txt: {url: https://example.org/a, date: tomorrow}"),
        ("sources.yaml", "a.txt: 'javascript:alert(1)'"),
        ("sources.csv", "file,url\na.txt,https://example.org/1\na.txt,https://example.org/2\n"),
        # Each alias stands for ten of the one before.
        (
            "sources.yaml",
            "b0: {url: &b0 [lol]}\n"
            + "".join(f"b{n}: {{url: &b{n} [{', '.join([f'*b{n - 1}'] * 10)}]}}\n" for n in range(1, 12)),
        ),
    ],
)
def test_a_bad_sidecar_is_refused(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(InputError, match="Nothing was added"):
        gather(tmp_path)


def test_a_sidecar_says_what_is_written_there(tmp_path: Path) -> None:
    for name in ("010", "no", "a.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "r.csv").write_text("title\nA\n")
    (tmp_path / "sources.yaml").write_text(
        "010: {date: 2020-01-02T00:30:00+02:00}\nno: {publisher: ~}\nr.csv: {publisher: The R}\n"
    )
    (tmp_path / "sources.csv").write_text('file,publisher\r\na.txt,"The\r\nA\u2028B"\r\n')
    found = gather(tmp_path)
    said = [(one.published_date, one.publisher) for one in items(found).values()]
    assert said == [("2020-01-02T00:30:00+02:00", None), (None, "The\nA\u2028B"), (None, None), (None, None)]
    (told,) = [entry.detail for entry in found if isinstance(entry, Skipped)]
    assert told == "r.csv: it holds many documents, each with a name of its own"


def test_rows_of_every_kind_of_table(tmp_path: Path) -> None:
    rows = {"title": ["One", "Zwei"], "n": [1, None], "when": [datetime(2024, 1, 2, 3, tzinfo=UTC)] * 2,
            "day": [date(2020, 1, 1)] * 2, "tags": [["a"], []], "bytes": [b"x", b"y"]}  # fmt: skip
    frame = pl.DataFrame(rows)
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ipc(tmp_path / "b.arrow")
    frame.write_ipc_stream(tmp_path / "c.feather")
    (tmp_path / "d.jsonl").write_bytes(b'\xef\xbb\xbf{"title": "One"}\r\n\r\n{"title":"Zwei"}')
    (tmp_path / "e.json").write_text('[{"title": "One"}, {"title": "Zwei"}]')
    (tmp_path / "f.csv").write_bytes('title,text\nOne,"a\nb"\nZwei,ü\n'.encode() + "Drei,ü\n".encode("cp1252"))
    (tmp_path / "g.tsv").write_text("title\ttext\nOne\t\n")
    (tmp_path / "h.json").write_text('{"title": "Alone"}')
    (tmp_path / "i.parquet.gz").write_bytes(gzip.compress((tmp_path / "a.parquet").read_bytes()))
    found = {name.partition("/")[2]: json.loads(one.data) for name, one in items(gather(tmp_path)).items()}
    whole = {"title": "One", "n": 1, "when": "2024-01-02T03:00:00Z", "day": "2020-01-01", "tags": ["a"]}
    assert found["a.parquet#1"] == found["b.arrow#1"] == found["c.feather#1"] == found["i.parquet.gz#1"] == whole
    assert found["a.parquet#2"]["n"] is None
    assert found["d.jsonl#1"] == {"title": "One"}
    assert found["d.jsonl#3"] == found["e.json#2"] == {"title": "Zwei"}
    assert found["f.csv#1"] == {"title": "One", "text": "a\nb"}
    assert found["f.csv#3"] == {"title": "Drei", "text": "ü"}
    assert found["g.tsv#1"] == {"title": "One"}
    assert found["h.json"] == {"title": "Alone"}


def test_hostile_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("rows", "separated"):
        monkeypatch.setattr(f"corpus.sources.{module}.MOST_ROW_BYTES", 1_000_000)
    (tmp_path / "columns.csv").write_text(",".join(map(str, range(200_000))) + "\n1\n")
    (tmp_path / "deep.json").write_text("[" * 200_000)
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "empty.parquet").write_bytes(b"")
    (tmp_path / "line.jsonl").write_bytes(b"x" * 5_000_000 + b'\n{"title": "after"}\n' + b"y" * 3_000_000)
    (tmp_path / "none.parquet").write_bytes(b"PAR1 and then nothing of the kind PAR1")
    (tmp_path / "quote.csv").write_text('title\n"' + "x" * 2_000_000)
    (tmp_path / "ragged.csv").write_text("title,text\nOne\nTwo,b\nThree,c,d\n")
    pl.DataFrame({"b": [b"x"]}).write_parquet(tmp_path / "bytes.parquet")
    torn = pa.BufferOutputStream()
    with pa.ipc.new_stream(torn, pa.schema([("title", pa.string())])) as stream:
        for _ in range(3):
            stream.write_batch(pa.record_batch([["a" * 1_000]], names=["title"]))
    (tmp_path / "torn.arrow").write_bytes(torn.getvalue().to_pybytes()[:-900])
    found = gather(tmp_path)
    base = tmp_path.name
    assert list(items(found)) == [
        f"{base}/deep.json", f"{base}/line.jsonl#2", f"{base}/ragged.csv#2", f"{base}/torn.arrow#1", f"{base}/torn.arrow#2",
    ]  # fmt: skip
    assert reasons(found) == {
        f"{base}/bytes.parquet": Reason.CORRUPT,
        f"{base}/columns.csv": Reason.TOO_LARGE,
        f"{base}/empty.csv": Reason.EMPTY,
        f"{base}/empty.parquet": Reason.CORRUPT,
        f"{base}/line.jsonl#1": Reason.TOO_LARGE,
        f"{base}/line.jsonl#3": Reason.TOO_LARGE,
        f"{base}/none.parquet": Reason.CORRUPT,
        f"{base}/quote.csv": Reason.TOO_LARGE,
        f"{base}/ragged.csv#1": Reason.CORRUPT,
        f"{base}/ragged.csv#3": Reason.CORRUPT,
        f"{base}/torn.arrow": Reason.CORRUPT,
    }


def record(
    number: int,
    body: bytes,
    kind: str = "text/html",
    *,
    headers: str = "",
    record_type: str = "response",
    length: int = 0,
) -> bytes:
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{headers}\r\n".encode() + body
    head = (
        f"WARC/1.0\r\nWARC-Type: {record_type}\r\nWARC-Record-ID: <urn:uuid:{number:032}>\r\n"
        f"WARC-Date: 2023-01-0{number}T06:00:00Z\r\nWARC-Target-URI: https://example.com/{number}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {length or len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def pages(*numbers: int) -> list[bytes]:
    return [record(number, PAGE.format(f"page {number} " * 50).encode()) for number in numbers]


def test_a_warc_date_in_the_future_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc"
    path.write_bytes(pages(1)[0].replace(b"Date: 2023", b"Date: 9999"))
    assert [one.captured_at for one in items(gather(path)).values()] == [None]


@pytest.mark.parametrize(("ending", "pack"), [("", bytes), (".gz", gzip.compress), (".zst", zstd.compress)])
def test_warc_responses_with_their_provenance(tmp_path: Path, ending: str, pack) -> None:
    records = [
        *pages(1),
        record(2, b"PNG", "image/png"),
        record(3, gzip.compress(PAGE.encode()), headers="Content-Encoding: gzip\r\n"),
        record(4, b"asked", record_type="request"),
        record(5, b"", headers="X-Empty: yes\r\n"),
    ]
    path = tmp_path / f"crawl.warc{ending}"
    path.write_bytes(b"".join(map(pack, records)))
    found = gather(path)
    taken = list(items(found).values())
    assert [one.url for one in taken] == ["https://example.com/1", "https://example.com/3"]
    assert taken[0].captured_at == datetime(2023, 1, 1, 6, tzinfo=UTC)
    assert taken[0].status == 200
    assert ("Content-Type", "text/html") in taken[0].headers
    assert taken[1].data == PAGE.encode()
    assert sorted(reasons(found).values()) == [Reason.EMPTY, Reason.NOT_TEXT]
    # The source is where the record begins.
    for one in taken:
        with path.open("rb") as file:
            file.seek(int(one.source.rpartition("#")[2]))
            assert next(iter(ArchiveIterator(file))).headers["WARC-Target-URI"] == one.url


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_damaged_warcs_give_the_rest(tmp_path: Path, pack) -> None:
    ending = "" if pack is bytes else ".gz"
    packed = [pack(one) for one in pages(1, 2, 3)]
    cut = tmp_path / f"cut.warc{ending}"
    cut.write_bytes(packed[0] + packed[1][:-40])
    found = gather(cut)
    assert [one.url for one in items(found).values()] == ["https://example.com/1"]
    assert len(reasons(found)) == 1
    if ending:
        flipped = bytearray(b"".join(packed))
        flipped[len(packed[0]) + 60] ^= 0xFF
    else:
        flipped = bytearray(packed[0] + record(2, b"<html>short", length=10**12) + packed[2])
    path = tmp_path / f"flip.warc{ending}"
    path.write_bytes(bytes(flipped))
    found = gather(path)
    assert [one.url for one in items(found).values()] == ["https://example.com/1", "https://example.com/3"]
    assert len(reasons(found)) == 1


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstd.compress])
@pytest.mark.parametrize("left", [3, 12, 30, 90])
def test_a_warc_that_ends_within_a_header_is_reported(tmp_path: Path, pack, left: int) -> None:
    ending = {bytes: "", gzip.compress: ".gz"}.get(pack, ".zst")
    first, second = map(pack, pages(1, 2))
    (tmp_path / f"a.warc{ending}").write_bytes(first + second[:left])
    found = gather(tmp_path)
    assert [one.url for one in items(found).values()] == ["https://example.com/1"]
    assert set(reasons(found).values()) <= {Reason.TORN, Reason.CORRUPT}
    assert len(reasons(found)) == 1


def test_what_is_no_record_of_a_warc_is_reported(tmp_path: Path) -> None:
    # Their headers are read; their lengths are those that they had with other line ends.
    (tmp_path / "lines.warc").write_bytes(b"".join(pages(1, 3)).replace(b"\r\n", b"\n"))
    (tmp_path / "none.warc").write_bytes(b"\r\n" * 9)
    (tmp_path / "type.warc").write_bytes(
        b"".join(pages(1, 2)).replace(b"WARC-Type: response", b"WARC-Type: respknse", 1)
    )
    found = gather(tmp_path)
    assert [one.url for one in items(found).values()] == ["https://example.com/1", "https://example.com/2"]
    assert list(reasons(found).values()) == [Reason.TORN, Reason.CORRUPT, Reason.CORRUPT]


def test_a_zip_whose_members_are_the_same_bytes_is_a_bomb(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"a" * 10_000_000)
    data = packed.getvalue()
    begin, end = data.index(b"PK\1\2"), data.index(b"PK\5\6")
    counted = bytearray(data[end:])
    struct.pack_into("<HHI", counted, 8, 3_000, 3_000, (end - begin) * 3_000)
    (tmp_path / "a.zip").write_bytes(data[:begin] + data[begin:end] * 3_000 + counted)
    found = gather(tmp_path)
    assert len(items(found)) < 10
    assert reasons(found) == {f"{tmp_path.name}/a.zip": Reason.BOMB}


def test_an_unreadable_folder_is_reported(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads everything")
    folder = tmp_path / "in" / "closed"
    folder.mkdir(parents=True)
    folder.chmod(stat.S_IWUSR)
    try:
        assert list(reasons(gather(tmp_path / "in")).values()) == [Reason.UNREADABLE]
    finally:
        folder.chmod(stat.S_IRWXU)


RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Site</title><language>en</language>
<item><title>Whole</title><link>https://example.com/1</link><pubDate>Mon, 06 May 2024 10:00:00 +0200</pubDate>
<dc:creator>Jane Doe</dc:creator><category>Trams</category><description>Short.</description>
<content:encoded><![CDATA[<p>The whole text &amp; more.</p>]]></content:encoded></item>
<item><title>Teaser</title><link>https://example.com/2</link><description>Short.</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Site</title>
<entry><title>Ganz</title><link rel="self" href="https://example.com/self"/><link href="https://example.com/3"/>
<published>2024-05-06T10:00:00Z</published><author><name>Max Muster</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Der ganze Text.</p></div></content></entry></feed>"""
JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "items": [{"id": "1", "url": "https://example.com/4", "title": "Json", "content_html": "<p>Text.</p>",
               "date_published": "2024-05-06T10:00:00Z", "authors": [{"name": "Jo Doe"}]}, {"id": "2"}],
}  # fmt: skip


def test_feeds_give_their_entries(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(RSS)
    (tmp_path / "b.xml").write_text(ATOM)
    (tmp_path / "c.json").write_text(json.dumps(JSON_FEED))
    (tmp_path / "d.xml").write_text("<note>no feed</note>")
    found = gather(tmp_path)
    base = tmp_path.name
    taken = items(found)
    assert list(taken) == [f"{base}/a.rss#1", f"{base}/b.xml#1", f"{base}/c.json#1", f"{base}/d.xml"]
    assert json.loads(taken[f"{base}/a.rss#1"].data) == {
        "title": "Whole", "url": "https://example.com/1", "date": "Mon, 06 May 2024 10:00:00 +0200",
        "description": "Short.", "content_html": "<p>The whole text &amp; more.</p>", "authors": ["Jane Doe"],
        "tags": ["Trams"], "language": "en",
    }  # fmt: skip
    atom = json.loads(taken[f"{base}/b.xml#1"].data)
    assert atom["url"] == "https://example.com/3"
    assert "<p>Der ganze Text.</p>" in atom["content_html"]
    assert atom["language"] == "de"
    assert taken[f"{base}/c.json#1"].url == "https://example.com/4"
    assert reasons(found) == {f"{base}/a.rss#2": Reason.SUMMARY, f"{base}/c.json#2": Reason.SUMMARY}


def test_a_row_about_feeds_is_no_feed(tmp_path: Path) -> None:
    row = json.dumps({"title": "T", "version": "https://jsonfeed.org/version/1", "text": "jsonfeed.org/version/1"})
    (tmp_path / "a.jsonl").write_text(row + "\n")
    (tmp_path / "b.json").write_text('{"title": "T", "text": "See https://jsonfeed.org/version/1.1 for more."}')
    found = items(gather(tmp_path))
    assert [entry.data for entry in found.values()] == [row.encode(), (tmp_path / "b.json").read_bytes()]


def test_a_feed_with_half_a_character_in_its_address(tmp_path: Path) -> None:
    entry = {"url": "https://example.com/\ud800", "content_html": "<p>A</p>"}
    (tmp_path / "a.json").write_text(json.dumps({"version": "https://jsonfeed.org/version/1", "items": [entry]}))
    (found,) = items(gather(tmp_path)).values()
    assert found.url == "https://example.com/?"


def test_hostile_feeds(tmp_path: Path) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    (tmp_path / "laughs.rss").write_text(
        f"<!DOCTYPE rss [{laughs}]><rss><channel><item><title>&l11;</title></item></channel></rss>"
    )
    (tmp_path / "file.rss").write_text(
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><title>t</title>'
        "<encoded>text &x;</encoded></item></rss>"
    )
    (tmp_path / "deep.rss").write_text("<rss>" + "<item>" * 100_000)
    (tmp_path / "none.rss").write_text("<rss></rss>")
    (tmp_path / "list.json").write_text('{"version": "https://jsonfeed.org/version/1", "items": 7}')
    found = gather(tmp_path)
    assert b"root:" not in b"".join(one.data for one in items(found).values())
    assert max((len(one.data) for one in items(found).values()), default=0) < 1_000
    told = reasons(found)
    base = tmp_path.name
    assert told[f"{base}/none.rss"] == Reason.EMPTY
    assert told[f"{base}/list.json"] == Reason.CORRUPT
    assert f"{base}/laughs.rss#1" in told
