"""Plain text of exports to blocks: paragraphs apart by blank lines, with what is indented set in the middle."""

from __future__ import annotations

import re
from typing import Final

from corpus.formats.passages import Block, Run, block

_INDENT: Final = 8
# A field begins on a line of its own, with or without a blank line before it.
_FIELD: Final = re.compile(r"[^\W\d_a-z][^\Wa-zß-ÿ]*(?:[ -][^\W\d_a-z][^\Wa-z]*){0,3}:(?=\s|$)")


def read(text: str) -> list[Block]:
    """Return the blocks of a text.

    Args:
        text: a text with any kind of line ends.
    """
    found: list[Block] = []
    lines: list[str] = []
    division = 0
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n"), ""]:
        bare = line.strip()
        if not bare:
            if lines:
                division += 1
                _add(found, lines, division)
                lines = []
        else:
            if lines and (_is_indented(line) != _is_indented(lines[0]) or _FIELD.match(bare)):
                division += 1
                _add(found, lines, division)
                lines = []
            lines.append(line)
    return found


def _is_indented(line: str) -> bool:
    return len(line) - len(line.lstrip(" \t")) >= _INDENT


def _add(found: list[Block], lines: list[str], division: int) -> None:
    centred = _is_indented(lines[0])
    joined = "\n".join(line.strip() for line in lines) if centred else " ".join(line.strip() for line in lines)
    made = block([Run(joined)], centred=centred, division=division)
    if made is not None:
        found.append(made)
