"""Collects the witnesses of a page's dates: in its metadata and scripts, its shown text and its address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from corpus.formats.html import jsonld, meta, scripts, stamps
from corpus.formats.html.printed import Scanner
from corpus.text import dates
from schemas.dates import DateSource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from selectolax.lexbor import LexborNode

    from corpus.formats.html.outline import Outline

_KEYS: Final = ("datePublished", "dateCreated", "uploadDate")
_PUBLISHED: Final = '[itemprop="datePublished"]'
_MODIFIED: Final = '[itemprop="dateModified"]'
# How much each kind of witness counts; what is shown is weighed by `printed`, to about eight.
_LINKED, _EXPLICIT, _VAGUE, _VAGUE_INSTANT = 9.0, 7.5, 3.5, 4.5
_SET, _SET_ONCE, _CREATED, _ADDRESS = 3.0, 4.5, 1.5, 4.0
_MOST_SHOWN: Final = 8.0
LEAST: Final = 1.0
# Elements that are dates by what they are called.
_DATING: Final = ("time", '[itemprop="datePublished"]', '[class*="date" i]', '[class*="publish" i]')
_FIGURE: Final = re.compile(r"\d.*\d{4}|\d{4}.*\d|年.*月")
_LONGEST_UNREAD: Final = 80


class Witness(NamedTuple):
    """The date of one place on a page: the name of the place, the date, its written form and its weight."""

    name: str
    moment: dates.Moment
    written: str
    weight: float
    source: DateSource = DateSource.DECLARED


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of a page in which witnesses of its dates are found.

    Attributes:
        root: the body of the page.
        outline: the elements of the page.
        node: the article in JSON-LD.
        found: the meta elements.
        hint: the day in the address.
        language: the language of the page.
        title: the headline of the page.
        text: the page's source.
    """

    root: LexborNode
    outline: Outline
    node: jsonld.Node
    found: meta.Declared
    hint: date | None
    language: str | None
    title: str | None
    text: str

    def linked(self) -> Iterator[Witness]:
        """Yield the dates of publication in JSON-LD."""
        yield from self._read("JSON-LD", _of_node(self.node, _KEYS), _LINKED)

    def explicit(self) -> Iterator[Witness]:
        """Yield the dates of meta elements and microdata that name the publication."""
        names = [name for name in meta.PUBLISHED if name not in meta.VAGUE]
        yield from self._read("meta", _of_meta(self.found, names), _EXPLICIT)
        dated = self.outline.named("datePublished", in_body=True)
        yield from self._read("microdata", _of_elements(_PUBLISHED, dated), _EXPLICIT)

    def vague(self) -> Iterator[Witness]:
        """Yield the dates of meta elements that may date anything. One with a time probably dates the article."""
        for one in self._read("meta", _of_meta(self.found, meta.VAGUE), _VAGUE):
            yield one._replace(weight=_VAGUE_INSTANT) if one.moment.instant is not None else one

    def shown(self) -> Iterator[Witness]:
        """Yield the dates that the page shows, the heaviest first, without dates of changes."""
        found = Scanner(self.root, self.title, self.language, self.hint).scan()
        for one in sorted(found, key=lambda one: -one.weight):
            if one.is_modified:
                continue
            source = DateSource.DECLARED if one.is_machine else DateSource.PRINTED
            name = f"{'attribute' if one.is_machine else 'shown'} {one.names[:60]}".strip()
            yield Witness(name, one.moment, one.written, min(one.weight, _MOST_SHOWN), source)

    def set_in_scripts(self) -> Iterator[Witness]:
        """Yield the dates that scripts set. The first weighs most, because the page's own state comes before others."""
        found = []
        for one in scripts.settings(self.outline):
            moment = stamps.read(one.written, self.hint, self.language)
            if moment is not None:
                found.append((one, moment))
        days = {moment.day for one, moment in found if one.is_publication}
        for number, (one, moment) in enumerate(found):
            weight = _CREATED if not one.is_publication else _SET_ONCE if len(days) == 1 else _SET
            yield Witness(f"script {one.key}", moment, one.written, weight / (1 + number / 4))

    def address(self) -> Iterator[Witness]:
        """Yield the day in the address."""
        if self.hint is not None:
            yield Witness("address", dates.Moment(self.hint), self.hint.isoformat(), _ADDRESS, DateSource.ADDRESS)

    def guess(self) -> Witness | None:
        """Return the day that htmldate guesses."""
        day = stamps.guess(self.text)
        if day is None:
            return None
        return Witness("htmldate", dates.Moment(day), day.isoformat(), LEAST, DateSource.GUESSED)

    def modified(self) -> Iterator[Witness]:
        """Yield the dates of the last change that the page declares."""
        yield from self._read("JSON-LD", _of_node(self.node, ("dateModified",)), _LINKED)
        yield from self._read("meta", _of_meta(self.found, meta.MODIFIED), _EXPLICIT)
        yield from self._read("element", self._changed(), _EXPLICIT)

    def _changed(self) -> Iterator[tuple[str, str]]:
        yield from _of_elements(_MODIFIED, self.outline.named("dateModified", in_body=True))
        classes = [((node.attributes.get("class") or "").lower(), node) for node in self.outline.all("time")]
        for part in ("updat", "modif"):
            yield from _of_elements(f'time[class*="{part}" i]', [node for names, node in classes if part in names])

    def _read(self, place: str, written: Iterable[tuple[str, str]], weight: float) -> Iterator[Witness]:
        for name, text in written:
            moment = stamps.read(text, self.hint, self.language)
            if moment is not None:
                yield Witness(f"{place} {name}", moment, text, weight)


def _of_node(node: jsonld.Node, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key in keys:
        written = jsonld.text(node.get(key))
        if written:
            yield key, written


def _of_meta(found: meta.Declared, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        for value in found.get(name, ())[:1]:
            yield name, value


def _of_elements(selector: str, elements: list[LexborNode]) -> Iterator[tuple[str, str]]:
    for element in elements[:2]:
        attributes = element.attributes
        written = attributes.get("datetime") or attributes.get("content")
        if not written and element.tag == "abbr":
            # Microformats keep what is meant there, and show something shorter.
            written = attributes.get("title")
        written = written or element.text(separator=" ")
        if written:
            yield selector, written[:100]


def unread(page: Page) -> str | None:
    """Return a date that a page declares, or shows in an element for dates, but that cannot be read; otherwise None."""
    shown = (one for selector in _DATING for one in _of_elements(selector, page.root.css(selector)))
    written = [*_of_node(page.node, _KEYS), *_of_meta(page.found, meta.PUBLISHED), *shown]
    for _, text in written:
        line = " ".join(text.split())
        if (
            _FIGURE.search(line)
            and len(line) <= _LONGEST_UNREAD
            and stamps.read(line, page.hint, page.language) is None
        ):
            return line
    return None
