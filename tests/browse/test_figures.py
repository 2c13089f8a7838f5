"""Figures that are kept beside the index are those that were counted, or are counted again."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

import corpus
from corpus.browse.figures import NAME, Figures, recall, remember
from corpus.browse.locating import Places
from corpus.browse.opened import Opened
from corpus.report.figures import Group, Holdings
from corpus.search.index import Index

if TYPE_CHECKING:
    from pathlib import Path

    from corpus.snapshots.version import Version

_NOTHING = Holdings(0, 0, None, (("url", 0),), 0, None, (), (), (), ())
_SOME = Holdings(
    3, 70, 20.5, (("url", 2), ("section", 0)), 1, (date(2024, 1, 2), date(2024, 3, 4)), ((date(2020, 1, 1), 3),),
    (Group("öffentlich", 2, 40), Group(None, 1, 30)), (Group("de", 3, 70),), (Group("b", 3, 70),),
)  # fmt: skip


def opened(version: Version, folder: Path | None) -> Opened:
    made = Opened(version, Places())
    made.index = folder
    return made


@pytest.mark.parametrize("holdings", [_NOTHING, _SOME])
def test_figures_come_back_as_they_were(tmp_path: Path, holdings: Holdings) -> None:
    assert remember(tmp_path, "one", holdings)
    assert remember(tmp_path, "other", _SOME)
    assert recall(tmp_path, "one") == holdings
    assert recall(tmp_path, "none") is None
    for number in range(16):
        remember(tmp_path, str(number), _SOME)
    assert recall(tmp_path, "one") is None
    assert recall(tmp_path, "15") == _SOME
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize(
    "written",
    ["", "[]", "{}", "1", '{"one": null}', '{"one": {"figures": "{}", "digest": ""}}', "\udcff", "[" * 100_000, "nothing"],
)  # fmt: skip
def test_figures_that_cannot_be_read_are_counted_again(tmp_path: Path, written: str) -> None:
    if written != "nothing":
        (tmp_path / NAME).write_text(written, encoding="utf-8", errors="surrogateescape")
    assert recall(tmp_path, "one") is None
    assert remember(tmp_path, "one", _SOME)
    assert recall(tmp_path, "one") == _SOME


def test_figures_of_another_version_or_with_another_number_are_none(tmp_path: Path) -> None:
    remember(tmp_path, "one", _SOME)
    kept = json.loads((tmp_path / NAME).read_text())
    (tmp_path / NAME).write_text(json.dumps({"other": kept["one"]}))
    assert recall(tmp_path, "other") is None
    kept["one"]["figures"] = kept["one"]["figures"].replace('"articles": 3', '"articles": 4')
    (tmp_path / NAME).write_text(json.dumps(kept))
    assert recall(tmp_path, "one") is None


def test_a_version_is_counted_once(captured: Path, tmp_path: Path) -> None:
    days = (None, "2025-12-31", "2026-01-05", "2026-01-07")
    versions = [corpus.open(repo=captured, as_of=day) for day in days]
    counted = [opened(version, None).holdings for version in versions]
    assert len({holdings.articles for holdings in counted}) > 1
    # As long as there is no index nothing is written; once it is there, what was counted before is.
    folder = tmp_path / "index"
    early = opened(versions[0], folder)
    assert early.holdings == counted[0]
    assert not folder.exists()
    folder.mkdir()
    assert early.holdings == counted[0]
    assert (folder / NAME).is_file()
    assert [opened(version, folder).holdings for version in versions] == counted

    def count() -> Holdings:
        raise AssertionError("They are counted again.")

    again = [corpus.open(repo=captured, as_of=day) for day in days]
    assert [Figures(version, count).get(folder) for version in again] == counted
    # They go with the index.
    assert Index(folder).remove()
    assert not folder.exists()
    assert opened(versions[0], folder).holdings == counted[0]
