"""The code points of many texts at once, each as what a table says of it: how texts are looked at in columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

# Texts are looked at together up to so many characters: what is made of them stays in the processor's cache.
_TOGETHER = 1 << 19


@dataclass(frozen=True, slots=True)
class Points:
    """Some texts of a list, one behind the other with a line end after each."""

    numbers: list[int]  # which of the list
    kinds: NDArray[np.uint8]  # of each code point, in the table's words
    begins: NDArray[np.int64]  # where each text begins
    is_ascii: bool

    def count(self, marks: NDArray[np.bool_]) -> NDArray[np.int32]:
        """How many marks each text has; there may be one mark for each code point, or a few less."""
        if len(marks) < len(self.kinds):
            marks = np.append(marks, np.zeros(len(self.kinds) - len(marks), np.bool_))
        return np.add.reduceat(marks.view(np.uint8), self.begins, dtype=np.int32)


def points(texts: Sequence[str], table: Callable[[int], NDArray[np.uint8]]) -> Iterator[Points]:
    """All the texts, some at a time; ASCII and others apart, for the ones are looked up four times as fast.

    Args:
        texts: which.
        table: gives what each of the first so many code points is.
    """
    for is_ascii in (True, False):
        chosen = [number for number, text in enumerate(texts) if text.isascii() is is_ascii]
        for numbers in _together(chosen, texts):
            some = [texts[number] for number in numbers]
            joined = "\n".join(some) + "\n"
            kinds: NDArray[Any]
            if is_ascii:
                kinds = np.frombuffer(joined.encode().translate(table(256).tobytes()), np.uint8)
            else:
                kinds = table(0x110000)[np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)]
            begins = np.cumsum([0, *(len(text) + 1 for text in some[:-1])])
            yield Points(numbers, kinds, begins, is_ascii)


def _together(numbers: list[int], texts: Sequence[str]) -> Iterator[list[int]]:
    group: list[int] = []
    held = 0
    for number in numbers:
        if group and held + len(texts[number]) > _TOGETHER:
            yield group
            group, held = [], 0
        group.append(number)
        held += len(texts[number]) + 1
    if group:
        yield group
