"""The registry of databases whose exports are read, with the media types of their pieces and their readers.

A piece's media type is `application/vnd.newscorpus.DATABASE+CONTAINER`; a parameter `charset` gives its
encoding if that is not UTF-8. To add a database, add a line here and a module with its `read`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from corpus.formats.mediatypes import FAMILY

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.press.parsing.draft import Draft

PREFIX: Final = f"{FAMILY}."
_TYPE: Final = re.compile(
    rf"{re.escape(PREFIX)}(?P<database>[a-z0-9-]+)\+(?P<container>[a-z]+)(?:;\s*charset=(?P<charset>[\w.:-]+))?"
)
# How a piece's bytes become what a reader takes: blocks, or for some containers their text.
BLOCKS, TEXT = "blocks", "text"
# media type without its prefix: `module:function`, and what it takes
READERS: Final[dict[str, tuple[str, str]]] = {
    "lexisnexis+html": ("corpus.press.parsing.lexisnexis:read", BLOCKS),
    "lexisnexis+txt": ("corpus.press.parsing.lexisnexis:read", BLOCKS),
    "lexisnexis+docx": ("corpus.press.parsing.lexisnexis:read", BLOCKS),
    "lexisnexis+rtf": ("corpus.press.parsing.lexisnexis:read", BLOCKS),
    "factiva+rtf": ("corpus.press.parsing.factiva:read", BLOCKS),
    "factiva+html": ("corpus.press.parsing.factiva:read", BLOCKS),
    "factiva+txt": ("corpus.press.parsing.factiva:read_text", TEXT),
    "factiva+xml": ("corpus.press.parsing.factivaxml:read", TEXT),
    "factiva+docx": ("corpus.press.parsing.factiva:read", BLOCKS),
    "europresse+html": ("corpus.press.parsing.europresse:read", BLOCKS),
    "europresse+docx": ("corpus.press.parsing.europresse:read", BLOCKS),
    "proquest+txt": ("corpus.press.parsing.proquest:read_text", TEXT),
    "proquest+html": ("corpus.press.parsing.proquest:read", BLOCKS),
    "proquest+docx": ("corpus.press.parsing.proquest:read", BLOCKS),
    "proquest+rtf": ("corpus.press.parsing.proquest:read", BLOCKS),
    "ris+ris": ("corpus.press.parsing.ris:read_text", TEXT),
    "newsbank+txt": ("corpus.press.parsing.newsbank:read_text", TEXT),
    "ebsco+html": ("corpus.press.parsing.ebsco:read", BLOCKS),
    "gale+txt": ("corpus.press.parsing.gale:read_text", TEXT),
    "gale+html": ("corpus.press.parsing.gale:read", BLOCKS),
    "genios+txt": ("corpus.press.parsing.genios:read_text", TEXT),
    "genios+html": ("corpus.press.parsing.genios:read", BLOCKS),
    "pressreader+txt": ("corpus.press.parsing.pressreader:read_text", TEXT),
    "integrum+html": ("corpus.press.parsing.integrum:read", BLOCKS),
    "integrum+row": ("corpus.press.parsing.sheets:integrum", TEXT),
    "bigkinds+row": ("corpus.press.parsing.sheets:bigkinds", TEXT),
    "proquest+row": ("corpus.press.parsing.sheets:proquest", TEXT),
    "sheet+row": ("corpus.press.parsing.sheets:read", TEXT),
    "kikuzo+html": ("corpus.press.parsing.japanese:kikuzo", BLOCKS),
    "yomidasu+html": ("corpus.press.parsing.japanese:yomidasu", BLOCKS),
}
MEDIA_TYPES: Final = frozenset(f"{PREFIX}{name}" for name in READERS)


def media_type(database: str, container: str, charset: str | None = None) -> str:
    """Return the media type of a piece."""
    return f"{PREFIX}{database}+{container}" + (f"; charset={charset}" if charset else "")


def is_piece(kind: str) -> bool:
    """Return whether a media type is that of a piece of an export."""
    return kind.startswith(PREFIX)


@lru_cache(maxsize=256)
def parts(kind: str) -> tuple[str, str, str | None] | None:
    """Return the database, the container and the charset in a media type; None if it is not that of a piece."""
    found = _TYPE.fullmatch(kind)
    return (found["database"], found["container"], found["charset"]) if found else None


@cache
def reader(database: str, container: str) -> tuple[Callable[..., Draft], str] | None:
    """Return the reader of a database's pieces and what it takes; None without a reader."""
    entry = READERS.get(f"{database}+{container}")
    if entry is None:
        return None
    module, _, name = entry[0].partition(":")
    return cast("Callable[..., Draft]", getattr(import_module(module), name)), entry[1]
