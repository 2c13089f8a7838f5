"""Checks bounds on a page's markup before it is parsed, because parsers take minutes for markup beyond any real page.

Tags are found in columns, because a page has thousands of them: the place of each `<`, and the next eight bytes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from selectolax.lexbor import LexborNode

# Parsers take seconds for one tag with 100,000 attributes, and minutes for 100,000 nested elements.
LONGEST_TAG: Final = 65_536
_MOST_ATTRIBUTES: Final = 2_000
DEEPEST: Final = 250
# Unclosed elements make a page look deeper than it is; real pages of the sort stay below this.
MOST_OPEN: Final = 8 * DEEPEST
# Browsers nest no deeper: what a page costs grows with its length and its depth.
MOST_LEVELS: Final = 512
# A table, its body, a row and a cell; only the table is counted among the open elements.
_LEVELS_AN_ELEMENT: Final = 4
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
_LONGEST_NAME: Final = 8
_VOID: Final = (
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
    "p", "li", "dt", "dd", "tr", "td", "th", "option",
)  # fmt: skip
# Their content is no markup.
_RAW: Final = ("script", "style", "textarea", "title", "xmp", "noembed")
_LESS, _SLASH, _MARK = ord("<"), ord("/"), ord("!")


def _code(name: str) -> int:
    """Return a name as a number of eight bytes; a longer name is cut."""
    return int.from_bytes(name.encode()[:_LONGEST_NAME].ljust(_LONGEST_NAME, b"\0"), "little")


_VOID_CODES: Final = np.sort(np.array([_code(name) for name in _VOID], np.uint64))
_RAW_CODES: Final = np.sort(np.array([_code(name) for name in _RAW], np.uint64))
# Each byte as a part of a name, in lower case; 0 if it cannot be in a name.
_LETTERS: Final = np.zeros(256, np.uint8)
for _letter in b"abcdefghijklmnopqrstuvwxyz0123456789-:":
    _LETTERS[_letter] = _letter
    _LETTERS[ord(chr(_letter).upper())] = _letter
_PLACES: Final = np.arange(_LONGEST_NAME)


class Markup(NamedTuple):
    """The result of the check of a page's markup.

    Attributes:
        fault: what is out of bounds; None if nothing is.
        most_open: the greatest number of elements that are open at once; 0 for a page with few tags.
    """

    fault: str | None
    most_open: int = 0

    @property
    def may_be_deep(self) -> bool:
        """Return whether the tree of the page may have too many levels."""
        return self.most_open * _LEVELS_AN_ELEMENT > MOST_LEVELS


def look(data: bytes) -> Markup:
    """Return what is out of bounds in a page's markup.

    Args:
        data: the page in UTF-8.
    """
    if _is_surely_within(data):
        return Markup(None)
    letters = np.frombuffer(data, np.uint8)
    starts = np.flatnonzero(letters == _LESS)
    closing, codes = _names(letters, starts)
    markup = _markup(data, starts, closing, codes)
    long = _long_tag(data, starts, markup, codes, closing)
    if long is not None:
        return Markup(long)
    opens = markup & (codes != 0) & ~_among(codes, _VOID_CODES)
    if not opens.any():
        return Markup(None)
    deepest = _deepest(codes[opens], closing[opens])
    return Markup(nested(deepest) if deepest > MOST_OPEN else None, deepest)


def nested(levels: int) -> str:
    """Return what is wrong with a page that has this number of levels."""
    return f"{levels:,} elements within each other"


def levels(root: LexborNode) -> int:
    """Return the number of levels of elements in a tree."""
    above: list[int] = []
    deepest = 0
    for node in root.traverse():
        parent = node.parent
        place = parent.mem_id if parent is not None else 0
        while above and above[-1] != place:
            above.pop()
        above.append(node.mem_id)
        deepest = max(deepest, len(above))
    return deepest


def _deepest(codes: NDArray[np.uint64], closing: NDArray[np.bool_]) -> int:
    """Return the greatest number of elements that are open at once. A tag that closes no open element is ignored."""
    order = np.argsort(codes, kind="stable")
    steps = np.where(closing, -1, 1)[order]
    firsts = np.append(True, np.diff(codes[order]) != 0)
    # The names one after the other, each so far below those before it that no minimum of theirs is one of its own.
    below = (np.cumsum(firsts) - 1) * (2 * len(steps) + 2)
    heights = np.cumsum(steps)
    heights -= (heights - steps)[firsts][np.cumsum(firsts) - 1]
    lowest = np.minimum(np.minimum.accumulate(heights - below) + below, 0)
    depths = heights - lowest
    changes = np.empty_like(depths)
    changes[order] = np.where(firsts, depths, np.diff(depths, prepend=0))
    return int(np.cumsum(changes).max())


def _is_surely_within(data: bytes) -> bool:
    """Return whether a page has few tags and no tag that is too long. Nine pages of ten do."""
    letters = np.frombuffer(data, np.uint8)
    less = letters == _LESS
    closing = less[:-1] & (letters[1:] == _SLASH)
    if int(np.count_nonzero(less)) - int(np.count_nonzero(closing)) > MOST_OPEN:
        return False
    start = 0
    while start + LONGEST_TAG < len(data):
        # The last tag that begins within reach; without one, the gap may be within a tag.
        start = data.rfind(b"<", start + 1, start + LONGEST_TAG)
        if start < 0:
            return False
    return True


def _names(letters: NDArray[np.uint8], starts: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.uint64]]:
    """Return for each `<` whether it closes an element, and the name behind it as a number, or 0."""
    padded = np.concatenate((letters, np.zeros(_LONGEST_NAME + 2, np.uint8)))
    closing = padded[starts + 1] == _SLASH
    first = starts + 1 + closing
    named = _LETTERS[padded[first[:, None] + _PLACES]]
    # From the first that is no part of a name on, nothing is; a name begins with a letter.
    part = named != 0
    part[:, 0] = named[:, 0] >= ord("a")
    kept = named * np.logical_and.accumulate(part, axis=1)
    return closing, np.ascontiguousarray(kept).view(np.uint64)[:, 0]


def _among(codes: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return which codes are among some sorted codes."""
    found: NDArray[np.bool_] = known[np.minimum(np.searchsorted(known, codes), len(known) - 1)] == codes
    return found


