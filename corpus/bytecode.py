"""Compiled modules of Python that a full disk cut short, and the first import of the program past them.

Python takes such a file for a complete one, and fails at it from then on. This module, `corpus` and `corpus.__main__`
are small enough to be one block of a disk: they are there, or empty, and Python compiles an empty one anew.
"""

from __future__ import annotations

import importlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

# It can change no byte of a table.
__fingerprint__ = False


def imported(name: str) -> ModuleType:
    """Import a module. Compiled modules on the way that were cut short are removed: Python compiles them anew.

    Raises:
        EOFError: one cannot be removed.
    """
    while True:
        try:
            return importlib.import_module(name)
        except EOFError as error:
            path = cut_short(error)
            if path is None or not removed(path):
                raise


def cut_short(error: BaseException) -> str | None:
    """Return the path of the compiled module that an import failed at; None if the error came of something else."""
    trace = error.__traceback__
    while trace is not None:
        path = trace.tb_frame.f_locals.get("bytecode_path")
        if path and trace.tb_frame.f_globals.get("__name__") == "importlib._bootstrap_external":
            return str(path)
        trace = trace.tb_next
    return None


def removed(path: str) -> bool:
    """Remove a file. Return whether it is gone."""
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108 - as light as can be
    return not os.path.lexists(path)
