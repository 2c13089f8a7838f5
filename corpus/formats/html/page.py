"""Bytes of a page to a tree that is safe to walk: decoded as a browser would, bounded in size, tags and depth."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from selectolax.lexbor import LexborHTMLParser

from corpus.text.decode import declared_encoding, decode

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

# Parsers take seconds for one tag with 100,000 attributes, and minutes for 100,000 nested elements.
LONGEST_TAG: Final = 65_536
_MOST_ATTRIBUTES: Final = 2_000
DEEPEST: Final = 250
_HEAD: Final = 2_048
_CHARSET: Final = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_XML: Final = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9_.-]{2,40})", re.IGNORECASE)
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,40})(?=[\s/>])")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_VOID: Final = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        "p", "li", "dt", "dd", "tr", "td", "th", "option",
    }
)  # fmt: skip
# Their content is no markup. Nothing is tried twice: most of a page is scripts, and a hostile one may be only such.
_RAW: Final = re.compile(
    r"<(script|style|textarea|title|xmp|noembed)(?=[\s/>])[^<>]*+>"
    r"[^<]*+(?:<(?!/\1[\s/>])[^<]*+)*+(?:</\1[^<>]*+>?|\Z)"
    r"|<!--[^-]*+(?:-(?!->)[^-]*+)*+(?:-->|\Z)",
    re.IGNORECASE,
)


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
        """The body, or the whole tree of a page without one."""
        found = self.tree.body or self.tree.root
        if found is None:
            raise Unreadable("no element")
        return found


def read(data: bytes, declared: str | None = None) -> Page | None:
    """Parse a page; None if the bytes are no text.

    Args:
        data: the page.
        declared: the charset of its HTTP headers, if known.

    Raises:
        Unreadable: a tag is longer, or elements are nested deeper, than any real page's.
    """
    text, encoding = _decode(data, declared)
    if encoding is None:
        return None
    text = text.replace("\0", "")
    _require_bounds(text)
    return Page(LexborHTMLParser(text), text, encoding)


def _decode(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """As a browser would: byte order mark, then HTTP, then the page's own word, if the bytes agree."""
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


def _require_bounds(text: str) -> None:
    plain = _RAW.sub(" ", text)
    for piece in plain.split("<"):
        if len(piece) > LONGEST_TAG and _opens(piece):
            # Quoted values may be as long as they like: pictures stand in them whole.
            tag = _QUOTED.sub("", piece).partition(">")[0]
            if len(tag) > LONGEST_TAG or len(tag.split()) > _MOST_ATTRIBUTES:
                raise Unreadable(f"a tag of {len(tag):,} characters without its values")
    depth = deepest = 0
    for closing, name in _TAG.findall(plain):
        if name.lower() in _VOID:
            continue
        depth = max(depth - 1, 0) if closing else depth + 1
        deepest = max(deepest, depth)
    if deepest > _MOST_OPEN:
        raise Unreadable(f"{deepest:,} elements within each other")


def _opens(piece: str) -> bool:
    return piece[:1].isalpha() or piece[:1] in "/!?"


# Unclosed elements make a page look deeper than it is; real pages of the sort stay below this.
_MOST_OPEN: Final = 4 * DEEPEST
