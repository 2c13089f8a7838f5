"""The common form of all containers of exports: blocks of text, one for each paragraph, with their formatting."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

# A label is short; a colon further on is a sentence's.
_LONGEST_LABEL: Final = 48
# A space between two letters of scripts that are written without any was a line end.
_UNSPACED: Final = "\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
_WRAPPED: Final = re.compile(rf"(?<=[{_UNSPACED}])[ \t]*\n[ \t]*(?=[{_UNSPACED}])")


class Run(NamedTuple):
    """A stretch of text in one type."""

    text: str
    bold: bool = False
    size: float = 0.0


class Block(NamedTuple):
    """A paragraph, a cell or a line of a header.

    Attributes:
        text: its text; line breaks within it are newlines.
        label: what is printed in bold before a colon at its beginning, without the colon; else "".
        value: the text behind the label, or all of it.
        centred: whether it is set in the middle.
        bold: whether all of it is bold.
        size: the largest type in it, in points; 0 if that is not known.
        division: the number of the division, cell or section that it is in.
        marks: the classes and ids of the elements that it is in, or the bookmarks before it.
        preformatted: whether its line ends are the text's own.
        link: the address that it leads to, if any.
    """

    text: str
    label: str = ""
    value: str = ""
    centred: bool = False
    bold: bool = False
    size: float = 0.0
    division: int = 0
    marks: tuple[str, ...] = ()
    preformatted: bool = False
    link: str = ""


def block(
    runs: list[Run],
    *,
    centred: bool = False,
    division: int = 0,
    marks: tuple[str, ...] = (),
    preformatted: bool = False,
    link: str = "",
) -> Block | None:
    """Make a block of runs; None if they have no text."""
    if len(runs) == 1 and not runs[0].bold:
        # As most are.
        alone = tidy(runs[0].text, preformatted=preformatted)
        return (
            Block(alone, "", alone, centred, False, runs[0].size, division, marks, preformatted, link)
            if alone
            else None
        )
    text = tidy("".join(run.text for run in runs), preformatted=preformatted)
    if not text:
        return None
    visible = [run for run in runs if not run.text.isspace() and run.text]
    label, value = _labelled(visible, text) if visible[0].bold else ("", text)
    return Block(
        text,
        label,
        value,
        centred,
        all(run.bold for run in visible),
        max([run.size for run in visible]),
        division,
        marks,
        preformatted,
        link,
    )


def _labelled(runs: list[Run], text: str) -> tuple[str, str]:
    bold = ""
    for run in runs:
        if not run.bold:
            break
        bold += run.text
        if run.text.rstrip().endswith((":", "：")):
            break
    label = " ".join(bold.split())
    if not label.endswith((":", "：")) or len(label) > _LONGEST_LABEL or "\n" in bold.strip():
        return "", text
    return label.rstrip(" :："), tidy(text[len(tidy(bold)) :]) if text.startswith(tidy(bold)) else text


def tidy(text: str, *, preformatted: bool = False) -> str:
    """Return text with single spaces, its line breaks as they are, and no white space around lines."""
    if preformatted:
        return "\n".join(line.rstrip() for line in text.strip("\n").expandtabs().split("\n")).rstrip()
    if "\u3000" not in text:
        if "\n" not in text:
            return " ".join(text.split())
        return "\n".join([" ".join(line.split()) for line in text.split("\n")]).strip("\n")
    lines = (
        " ".join(line.replace("\u3000", "\ue000").split()).replace("\ue000", "\u3000") for line in text.split("\n")
    )
    return "\n".join(line.strip("\u3000 ") for line in lines).strip("\n")


def unwrapped(text: str) -> str:
    """Return text that was broken for width as one line, without spaces in scripts that have none."""
    return " ".join(_WRAPPED.sub("", text).split()) if "\n" in text else text
