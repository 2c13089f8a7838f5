"""Parse bytes into articles, with one module for each format, chosen by media type.

A parser is a value with a name, its media types and `parse(document)`; see `corpus.formats.article.Parser`. It says
what is wrong with a document in `problems` and never raises for it. Installed packages add their own by an entry point
of the group `newscorpus.parsers`, whose value is called without arguments and gives a parser.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from corpus.formats.mediatypes import PARSERS, family
from corpus.formats.plugins import registered

if TYPE_CHECKING:
    from corpus.formats.article import Parser


def is_registered(kind: str) -> bool:
    """Return whether another package's parser reads a media type."""
    return kind in registered()


@cache
def parser_of(kind: str, numeric_dates: str, columns: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Parser | None:
    """Return the parser of a media type, another package's before ours; None without one. It is imported at first use.

    Args:
        kind: a media type.
        numeric_dates: params.yaml's `ingest.numeric_dates`.
        columns: its `ingest.columns`.
    """
    if kind in registered():
        return registered()[kind][0]
    entry = PARSERS.get(family(kind))
    if entry is None:
        return None
    from corpus.text.dates import NumericDates

    module, _, name = entry.partition(":")
    parser: Parser = getattr(import_module(module), name).with_settings(NumericDates(numeric_dates), dict(columns))
    return parser
