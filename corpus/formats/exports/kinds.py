"""The databases whose exports are read, and the media types of their pieces. A registry: names to classes or functions.

A piece's media type is `application/vnd.newscorpus.DATABASE+CONTAINER`; a parameter `charset` says what it is encoded
in where that is not UTF-8. To add a database, add a line here and a module with its `read`.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.formats.exports.draft import Draft

FAMILY: Final = "application/vnd.newscorpus"
PREFIX: Final = f"{FAMILY}."
_TYPE: Final = re.compile(
    rf"{re.escape(PREFIX)}(?P<database>[a-z0-9-]+)\+(?P<container>[a-z]+)(?:;\s*charset=(?P<charset>[\w.:-]+))?"
)
# How a piece's bytes become what a reader takes: blocks, or for some containers their text.
BLOCKS, TEXT = "blocks", "text"
# media type without its prefix: `module:function`, and what it takes
READERS: Final[dict[str, tuple[str, str]]] = {
    "lexisnexis+html": ("corpus.formats.exports.lexisnexis:read", BLOCKS),
    "lexisnexis+txt": ("corpus.formats.exports.lexisnexis:read", BLOCKS),
    "lexisnexis+docx": ("corpus.formats.exports.lexisnexis:read", BLOCKS),
    "lexisnexis+rtf": ("corpus.formats.exports.lexisnexis:read", BLOCKS),
    "factiva+rtf": ("corpus.formats.exports.factiva:read", BLOCKS),
    "factiva+html": ("corpus.formats.exports.factiva:read", BLOCKS),
    "factiva+txt": ("corpus.formats.exports.factiva:read_text", TEXT),
    "factiva+xml": ("corpus.formats.exports.factivaxml:read", TEXT),
    "factiva+docx": ("corpus.formats.exports.factiva:read", BLOCKS),
    "europresse+html": ("corpus.formats.exports.europresse:read", BLOCKS),
    "europresse+docx": ("corpus.formats.exports.europresse:read", BLOCKS),
    "proquest+txt": ("corpus.formats.exports.proquest:read_text", TEXT),
    "proquest+html": ("corpus.formats.exports.proquest:read", BLOCKS),
    "proquest+docx": ("corpus.formats.exports.proquest:read", BLOCKS),
    "ris+ris": ("corpus.formats.exports.ris:read_text", TEXT),
    "newsbank+txt": ("corpus.formats.exports.newsbank:read_text", TEXT),
    "ebsco+html": ("corpus.formats.exports.ebsco:read", BLOCKS),
    "gale+txt": ("corpus.formats.exports.gale:read_text", TEXT),
    "gale+html": ("corpus.formats.exports.gale:read", BLOCKS),
    "genios+txt": ("corpus.formats.exports.genios:read_text", TEXT),
    "genios+html": ("corpus.formats.exports.genios:read", BLOCKS),
    "pressreader+txt": ("corpus.formats.exports.pressreader:read_text", TEXT),
    "integrum+html": ("corpus.formats.exports.integrum:read", BLOCKS),
    "integrum+row": ("corpus.formats.exports.sheets:integrum", TEXT),
    "bigkinds+row": ("corpus.formats.exports.sheets:bigkinds", TEXT),
    "proquest+row": ("corpus.formats.exports.sheets:proquest", TEXT),
    "sheet+row": ("corpus.formats.exports.sheets:read", TEXT),
    "kikuzo+html": ("corpus.formats.exports.japanese:kikuzo", BLOCKS),
    "yomidasu+html": ("corpus.formats.exports.japanese:yomidasu", BLOCKS),
}
MEDIA_TYPES: Final = frozenset(f"{PREFIX}{name}" for name in READERS)


def media_type(database: str, container: str, charset: str | None = None) -> str:
    """Return the media type of a piece."""
    return f"{PREFIX}{database}+{container}" + (f"; charset={charset}" if charset else "")


def is_piece(kind: str) -> bool:
    """Return whether a media type is that of a piece of an export."""
    return kind.startswith(PREFIX)


def parts(kind: str) -> tuple[str, str, str | None] | None:
    """Return the database, the container and the charset in a media type; None if it is of no piece."""
    found = _TYPE.fullmatch(kind)
    return (found["database"], found["container"], found["charset"]) if found else None


def reader(database: str, container: str) -> tuple[Callable[..., Draft], str] | None:
    """Return the reader of a database's pieces and what it takes; None if there is none."""
    entry = READERS.get(f"{database}+{container}")
    if entry is None:
        return None
    module, _, name = entry[0].partition(":")
    return cast("Callable[..., Draft]", getattr(import_module(module), name)), entry[1]
