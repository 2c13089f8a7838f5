"""Turn HTML of exports into blocks, by its tags one after the other.

No tree is built, so that no nesting and no tag costs more than its bytes. Programs wrote these pages, with a few tags;
style sheets say what is bold, large and centred.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from corpus.formats.passages import Block, Run, block
from corpus.press.parsing.elements import BLOCKS, Element, fresh, made, shared
from corpus.press.parsing.styles import rules
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
# A tag that ends at the first `>`: its quotes are all closed, and its name is in ASCII.
_PLAIN_TAG: Final = re.compile(
    r"(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:]*+)(?=[\s/]|\Z)"
    r"(?P<attrs>(?:[^<>\"'=]++|=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|(?![\"']))){0,400}+)"
)
_RAW: Final = frozenset({"script", "style", "textarea", "title", "noscript", "select"})
_LONGEST_TAG: Final = 1_000
_VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "wbr", "option"})
# Deeper ones are read as if they were not opened.
_DEEPEST: Final = 400
_WIDE: Final = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
_WIDE_LETTER: Final = re.compile(f"[{_WIDE}]")
_UNSPACED: Final = re.compile(rf"(?<=[{_WIDE}])[ \t]*\r?\n[ \t]*(?=[{_WIDE}])")
# So many kinds of elements in one place are remembered; hostile pages have others each time.
_MOST_KINDS: Final = 200
# And so many in all places under the same style sheets; then it begins anew.
_MOST_MADE: Final = 4_000
_MOST_SHEETS: Final = 4
_LONGEST_SHEET: Final = 50_000


class _Tag(NamedTuple):
    """A tag that ends at its first `>`."""

    name: str
    end: bool
    attrs: str
    is_break: bool = False


def read(text: str) -> list[Block]:
    """Return the blocks of a piece of HTML, in order."""
    try:
        return _Walk().read(text)
    except _StyledLate:
        return _Walk(is_alone=True).read(text)


@lru_cache(maxsize=2_048)
def _tag(written: str) -> _Tag | None:
    """Return what is between `<` and the next `>` as a tag; None if it may end later."""
    found = _PLAIN_TAG.fullmatch(written)
    if found is None:
        return None
    name, end = found["name"].lower(), bool(found["end"])
    return None if name in _RAW and not end else _Tag(name, end, found["attrs"], name == "br")


class _StyledLate(Exception):
    """A style sheet is within an element, so what is known of elements elsewhere does not hold in this page."""


class _Walk:
    """The state of a walk over tags.

    Args:
        is_alone: whether to use nothing that is known of elements from other pages.
    """

    def __init__(self, *, is_alone: bool = False) -> None:
        self.blocks: list[Block] = []
        self._is_alone = is_alone
        self._sheets: tuple[str, ...] = ()
        self._root = fresh({}) if is_alone else shared(())
        if len(self._root.made) >= _MOST_MADE:
            self._root.made.clear()
            self._root.outermost.inner.clear()
        self._open = [self._root.outermost]
        # The number of the division that each open element is in.
        self._divisions = [0]
        self._runs: list[Run] = []
        self._at = self._open[0]
        self._at_division = self._division = 0

    def read(self, text: str) -> list[Block]:  # noqa: C901, PLR0912 - a branch a kind of tag: calls cost as much as they do
        opened, divisions = self._open, self._divisions
        first, *chunks = text.split("<")
        if first:
            self._text(first)
        # Where the tag of a chunk begins, and how far the page is read.
        start, done, at = 0, 0, len(first)
        for chunk in chunks:
            start = at
            at += len(chunk) + 1
            if done > start:
                # It is in a comment, or in the text of a style sheet.
                if done < at:
                    self._text(text[done:at])
                continue
            written, closed, behind = chunk.partition(">")
            here = opened[-1]
            if closed and (known := here.inner.get(written)) is not None and len(opened) < _DEEPEST:
                if known.parts and self._runs:
                    self._flush()
                opened.append(known)
                if known.divides:
                    self._division += 1
                    divisions.append(self._division)
                else:
                    divisions.append(divisions[-1])
            elif closed and len(written) < _LONGEST_TAG and (tag := _tag(written)) is not None:
                if tag.end and tag.name == here.name:
                    if here.parts and self._runs:
                        self._flush()
                    opened.pop()
                    divisions.pop()
                elif self._runs or not tag.is_break:
                    self._take(tag, written)
            else:
                done = self._token(text, start)
                if done < at:
                    self._text(text[done:at])
                continue
            if behind and (self._runs or not behind.isspace()):
                self._text(behind)
        self._flush()
        return self.blocks

    def _token(self, text: str, start: int) -> int:
        """Read a comment, a raw element, a tag that is not plain, or `<` alone; return its end."""
        token = _TOKEN.match(text, start)
        if token is None:
            return start + 1
        kind = token.lastgroup
        if kind == "behind":
            tag = _Tag(token["name"].lower(), bool(token["end"]), token["attrs"])
            # No plain tag has a `<`.
            self._take(tag, f"<{tag.name}{tag.attrs}")
            if behind := token["behind"]:
                self._text(behind)
        elif kind == "text":
            self._text(token["text"])
        elif kind == "content" and token["raw"].lower() == "style":
            self._style(token["content"])
        return token.end()

    def _style(self, sheet: str) -> None:
        if self._is_alone:
            self._root.styles.update(rules(sheet))
            self._open[-1].inner.clear()
        elif len(self._open) > 1 or len(self._sheets) == _MOST_SHEETS or len(sheet) > _LONGEST_SHEET:
            raise _StyledLate
        else:
            self._sheets = (*self._sheets, sheet)
            self._root = shared(self._sheets)
            self._open[0] = self._root.outermost

    def _text(self, raw: str) -> None:
        here, runs = self._open[-1], self._runs
        if here.hidden or (not runs and raw.isspace()):
            return
        text = unescape(raw) if "&" in raw else raw
        if not here.pre:
            if "\n" in text and not text.isascii() and _WIDE_LETTER.search(text):
                text = _UNSPACED.sub("", text)
            # Runs of spaces become one in the block.
            text = _spaced(text)
        if not runs:
            if not text.strip():
                return
            self._at, self._at_division = here, self._divisions[-1]
        runs.append(Run(text, here.bold, here.size))

    def _take(self, tag: _Tag, written: str) -> None:
        """Take a tag that opens no known element."""
        name, end, attrs, _ = tag
        if name in BLOCKS:
            if self._runs:
                self._flush()
        elif name == "br":
            if self._runs:
                self._runs.append(Run("\n", self._runs[-1].bold, self._runs[-1].size))
            return
        if end:
            self._close(name)
        elif name not in _VOID and len(self._open) < _DEEPEST:
            inner = self._open[-1].inner
            new = inner.get(written)
            if new is None:
                new = made(self._open[-1], self._root.styles, name, attrs)
                if len(inner) < _MOST_KINDS and len(self._root.made) < _MOST_MADE:
                    self._root.made.append(None)
                    inner[written] = new
            self._enter(new)

    def _enter(self, new: Element) -> None:
        if new.parts and self._runs:
            self._flush()
        self._open.append(new)
        if new.divides:
            self._division += 1
            self._divisions.append(self._division)
        else:
            self._divisions.append(self._divisions[-1])

    def _close(self, name: str) -> None:
        opened = self._open
        least = max(0, len(opened) - 20)
        depth = next((one for one in range(len(opened) - 1, least, -1) if opened[one].name == name), 0)
        if not depth:
            return
        if opened[depth].line:
            self._flush()
        del opened[depth:]
        del self._divisions[depth:]

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
