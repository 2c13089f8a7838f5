"""Explain errors of the machine or of a library, which may occur anywhere, in one line for the user."""

from __future__ import annotations

from pathlib import Path

from corpus.bytecode import cut_short
from corpus.errors import CorpusError, NotWritten
from corpus.repo import compiled, room, shortage

_DETAIL_CHARACTERS = 300


def explained(error: BaseException) -> CorpusError | None:
    """Return the error to show for an error of the machine or of a library; None for a fault of this program.

    Args:
        error: what was raised. A failure of a library in Rust is not an `Exception`.
    """
    found = room.of_error(error, Path.cwd()) or shortage.of_error(error)
    if found is not None:
        return found
    if isinstance(error, EOFError) and cut_short(error) is not None:
        return NotWritten(f"{compiled.removed_all()}. Nothing incomplete was published. Run again.")
    if shortage.is_panic(error):
        detail = " ".join(str(error).split())[:_DETAIL_CHARACTERS]
        return CorpusError(f"A library failed: {detail}. Nothing incomplete was published. Run again.")
    if not isinstance(error, OSError):
        return None
    where = f"{error.filename}: " if error.filename else ""
    return CorpusError(f"{where}{error.strerror or error}. Nothing incomplete was published. Fix this and run again.")
