"""Reads the blocks of a page: pieces of text with their places, their marks and the share of links in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from corpus.formats.html.layout import walk
from corpus.formats.html.prepare import BREAK, POST, TABLE, prepare
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from corpus.formats.html.layout import Layout
    from corpus.formats.html.outline import Outline

_BLOCKS: Final = "h1,p,h2,h3,h4,h5,h6,li,blockquote,pre,dd,dt,div,section,article,td,center"
_LOOSE: Final = frozenset({"div", "section", "article", "td", "center"})
_CONTAINERS: Final = frozenset({"li", "blockquote", "dd", "dt", *_LOOSE})
HEADINGS: Final = frozenset({"h2", "h3", "h4", "h5", "h6"})
# Blocks that were written anew.
INSETS: Final = frozenset({"table", "post"})
# These belong to a text, but do not show where it is.
_UNWEIGHED: Final = HEADINGS | INSETS | {"h1"}
_INNER: Final = frozenset(
    {
        "p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "blockquote", "div", "section", "article",
        "table", "tbody", "tr", "td", "main", "header", "aside", "center", "pre", "figure",
    }
)  # fmt: skip
_NAMES: Final = frozenset(_BLOCKS.split(","))
WORDS: Final = re.compile(r"\w+")
# Each letter of Latin-1, or a space for a character that is in no word: several times faster than a pattern.
_WITHOUT_MARKS: Final = bytes(code if chr(code).isalnum() or code == ord("_") else ord(" ") for code in range(256))
_TYPOGRAPHIC: Final = "’‘“”„–—…•"
_BLANK_LINES: Final = re.compile(r"\n{3,}")
# Descriptions of a link for readers who do not see where it opens.
_OPENING: Final = r"\((?:opens|öffnet|ouvre|s[’']ouvre|se abre|si apre|abre|opent|åpnes|åbner|öppnas)\b[^()\n]{0,40}\)"
_OPENS: Final = re.compile(_OPENING, re.IGNORECASE)
_OPENS_AND_SPACE: Final = re.compile(rf"\s*{_OPENING}", re.IGNORECASE)
# Below this a line is a label rather than prose.
PROSE: Final = 40
_LOOSE_PROSE: Final = 60
_SHORTEST_RUN: Final = 30
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# A character of Chinese, Japanese or Korean says as much as so many others.
_CJK_WEIGHT: Final = 3
MOST_LINKED: Final = 0.5
_ALL_LINKED: Final = 0.9
_MOST_BLOCKS: Final = 20_000
_MOST_RUNS: Final = 2_000
SENTENCE_END: Final = (".", "!", "?", "…", "。", "！", "？", '"', "”", "“", "»", "’", "'", ")", "」", "।")
_FULL_STOP: Final = (".", ".”", '."', ".“", "。", "?", "।")


@dataclass(slots=True)
class Piece:
    """A block of a page: the number of its element, its text as one or more lines, its `length`, and its place."""

    number: int
    tag: str
    text: str
    size: int
    linked: float
    loose: bool
    junk: bool
    order: int

    @property
    def is_sentence(self) -> bool:
        """Whether the block reads like a sentence, even if it consists of links. Headlines of other articles do not."""
        if self.tag != "p" or self.linked > _ALL_LINKED or not self.text.endswith(_FULL_STOP):
            return False
        return self.size >= PROSE

    @property
    def weight(self) -> float:
        """The amount of prose in the block, in characters of alphabetic writing."""
        if self.junk or self.tag in _UNWEIGHED or self.linked > MOST_LINKED:
            return 0.0
        return float(self.size) if self.size >= PROSE else self.size * 0.2


def length(text: str) -> int:
    """Return the length of a text, in characters of alphabetic writing."""
    return len(text) * (_CJK_WEIGHT if not text.isascii() and _CJK.search(text) else 1)


def read(root: LexborNode, outline: Outline) -> tuple[list[Piece], Layout]:
    """Return the blocks of a page in order, and its elements; remove from the tree what is never text."""
    prepare(root, outline)
    for node in root.css("br,hr") if outline.has("br") or outline.has("hr") else ():
        node.replace_with(BREAK)
    _wrap_runs(root)
    layout = walk(root)
    tags = layout.tags
    around = {above for above, tag in zip(layout.parents, tags, strict=True) if tag in _INNER}
    blocks = [
        number for number, tag in enumerate(tags) if tag in _NAMES and not (tag in _CONTAINERS and number in around)
    ]
    pieces: list[Piece] = []
    link_ends = 0
    links = iter([*layout.links, len(tags)])
    link = next(links)
    for number in blocks[:_MOST_BLOCKS]:
        tag = tags[number]
        while link < number:
            link_ends = max(link_ends, layout.ends[link])
            link = next(links)
        # Pages that keep their text in other elements, apart by line breaks or one each.
        loose = tag in _LOOSE
        text = _lines(layout.text(number))
        if len(text) < (_LOOSE_PROSE if loose else 1):
            continue
        if tag in {"pre", "blockquote"}:
            attributes = layout.nodes[number].attributes
            tag = "table" if TABLE in attributes else "post" if POST in attributes else tag
        # A block in a link is a teaser of what the link leads to.
        linked = 1.0 if number < link_ends else layout.linked_length(number) / len(text)
        # Text in elements that are no paragraphs has its paragraphs apart by blank lines.
        for part in text.split("\n\n") if loose or tag == "p" else [text]:
            shown_as = "p" if loose else tag
            pieces.append(Piece(number, shown_as, part, length(part), linked, loose, False, len(pieces)))
    return pieces, layout


def _wrap_runs(root: LexborNode) -> None:
    """Make paragraphs of the text that is directly between the blocks of an element."""
    wrapped = 0
    for node in [root, *root.css("div,section,article,td,blockquote,main,center,font")[:_MOST_BLOCKS]]:
        if len((node.text(deep=False) or "").strip()) < _SHORTEST_RUN:
            continue
        children = list(node.iter(include_text=True))
        if not any(child.tag in _INNER for child in children):
            continue
        run: list[LexborNode] = []
        for child in [*children, None]:
            if child is not None and child.tag not in _INNER and child.css_first(_BLOCKS) is None:
                run.append(child)
                continue
            if run and len("".join(one.text(deep=True) or "" for one in run).strip()) >= _SHORTEST_RUN:
                _wrap(run)
                wrapped += 1
            run = []
        if wrapped > _MOST_RUNS:
            break


def _wrap(run: list[LexborNode]) -> None:
    run[0].insert_before(run[0].parser.create_node("p"))
    paragraph = run[0].prev
    if paragraph is None:
        return
    for node in run:
        paragraph.insert_child(node)
        node.decompose()


def _lines(raw: str | None) -> str:
    if not raw:
        return ""
    # Brackets are found sooner than white space, and are seldom these.
    if "(" in raw and _OPENS.search(raw) is not None:
        raw = _OPENS_AND_SPACE.sub("", raw)
    if BREAK in raw:
        # One break ends a line, two or more end a paragraph.
        text = "\n".join(one_line(part) for part in raw.split(BREAK)).strip("\n")
        return _BLANK_LINES.sub("\n\n", text)
    return one_line(raw)


def folded(text: str) -> str:
    """Return a text without case and marks, for comparisons."""
    folded_text = text.casefold()
    if not folded_text.isascii():
        for mark in _TYPOGRAPHIC:
            folded_text = folded_text.replace(mark, " ")
    try:
        letters = folded_text.encode("latin-1")
    except UnicodeEncodeError:
        return " ".join(WORDS.findall(folded_text))
    return " ".join(letters.translate(_WITHOUT_MARKS).decode("latin-1").split())
