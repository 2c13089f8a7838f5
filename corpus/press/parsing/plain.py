"""Turn plain text of exports into blocks: paragraphs separated by blank lines; indented ones count as centred."""

from __future__ import annotations

import re
from typing import Final

from corpus.formats.passages import Block, tidy

_INDENT: Final = 8
# A field begins on a line of its own, with or without a blank line before it.
_FIELD: Final = re.compile(r"[^\W\d_a-z][^\Wa-zß-ÿ]*(?:[ -][^\W\d_a-z][^\Wa-z]*){0,3}:(?=\s|$)")
# A length is on one line; what is right below it is text.
_LENGTH: Final = re.compile(r"[^\W\d_a-z]{4,12}:\s*\d[\d.,]*\s+[^\W\d_]{2,12}$")


def read(text: str) -> list[Block]:
    """Return the blocks of a text.

    Args:
        text: a text with any kind of line ends.
    """
    found: list[Block] = []
    lines: list[str] = []
    division = 0
    centred = False
    for line in [*text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").split("\n"), ""]:
        bare = line.strip()
        if bare:
            is_indented = line[0] in " \t" and len(line) - len(line.lstrip(" \t")) >= _INDENT
            if not lines:
                centred = is_indented
            elif (
                is_indented is not centred
                or (":" in bare and _FIELD.match(bare))
                or (len(lines) == 1 and _LENGTH.match(lines[0]))
            ):
                division += 1
                _add(found, lines, division, centred=centred)
                lines, centred = [], is_indented
            lines.append(bare)
        elif lines:
            division += 1
            _add(found, lines, division, centred=centred)
            lines = []
    return found


def _add(found: list[Block], lines: list[str], division: int, *, centred: bool) -> None:
    text = tidy(("\n" if centred else " ").join(lines))
    if text:
        found.append(Block(text, "", text, centred, division=division))
