"""Explain why a build failed: by the message of the stage, which is in a file, or by the output of DVC."""

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
    """Return why a build failed: the disk is full, or the message of the stage.

    Args:
        root: the folder of the repository.
        note: the file in which a stage leaves its error, if it can write it.
        lines: the output of DVC and of the stages.
        stages: the stages that were to run.
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
