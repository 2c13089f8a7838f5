"""The index on disk: shared by versions, made anew where damaged, one writer, and what an interruption leaves."""

from __future__ import annotations

import json
import os
import shutil
import threading
from typing import TYPE_CHECKING

import pytest

from corpus.search.index import Index
from corpus.search.keeping import FORMAT, IndexBusy, locked
from corpus.search.opening import Search
from corpus.search.query import parse
from tests.search import made

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = parse("")


def scene(folder: Path, shards: int = 3) -> made.Files:
    return made.version(folder / "files", [made.articles(seed, 5) for seed in range(shards)])


def recorded(search: Search) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    search.update(lambda done, total: steps.append((done, total)))
    return steps


def test_only_what_is_missing_is_added(tmp_path: Path) -> None:
    version = scene(tmp_path)
    search = Search(version, tmp_path / "search")
    assert (search.missing(), search.shards, search.searcher()) == (3, 3, None)
    assert recorded(search)[-1] == (3, 3)
    assert recorded(search) == []
    grown = made.version(tmp_path / "files", [made.articles(seed, 5) for seed in (0, 1, 7)])
    later = Search(grown, tmp_path / "search")
    assert later.missing() == 1
    assert recorded(later)[-1] == (1, 1)
    assert later.ready().count(EVERYTHING) == search.ready().count(EVERYTHING) == 15
    assert later.ready().ids(EVERYTHING) != search.ready().ids(EVERYTHING)


def test_a_few_documents_are_added_to_an_index_that_is_there(tmp_path: Path) -> None:
    Search(scene(tmp_path, 2), tmp_path / "search").update()
    later = Search(
        made.version(tmp_path / "files", [made.articles(seed, 5) for seed in (0, 1, 7, 8)]), tmp_path / "search"
    )
    assert not later.add_few(9)
    with locked(tmp_path / "search", 0):
        assert not later.add_few(10)
    assert later.missing() == 2
    assert later.add_few(10)
    assert (later.missing(), later.ready().count(EVERYTHING)) == (0, 20)
    assert not later.add_few(10)
    # What is damaged, or is not there, is much.
    assert not Search(scene(tmp_path, 1), tmp_path / "elsewhere").add_few(10)
    for path in (tmp_path / "search/index").glob("*.idx"):
        path.write_bytes(b"")
    more = Search(made.version(tmp_path / "files", [made.articles(9, 5)]), tmp_path / "search")
    assert not more.add_few(10)


def test_warnings_are_part_of_what_a_shard_is(tmp_path: Path) -> None:
    rows = made.articles(1, 4)
    plain = made.version(tmp_path / "files", [rows])
    warned = made.version(tmp_path / "files", [rows], [(rows[0], "short text")])
    assert Search(plain, tmp_path / "search").ready().count(EVERYTHING, {"warning": ("short text",)}) == 0
    assert Search(warned, tmp_path / "search").ready().count(EVERYTHING, {"warning": ("short text",)}) == 1
    assert Search(warned, tmp_path / "search").ready().count(EVERYTHING, {"warning": ("",)}) == 3


@pytest.mark.parametrize("harm", ["truncate", "garbage", "delete", "state", "format", "empty", "no files", "meta"])
def test_what_is_damaged_is_made_anew(tmp_path: Path, harm: str) -> None:
    search = Search(scene(tmp_path), tmp_path / "search")
    ids = search.ready().ids(EVERYTHING)
    state = tmp_path / "search" / "state.json"
    files = sorted((tmp_path / "search" / "index").glob("*.store")) or sorted(
        (tmp_path / "search" / "index").glob("*.idx")
    )
    match harm:
        case "truncate":
            files[0].write_bytes(files[0].read_bytes()[:10])
        case "garbage":
            changed = files[0].stat()
            files[0].write_bytes(b"\xff" * changed.st_size)
            # At another time, also where the clock of the file system has stood still since the index was made.
            os.utime(files[0], ns=(changed.st_atime_ns, changed.st_mtime_ns + 1))
        case "delete":
            files[0].unlink()
        case "state":
            state.write_text('{"made_by": ')
        case "format":
            state.write_text(json.dumps(json.loads(state.read_text()) | {"made_by": "another"}))
        case "empty":
            state.write_text("")
        case "no files":
            shutil.rmtree(tmp_path / "search" / "index")
        case _:
            (tmp_path / "search" / "index" / "meta.json").write_text("{}")
    assert search.searcher() is None
    assert search.missing() == 3
    assert search.ready().ids(EVERYTHING) == ids
    assert not list(tmp_path.glob("search.old*"))


class Interrupted(Exception):
    pass


def test_an_interrupted_update_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.search.index._COMMIT", 1)
    search = Search(scene(tmp_path), tmp_path / "search")

    def stop(done: int, _: int) -> None:
        if done == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        search.update(stop)
    assert search.missing() in {1, 2}
    assert search.searcher() is None
    assert recorded(search)[0][1] == search.shards - 2 or recorded(search) == []
    assert search.ready().count(EVERYTHING) == 15


