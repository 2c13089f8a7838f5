"""Digests of files are remembered while the files do not change, in a file that may be lost or written by others."""

from __future__ import annotations

import hashlib
import json
import time

import pytest

from corpus.repo.digest import GRAIN_NS, FileDigests, stamp_of

FIRST, SECOND = (hashlib.sha256(content).hexdigest() for content in (b"first", b"second"))


@pytest.fixture
def memory(tmp_path):
    return tmp_path / "memory" / "sha256.json"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a").write_bytes(b"first")
    (folder / "b").write_bytes(b"second")
    return folder


def test_of_a_folder_it_names_the_files_that_are_unchanged_since_they_were_read(memory, folder):
    digests = FileDigests(memory)
    assert digests.of_folder(folder) == {}
    assert [digests.of(folder / name) for name in "ab"] == [FIRST, SECOND]
    assert digests.of_folder(folder) == {"a": FIRST, "b": SECOND}
    (folder / "a").write_bytes(b"other bytes")
    (folder / "c").write_bytes(b"")
    assert digests.of_folder(folder) == {"b": SECOND}
    (folder / "b").unlink()
    assert digests.of_folder(folder) == {}


def test_a_file_is_not_read_within_a_tick_of_the_clock_by_which_its_change_was_noted(memory, folder):
    """A change of the same size within the tick would have the same times, and nobody would ever see it."""
    digests = FileDigests(memory)
    for content, digest in ((b"first", FIRST), (b"FIRST", hashlib.sha256(b"FIRST").hexdigest())):
        (folder / "a").write_bytes(content)
        assert digests.of(folder / "a") == digest
        assert time.time_ns() - (folder / "a").stat().st_ctime_ns >= GRAIN_NS


def test_a_path_and_its_text_are_the_same_file(memory, folder):
    digests = FileDigests(memory)
    digests.of(str(folder / "a"))
    assert digests.recall(folder / "a", stamp_of((folder / "a").stat())) == FIRST


def test_what_is_not_saved_stays_with_the_one_that_read_it(memory, folder):
    one = FileDigests(memory)
    one.of(folder / "a")
    one.save()
    two, three = FileDigests(memory), FileDigests(memory)
    two.of(folder / "b")
    assert three.of_folder(folder) == FileDigests(memory).of_folder(folder) == {"a": FIRST}
    two.save()
    assert FileDigests(memory).of_folder(folder) == {"a": FIRST, "b": SECOND}


def test_a_memory_that_another_process_wrote_or_lost_is_read_again(memory, folder):
    digests = FileDigests(memory)
    digests.of(folder / "a")
    digests.save()
    # Another process replaces the file, as `save` does.
    aside = memory.with_name("aside")
    aside.write_text(memory.read_text().replace(FIRST, SECOND))
    aside.replace(memory)
    assert FileDigests(memory).of_folder(folder) == {"a": SECOND}
    memory.unlink()
    assert FileDigests(memory).of_folder(folder) == {}
    memory.write_text("[")
    assert FileDigests(memory).of_folder(folder) == {}


def test_only_a_large_memory_forgets_what_is_not_needed(memory, folder):
    digests = FileDigests(memory)
    for name in "ab":
        digests.of(folder / name)
    digests.keep_only([str(folder / "b"), str(folder / "unknown")], most=2)
    assert digests.of_folder(folder) == {"a": FIRST, "b": SECOND}
    digests.keep_only([str(folder / "b"), str(folder / "unknown")], most=1)
    digests.save()
    assert FileDigests(memory).of_folder(folder) == {"b": SECOND}
    assert digests.of(folder / "a") == FIRST


def test_a_memory_of_an_earlier_version_counts_and_nonsense_in_one_does_not(memory, folder):
    digests = FileDigests(memory)
    digests.of(folder / "a")
    digests.save()
    ((path, entry),) = json.loads(memory.read_text()).items()
    *stamp, found = entry.split(" ")
    memory.write_text(json.dumps({path: [*map(int, stamp), found], "x": 7, "y": "1 2", "z": None, "w": []}))
    again = FileDigests(memory)
    assert again.of_folder(folder) == {"a": FIRST}
    assert again.recall(folder / "a", stamp_of((folder / "a").stat())) == FIRST
    for nonsense in ("", "1 2", "a b c d e f", [], [1], None):
        memory.write_text(json.dumps({path: nonsense}))
        assert FileDigests(memory).of(folder / "a") == FIRST
        assert not FileDigests(memory).changed_unseen(folder / "a", reread=True)
