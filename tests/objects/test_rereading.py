"""A scheduled run reads a part of the cache, so that all of it is read within four weeks."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from corpus.errors import DamagedObjects
from corpus.objects.rereading import DAYS, MEMORY, Rereading
from corpus.pipeline.build import writing
from corpus.repo.repository import Repository, find
from tests.histories import cached
from tests.integrity.test_damage import DAMAGES, unseen

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus

START = date(2026, 2, 3)


@pytest.fixture
def bare(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def days(*steps: int) -> list[date]:
    return [START + timedelta(days=step) for step in steps]


def read_on(repository: Repository, when: list[date]) -> list[list[str]]:
    read = []
    for day in when:
        one = Rereading(repository, day)
        read.append(one.due())
        assert one.damaged() == []
    return read


def test_each_folder_is_read_once_in_four_weeks(bare: Repository) -> None:
    first, *rest = read_on(bare, days(*range(2 * DAYS + 1)))
    assert first == []  # what is there was read when it was made
    assert sorted(name for due in rest[:DAYS] for name in due) == [f"{number:02x}" for number in range(256)]
    assert rest[:DAYS] == rest[DAYS:]
    assert {len(due) for due in rest} == {9, 10}


@pytest.mark.parametrize("steps", [range(0, 40, 7), (0, 1, 29), (0, 200), (0, 0, 0, 28, 28), (0, 3, 2, 31, 30)])
def test_days_without_a_run_are_made_up_for(bare: Repository, steps) -> None:
    read = read_on(bare, days(*steps))
    assert {name for due in read for name in due} == {f"{number:02x}" for number in range(256)}


@pytest.mark.parametrize("left", [b"", b"[]", b"{", b'{"00": "x", "zz": 3}', b"\xff\xfe", None])
def test_a_memory_that_cannot_be_read_is_begun_anew(bare: Repository, left: bytes | None) -> None:
    path = bare.root / MEMORY
    path.parent.mkdir(parents=True)
    if left is None:
        path.mkdir()
    else:
        path.write_bytes(left)
    assert read_on(bare, days(0))[0] == []


def month_later(repo: Corpus) -> None:
    """Two runs, of which the second reads everything."""
    with writing(find(repo.root), "a test") as session:
        session.reread(START)
        session.reread(START + timedelta(days=2 * DAYS))


@pytest.mark.parametrize("damage", ["flip", "zeros", "short"])
def test_damage_of_what_is_pinned_now_is_mended(built: Corpus, damage: str) -> None:
    path = cached(built)
    right = path.read_bytes()
    unseen(path, DAMAGES[damage])
    month_later(built)
    assert path.read_bytes() == right


def test_damage_of_an_earlier_version_is_named_each_time(released: Corpus) -> None:
    now = {path for path in (released.root / ".dvc/cache/files/md5").glob("*/*") if path.is_file()}
    lock = released.git("show", "corpus@v1.0.0:dvc.lock")
    old = next(path for path in now if f"{path.parent.name}{path.name}" in lock and path.suffix != ".dir"
               and f"{path.parent.name}{path.name}" not in (released.root / "dvc.lock").read_text())  # fmt: skip
    unseen(old, DAMAGES["flip"])
    for _ in range(2):
        with pytest.raises(DamagedObjects, match=r"1 object in .dvc/cache of v1\.0\.0\. `corpus verify v1\.0\.0 --rep"):
            month_later(released)
    os.chmod(old, 0o644)
    old.unlink()
    month_later(released)
