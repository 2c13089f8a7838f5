"""What is only looked at says how far it has come."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from corpus.app import add, check
from corpus.repo import layout
from corpus.repo.repository import Repository
from corpus.settings import Settings
from tests.press.test_exports import text_export

if TYPE_CHECKING:
    from pathlib import Path


def test_as_many_documents_as_are_read(tmp_path: Path) -> None:
    export = tmp_path / "fog.txt"
    export.write_text(text_export(count=1_200))
    counts: list[int] = []
    found = check.check_paths([export], Settings(), None, advance=counts.append).documents
    assert (len(found), sum(counts), len(counts) > 1) == (1_200, 1_200, True)
    counts.clear()
    (tmp_path / "repo").mkdir()
    shutil.copy(layout.templates() / "params.yaml", tmp_path / "repo")
    looked = add.look(Repository(tmp_path / "repo"), add.Request([str(export)]), advance=counts.append)
    assert (looked.tally.documents, sum(counts)) == (1_200, 1_200)
