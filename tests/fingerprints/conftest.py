from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import corpus
from corpus.fingerprints.modules import Module
from corpus.fingerprints.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(corpus.__file__).parents[1]


class Edited(Sources):
    """Our own source files, each as a function changes it."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__({name: ROOT / name for name in ("corpus", "schemas")})
        self._change = change

    def _read(self, path: Path, name: str) -> Module:
        return _module(name, self._change(path.read_text()), path.name == "__init__.py")


@cache
def _module(name: str, source: str, is_package: bool) -> Module:
    """A module is taken apart once for all tests: an edit changes one of 400."""
    return Module(name, source.encode(), is_package=is_package)


def ours(change: Callable[[str], str] = str) -> Sources:
    return Edited(change)
