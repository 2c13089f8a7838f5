"""`corpus check` of many documents: so many are checked, the others are counted."""

from __future__ import annotations

import json

import pytest

from corpus.app.check import check_paths
from corpus.settings import Settings


def table(path, count):
    row = {"title": "Fog closes the pier", "text": "Fog closed the pier on Monday.", "date": "2026-05-04"}
    path.write_text("\n".join(json.dumps(row | {"title": f"Fog {n}"}) for n in range(count)), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("limit", "checked", "left"), [(0, 1_203, 0), (1, 1, 1_202), (700, 700, 503), (1_203, 1_203, 0), (5_000, 1_203, 0)]
)
def test_a_table(limit, checked, left, tmp_path):
    read = []
    found = check_paths([table(tmp_path / "a.jsonl", 1_203)], Settings(), None, limit=limit, advance=read.append)
    assert (len(found.documents), found.left, sum(read)) == (checked, left, 1_203)


def test_what_is_not_taken_counts_too(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.empty.html").write_bytes(b"")
    found = check_paths([tmp_path, table(tmp_path / "a.jsonl", 3)], Settings(), None, limit=2)
    assert len(found.documents) == 2
    assert found.left >= 3
