"""Find the words that were removed from a text and added to it. Bounded: texts of megabytes take seconds, not hours.

Paragraphs are compared first, then the words of what is between equal paragraphs. It depends on the two texts alone and
knows nothing of versions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from os.path import commonprefix
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.text.alignment import Block, Work, blocks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Scripts written without spaces. Of Han and Kana each character is a word of its own, of Thai, Lao, Burmese and Khmer
# each letter with its marks.
_HAN: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_LETTERS: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_MARKS: Final = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1060\u17b4-\u17d3"
)
_SIGNS: Final = r"!-/:-@\[-`{-~\u00a1-\u00bf\u2010-\u2027\u2030-\u205e\u3000-\u303f\uff01-\uff0f\uff1a-\uff20"
_WORD: Final = f"[^\\s{_SIGNS}{_HAN}{_LETTERS}]+"
# Every character is in exactly one token. Between two letters these do not part a word: It's, 3.5, state-owned.
_TOKEN: Final = re.compile(
    rf"\n+|[^\S\n]+|{_WORD}(?:['’.,-]{_WORD})*|[{_LETTERS}][{_MARKS}]*|[\s\S]",
)
_PARAGRAPH: Final = re.compile(r"[^\n]*\n+|[^\n]+")

# What is kept between two changes is no more than an accident if it is shorter than either, and than this.
_ISLAND: Final = 40


class Fate(StrEnum):
    """Whether some words were kept, removed or added."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive words, with the spaces between them, that share a fate."""

    fate: Fate
    text: str


def runs(old: str, new: str) -> tuple[Run, ...]:
    """Return the difference of two texts.

    Kept and removed runs together are the old text, kept and added ones the new, to the letter. What was removed comes
    before what was added in its place.

    >>> [(run.fate.value, run.text) for run in runs("The old tram line.", "The new tram line.")]
    [('kept', 'The '), ('removed', 'old'), ('added', 'new'), ('kept', ' tram line.')]
    """
    work = Work()
    stretches: list[_Stretch] = []
    for part in _aligned(_PARAGRAPH.findall(old), _PARAGRAPH.findall(new), work):
        if part.removed and part.added:
            stretches += _aligned(_TOKEN.findall(part.removed), _TOKEN.findall(part.added), work)
        else:
            stretches.append(part)
    changed = chain.from_iterable(map(_without_outer_spaces, _without_islands(stretches)))
    return tuple(_joined(_at_line_starts([*_merged(changed)])))


class _Stretch(NamedTuple):
    """Text that was kept, or what was removed and added at one place."""

    kept: str
    removed: str
    added: str


def _aligned(old: list[str], new: list[str], work: Work) -> Iterator[_Stretch]:
    """Return two lists of tokens as stretches, in order."""
    numbers: dict[str, int] = {}
    left = [numbers.setdefault(token, len(numbers)) for token in old]
    right = [numbers.setdefault(token, len(numbers)) for token in new]
    done_left = done_right = 0
    end = Block(len(old), len(new), 0)
    for block in (*sorted(blocks(left, right, work)), end):
        removed, added = "".join(old[done_left : block.left]), "".join(new[done_right : block.right])
        if removed or added:
            yield _Stretch("", removed, added)
        done_left, done_right = block.left + block.length, block.right + block.length
        if block.length:
            yield _Stretch("".join(old[block.left : done_left]), "", "")


def _without_islands(stretches: Iterable[_Stretch]) -> Iterator[_Stretch]:
    """Join two changes with almost nothing kept between them. Paragraphs are never joined."""
    changed = _Stretch("", "", "")
    kept = ""
    for stretch in chain(_merged(stretches), [_Stretch("", "", "")]):
        if stretch.kept:
            kept = stretch.kept
            continue
        if kept:
            least = min(max(len(s.removed), len(s.added)) for s in (changed, stretch))
            if len(kept) <= min(least, _ISLAND) and "\n" not in kept:
                changed = _Stretch("", changed.removed + kept, changed.added + kept)
            else:
                yield changed
                yield _Stretch(kept, "", "")
                changed = _Stretch("", "", "")
            kept = ""
        changed = _Stretch("", changed.removed + stretch.removed, changed.added + stretch.added)
    yield changed


def _without_outer_spaces(stretch: _Stretch) -> Iterator[_Stretch]:
    """Return a change without the spaces at its ends that are in both texts."""
    removed, added = stretch.removed, stretch.added
    if not (removed and added):
        yield stretch
        return
    before = _shared_spaces(removed, added)
    removed, added = removed[len(before) :], added[len(before) :]
    after = _shared_spaces(removed[::-1], added[::-1])[::-1]
    yield _Stretch(before, "", "")
    yield _Stretch("", removed[: len(removed) - len(after)], added[: len(added) - len(after)])
    yield _Stretch(after, "", "")


def _shared_spaces(one: str, other: str) -> str:
    spaces = len(one) - len(one.lstrip())
    return commonprefix([one[:spaces], other])  # noqa: RUF071 - of texts, not of paths


def _at_line_starts(stretches: list[_Stretch]) -> list[_Stretch]:
    """Move an addition or removal to the start of a line, if it could also begin there."""
    for number in range(1, len(stretches) - 1):
        before, changed, after = stretches[number - 1 : number + 2]
        if not (before.kept and after.kept) or bool(changed.removed) == bool(changed.added):
            continue
        moved = changed.removed or changed.added
        shared = commonprefix([moved, after.kept])  # noqa: RUF071 - of texts, not of paths
        line = shared.rfind("\n") + 1
        if line:
            moved = moved[line:] + moved[:line]
            stretches[number - 1] = _Stretch(before.kept + shared[:line], "", "")
            stretches[number] = _Stretch("", *((moved, "") if changed.removed else ("", moved)))
            stretches[number + 1] = _Stretch(after.kept[line:], "", "")
    return stretches


def _merged(stretches: Iterable[_Stretch]) -> Iterator[_Stretch]:
    """Return kept and changed stretches in turn."""
    kept: list[str] = []
    removed: list[str] = []
    added: list[str] = []
    for stretch in stretches:
        if stretch.kept:
            if any(removed) or any(added):
                yield _Stretch("", "".join(removed), "".join(added))
                removed, added = [], []
            kept.append(stretch.kept)
        elif stretch.removed or stretch.added:
            if kept:
                yield _Stretch("".join(kept), "", "")
                kept = []
            removed.append(stretch.removed)
            added.append(stretch.added)
    if kept:
        yield _Stretch("".join(kept), "", "")
    if removed or added:
        yield _Stretch("", "".join(removed), "".join(added))


def _joined(stretches: Iterable[_Stretch]) -> Iterator[Run]:
    for stretch in stretches:
        for fate, text in ((Fate.KEPT, stretch.kept), (Fate.REMOVED, stretch.removed), (Fate.ADDED, stretch.added)):
            if text:
                yield Run(fate, text)
