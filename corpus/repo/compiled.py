"""Handle compiled modules of Python on a full disk: avoid truncated ones, and remove those that exist."""

from __future__ import annotations

import marshal
import os
import re
import resource
import shutil
import sys
from contextlib import suppress
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Final

# It can change no byte of a table.
__fingerprint__ = False

# What a program in Python prints that fails at one.
_CUT: Final = re.compile(r"EOFError: (?:marshal data too short|EOF read where object expected)")
# With less room than this, a file that Python writes beside a module may be cut short.
_SCARCE_BYTES: Final = 20_000_000
# Of a compiled module, before its code.
_HEADER_BYTES: Final = 16


def spare(folder: Path) -> None:
    """Stop Python from writing compiled modules if the disk is nearly full, here and in child processes.

    Python does not notice that a compiled module was truncated, and fails with it from then on. Modules that this
    process has already truncated are removed.

    Args:
        folder: the folder of the modules.
    """
    with suppress(OSError):
        limited = resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY
        if limited or shutil.disk_usage(folder).free < _SCARCE_BYTES:
            sys.dont_write_bytecode = True
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
            for module in list(sys.modules.values()):
                if path := getattr(getattr(module, "__spec__", None), "cached", None):
                    _remove_if_cut(path)


def of_text(text: str) -> str | None:
    """Return a message for a program that failed because of truncated compiled modules; None for another failure.

    All truncated modules on Python's path are removed.

    Args:
        text: what the program printed.
    """
    return removed_all() if _CUT.search(text) else None


def removed_all() -> str:
    """Remove every truncated compiled module. Return in words how many there were."""
    number = sum(_remove_if_cut(path) for folder in _folders() for path in _compiled(folder))
    what = "1 compiled module" if number == 1 else f"{number:,} compiled modules"
    return f"{what} of Python had been cut short, as on a full disk, and {'is' if number == 1 else 'are'} removed now"


def _folders() -> list[str]:
    return [sys.pycache_prefix] if sys.pycache_prefix else [folder for folder in sys.path if os.path.isdir(folder)]  # noqa: PTH112 - as Python has them


def _compiled(folder: str) -> list[str]:
    return [
        os.path.join(place, name)  # noqa: PTH118 - there are tens of thousands
        for place, _, names in os.walk(folder)
        for name in names
        if name.endswith(".pyc")
    ]


def _remove_if_cut(path: str) -> bool:
    """Remove a compiled module if it was truncated. Return whether it was removed."""
    with suppress(OSError):
        data = Path(path).read_bytes()
        if len(data) < _HEADER_BYTES or data[: len(MAGIC_NUMBER)] != MAGIC_NUMBER:
            # Python compiles it anew.
            return False
        try:
            marshal.loads(data[_HEADER_BYTES:])  # noqa: S302 - Python wrote it, and loads it the same way
        except (EOFError, ValueError, TypeError):
            Path(path).unlink()
            return True
    return False
