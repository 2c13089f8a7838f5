"""Turn HTML of exports into blocks, by its tags one after the other.

No tree is built, so that no nesting and no tag costs more than its bytes. Programs wrote these pages, with a few tags;
style sheets say what is bold, large and centred.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from corpus.formats.passages import Block, Run, block
from corpus.text.entities import unescape

# A tag has some 200 attributes at most: where quotes are torn, the end of a tag is not searched for in all of the page.
_TOKEN: Final = re.compile(
    r"<!--(?P<comment>[^-]*+(?:-(?!->)[^-]*+)*+)(?:-->|\Z)"
    r"|<(?P<raw>script|style|textarea|title|noscript|select)(?=[\s/>])(?P<rawattrs>[^<>]*+)>"
    r"(?P<content>[^<]*+(?:<(?!/(?P=raw)[\s/>])[^<]*+)*+)(?:</(?P=raw)[^<>]*+>?|\Z)"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:]*+)"
    r"(?P<attrs>(?:[^<>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"']){0,400}+)>(?P<behind>[^<]*+)"
    r"|(?P<text>[^<]++|<)",
    re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(
    r"\b(class|id|name|style|align|href|size)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))", re.IGNORECASE
)
_BLOCKS: Final = frozenset(
    {
        "p", "div", "td", "th", "tr", "table", "tbody", "thead", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol",
        "dl", "dt", "dd", "article", "section", "header", "footer", "aside", "blockquote", "hr", "pre", "body", "html",
        "form", "center", "fieldset", "figure", "figcaption", "main", "nav", "doc", "docfull", "caption",
        "text",
    }
)  # fmt: skip
_DIVISIONS: Final = frozenset({"div", "td", "th", "section", "article", "header", "footer", "aside"})
_VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "wbr", "option"})
# Lines that are not in an element of their own: their class makes them one.
_LINES: Final = frozenset({"docpublicationname", "docheader", "titrearticlevisu", "titrearticle", "headline"})
_BOLD: Final = frozenset({"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "th"})
_SIZES: Final = {"h1": 24.0, "h2": 18.0, "h3": 14.0}
# Deeper ones are read as if they were not opened.
_DEEPEST: Final = 400
_RULE: Final = re.compile(r"([^{}]{1,400})\{([^{}]*+)\}")
_CLASS: Final = re.compile(r"\.([\w-]+)\s*(?:,|$)")
_SIZE: Final = re.compile(r"font-size\s*:\s*(\d+(?:\.\d+)?)\s*(pt|px|em)", re.IGNORECASE)
_BOLD_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_PLAIN_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:normal|[1-5]00)", re.IGNORECASE)
_CENTRED_STYLE: Final = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_ASIDE_STYLE: Final = re.compile(r"text-align\s*:\s*(?:left|right|justify|start)", re.IGNORECASE)
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_WIDE: Final = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_WIDE_LETTER: Final = re.compile(f"[{_WIDE}]")
_UNSPACED: Final = re.compile(rf"(?<=[{_WIDE}])[ \t]*\r?\n[ \t]*(?=[{_WIDE}])")
_MOST_RULES: Final = 2_000
# So many kinds of elements in one place are remembered; hostile pages have others each time.
_MOST_KINDS: Final = 200


class Style(NamedTuple):
    """What a style sets; None for what it does not set."""

    bold: bool | None = None
    size: float | None = None
    centred: bool | None = None
    hidden: bool = False


class _Open(NamedTuple):
    """An open element, with its effect on the text in it. Equal elements in the same place are one."""

    name: str
    bold: bool
    size: float
    centred: bool
    hidden: bool
    marks: tuple[str, ...]
    pre: bool
    line: bool
    divides: bool
    inner: dict[tuple[str, str], _Open]


def attributes(written: str) -> dict[str, str]:
    """Return the attributes of a tag that give its style or its names."""
    return {
        found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(written)
    }


def read(text: str) -> list[Block]:
    """Return the blocks of a piece of HTML, in order."""
    return _Walk().read(text)


class _Walk:
    """The state of a walk over tags."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._styles: dict[str, Style] = {}
        self._open = [_Open("", False, 0.0, False, False, (), False, False, False, {})]
        # The number of the division that each open element is in.
        self._divisions = [0]
        self._runs: list[Run] = []
        self._at = self._open[0]
        self._at_division = self._division = 0

    def read(self, text: str) -> list[Block]:
        for token in _TOKEN.finditer(text):
            kind = token.lastgroup
            if kind == "behind":
                end, name, attrs, behind = token.group("end", "name", "attrs", "behind")
                self._tag(name.lower(), bool(end), attrs)
                if behind and (self._runs or not behind.isspace()):
                    self._text(behind)
            elif kind == "text":
                self._text(token["text"])
            elif kind == "content" and token["raw"].lower() == "style":
                self._styles |= _rules(token["content"])
                self._open[-1].inner.clear()
        self._flush()
        return self.blocks

    def _text(self, raw: str) -> None:
        here = self._open[-1]
        if here.hidden or (not self._runs and raw.isspace()):
            return
        text = unescape(raw) if "&" in raw else raw
        if not here.pre:
            if "\n" in text and not text.isascii() and _WIDE_LETTER.search(text):
                text = _UNSPACED.sub("", text)
            # Runs of spaces become one in the block.
            text = _spaced(text)
        if not self._runs:
            if not text.strip():
                return
            self._at, self._at_division = here, self._divisions[-1]
        self._runs.append(Run(text, here.bold, here.size))

    def _tag(self, name: str, end: bool, attrs: str) -> None:
        if name in _BLOCKS:
            if self._runs:
                self._flush()
        elif name == "br":
            if self._runs:
                self._runs.append(Run("\n", self._runs[-1].bold, self._runs[-1].size))
            return
        opened = self._open
        if end:
            self._close(name)
        elif name not in _VOID and len(opened) < _DEEPEST:
            inner = opened[-1].inner
            new = inner.get((name, attrs))
            if new is None:
                new = self._made(name, attributes(attrs) if attrs else {})
                if len(inner) < _MOST_KINDS:
                    inner[name, attrs] = new
            if new.line:
                self._flush()
            opened.append(new)
            if new.divides:
                self._division += 1
                self._divisions.append(self._division)
            else:
                self._divisions.append(self._divisions[-1])

    def _close(self, name: str) -> None:
        opened = self._open
        if opened[-1].name == name and len(opened) > 1:
            depth = len(opened) - 1
        else:
            least = max(0, len(opened) - 20)
            depth = next((one for one in range(len(opened) - 1, least, -1) if opened[one].name == name), 0)
            if not depth:
                return
        if opened[depth].line:
            self._flush()
        del opened[depth:]
        del self._divisions[depth:]

    def _made(self, name: str, given: dict[str, str]) -> _Open:
        """Return the effect of an element in the innermost open one on its text."""
        outer = self._open[-1]
        bold, size, centred, hidden = (
            outer.bold or name in _BOLD,
            _SIZES.get(name, outer.size),
            outer.centred,
            outer.hidden,
        )
        classes = given.get("class", "").split()[:5]
        styles = [self._styles[one] for one in classes if one in self._styles]
        if "style" in given:
            styles.append(_style(given["style"]))
        for style in styles:
            bold = bold if style.bold is None else style.bold
            size = size if style.size is None else style.size
            centred = centred if style.centred is None else style.centred
            hidden = hidden or style.hidden
        if name == "center" or "align" in given:
            centred = name == "center" or given["align"].lower() == "center"
        line = name in {"span", "b", "font"} and any(one.lower() in _LINES for one in classes)
        new = [*classes, *([given["id"]] if given.get("id") else [])]
        if name in _BLOCKS and name not in {"p", "div", "td"}:
            new.append(name)
        marks = (*outer.marks, *new)[-24:] if new else outer.marks
        pre = outer.pre or name == "pre"
        return _Open(name, bold, size, centred, hidden, marks, pre, line, name in _DIVISIONS, {})

    def _flush(self) -> None:
        if not self._runs:
            return
        at, runs = self._at, self._runs
        self._runs = []
        made = block(runs, centred=at.centred, division=self._at_division, marks=at.marks, preformatted=at.pre)
        if made is not None:
            self.blocks.append(made)


def _spaced(text: str) -> str:
    """Return text with spaces instead of line ends and tabs. `translate` is slower."""
    if "\n" in text:
        text = text.replace("\n", " ").replace("\r", " ")
    return text.replace("\t", " ").replace("\f", " ").replace("\r", " ")


@lru_cache(maxsize=64)
def _rules(css: str) -> dict[str, Style]:
    """Return the styles of classes in a style sheet. The pieces of an export share it."""
    found: dict[str, Style] = {}
    for selectors, body in _RULE.findall(css)[:_MOST_RULES]:
        style = _style(body)
        if style != Style():
            for name in _CLASS.findall(selectors.strip()):
                found[name] = style
    return found


def _style(css: str) -> Style:
    size = _SIZE.search(css)
    points = float(size[1]) * {"pt": 1.0, "px": 0.75, "em": 12.0}[size[2].lower()] if size else None
    bold = True if _BOLD_STYLE.search(css) else False if _PLAIN_STYLE.search(css) else None
    centred = True if _CENTRED_STYLE.search(css) else False if _ASIDE_STYLE.search(css) else None
    return Style(bold, points, centred, _HIDDEN_STYLE.search(css) is not None)
