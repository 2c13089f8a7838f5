"""Read a news corpus: any version, in place, as Polars, Arrow, pandas or DuckDB.

>>> import corpus
>>> v1 = corpus.open("corpus@v1.0.0")      # doctest: +SKIP
>>> v1.articles(since="2024-01-01")        # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from corpus.errors import CorpusError
    from corpus.repo.releases import Release
    from corpus.snapshots.version import Version

__all__ = ["CorpusError", "Release", "Version", "open", "versions"]

# Imported when somebody names them: some are heavy, and `corpus.bytecode` deals with what was cut short of the others.
_LAZY: Final = {
    "CorpusError": "corpus.errors",
    "Version": "corpus.snapshots.version",
    "Release": "corpus.repo.releases",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_LAZY[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


def open(  # noqa: A001 - the public name
    rev: str | None = None,
    *,
    repo: str | Path = ".",
    as_of: date | str | None = None,
    rights: str | None = None,
) -> Version:
    """Open a version of a corpus in place; nothing is checked out.

    Args:
        rev: a release (`corpus@v1.0.0`, or `v1.0.0`), tag, branch or commit; None for the working tree.
        repo: a folder in the corpus repository, or a git URL.
        as_of: a day of capture: the version as it was known at the end of that day (UTC), decided anew from what was
            captured until then. Seeds have no time of capture, and were always there.
        rights: only articles that their publishers let you use for this purpose: `train`, `input` or `search`. Null is
            not consent; `rights.unknown` and `rights.exclude` in params.yaml say more.

    Returns:
        A version with `articles()`, `scan()`, `arrow()`, `pandas()`, `duckdb()`, `splits()` and `to_huggingface()`.

    Raises:
        CorpusError: there is no such repository or version, or its data are neither in the cache nor in a remote.
    """
    from corpus.snapshots.opening import open_version  # DVC and Arrow are heavy: only who reads pays

    return open_version(rev, repo, as_of, rights)


def versions(repo: str | Path = ".") -> list[Release]:
    """Return the releases of a corpus repository, oldest first."""
    from corpus.repo.releases import releases
    from corpus.repo.repository import find

    return releases(find(repo))
