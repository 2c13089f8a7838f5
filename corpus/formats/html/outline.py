"""The elements of a page by their names, found in one walk over its tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from selectolax.lexbor import LexborHTMLParser, LexborNode

_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
# The names that are asked for, each in a list of its own.
_KEPT: Final = (
    "html", "title", "meta", "link", "script", "a", "input", "form", "button", "label", "ins", "blockquote", "table",
    "pre", "time", "byline", "br", "hr",
)  # fmt: skip
# Those that are asked for together, in the order of the page.
LINES: Final = (*_HEADINGS, "p", "strong")
# The relations of links that are asked for are few, and those of all links many.
_MARKED: Final = '[itemprop], a[rel~="author" i], a[rel~="license" i]'
PICTURES: Final = ("img", "picture", "video")
LISTS: Final = ("ul", "ol")
FIGURES: Final = ("figure", "figcaption")


@dataclass
class Outline:
    """A page's tree and its elements by name. It is valid until the tree is changed.

    Attributes:
        tree: the tree of the page.
        found: the elements by their names, or by names that are requested together.
    """

    tree: LexborHTMLParser
    found: dict[str, list[LexborNode]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Walk over the tree."""
        self.found = {name: [] for name in _KEPT}
        for names in (LINES, PICTURES, LISTS, FIGURES):
            shared: list[LexborNode] = []
            self.found |= dict.fromkeys(names, shared)
        bucket_of = self.found.get
        root = self.tree.root
        for node in root.traverse() if root is not None else ():
            bucket = bucket_of(node.tag or "")
            if bucket is not None:
                bucket.append(node)

    def all(self, name: str) -> list[LexborNode]:
        """Return the elements of a name, in the order of the page."""
        found = self.found[name]
        return [node for node in found if node.tag == name] if name not in _KEPT else found

    def has(self, name: str) -> bool:
        """Return whether a page has an element of a name."""
        return bool(self.all(name))

    @cached_property
    def headings(self) -> list[tuple[str, LexborNode]]:
        """The headings of the page with their names."""
        return [(tag, node) for node in self.found["h1"] if (tag := node.tag or "") in _HEADINGS]

    @cached_property
    def headline(self) -> LexborNode | None:
        """The first `h1`."""
        return next((node for tag, node in self.headings if tag == "h1"), None)

    @cached_property
    def addresses(self) -> list[tuple[str, LexborNode]]:
        """The addresses that links lead to, with the links."""
        return [(address, node) for node in self.found["a"] if (address := node.attributes.get("href"))]

    @cached_property
    def marked(self) -> list[tuple[dict[str, str | None], LexborNode]]:
        """The attributes of elements with `itemprop`, and of links to authors and licences, with the elements."""
        return [(node.attributes, node) for node in self.tree.css(_MARKED)]

    @cached_property
    def _marked_in_head(self) -> int:
        """The number of marked elements in the head, which come before the others."""
        head = self.tree.head
        return len(head.css(_MARKED)) if head is not None and self.marked else 0

    def named(self, item: str, *, in_body: bool = False) -> list[LexborNode]:
        """Return the elements that are marked as an item of schema.org, of the page or of its body alone."""
        first = self._marked_in_head if in_body else 0
        return [node for attributes, node in self.marked[first:] if attributes.get("itemprop") == item]

    def related(self, kind: str) -> list[LexborNode]:
        """Return the links of a relation: `author` or `license`."""
        return [node for attributes, node in self.marked if node.tag == "a" and is_related(attributes, kind)]


def is_related(attributes: Mapping[str, str | None], kind: str) -> bool:
    """Return whether an element's `rel` names a relation."""
    return kind in (attributes.get("rel") or "").lower().split()


def line_of(node: LexborNode, longest: int) -> str | None:
    """Return the text of an element as one line; None if the line is longer than `longest` characters.

    Of a large element only the beginning is read.
    """
    texts: list[str] = []
    room = 2 * longest
    for one in node.traverse(include_text=True, skip_empty=True):
        if one.tag == "-text":
            text = one.text_content or ""
            texts.append(text)
            room -= len(text) + 1
            if room < 0:
                break
    line = " ".join(" ".join(texts)[: 2 * longest].split())
    return line if len(line) <= longest else None
