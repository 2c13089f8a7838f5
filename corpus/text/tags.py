"""Find start tags of HTML without building a tree: in time linear in the length of any page."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.text.entities import unescape

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_LONGEST_TAG: Final = 8_000
_MOST_ATTRIBUTES: Final = 60
# Of what only looks like a tag.
_MOST_FAILURES: Final = 10_000
# Comments, and elements whose content is not markup. What is never closed goes to the end, as in browsers.
_HIDDEN: Final = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|textarea|xmp|template)\b.*?(?:</\1\b|\Z)", re.IGNORECASE | re.DOTALL
)
_MARK: Final = re.compile(r"[\"'<>]")
_ATTRIBUTE: Final = re.compile(r"([^\s\"'<>/=]{1,60})(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")


class Tag(NamedTuple):
    """A start tag: its name and attributes in lower case, and where it ends in the text."""

    name: str
    attributes: dict[str, str]
    end: int


def tags(text: str, names: Collection[str], most: int) -> Iterator[Tag]:
    """Yield the start tags of some elements, in order, without those in comments and scripts.

    Args:
        text: the page.
        names: names of elements, in lower case.
        most: the largest number of tags.
    """
    for name, rest, end in islice(_starts(text, names), most):
        attributes: dict[str, str] = {}
        for number, found in enumerate(_ATTRIBUTE.finditer(rest)):
            if number >= _MOST_ATTRIBUTES:
                break
            value = found[2] or found[3] or found[4] or ""
            attributes.setdefault(found[1].lower(), unescape(value) if "&" in value else value)
        yield Tag(name, attributes, end)


def _starts(text: str, names: Collection[str]) -> Iterator[tuple[str, str, int]]:
    """Yield name, attributes and end of each start tag. The time is linear, because nothing is read twice."""
    wanted = re.compile(rf"<({'|'.join(sorted(names))})(?=[\s/>])", re.IGNORECASE)
    text = _HIDDEN.sub(lambda found: " " * len(found[0]), text)
    at = failures = 0
    while failures < _MOST_FAILURES and (found := wanted.search(text, at)):
        end = _end_of(text, found.end())
        if end < 0:
            at = found.end()
            failures += 1
            continue
        yield found[1].lower(), text[found.end() : end], end + 1
        at = end + 1


def _end_of(text: str, at: int) -> int:
    """Return where a tag's `>` is, outside of quotes; -1 if it has none within bounds."""
    limit = min(len(text), at + _LONGEST_TAG)
    quote = ""
    while at < limit:
        found = _MARK.search(text, at, limit)
        if found is None:
            return -1
        mark = found[0]
        if quote:
            quote = "" if mark == quote else quote
        elif mark == ">":
            return found.start()
        elif mark == "<":
            return -1
        elif text[max(at - 1, found.start() - 20) : found.start()].rstrip().endswith("="):
            quote = mark
        at = found.end()
    return -1