def test_a_killed_update_leaves_nothing_in_part(tmp_path: Path) -> None:
    """What a killed process had committed of a shard that it did not finish is counted by nobody."""
    search = Search(scene(tmp_path), tmp_path / "search")
    search.update()
    path = tmp_path / "search" / "state.json"
    state = json.loads(path.read_text())
    key, (number, _) = next(iter(state["shards"].items()))
    del state["shards"][key]
    path.write_text(json.dumps(state | {"adding": [number], "files": None}))
    assert search.missing() == 1
    two = made.version(
        tmp_path / "files", [made.articles(seed, 5) for seed in range(3) if not key.startswith(_md5(search, seed))]
    )
    assert Search(two, tmp_path / "search").ready().count(EVERYTHING) == 10
    assert search.ready().count(EVERYTHING) == 15


def test_what_killed_processes_began_to_write_beside_it_is_deleted(tmp_path: Path) -> None:
    search = Search(scene(tmp_path, 2), tmp_path / "search")
    search.update()
    names = ("links.4711", "figures.json.4711-140", "links.4712", "links.parquet")
    for name in names:
        (tmp_path / "search" / name).write_bytes(b"PAR1")
    # One of another process, which still writes it, is as old as a moment.
    for name in names[:2] + names[3:]:
        os.utime(tmp_path / "search" / name, (0, 0))
    Search(scene(tmp_path, 3), tmp_path / "search").update()
    assert [name for name in names if (tmp_path / "search" / name).exists()] == [*names[2:]]


def _md5(search: Search, number: int) -> str:
    return search.version.files()[number].md5


def test_one_writes_and_others_wait_or_go_on(tmp_path: Path) -> None:
    search = Search(scene(tmp_path), tmp_path / "search")
    searcher = search.ready()
    more = Search(made.version(tmp_path / "files", [made.articles(8, 5)]), tmp_path / "search")
    with locked(tmp_path / "search", 0):
        with pytest.raises(IndexBusy, match="Another process is writing"):
            more.update(wait=0)
        assert search.ready(wait=0).count(EVERYTHING) == searcher.count(EVERYTHING) == 15
        waiting = threading.Thread(target=more.update)
        waiting.start()
    waiting.join(600)
    assert not waiting.is_alive()
    assert more.ready(wait=0).count(EVERYTHING) == 5
    assert searcher.count(EVERYTHING) == 15


@pytest.mark.parametrize(
    ("older", "newer"), [("search-1", f"search-{FORMAT}"), ("search-1/abc", f"search-{FORMAT}/abc")]
)
def test_an_index_of_an_earlier_format_is_replaced(tmp_path: Path, older: str, newer: str) -> None:
    (tmp_path / older).mkdir(parents=True)
    (tmp_path / older / "state.json").write_text("{}")
    (tmp_path / "search-0").mkdir()
    assert Search(scene(tmp_path), tmp_path / newer).ready().count(EVERYTHING) == 15
    assert not (tmp_path / older).exists()
    assert (tmp_path / "search-0").exists()


def test_removal_leaves_nothing(tmp_path: Path) -> None:
    search = Search(scene(tmp_path), tmp_path / "search")
    searcher = search.ready()
    assert search.index.size() > 1000
    assert search.index.remove()
    assert not search.index.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["files"]
    assert search.index.size() == 0
    assert searcher.count(EVERYTHING) == 15
    assert search.ready().count(EVERYTHING) == 15


def test_an_index_forgets_the_oldest_of_too_many_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.search.index._COMMIT", 1)
    for seed in range(8):
        Search(made.version(tmp_path / "files", [made.articles(seed, 5)]), tmp_path / "search").update()
    reader = Index(tmp_path / "search").open()
    assert reader is not None
    assert len(reader.numbers) == 4
    assert reader.exact


def test_a_facet_with_many_values(tmp_path: Path) -> None:
    rows = [
        made.article(number, authors=[f"{name} {number}" for name in "abc"], section=f"s{number % 7}")
        for number in range(300)
    ]
    searcher = Search(made.version(tmp_path / "files", [rows[:200], rows[200:]]), tmp_path / "search").ready()
    found = searcher.facets(EVERYTHING, top=3)
    assert found["author"].values == [("a 0", 1), ("a 1", 1), ("a 10", 1)]
    assert found["author"].more
    every = searcher.facets(EVERYTHING, top=1_000_000)
    assert len(every["author"].values) == 900
    assert not every["author"].more
    assert every["section"].values[0] == ("s0", 43)


def test_a_searcher_goes_on_when_its_index_is_made_anew(tmp_path: Path) -> None:
    search = Search(scene(tmp_path), tmp_path / "search")
    before = search.ready()
    hits = before.page(EVERYTHING, order="newest", limit=50)
    search.index.remove()
    other = Search(made.version(tmp_path / "files", [made.articles(9, 5), made.articles(2, 5)]), tmp_path / "search")
    other.update()
    search.update()
    assert search.ready().page(EVERYTHING, order="newest", limit=50) == hits
    assert before.page(EVERYTHING, order="newest", limit=50) == hits


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    search = Search(scene(tmp_path), tmp_path / "file" / "search")
    with pytest.raises(Exception, match="--index DIR"):
        search.ready()