def _markup(
    data: bytes, starts: NDArray[np.int64], closing: NDArray[np.bool_], codes: NDArray[np.uint64]
) -> NDArray[np.bool_]:
    """Return which `<` are markup: those within comments, scripts and similar elements are not."""
    markup = np.ones(len(starts), np.bool_)
    is_raw = _among(codes, _RAW_CODES) & ~closing
    letters = np.frombuffer(data, np.uint8)
    is_comment = letters[np.minimum(starts + 1, len(letters) - 1)] == _MARK
    numbers = np.flatnonzero(is_raw | is_comment)
    names: list[int] = codes[numbers].tolist()
    ends = {name: starts[closing & (codes == name)].tolist() for name in set(names)}
    begins: list[int] = []
    stops: list[int] = []
    position = -1
    for number, start, name, is_remark in zip(
        numbers.tolist(), starts[numbers].tolist(), names, is_comment[numbers].tolist(), strict=True
    ):
        if start < position:
            continue
        if is_remark:
            if data[start : start + 4] != b"<!--":
                continue
            found = data.find(b"-->", start + 4)
            end = position = len(data) if found < 0 else found + 3
        else:
            closers = ends[name]
            at = bisect_left(closers, start)
            end = position = closers[at] if at < len(closers) else len(data)
        begins.append(number if is_remark else number + 1)
        stops.append(end)
    for begin, stop in zip(begins, np.searchsorted(starts, stops).tolist(), strict=True):
        markup[begin:stop] = False
    return markup


def _long_tag(
    data: bytes,
    starts: NDArray[np.int64],
    markup: NDArray[np.bool_],
    codes: NDArray[np.uint64],
    closing: NDArray[np.bool_],
) -> str | None:
    """Return what is wrong with a tag that is too long. Quoted values may be long, because they may be pictures."""
    gaps = np.diff(np.append(starts, len(data)))
    for number in np.flatnonzero(markup & (gaps > LONGEST_TAG)):
        if codes[number] == 0:
            continue
        is_raw = bool(codes[number] in _RAW_CODES) and not closing[number]
        if is_raw and data.find(b">", starts[number], starts[number] + LONGEST_TAG) >= 0:
            continue
        piece = data[starts[number] : starts[number] + gaps[number]].decode("utf-8", "replace")
        tag = _QUOTED.sub("", piece).partition(">")[0]
        if len(tag) > LONGEST_TAG or len(tag.split()) > _MOST_ATTRIBUTES:
            return f"a tag of {len(tag):,} characters without its values"
    return None
