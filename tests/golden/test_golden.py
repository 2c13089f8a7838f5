from __future__ import annotations

import pytest

from tests.golden import DOCUMENTS, record


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_golden(path):
    assert record(path) == path.with_name(f"{path.name}.json").read_text(encoding="utf-8")
