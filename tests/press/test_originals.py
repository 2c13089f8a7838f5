"""The files of exports, kept once with their batch; and cut where an article is withdrawn."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from pathlib import Path

import pytest

from corpus.batches.withdrawals import Kind, Tombstones, Withdrawal, hashed
from corpus.press import originals
from corpus.press.excision import cut
from corpus.press.originals import Original, Originals
from corpus.sources.entries import Item, Selection, Skipped
from corpus.sources.gather import documents
from corpus.sources.refusing import without_withdrawn
from tests.press.test_exports import text_export

MADE = Path(__file__).parent.parent / "golden" / "exports"
# Kinds whose pieces are bytes of the file.
CUT = (
    "ebsco.html", "europresse.html", "europresse_print.html", "factiva.html", "factiva.txt", "factiva_plain.txt",
    "gale.html", "gale.txt", "genios.html", "lexisnexis.txt",
    "newsbank.txt", "pressreader.txt", "pressreader_print.txt", "proquest.html", "proquest_print.html", "records.ris",
    "yomidasu.html",
)  # fmt: skip
# Others, of which no part can be left: they are compressed or encoded, or list their titles.
GONE = (
    "nexis_uni.docx",
    "nexis_uni.rtf",
    "bigkinds.xlsx",
    "integrum.xlsx",
    "europresse.docx",
    "factiva.rtf",
    "genios.txt",
    "integrum.html",
)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def pieces(path: Path) -> list[Item]:
    return [entry for entry in documents([path], Selection()) if isinstance(entry, Item)]


def kept(
    paths: list[Path], folder: Path, *, known: set[str] = frozenset(), gone: set[str] = frozenset(), limit: int = 999
) -> list[Original]:
    """What is kept of some files, where some documents are known or withdrawn."""
    folder.mkdir(exist_ok=True)
    record = Withdrawal(date(2026, 11, 26), "-", frozenset(hashed(Kind.DOCUMENT, one) for one in gone))
    tombstones = Tombstones((record,)) if gone else Tombstones(())
    keeper = Originals(folder, {}, tombstones)
    for number, entry in enumerate(without_withdrawn(documents(paths, Selection(), keeper), tombstones), 1):
        is_new = isinstance(entry, Item) and sha256(entry.data) not in known
        keeper.note(entry, is_new=is_new)
        if number == limit:
            break
    finished = keeper.finish("batch")
    return list(originals.listed(finished[1])) if finished else []


def bytes_of(folder: Path, one: Original) -> bytes:
    made = io.BytesIO()
    assert originals.write_to(folder / "originals.parquet", one.sha256, made) == one.size
    return made.getvalue()


@pytest.mark.parametrize("name", [*CUT, *GONE])
def test_the_file_is_kept_as_it_was_with_the_ids_of_its_documents(name, tmp_path):
    (found,) = kept([MADE / name], tmp_path / "at")
    data = (MADE / name).read_bytes()
    assert (found.sha256, found.size) == (sha256(data), len(data))
    assert bytes_of(tmp_path / "at", found) == data
    assert found.ids == {sha256(item.data) for item in pieces(MADE / name)}


def test_a_file_is_kept_once_and_only_if_it_brings_something_new(tmp_path):
    export = tmp_path / "one.txt"
    export.write_text(text_export())
    again = tmp_path / "two.txt"
    again.write_text(text_export())
    page = tmp_path / "three.txt"
    page.write_text("A page of its own\n\nThis is no export.\n")
    assert len(kept([export, again, page], tmp_path / "a")) == 1
    known = {sha256(item.data) for item in pieces(export)}
    assert kept([export], tmp_path / "b", known=known) == []
    # The same articles with other numbers.
    export.write_text(text_export().replace("of 3 DOC", "of 300 DOC"))
    assert kept([export], tmp_path / "c", known=known) == []
    assert len(kept([export], tmp_path / "d", known=set(list(known)[1:]))) == 1
    # Not all of it was read.
    assert kept([export], tmp_path / "e", limit=2) == []


def test_a_file_of_more_than_memory_holds_is_streamed(tmp_path, monkeypatch):
    monkeypatch.setattr("corpus.sources.gather._STREAMED", 1_000)
    monkeypatch.setattr(originals, "_CHUNK", 700)
    monkeypatch.setattr(originals, "_GROUP_BYTES", 2_000)
    monkeypatch.setattr(originals, "_IDS_A_ROW", 3)
    export = tmp_path / "long.txt"
    export.write_text(text_export(count=20))
    (found,) = kept([export], tmp_path / "at")
    assert bytes_of(tmp_path / "at", found) == export.read_bytes()
    assert len(found.ids) == 20
    # A piece of a streamed export is not looked into again.
    assert [item.source.count("#") for item in pieces(export)] == [1] * 20


@pytest.mark.parametrize("name", CUT)
def test_a_piece_is_cut_where_it_is_bytes_of_the_file(name, tmp_path):
    gone, *stay = pieces(MADE / name)
    path = tmp_path / "copy"
    path.write_bytes((MADE / name).read_bytes())
    assert cut(path, name, lambda item: item.data == gone.data)
    assert gone.data not in path.read_bytes()
    renamed = path.rename(tmp_path / name)
    # Of some kinds the number of the piece is left, with nothing behind it.
    assert {item.data for item in pieces(renamed) if item.data} == {item.data for item in stay}


@pytest.mark.parametrize("name", GONE)
def test_of_other_kinds_nothing_is_left(name, tmp_path):
    path = tmp_path / name
    path.write_bytes((MADE / name).read_bytes())
    gone = pieces(path)[0]
    assert not cut(path, name, lambda item: item.data == gone.data)


def test_a_file_that_mentions_the_article_elsewhere_goes(tmp_path):
    path = tmp_path / "listed.txt"
    listed = "The Harbour Gazette\n\n1. Fog closes   pier number 2\n\n\n"
    path.write_text(listed + text_export())
    gone = pieces(path)[1]
    assert not cut(path, path.name, lambda item: item.data == gone.data)
    path.write_text(text_export())
    assert cut(path, path.name, lambda item: item.data == gone.data)
    # Nothing would be left, or nothing is to be cut.
    assert not cut(path, path.name, lambda _: True)
    assert not cut(path, path.name, lambda _: False)


def test_what_was_withdrawn_before_is_not_kept(tmp_path):
    export = tmp_path / "one.txt"
    export.write_text(text_export())
    gone = pieces(export)[1].data
    (found,) = kept([export], tmp_path / "at", gone={sha256(gone)})
    data = bytes_of(tmp_path / "at", found)
    assert gone not in data
    assert b"pier number 1" in data
    assert found.ids == {sha256(item.data) for item in pieces(export) if item.data != gone}
    word = MADE / "nexis_uni.docx"
    assert kept([word], tmp_path / "b", gone={sha256(pieces(word)[0].data)}) == []


def test_a_skip_of_another_file_is_not_noted(tmp_path):
    keeper = Originals(tmp_path, {}, Tombstones(()))
    keeper.note(Skipped("a.txt#1", "withdrawn"), is_new=False)
    assert keeper.finish("batch") is None
