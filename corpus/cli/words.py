"""Print word-level differences on a terminal: each changed place with its context on one line."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, assert_never

import click

from corpus.cli.show import echo, safe
from corpus.text.plural import count
from corpus.text.worddiff import Fate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corpus.text.worddiff import Run

# In characters: what is kept around a change, and how much of a change itself is shown.
_CONTEXT: Final = 60
_LONGEST: Final = 400
_PLACES: Final = 20


def print_words(runs: Sequence[Run], indent: str) -> None:
    """Print the changes between two texts as `[-removed-]` and `{+added+}`, with colours on a terminal."""
    found = list(_places(runs))
    for place in found[:_PLACES]:
        echo(f"{indent}{place}")
    if len(found) > _PLACES:
        echo(f"{indent}and {count(len(found) - _PLACES, 'more place')}; --json has all")


def in_words(runs: Sequence[Run]) -> str:
    """Return the changes of a short text on one line, with the parts that are kept."""
    return "".join(_marked(run.fate, run.text) for run in runs)


def _places(runs: Sequence[Run]) -> Iterator[str]:
    """Yield one line for each group of changes that are close together."""
    line: list[str] = []
    for number, run in enumerate(runs):
        if run.fate is not Fate.KEPT:
            line.append(_marked(run.fate, run.text))
            continue
        first, last = number == 0, number == len(runs) - 1
        if not first and not last and len(run.text) <= 2 * _CONTEXT:
            line.append(_marked(run.fate, run.text))
            continue
        if not first:
            yield "".join([*line, _head(run.text)])
        line = [] if last else [_tail(run.text)]
    if line:
        yield "".join(line)


def _head(text: str) -> str:
    if len(text) <= _CONTEXT:
        return _plain(text)
    return f"{_plain(text[:_CONTEXT].rpartition(' ')[0] or text[:_CONTEXT])} …"


def _tail(text: str) -> str:
    if len(text) <= _CONTEXT:
        return _plain(text)
    return f"… {_plain(text[-_CONTEXT:].partition(' ')[2] or text[-_CONTEXT:])}"


def _marked(fate: Fate, text: str) -> str:
    match fate:
        case Fate.KEPT:
            return _plain(text)
        case Fate.REMOVED:
            return _coloured(f"[-{_plain(_cut(text))}-]", "red")
        case Fate.ADDED:
            return _coloured(f"{{+{_plain(_cut(text))}+}}", "green")
        case _ as never:
            assert_never(never)


def _cut(text: str) -> str:
    """Return the beginning and the end of a text that is too long to be shown."""
    left_out = len(text) - _LONGEST
    if left_out <= 0:
        return text
    half = _LONGEST // 2
    return f"{text[:half]} … ({count(left_out, 'more character')}) … {text[-half:]}"


def _plain(text: str) -> str:
    return safe(text.replace("\n\n", " ¶ ").replace("\n", " ¶ "))


def _coloured(text: str, colour: str) -> str:
    # NO_COLOR: https://no-color.org
    return click.style(text, fg=colour) if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text
