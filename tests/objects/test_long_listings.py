"""A long listing is read once, and read as a short one is."""

from __future__ import annotations

import json
from pathlib import PurePosixPath

import pytest

from corpus.errors import CorpusError
from corpus.objects.pins import Pin, Pinned, listed

PIN = Pin("raw", "data/raw", f"{'0' * 32}.dir", 1, cached=True)


def listing(names):
    return json.dumps([{"md5": f"{number:032x}", "relpath": name} for number, name in enumerate(names)]).encode()


@pytest.mark.parametrize("count", [10, 10_000])
def test_names_are_read_as_paths_whatever_the_length(count):
    names = [f"20250101T000000Z-{number:012x}-0000.parquet" for number in range(count)]
    names += ["a//b", "./c", "d/./e", "é è.parquet", "..f", "-g", "h.."]
    found = listed(PIN, listing(names))
    assert found == sorted(
        (Pinned(f"data/raw/{PurePosixPath(name)}", f"{number:032x}") for number, name in enumerate(names)),
        key=lambda one: one.path,
    )
    assert {"data/raw/a/b", "data/raw/c", "data/raw/d/e"} < {one.path for one in found}
    # Who changes what he got changes it for nobody else.
    found.clear()
    assert len(listed(PIN, listing(names))) == len(names)


@pytest.mark.parametrize("count", [10, 10_000])
@pytest.mark.parametrize("name", ["../x", "x/../../y", "/x", "x\0", ""])
def test_a_path_outside_of_the_folder_is_refused_whatever_the_length(count, name):
    for _ in range(2):
        with pytest.raises(CorpusError, match="outside"):
            listed(PIN, listing([*(f"{number}.parquet" for number in range(count)), name]))


def test_listings_of_many_folders_in_turn_are_each_read_as_they_are():
    """More than are kept in memory, each asked for again, and one whose bytes are others by then."""
    pins = [Pin("raw", f"data/raw/2025-{month:02}", f"{month:032x}.dir", 1, cached=True) for month in range(1, 14)]
    names = [f"{number:05}.parquet" for number in range(12_000)]
    for _ in range(2):
        for pin in pins:
            found = listed(pin, listing(names))
            assert (found[0].path, found[-1].path) == (f"{pin.path}/00000.parquet", f"{pin.path}/11999.parquet")
    fewer = listed(pins[-1], listing(names[1:]))
    assert [one.path for one in fewer] == [f"{pins[-1].path}/{name}" for name in names[1:]]
    assert fewer[0].md5 == f"{0:032x}"
