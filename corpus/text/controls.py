"""Count the control characters that are left in texts, in columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from schemas.rules import CONTROL

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Arrow's string views hold so many bytes themselves.
_INLINE: Final = 12
# Bytes that stay in the processor's cache.
_AT_ONCE: Final = 1 << 18


def control_characters(texts: pl.Series) -> pl.Series:
    """Return how many control characters each text has, without newlines; int32."""
    # Hardly any batch has one: a look at all its bytes together costs half of a pattern on each text.
    if not _has_controls(texts):
        return pl.repeat(0, len(texts), dtype=pl.Int32, eager=True)
    return texts.str.count_matches(CONTROL).fill_null(0).cast(pl.Int32)


def _has_controls(texts: pl.Series) -> bool:
    """Return whether any of the texts has, or may have, a control character."""
    # Views of the bytes where they lie; only the shortest texts are within the views themselves.
    if texts.filter(texts.str.len_bytes() <= _INLINE).str.contains(CONTROL).any():
        return True
    array = texts.to_arrow(compat_level=pl.CompatLevel.newest())
    return any(_may_control(np.frombuffer(data, np.uint8)) for data in array.buffers()[2:] if data is not None)


def _may_control(letters: NDArray[np.uint8]) -> bool:
    """Return whether bytes of UTF-8 may have C0 other than newline, DEL, or C1."""
    for start in range(0, len(letters), _AT_ONCE):
        part = letters[start : start + _AT_ONCE]
        low = np.count_nonzero(part < ord(" ")) - np.count_nonzero(part == ord("\n"))
        if low or (part == 0x7F).any():
            return True
        # C1 is 0xC2 and a byte below 0xA0; from there on are the signs of Latin-1.
        second = letters[np.flatnonzero(part == 0xC2) + (start + 1)]
        if (second < 0xA0).any():
            return True
    return False
