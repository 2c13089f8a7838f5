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
