"""Merge two edits of one text, line by line, as git merges branches."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Clash:
    """One place that both sides changed differently.

    Attributes:
        line: of your text, from 1, where the place begins.
        yours: the lines there in your text.
        new: the lines there in the new text.
    """

    line: int
    yours: str
    new: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged text. At a clash it has your lines."""

    text: str
    clashes: tuple[Clash, ...] = ()


def merge(base: str, yours: str, new: str, *, join: bool = False) -> Merged:
    """Merge two texts that were made from the same text.

    Args:
        base: the text from which both were made.
        yours: the first text. Its line endings are kept.
        new: the second text.
        join: if both sides only add lines at one place, keep your lines and then the new ones, without repeats.

    Returns:
        The merged text, with the places that both sides changed differently.
    """
    if "\r\n" in yours:
        done = merge(*(text.replace("\r\n", "\n") for text in (base, yours, new)), join=join)
        return Merged(done.text.replace("\n", "\r\n"), done.clashes)
    a, b, c = (_lines(text) for text in (base, yours, new))
    merged: list[str] = []
    clashes: list[Clash] = []
    at_a = at_b = at_c = 0
    for end_a, end_b, end_c, length in _common(a, b, c):
        old, own, other = a[at_a:end_a], b[at_b:end_b], c[at_c:end_c]
        if own in (old, other):
            merged += other
        elif other == old:
            merged += own
        elif (beside := _beside(old, own, other) or _beside(old, other, own)) is not None:
            merged += beside
        elif join and own[: len(old)] == other[: len(old)] == old:
            merged += [*own, *(line for line in other[len(old) :] if line not in own)]
        else:
            merged += own
            clashes.append(Clash(at_b + 1, "".join(own), "".join(other)))
        merged += b[end_b : end_b + length]
        at_a, at_b, at_c = end_a + length, end_b + length, end_c + length
    return Merged("".join(merged), tuple(clashes))


def _beside(old: list[str], adds: list[str], changes: list[str]) -> list[str] | None:
    """Return both sides' lines if one only adds lines before or after those that the other changes; else None."""
    length = len(old)
    if not old or not changes:
        return None
    if adds[:length] == old and changes[:length] != old:
        return [*changes, *adds[length:]]
    if adds[-length:] == old and changes[-length:] != old:
        return [*adds[:-length], *changes]
    return None


def _lines(text: str) -> list[str]:
    """Split a text into lines that all end, so that a missing last line end is no difference."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return [f"{line}\n" for line in lines]


def _common(a: Sequence[str], b: Sequence[str], c: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Yield the runs of lines that all three have: where each begins, and its length; at the end the three ends."""
    in_b = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    in_c = SequenceMatcher(None, a, c, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(in_b) and j < len(in_c):
        one, two = in_b[i], in_c[j]
        start, end = max(one.a, two.a), min(one.a + one.size, two.a + two.size)
        if start < end:
            yield start, one.b + start - one.a, two.b + start - two.a, end - start
        if one.a + one.size < two.a + two.size:
            i += 1
        else:
            j += 1
    yield len(a), len(b), len(c), 0
