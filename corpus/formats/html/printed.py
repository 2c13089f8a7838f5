"""Weighs the dates that a page shows as the day of publication: by place, label and names of elements."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.formats.html.blocks import folded
from corpus.formats.html.candidates import BARE, SILENT, Candidate, in_attributes, in_text
from corpus.formats.html.datewords import Sense, sense_of_label, sense_of_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from selectolax.lexbor import LexborNode

    from corpus.text import dates

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4"})
_LONGEST_HEADLINE: Final = 300
_MOST_NODES: Final = 60_000
_MOST_FOUND: Final = 500
_DIGIT: Final = re.compile(r"\d")
_MOST_LEVELS: Final = 12
_NEVER: Final = 20.0
_MOST_NAMES: Final = 200
_SHORT_LINE: Final = 120
_PROSE: Final = 200
# A date in prose that begins with it is a dateline.
_BEGINNING: Final = 60
_NEAR: Final = 350
_FAR: Final = 1_500
# A label is in an element of its own before a date, and has at most this length.
_LONGEST_LABEL: Final = 60


@dataclass(slots=True)
class Printed:
    """A shown date, its weight as the day of publication, and the reasons.

    Attributes:
        moment: the meaning of the date.
        written: the date as it is written.
        weight: its weight as the day of publication; below 2 it is very unlikely.
        is_modified: whether its label or name means that it dates a change.
        is_machine: whether the date is in an attribute.
        names: class and id of the element of the date.
    """

    moment: dates.Moment
    written: str
    weight: float
    is_modified: bool
    is_machine: bool
    names: str


class Scanner:
    """Reads a page once, and weighs the dates in it."""

    def __init__(self, root: LexborNode, title: str | None, language: str | None, hint: date | None) -> None:
        self._root = root
        self._title = folded(title or "")
        self._reading = language, hint
        self._heads: list[tuple[int, int, LexborNode]] = []
        self._around: set[int] = set()

    def scan(self) -> list[Printed]:
        """Return the dates of the page in its order, without dates that certainly belong to something else."""
        found = list(self._candidates())
        begin, end = self._headline()
        printed = []
        for candidate in found:
            one = self._weigh(candidate, begin, end)
            if one is not None:
                printed.append(one)
        return printed

    def _candidates(self) -> Iterator[Candidate]:
        position = count = 0
        previous = ""
        silent = False
        tried: set[int] = set()
        for number, node in enumerate(self._root.traverse(include_text=True, skip_empty=True)):
            if number >= _MOST_NODES or count >= _MOST_FOUND:
                return
            found: Iterable[Candidate] = ()
            text = ""
            if (tag := node.tag) == "-text":
                # What scripts hold is long, and not even taken from the tree.
                if (silent and _is_silent(node)) or (text := node.text_content or "").isspace():
                    continue
                silent = False
                # Most texts have no digit, and are only counted.
                if _DIGIT.search(text) is not None:
                    found = in_text(node, text, previous, tried, self._reading)
            else:
                silent = tag in SILENT
                if tag in _HEADINGS:
                    self._heads.append((position, position + len(node.text(deep=True) or ""), node))
                elif not silent and tag not in BARE:
                    found = in_attributes(node, self._reading)
            for candidate in found:
                candidate.position += position
                count += 1
                yield candidate
            if text:
                previous = text if len(text) < _LONGEST_LABEL else ""
                position += len(text)

    def _headline(self) -> tuple[int, int]:
        """Return where the headline begins and ends; -1 for both if no headline was found."""
        best: tuple[float, int, int, LexborNode] | None = None
        title = set(self._title.split())
        for begin, end, node in self._heads:
            if end - begin > _LONGEST_HEADLINE or end == begin:
                continue
            line = folded(node.text(deep=True, separator=" ") or "")
            words = set(line.split())
            same = len(words & title) / max(len(words | title), 1)
            value = 3 * same + (0.6 if node.tag == "h1" else 0) + (1.0 if line == self._title else 0)
            if best is None or value > best[0]:
                best = value, begin, end, node
        if best is None or best[0] < 0.5:
            return -1, -1
        at: LexborNode | None = best[3]
        while at is not None:
            self._around.add(at.mem_id)
            at = at.parent
        return best[1], best[2]

    def _weigh(self, one: Candidate, begin: int, end: int) -> Printed | None:
        sense = one.sense or sense_of_label(one.before, one.after)
        if sense is Sense.OTHER:
            return None
        weight, modified, names = self._weigh_names(one)
        weight += self._weigh_place(one.position, begin, end)
        if one.length <= _SHORT_LINE:
            weight += 1.0
        elif one.length > _PROSE:
            weight -= 0.5 if one.offset < _BEGINNING else 2.0
        if sense is Sense.PUBLISHED:
            weight += 2.0
        if sense is not Sense.NOTHING:
            modified = sense is Sense.MODIFIED
        if one.span.short:
            weight -= 0.7
        if one.is_machine:
            weight += 0.5
        elif ":" in one.span.written:
            # A day with a time is a stamp rather than a day that is spoken of.
            weight += 0.7
        return Printed(one.span.moment, one.span.written, weight, modified, one.is_machine, names)

    @staticmethod
    def _weigh_place(position: int, begin: int, end: int) -> float:
        """Return the weight of a distance from the headline, in characters of text."""
        if begin < 0:
            return 0.8 if position < _FAR else 0.0
        behind, ahead = position - end, begin - position
        if behind >= -5:
            return 2.5 if behind <= _NEAR else 1.0 if behind <= _FAR else 0.0
        if ahead >= 0:
            return 1.8 if ahead <= _NEAR else 0.3 if ahead <= _FAR else -0.5
        # Within the headline itself.
        return 1.2

    def _weigh_names(self, one: Candidate) -> tuple[float, bool, str]:
        """Return the weight of the names of the elements around a date, up to those that also have the headline."""
        weight = 0.0
        modified = False
        own = ""
        at: LexborNode | None = one.node
        for level in range(_MOST_LEVELS):
            if at is None or at.tag in {"body", "html"} or (level > 1 and at.mem_id in self._around):
                break
            attributes = at.attributes
            names = " ".join(
                attributes.get(key) or "" for key in ("class", "id", "itemprop", "property", "rel")
            )[:_MOST_NAMES]  # fmt: skip
            tag = at.tag
            if tag in {"footer", "aside", "nav"}:
                weight -= 2.0
            elif tag == "time" or (tag == "header" and level < 6):
                weight += 0.5
            elif tag == "a" and level < 3 and self._leads_away(attributes.get("href") or ""):
                weight -= 0.7
            elif tag in {"li", "td"} and level < 4:
                weight -= 0.2
            if names.strip():
                publishing, dating, changing, elsewhere, readers, posted, today = sense_of_names(names)
                near = level < 4
                weight += (1.5 if publishing else 0.8 if dating else 0.0) if near and not own else 0.0
                modified = modified or (changing and near and not publishing and "entry-date" not in names)
                weight -= 1.5 if elsewhere and at.mem_id not in self._around else 0.0
                weight -= 1.5 if readers and at.mem_id not in self._around else 0.0
                weight -= 2.0 if today and near else 0.0
                weight -= _NEVER if posted else 0.0
                own = own or (names.strip() if publishing or dating else "")
            at = at.parent
        return weight, modified, own

    @staticmethod
    def _leads_away(href: str) -> bool:
        return bool(href) and not href.startswith("#") and len(href) > 30


def _is_silent(node: LexborNode) -> bool:
    parent = node.parent
    return parent is not None and parent.tag in SILENT
