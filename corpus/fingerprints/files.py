"""Lists the files of a package: its source, and the files beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Nothing that runs, and nothing that is read when it does.
_IGNORED: Final = ("__pycache__", "py.typed")


def files_of(folder: Path, *, packages: bool = True) -> Iterator[Path]:
    """Yield every file of a folder and those below it; with `packages` false, none of the packages below it."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in _IGNORED or entry.name.startswith("."):
                continue
            if not entry.is_dir():
                yield folder / entry.name
            elif packages or not (folder / entry.name / "__init__.py").is_file():
                yield from files_of(folder / entry.name, packages=packages)
