"""Writes the report: counts once, then writes each file from the same figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.report import card, dictionary, metrics, page, tabular
from corpus.report.counting import count

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corpus.tables.ledger import Ledger


def write(
    tables: Mapping[str, Sequence[Path]],
    ledger: Ledger,
    out: Path,
    title: str,
    top: int,
    licences: Mapping[str, str | None] | None = None,
    version: str = "",
) -> None:
    """Write the report of a build into a folder.

    Args:
        tables: The Parquet shards of each table by the table's name, in any order. A missing name is an empty table.
        ledger: The ledger of the build.
        out: An existing folder; files of the same name are overwritten.
        title: The title of the corpus.
        top: The number of publishers that articles_by_publisher.csv names; the others are added up.
        licences: The note of licence or rights of each batch that has one.
        version: A digest of the content of the tables, in hex; the page does not name one if it is empty.

    Raises:
        InvariantError: The ledger and the tables do not agree.
    """
    found = count(tables, ledger)
    files = {
        "metrics.json": metrics.text(found, version),
        "card.md": card.text(found, title=title, top=top, licences=licences or {}),
        "dictionary.md": dictionary.text(),
        "index.html": page.text(found, title=title, top=top, licences=licences or {}, version=version),
        **tabular.texts(found, top=top),
    }
    for name, content in files.items():
        (out / name).write_bytes(content.encode("utf-8"))
