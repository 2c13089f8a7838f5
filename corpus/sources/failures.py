"""The errors of readers of tables, and how they are reported."""

from __future__ import annotations

from corpus.sources.entries import Reason, too_much_memory


def failures() -> tuple[type[BaseException], ...]:
    """Return the errors that the readers raise for a table that cannot be read."""
    import polars as pl
    import pyarrow as pa

    return (
        pa.ArrowException, OSError, ValueError, NotImplementedError, MemoryError, RecursionError, IndexError,
        pl.exceptions.PolarsError, pl.exceptions.PanicException,
    )  # fmt: skip


def why(error: BaseException, row: int, brought: int) -> tuple[Reason, str]:
    """Return the reason and the detail for an error that was raised after a row and after some bytes."""
    if isinstance(error, MemoryError):
        reason, detail = too_much_memory(brought)
        return reason, f"after row {row:,}: {detail}"
    return Reason.CORRUPT, f"after row {row:,}: {' '.join(str(error).split())[:200]}"
