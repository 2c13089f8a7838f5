"""Print what `corpus add --dry-run` found in tables and in exports of press databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corpus.cli.show import echo, safe
from corpus.text.plural import count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corpus.app.preview import Export

_SHOWN = 50


def print_exports(exports: Mapping[str, Export]) -> None:
    """Print for each file what it was taken for, its articles and the first of them, and what is not an article."""
    for name, export in list(exports.items())[:_SHOWN]:
        if not export.database:
            echo(f"{safe(name)}: {safe(export.not_understood or ', '.join(export.asides))}")
            continue
        echo(f"{safe(name)}: {export.database} ({export.container}), {count(export.articles, 'article')}")
        if export.not_understood:
            echo(f"  not read: {safe(export.not_understood)}")
        elif export.title:
            echo(f"  first: {safe(export.title)} ({export.published_date or 'no date'})")
        for aside in dict.fromkeys(export.asides):
            echo(f"  no article: {safe(aside)}")
    if len(exports) > _SHOWN:
        echo(f"and {len(exports) - _SHOWN:,} more exports of press databases")


def print_columns(name: str, found: dict[str, Any]) -> None:
    """Print which field each column of a table is taken for."""
    if "columns" not in found:
        echo(f"{safe(name)}: its first row is not a JSON object; it would be quarantined.")
        return
    taken = "; ".join(f"{field} from {' or '.join(map(safe, names))}" for field, names in found["columns"].items())
    echo(f"{safe(name)}: {taken or 'no column is known'}")
    if found["unused"]:
        echo(f"  not used: {', '.join(safe(column) for column in found['unused'][:40])}")
