"""Keep what each witness on a page has for a field, and which witness is believed, for people who doubt a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Statement(NamedTuple):
    """The statement of a witness about a field.

    Attributes:
        field: a column, as `published_date`.
        witness: where on the page it is, as `JSON-LD datePublished`.
        value: its value, as it is written there.
    """

    field: str
    witness: str
    value: str


@dataclass(slots=True)
class Evidence:
    """The statements of a page's witnesses, and for each field the one that is believed.

    Attributes:
        statements: the statements, in the order of the witnesses.
        believed: the believed witness of each field; a field without one has no value.
    """

    statements: list[Statement] = field(default_factory=list)
    believed: dict[str, str] = field(default_factory=dict)

    def add(self, field_: str, witness: str, value: object) -> None:
        """Record the value of a witness for a field."""
        statement = Statement(field_, witness, str(value))
        if statement not in self.statements:
            self.statements.append(statement)

    def believe(self, field_: str, witness: str) -> None:
        """Record which witness a field's value comes from."""
        self.believed[field_] = witness
