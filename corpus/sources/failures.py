"""What reading a table raises, and how it is reported."""

from __future__ import annotations

from corpus.sources.entries import Reason, too_much_memory


def failures() -> tuple[type[BaseException], ...]:
    """Return what the readers raise for a table that cannot be read."""
    import polars as pl
    import pyarrow as pa

    return (
        pa.ArrowException, OSError, ValueError, NotImplementedError, MemoryError, RecursionError, IndexError,
        pl.exceptions.PolarsError, pl.exceptions.PanicException,
    )  # fmt: skip


def why(error: BaseException, row: int, brought: int) -> tuple[Reason, str]:
    """Return the reason and its detail for what was raised after a row, when some bytes had been read."""
    if isinstance(error, MemoryError):
        reason, detail = too_much_memory(brought)
        return reason, f"after row {row:,}: {detail}"
    return Reason.CORRUPT, f"after row {row:,}: {' '.join(str(error).split())[:200]}"
