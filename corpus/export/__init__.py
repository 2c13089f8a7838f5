"""Exports a version as a folder of files to pass on: the data in one of several formats, and files that describe them.

Belongs here: choosing, writing and describing. Every byte depends on the version, the filters, the format and the
engine alone: no clock, no path, no order of arrival. Does not belong here: reading a version; `corpus.snapshots` does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corpus.export.run import Order, Outcome, export

__all__ = ["Order", "Outcome", "export"]


def __getattr__(name: str) -> Any:
    # Polars and Arrow are for those who export, not for those who ask which formats there are.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("corpus.export.run"), name)
