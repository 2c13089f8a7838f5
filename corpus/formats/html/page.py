"""Makes a safe tree from the bytes of a page: decoded as a browser does, bounded in size, tags and depth."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from selectolax.lexbor import LexborHTMLParser

from corpus.formats.html import bounds
from corpus.text.decode import declared_encoding, decode

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_HEAD: Final = 2_048
_CHARSET: Final = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_XML: Final = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.-]{2,40})", re.IGNORECASE)


class Unreadable(Exception):
    """A page that would cost too much to parse."""


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page, and the text it was parsed from."""

    tree: LexborHTMLParser
    text: str
    encoding: str

    @property
    def root(self) -> LexborNode:
        """The body, or the complete tree of a page without a body."""
        found = self.tree.body or self.tree.root
        if found is None:
            raise Unreadable("no element")
        return found


def read(data: bytes, declared: str | None = None) -> Page | None:
    """Parse a page; return None if the bytes are not text.

    Args:
        data: the page.
        declared: the charset of its HTTP headers, if known.

    Raises:
        Unreadable: A tag is longer, or elements are nested deeper, than in any real page.
    """
    text, encoding = _decode(data, declared)
    if encoding is None:
        return None
    # A byte is found ten times sooner than a character.
    is_as_decoded = encoding == "utf-8" and not data.startswith(codecs.BOM_UTF8) and b"\0" not in data
    text = text if is_as_decoded else text.replace("\0", "")
    source = data if is_as_decoded else text.encode("utf-8", "replace")
    found = bounds.look(source)
    if found.fault is not None:
        raise Unreadable(found.fault)
    tree = LexborHTMLParser(source)
    if found.may_be_deep and tree.root is not None and (levels := bounds.levels(tree.root)) > bounds.MOST_LEVELS:
        raise Unreadable(bounds.nested(levels))
    return Page(tree, text, encoding)


def _decode(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """Decode as a browser does: by byte order mark, then HTTP, then the page's own declaration, if the bytes agree."""
    if not data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-8"), "utf-8"
        except UnicodeDecodeError:
            pass
        found = _CHARSET.search(data[:_HEAD]) or _XML.match(data[:_HEAD])
        for name in (declared, found[1].decode() if found else None):
            encoding = declared_encoding(name)
            # Pages that say UTF-8 and are not have a few bytes of something else in them.
            if encoding and not encoding.startswith(("utf-8", "utf-16", "utf-32")):
                return data.decode(encoding, "replace"), encoding
    decoded = decode(data)
    return decoded.text, decoded.encoding
