"""Finds the names that a page shows as its authors, by the names, places and links of their elements."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Final

from corpus.formats import bylines
from corpus.formats.html import boxes, meta
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from corpus.formats.html.outline import Outline

LONGEST: Final = 120
ADDRESS: Final = re.compile(r"https?://|www\.|@|\.(?:com|de|net|org|co\.uk|fr|it|es|nl)\b", re.IGNORECASE)
SELECTORS: Final = (
    '[itemprop="author"] [itemprop="name"]', '[itemprop="author"]', 'a[rel~="author"]', '[class*="author-name" i]',
    '[class*="authorname" i]', '[class*="author__name" i]', '[class*="byline" i] a', '[class*="author" i] a',
    '[class*="byline" i] span', '[class*="byline" i]', "byline", '[class*="author" i] [class*="name" i]',
    '[class*="author" i]',
)  # fmt: skip
# As papers say it that are not written in English; other things are called so too.
SELECTORS_ELSEWHERE: Final = ('[class*="autor" i]', '[class*="auteur" i]')
# Of each selector the outermost part, and what is sought in classes for those that are alike.
_OUTER: Final = {
    one: one.partition("] ")[0].removesuffix("]") + "]" if "] " in one else one
    for one in (*SELECTORS, *SELECTORS_ELSEWHERE)
}
_PARTS: Final = {
    outer: part[1] for outer in _OUTER.values() if (part := re.fullmatch(r'\[class\*="(\w+(?:-\w+)?)" i\]', outer))
}
_CLASSES: Final = ", ".join(f'[class*="{part}" i]' for part in ("author", "byline", "autor", "auteur"))
# An element with such a name may hold a complete line, with a `By`, places and dates.
_LINES: Final = ('"author" i]', '"autor" i]', '"auteur" i]')
# Pages about a person, as sites link to them from a byline.
_PERSONAL: Final = ("author", "authors", "autor", "autoren", "auteur", "auteurs", "autore", "autori")
_PROFILES: Final = ", ".join(f'a[href*="/{word}/" i]' for word in _PERSONAL)
_PROFILE: Final = re.compile(f"/(?:{'|'.join(_PERSONAL)})/", re.IGNORECASE)
_BEFORE: Final = re.compile(r"^(?:by|von|par|por|di|door|af|av)\b", re.IGNORECASE)
_MOST_PARAGRAPHS: Final = 2_000
_SLUG: Final = re.compile(r"[\w.-]{4,60}")
_NEAR_LEVELS: Final = 4
_GROUP_LEVELS: Final = 4
_MOST_LINES: Final = 60
_LONGEST_LINE: Final = 120
_SLASH: Final = re.compile(r"\s*/\s*")


def addressed(outline: Outline, found: meta.Declared) -> list[str]:
    """Return the name in a link to the page that a meta element names as that of the author."""
    for declared in found.get("article:author", ())[:4]:
        slug = declared.rstrip("/").rpartition("/")[2]
        if not ADDRESS.search(declared) or not _SLUG.fullmatch(slug):
            continue
        links = [(address, link) for address, link in outline.addresses if f"/{slug}" in address]
        for address, link in links[:4]:
            text = one_line(link.text(separator=" "))
            if address.rstrip("/").endswith(f"/{slug}") and _full_names(text):
                return [text]
    return []


def around_headline(outline: Outline) -> frozenset[int]:
    """Return the elements around the headline, a few levels up, by their places in memory."""
    found: list[int] = []
    heading = outline.headline
    at = heading.parent if heading is not None else None
    while at is not None and at.tag not in {"body", "html"} and len(found) < _NEAR_LEVELS:
        found.append(at.mem_id)
        at = at.parent
    return frozenset(found)


def _is_near(node: LexborNode, near: frozenset[int]) -> bool:
    at: LexborNode | None = node
    for _ in range(2 * _NEAR_LEVELS):
        if at is None:
            return False
        if at.mem_id in near:
            return True
        at = at.parent
    return False


def behind_headline(outline: Outline) -> list[str]:
    """Return the names after `By` in a separate element of any name, soon after the headline."""
    heading = outline.headline
    box = heading.parent if heading is not None else None
    for _ in range(_NEAR_LEVELS):
        if box is None or box.tag in {"body", "html"}:
            return []
        count = 0
        for one in box.traverse(include_text=True):
            if one.tag != "-text":
                continue
            count += 1
            if count > _MOST_LINES:
                break
            text = (one.text_content or "")[:_LONGEST_LINE].strip()
            if not text or _BEFORE.match(text) is None or one.parent is None:
                continue
            line = bylines.undated(one_line(one.parent.text(separator=" ")[: 2 * _LONGEST_LINE]))
            byline = bylines.read_line(line) if len(line) <= _LONGEST_LINE else None
            if (
                byline is not None
                and byline.authors
                and all(" " in name or not name.isascii() for name in byline.authors)
            ):
                return list(byline.authors)
        box = box.parent
    return []


class Named:
    """Finds elements whose class or other attributes say that they hold authors' names. Each selector runs once."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._found: dict[str, list[LexborNode]] = {}
        self._known: dict[int, bool] = {}

    def called(self, selector: str) -> list[LexborNode]:
        """Return the first elements that a selector of this module finds, without those of other articles."""
        if selector not in self._found:
            found = self._find(selector)[:8]
            self._found[selector] = [one for one in found if not boxes.is_among_others(one, self._known)]
        return self._found[selector]

    def _find(self, selector: str) -> list[LexborNode]:
        outer = _OUTER[selector]
        if outer == selector:
            return self._alike[selector]
        # Most pages have nothing that is called so, and need no search within it.
        return self._outline.tree.css(selector) if self._alike[outer] else []

    @cached_property
    def _alike(self) -> dict[str, list[LexborNode]]:
        """Return the elements that each selector without a descendant finds, with one search for all of them."""
        named = self._outline.tree.css(_CLASSES)
        classes = [((node.attributes.get("class") or "").lower(), node) for node in named]
        found = {
            selector: [node for names, node in classes if part in names] for selector, part in _PARTS.items()
        }  # fmt: skip
        return found | {
            '[itemprop="author"]': self._outline.named("author"),
            'a[rel~="author"]': self._outline.related("author"),
            "byline": self._outline.all("byline"),
        }


