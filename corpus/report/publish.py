"""Writes the report: counts once, then sets each file from the same figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.report import dictionary, metrics, page, tabular
from corpus.report.counting import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corpus.store.ledger import Ledger


def write(tables: Mapping[str, Sequence[Path]], ledger: Ledger, out: Path, title: str, top: int) -> None:
    """Write the report of a build into a folder.

    Args:
        tables: The Parquet shards of each table by the table's name, in any order. A missing name is an empty table.
        ledger: The account that the build came to.
        out: An existing folder; files of the same name are overwritten.
        title: What the corpus is called.
        top: How many publishers articles_by_publisher.csv names before it sums up the others.

    Raises:
        InvariantError: The ledger is not what the tables hold.
    """
    found = count(tables, ledger)
    files = {
        "metrics.json": metrics.text(found),
        "dictionary.md": dictionary.text(),
        "index.html": page.text(found, title=title, top=top),
        **tabular.texts(found, top=top),
    }
    for name, content in files.items():
        (out / name).write_bytes(content.encode("utf-8"))
