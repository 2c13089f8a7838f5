"""Where a date comes from."""

from __future__ import annotations

from enum import StrEnum


class DateSource(StrEnum):
    """Where the day of publication comes from: the values of the column `date_source`."""

    DECLARED = "declared"
    PRINTED = "printed"
    ADDRESS = "address"
    GUESSED = "guessed"