def shown(selector: str, named: list[LexborNode], near: frozenset[int] = frozenset()) -> list[str]:
    """Return the texts of named elements: those near the headline if it is known, otherwise the first group."""
    elements = [one for one in named if not near or _is_near(one, near)]
    shown = [
        text
        for one in _of_one_group(elements)
        if (text := bylines.undated(one_line(one.text(separator=" ")))) and len(text) <= 200
    ]
    if "byline" in selector or selector.endswith(_LINES):
        read = [bylines.read_line(text) or _full_names(text) for text in shown[: 8 if "span" in selector else 3]]
        shown = [name for byline in read if byline for name in byline.authors]
    return shown


def _of_one_group(elements: list[LexborNode]) -> list[LexborNode]:
    """Return the elements that are in one box with the first of them, like the names in one byline."""
    if len(elements) < 2:
        return elements
    box = elements[0].parent
    around = {box.mem_id} if box is not None else set()
    for _ in range(_GROUP_LEVELS):
        if box is None or box.tag in {"body", "html", "main", "article"}:
            break
        around.add(box.mem_id)
        box = box.parent
    kept = elements[:1]
    for one in elements[1:]:
        at = one.parent
        for _ in range(_GROUP_LEVELS):
            if at is None:
                break
            if at.mem_id in around:
                kept.append(one)
                break
            at = at.parent
    return kept


def _full_names(text: str) -> bylines.Byline | None:
    """Return names without a `By`; a single word is left out, because it may be anything."""
    byline = bylines.read_names(text)
    if byline is None or any(" " not in name and name.isascii() for name in byline.authors):
        return None
    return byline


def linked(outline: Outline) -> list[str]:
    """Return people whose own pages are linked right after a `By`."""
    links = [link for address, link in outline.addresses if _PROFILE.search(address)]
    for link in links[:8]:
        line = link.parent
        if line is not None and _BEFORE.match(one_line(line.text(separator=" "))[:40]):
            shown = [one_line(one.text(separator=" ")) for one in line.css(_PROFILES)[:8]]
            return [text for text in shown if text and len(text) <= LONGEST]
    return []


def signed(outline: Outline) -> list[str]:
    """Return a name in bold that is a separate paragraph, after a standfirst or at the end, as in small papers."""
    for bold in outline.tree.css("p > strong:only-child, p > b:only-child")[:20]:
        text = one_line(bold.text(separator=" "))
        names = _SLASH.split(text)
        if not 5 <= len(text) <= 60 or not all(map(_is_full_name, names)):
            continue
        paragraph = bold.parent
        if paragraph is None or paragraph.parent is None or one_line(paragraph.text(separator=" ")) != text:
            continue
        beside = paragraph.parent.css("p")
        if not 4 <= len(beside) <= _MOST_PARAGRAPHS:
            continue
        written = [one.mem_id for one in beside if one.text().strip()]
        if paragraph.mem_id in {*written[:3], *written[-1:]}:
            return names
    return []


def _is_full_name(text: str) -> bool:
    byline = _full_names(text)
    return byline is not None and len(byline.authors) == 1 and 2 <= len(byline.authors[0].split()) <= 4
