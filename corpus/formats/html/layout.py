"""A tree as columns: its numbered elements in the order of the page, with the elements around and inside each.

One walk over the tree collects them, so that texts, parents and links of hundreds of blocks need no search.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from corpus.formats.html.prepare import BREAK
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_BREAKS: Final = frozenset({"br", "hr"})


@dataclass(slots=True)
class Layout:
    """The elements of a tree, by their numbers.

    Attributes:
        nodes: the elements.
        tags: the names of the elements.
        parents: the numbers of the elements around them; -1 for the first element.
        ends: the number of the first element after each.
        texts: the texts of the tree in its order; a line break is one.
        begins: the number of texts before each element.
        stops: the number of texts before the end of each element.
        links: the numbers of the links that have an address.
    """

    nodes: list[LexborNode] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    stops: list[int] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    _lengths: list[int] = field(default_factory=list)

    def text(self, number: int) -> str:
        """Return all text in an element, with line breaks as `BREAK`."""
        return "".join(self.texts[self.begins[number] : self.stops[number]])

    def is_within(self, number: int, outer: int) -> bool:
        """Return whether an element is another or in it."""
        return outer <= number < self.ends[outer]

    def linked_length(self, number: int) -> int:
        """Return the number of characters of an element's text that are in links."""
        first = bisect_left(self.links, number + 1)
        last = bisect_left(self.links, self.ends[number], first)
        if first == last:
            return 0
        if not self._lengths:
            # The sums of the lengths of all links before each.
            self._lengths = [*accumulate((len(one_line(self.text(link))) for link in self.links), initial=0)]
        return self._lengths[last] - self._lengths[first]


def walk(root: LexborNode) -> Layout:
    """Return the elements in and including one."""
    made = Layout()
    nodes, tags, parents, ends = made.nodes, made.tags, made.parents, made.ends
    texts, begins, stops = made.texts, made.begins, made.stops
    # The elements that are open, and their places in memory.
    open_: list[int] = []
    places: list[int] = []
    for node in root.traverse(include_text=True):
        tag = node.tag or ""
        above = node.parent
        place = above.mem_id if above is not None else 0
        while places and places[-1] != place:
            places.pop()
            closed = open_.pop()
            ends[closed] = len(nodes)
            stops[closed] = len(texts)
        if tag == "-text":
            texts.append(node.text_content or "")
            continue
        number = len(nodes)
        nodes.append(node)
        tags.append(tag)
        parents.append(open_[-1] if open_ else -1)
        begins.append(len(texts))
        ends.append(0)
        stops.append(0)
        open_.append(number)
        places.append(node.mem_id)
        if tag in _BREAKS:
            texts.append(BREAK)
        elif tag == "a" and "href" in node.attributes:
            made.links.append(number)
    for number in open_:
        ends[number] = len(nodes)
        stops[number] = len(texts)
    return made
