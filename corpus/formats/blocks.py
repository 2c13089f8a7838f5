"""Turn lines into paragraphs, subheadings and lists: the form of a plain or Markdown text, without its meaning."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from corpus.formats.lines import plain
from corpus.text.normalise import collapse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEADING: Final = re.compile(r"^(#{1,6})\s+(\S.*?)\s*#*$|^(#{2,6})([^\s#].*?)\s*#*$")
_STRONG_LINE: Final = re.compile(r"^(\*\*|__)([^*_]{2,100})\1:?$")
_UNDERLINE: Final = re.compile(r"^(?:={3,}|-{3,})$")
_RULE: Final = re.compile(
    r"^(?:[-*_=~•·.#+](?: ?[-*_=~•·.#+]){2,}|\[\w{1,20}\]:\s*\S+.*|```.*|~~~.*|<!--.{0,2000}-->)$"
)
_ITEM: Final = re.compile(r"^(?:[-*+•·▪◦●]|\d{1,3}[.)])\s+(?=\S)")
_QUOTE: Final = re.compile(r"^(?:>\s?)+")
# Without one of these a line holds no inline markup.
_INLINE: Final = re.compile(r"[\[\]<>\\`*_&]")
_END: Final = (
    ".",
    "!",
    "…",
    ",",
    ";",
    ":",
    '"',
    "”",
    "“",
    "»",
    "'",
    ")",
    "。",
    "！",
    "？",
    "、",
    "」",
    "|",
    "-",
    "–",
    "—",
)
# A subheading is shorter, a paragraph of news longer.
_HEADING_CHARACTERS: Final = 80
_HEADING_WORDS: Final = 10
_PARAGRAPH_CHARACTERS: Final = 80
# Text is wrapped at some such width; longer lines are paragraphs of their own.
_WIDEST_WRAP: Final = 110
_NARROWEST_WRAP: Final = 50
# A wrapped line lacks at most the word that did not fit.
_RAGGED: Final = 28


class Kind(StrEnum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LINES = "lines"


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or subheading on one line, or several lines that belong together, as a list or table."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank, and whether a blank line is before it."""

    text: str
    apart: bool


def lines_of(text: str) -> list[Line]:
    """Return the lines of a normalised text that are not blank."""
    found: list[Line] = []
    apart = True
    for raw in text.split("\n"):
        line = collapse(raw)
        if not line:
            apart = True
            continue
        found.append(Line(line, apart))
        apart = False
    return found


def heading(line: str) -> str | None:
    """Return the text of a Markdown heading `## …`; None for other lines."""
    found = _HEADING.match(line) if line.startswith("#") else None
    return (found[2] or found[4]) if found else None


def is_underline(line: Line) -> bool:
    """Return whether a line makes a heading of the line above it."""
    return not line.apart and line.text[0] in "=-" and _UNDERLINE.match(line.text) is not None


def is_rule(line: str) -> bool:
    """Return whether a line is only ornament or markup: a rule, a fence, a reference, a comment."""
    return not line[0].isalnum() and len(line) < 2_100 and _RULE.match(line) is not None


def unquoted(line: str) -> str:
    """Return a line without the `>` of a quotation."""
    return collapse(_QUOTE.sub("", line)) if line.startswith(">") else line


def wrap_width(lines: Sequence[Line]) -> int | None:
    """Return the width at which a text was wrapped; None if every line is a paragraph or a short line of its own."""
    widest = max((len(line.text) for line in lines), default=0)
    if not _NARROWEST_WRAP <= widest <= _WIDEST_WRAP:
        return None
    # Only lines that another follows at once tell.
    inner = [len(line.text) for line, after in pairwise(lines) if not after.apart]
    full = sum(size >= widest - _RAGGED for size in inner)
    return widest if inner and full * 10 >= len(inner) * 6 else None


def blocks(lines: Sequence[Line], *, markdown: bool) -> list[Block]:
    """Return the blocks of a body, without inline markup.

    Args:
        lines: the lines after title, byline and similar lines.
        markdown: whether emphasis and escapes are markup.
    """
    width = wrap_width(lines)
    # Where there are hardly any blank lines, each line that is not wrapped is a paragraph.
    dense = width is None and sum(line.apart for line in lines) * 3 < len(lines)
    found: list[Block] = []
    for group in _groups(lines):
        found += _shape(group, width, dense=dense, markdown=markdown)
    return _with_bare_headings([block for block in found if block.text])


