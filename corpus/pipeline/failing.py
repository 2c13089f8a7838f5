"""Why a build failed: in the words of the stage, which leaves them in a file, or in what DVC printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from corpus.errors import NotWritten, StageFailed
from corpus.repo import room

if TYPE_CHECKING:
    from pathlib import Path

# How the command line marks an error.
_ERROR: Final = "error: "


def failure(root: Path, note: Path, lines: list[str], stages: tuple[str, ...]) -> StageFailed | NotWritten:
    """Return why a build failed: for want of room on the disk, or with the words of the stage.

    Args:
        root: the folder of the repository.
        note: where a stage leaves its error, if it can write it.
        lines: what DVC printed, and the stages through it.
        stages: those that were to run.
    """
    try:
        noted = json.loads(note.read_bytes())
        if noted["kind"] == NotWritten.__name__:
            return NotWritten(noted["message"])
        return StageFailed(noted["stage"], noted["message"], noted["kind"])
    except (OSError, ValueError, KeyError):
        own = next((line for line in lines if line.startswith(_ERROR) and room.MARK in line), None)
        if own is not None:
            return NotWritten(own.removeprefix(_ERROR))
        if full := room.of_text("\n".join(lines), root, "DVC's files in .dvc"):
            return full
        last = next((line.split("'")[1] for line in reversed(lines) if line.startswith("Running stage '")), stages[0])
        return StageFailed(last, "\n".join(line for line in lines if line.startswith("ERROR")) or "\n".join(lines[-5:]))
