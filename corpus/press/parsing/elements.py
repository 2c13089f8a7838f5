"""Say what elements of HTML do to the text in them. They are remembered: the pieces of an export have the same ones."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from corpus.press.parsing.styles import Style, attributes, rules
from corpus.press.parsing.styles import style as style_of

BLOCKS: Final = frozenset(
    {
        "p", "div", "td", "th", "tr", "table", "tbody", "thead", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol",
        "dl", "dt", "dd", "article", "section", "header", "footer", "aside", "blockquote", "hr", "pre", "body", "html",
        "form", "center", "fieldset", "figure", "figcaption", "main", "nav", "doc", "docfull", "caption",
        "text",
    }
)  # fmt: skip
_DIVISIONS: Final = frozenset({"div", "td", "th", "section", "article", "header", "footer", "aside"})
# Lines that are not in an element of their own: their class makes them one.
_LINES: Final = frozenset({"docpublicationname", "docheader", "titrearticlevisu", "titrearticle", "headline"})
_BOLD: Final = frozenset({"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"})
_SIZES: Final = {"h1": 24.0, "h2": 18.0, "h3": 14.0}


class Element(NamedTuple):
    """An open element, with its effect on the text in it. Equal elements in the same place are one.

    `inner` has those in it by their tags as they are written.
    """

    name: str
    bold: bool
    size: float
    centred: bool
    hidden: bool
    marks: tuple[str, ...]
    pre: bool
    line: bool
    divides: bool
    parts: bool
    inner: dict[str, Element]


class Root(NamedTuple):
    """The place of the outermost elements, the styles of classes, and an entry for each element that is remembered."""

    outermost: Element
    styles: dict[str, Style]
    made: list[None]


def fresh(styles: dict[str, Style]) -> Root:
    """Return a place in which no element is known yet."""
    return Root(Element("", False, 0.0, False, False, (), False, False, False, False, {}), styles, [])


@lru_cache(maxsize=16)
def shared(sheets: tuple[str, ...]) -> Root:
    """Return the place of the outermost elements under some style sheets."""
    styles: dict[str, Style] = {}
    for sheet in sheets:
        styles |= rules(sheet)
    return fresh(styles)


def made(outer: Element, styles: dict[str, Style], name: str, attrs: str) -> Element:
    """Return an element in another, with its effect on its text.

    Args:
        outer: the element that it is in.
        styles: of classes.
        name: its name, in small letters.
        attrs: its attributes, as they are written.
    """
    given = attributes(attrs) if attrs else {}
    bold, size, centred, hidden = (
        outer.bold or name in _BOLD,
        _SIZES.get(name, outer.size),
        outer.centred,
        outer.hidden,
    )
    classes = given.get("class", "").split()[:5]
    found = [styles[one] for one in classes if one in styles]
    if "style" in given:
        found.append(style_of(given["style"]))
    for style in found:
        bold = bold if style.bold is None else style.bold
        size = size if style.size is None else style.size
        centred = centred if style.centred is None else style.centred
        hidden = hidden or style.hidden
    if name == "center" or "align" in given:
        centred = name == "center" or given["align"].lower() == "center"
    line = name in {"span", "b", "font"} and any(one.lower() in _LINES for one in classes)
    new = [*classes, *([given["id"]] if given.get("id") else [])]
    if name in BLOCKS and name not in {"p", "div", "td"}:
        new.append(name)
    marks = (*outer.marks, *new)[-24:] if new else outer.marks
    pre = outer.pre or name == "pre"
    parts = line or name in BLOCKS
    return Element(name, bold, size, centred, hidden, marks, pre, line, name in _DIVISIONS, parts, {})
