"""Replace several files in one commit. A note is written before, so that a killed run can be undone.

`corpus.repo.journal` does this for a release, which has a tag and one file.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeAlias

from corpus.repo import layout
from corpus.repo.files import write_text
from corpus.repo.paths import BATCHES, ENGINE, RAW, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corpus.repo.repository import Repository

NOTE: Final = ".dvc/tmp/corpus/upgrade.json"
# Nothing else is ever written from a note, which anyone could have put there.
PATHS: Final = (*layout.FILES, ENGINE, BATCHES, WITHDRAWN, f"{RAW}.dvc")
# Twice the register of years of small batches.
_LONGEST: Final = 200_000_000

# path: its text before, None if there was no file; and its text afterwards
Texts: TypeAlias = "Mapping[str, tuple[str | None, str]]"


def begin(repository: Repository, head: str, texts: Texts) -> None:
    """Note what will be replaced. The caller holds the write lock.

    Args:
        repository: the corpus.
        head: the commit that the new commit follows.
        texts: the files.
    """
    note = repository.root / NOTE
    note.parent.mkdir(parents=True, exist_ok=True)
    write_text(note, json.dumps({"head": head, "texts": texts}))


def end(repository: Repository) -> None:
    """Remove the note when all is done."""
    (repository.root / NOTE).unlink(missing_ok=True)


def is_interrupted(repository: Repository) -> bool:
    """Return whether a run that replaces files was killed, or is at work."""
    return (repository.root / NOTE).exists()


def settle(repository: Repository) -> list[str]:
    """Undo what a killed run replaced and did not commit. The caller holds the write lock.

    A file that was edited since then is not changed.

    Returns:
        A text for each thing that was repaired.
    """
    note = repository.root / NOTE
    if not note.exists():
        return []
    found = _read(note)
    restored = []
    if found and found[0] == repository.commit_of("HEAD"):
        restored = [path for path, (old, new) in found[1].items() if _restore(repository.root / path, old, new)]
    elif found:
        # The commit was made. Git's index may still have the files as they were before.
        same = [path for path, (_, new) in found[1].items() if repository.read_at("HEAD", path) == new]
        if same:
            repository.git("reset", "--quiet", "--", *same, check=False)
    note.unlink(missing_ok=True)
    return [f"restored {', '.join(restored)}, because an upgrade was interrupted"] if restored else []


def _read(note: Path) -> tuple[str, dict[str, tuple[str | None, str]]] | None:
    """Return the commit and the files of a note; None if it was killed while it was written, or is damaged."""
    try:
        with note.open("rb") as file:
            values = json.loads(file.read(_LONGEST))
        texts = {path: (old, new) for path, (old, new) in values["texts"].items() if path in PATHS}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    are_texts = all(isinstance(new, str) and isinstance(old, str | None) for old, new in texts.values())
    return (values["head"], texts) if are_texts and isinstance(values["head"], str) else None


def _restore(path: Path, old: str | None, new: str) -> bool:
    if path.is_symlink() or not path.is_file() or path.read_bytes() != new.encode() or old == new:
        return False
    if old is None:
        path.unlink()
    else:
        write_text(path, old)
    return True
