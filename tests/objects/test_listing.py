"""The listing of a folder is DVC's, to the byte."""

from __future__ import annotations

import hashlib
import json

import pytest

from corpus.objects.listing import listing

ONE, OTHER = "0" * 32, "f" * 32


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"a.txt": ONE},
        {"b.txt": ONE, "a.txt": OTHER},
        {"sub/b.txt": ONE, "sub-b.txt": OTHER, "sub.txt": ONE},
        {"Übung.txt": ONE, "新聞.txt": OTHER, 'quote".txt': ONE, "a b\\c.txt": OTHER, "Z.txt": ONE},
    ],
)
def test_it_is_the_json_of_the_sorted_paths_and_md5s(files: dict[str, str]) -> None:
    data = json.dumps([{"md5": files[path], "relpath": path} for path in sorted(files)], sort_keys=True).encode()
    expected = data, hashlib.md5(data, usedforsecurity=False).hexdigest() + ".dir"
    assert listing(files) == expected
    assert listing({f"seeds/{path}": md5 for path, md5 in files.items()}, "seeds") == expected
