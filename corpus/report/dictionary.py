"""Writes dictionary.md: every column of every table and every check, from `schemas`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.rules import RULES
from schemas.tables import TABLES

if TYPE_CHECKING:
    from schemas.table import Table


def text() -> str:
    """Return the content of dictionary.md."""
    parts = [
        "# Data dictionary",
        "",
        "Generated from the schemas. A `?` behind a type means that the column may be null; lists never are, but may be",
        "empty. Times are UTC. A table's fingerprint changes when a column's name, type or nullability does.",
        "",
    ]
    for table in TABLES.values():
        parts += _table(table)
    parts += [
        "## Checks",
        "",
        "`block` quarantines a document, `warn` is counted. `validate.severity` in params.yaml sets it for each check that is",
        "not marked *fixed*.",
        "",
        "| check | default | fails when |",
        "|---|---|---|",
        *(
            f"| `{check.value}` | {rule.severity.value}{' *fixed*' if rule.fixed else ''} | {_cell(rule.meaning)} |"
            for check, rule in RULES.items()
        ),
        "",
    ]
    return "\n".join(parts)


def _table(table: Table) -> list[str]:
    return [
        f"## {table.name}",
        "",
        f"{table.meaning} `data/{table.name}/*.parquet`, fingerprint `{table.fingerprint}`.",
        "",
        "| column | type | meaning |",
        "|---|---|---|",
        *(f"| `{column.name}` | `{column.type_name}` | {_cell(column.meaning)} |" for column in table.columns),
        "",
    ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
