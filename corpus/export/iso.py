"""Writes days and instants as ISO 8601, for formats that have no types."""

from __future__ import annotations

from typing import Final

import polars as pl

_INSTANT: Final = "%Y-%m-%dT%H:%M:%S%.fZ"


def with_iso(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with their days and instants as text; instants are in UTC."""
    return frame.with_columns(
        pl.col(name).dt.strftime("%Y-%m-%d" if dtype == pl.Date else _INSTANT)
        for name, dtype in frame.schema.items()
        if dtype.is_temporal()
    )
