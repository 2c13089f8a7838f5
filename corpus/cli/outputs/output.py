"""The value that describes the JSON of one command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Output:
    """The JSON object that a command prints.

    Attributes:
        version: of its keys.
        keys: what each key means; the name ends with `?` if it is not always there.
        items: the key that holds the list, where the command prints a list.
    """

    version: int
    keys: Mapping[str, str]
    items: str | None = None