def _groups(lines: Sequence[Line]) -> Iterator[list[str]]:
    """Yield groups of lines that belong together; a heading is a group of its own."""
    group: list[str] = []
    for number, line in enumerate(lines):
        if line.apart and group:
            yield group
            group = []
        if line.text[0].isalpha():
            # No markup of a complete line begins with a letter.
            group.append(line.text)
            continue
        after = lines[number + 1] if number + 1 < len(lines) else None
        if is_underline(line) and group:
            top = group.pop()
            if group:
                yield group
            yield [f"## {top}"]
            group = []
        elif is_rule(line.text):
            if group:
                yield group
            group = []
        elif heading(line.text) or (_STRONG_LINE.match(line.text) and (after is None or after.apart) and not group):
            if group:
                yield group
            yield [line.text]
            group = []
        else:
            group.append(line.text)
    if group:
        yield group


def _shape(group: list[str], width: int | None, *, dense: bool, markdown: bool) -> Iterator[Block]:
    first = group[0]
    if len(group) == 1 and first[0].isalpha():
        yield Block(Kind.PARAGRAPH, _clean(first, markdown=markdown))
        return
    title = heading(first)
    if title is None and len(group) == 1 and (strong := _STRONG_LINE.match(first)):
        title = strong[2].rstrip(":")
    if title is not None:
        yield Block(Kind.HEADING, plain(title, markdown=markdown).strip())
        return
    group = [line for raw in group if (line := unquoted(raw))]
    if not group:
        return
    if len(group) == 1:
        yield Block(Kind.PARAGRAPH, _clean(group[0], markdown=markdown))
    elif sum(line.count("|") >= 2 for line in group) * 2 > len(group):
        rows = [line for line in group if line.strip("|:- ")]
        yield Block(Kind.LINES, "\n".join(_clean(line, markdown=markdown) for line in rows))
    elif any(_ITEM.match(line) for line in group):
        yield from _list(group, markdown=markdown)
    elif width is not None:
        yield from (Block(Kind.PARAGRAPH, _clean(text, markdown=markdown)) for text in _unwrap(group, width))
    elif dense or max(map(len, group)) > _WIDEST_WRAP:
        yield from (Block(Kind.PARAGRAPH, _clean(line, markdown=markdown)) for line in group)
    elif markdown:
        # A line end within a Markdown paragraph is a space.
        yield Block(Kind.PARAGRAPH, " ".join(_clean(line, markdown=markdown) for line in group))
    else:
        yield Block(Kind.LINES, "\n".join(_clean(line, markdown=markdown) for line in group))


def _clean(line: str, *, markdown: bool) -> str:
    if _INLINE.search(line) is None:
        return line
    if markdown and line.endswith("\\"):
        line = line[:-1]
    return collapse(plain(line, markdown=markdown))


def _unwrap(group: list[str], width: int) -> Iterator[str]:
    """Yield paragraphs from wrapped lines: a line with room for more ends a paragraph."""
    lines: list[str] = []
    for line in group:
        lines.append(line)
        if len(line) < width - _RAGGED:
            yield " ".join(lines)
            lines = []
    if lines:
        yield " ".join(lines)


def _list(group: list[str], *, markdown: bool) -> Iterator[Block]:
    """Return items with their wrapped lines. Lines before the first item are a paragraph."""
    before: list[str] = []
    items: list[str] = []
    for line in group:
        marker = _ITEM.match(line)
        if marker:
            sign = "-" if line[0] in "*+" else marker[0].strip()
            items.append(f"{sign} {_clean(line[marker.end() :], markdown=markdown)}")
        elif items:
            items[-1] += f" {_clean(line, markdown=markdown)}"
        else:
            before.append(_clean(line, markdown=markdown))
    if before:
        yield Block(Kind.PARAGRAPH, " ".join(before))
    yield Block(Kind.LINES, "\n".join(items))


def _with_bare_headings(found: list[Block]) -> list[Block]:
    """Turn short lines between paragraphs into subheadings."""
    marked = list(found)
    for number in range(1, len(found) - 1):
        block, before, after = found[number], found[number - 1], found[number + 1]
        if (
            block.kind is Kind.PARAGRAPH
            and before.kind is not Kind.HEADING
            and _is_bare_heading(block.text)
            and not _is_bare_heading(before.text)
            and after.kind is not Kind.HEADING
            and len(after.text) >= _PARAGRAPH_CHARACTERS
        ):
            marked[number] = Block(Kind.HEADING, block.text)
    return marked


def _is_bare_heading(text: str) -> bool:
    if not 3 <= len(text) <= _HEADING_CHARACTERS or len(text.split()) > _HEADING_WORDS:
        return False
    first = text[0]
    return (first.isupper() or first.isdigit() or (first.isalpha() and not first.islower())) and not text.endswith(_END)
