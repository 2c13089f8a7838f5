"""Prepares a page's tree before its blocks are read.

Elements that are never text are removed. Text in other forms is written as blocks: tables as lines of cells, embedded
posts as quotes, preformatted text as paragraphs.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from corpus.formats.html import posts
from corpus.text.normalise import one_line

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from corpus.formats.html.outline import Outline

BREAK: Final = "\u2028"
# Attributes by which what was written anew is known, until its page is read.
TABLE: Final = "data-newscorpus-table"
POST: Final = "data-newscorpus-post"
# Never text: markup, widgets, navigation, what was taken back, readings of characters.
_STRIPPED: Final = frozenset([
    "script", "style", "noscript", "template", "svg", "iframe", "nav", "select", "option", "textarea",
    "video", "audio", "picture", "object", "embed", "canvas", "dialog", "figcaption", "footer",
    "amp-ad", "amp-iframe", "img", "input", "map", "meta", "link", "del", "s", "strike", "rt", "rp",
])  # fmt: skip
_ADVERTISED: Final = re.compile(
    r"(?:^|[\s_-])(?:ads?(?:by\w*|sense\w*|slot|unit|block|box|container|wrapper)?|(?:dcm|asm|ox|gpt)ads?|advert\w*|sponsor\w*|"
    r"publicit\w*|publicidad|werbung|anzeige|banner)(?=$|[\s_-])",
    re.IGNORECASE,
)
_PLACED: Final = re.compile(r"data-(?:ad|revive|zone|dcm|asm|placement)")
# A form around so much is the page's, as some servers write it.
_LARGEST_FORM: Final = 1_000
# A control amid so much text of its paragraph is a word of a sentence.
_LEAST_AROUND: Final = 25
_SENTENCES: Final = frozenset({"p", "li", "td", "dd", "blockquote"})
_INLINE: Final = frozenset({"span", "em", "strong", "b", "i", "u", "a", "mark", "q", "small", "font"})
_STOPS: Final = (".", "!", "?", "…", "。", "！", "？")
_BY_ATTRIBUTE: Final = '[style*="line-through"], [role="table"], [role="grid"]'
_CELLS_BY_ROLE: Final = '[role="cell"], [role="gridcell"], [role="columnheader"], [role="rowheader"]'
_MOST: Final = 400
_MOST_ROWS: Final = 2_000
_MOST_CELLS: Final = 60
_LONGEST_CELL: Final = 240
_LONGEST_MEAN: Final = 80
# Cells of tables with a head may be so much longer.
_MORE: Final = 4
_RULE: Final = re.compile(r"-{3,}|")
_MOST_LINKED: Final = 0.7
_PRESENTATION: Final = frozenset({"presentation", "none", "navigation", "banner", "complementary"})
# What tables are called that are no part of a text.
_NO_DATA: Final = re.compile(
    r"(?:^|[\s_-])(?:nav\w*|menu\w*|pagination|pager|breadcrumbs?|side-?bar|footer|share\w*|social|log-?in|calendar|related\w*|"
    r"comments?|adverts?|ads?|layout)(?=$|[\s_-])",
    re.IGNORECASE,
)
_LAYOUT: Final = "table table, h1, form, iframe, p + p"
_LONGEST_NAMES: Final = 500
_WRAPPED: Final = 45
_SPACES: Final = re.compile(r"[ \t]+")


def prepare(root: LexborNode, outline: Outline) -> None:
    """Change a tree so that its blocks can be read. Call it once, after boxes were marked.

    Args:
        root: the body of the page.
        outline: the elements of the page; a page without tables or embedded posts is not searched for them.
    """
    _take_out(root, outline)
    for one in _inmost_first(root, "blockquote") if outline.has("blockquote") else ():
        if posts.is_post(one):
            _replace(one, POST, posts.lines_of(one))
    for one in root.css("figure table")[:_MOST] if outline.has("table") else ():
        _keep_caption(one)
    _strip(root)
    for one in root.css("table")[:_MOST] if outline.has("table") else ():
        if (lines := table_rows(one)) is not None:
            _replace(one, TABLE, lines)
    for one in root.css("pre")[:_MOST] if outline.has("pre") or outline.has("table") else ():
        _write_preformatted(one)


def _strip(root: LexborNode) -> None:
    """Remove the elements that are never text, in one walk, inner elements first."""
    for one in [node for node in root.traverse() if node.tag in _STRIPPED][::-1]:
        one.decompose()


def _take_out(root: LexborNode, outline: Outline) -> None:
    """Remove forms, advertisements, controls and crossed-out text; write tables by role anew."""
    for one in root.css("form")[:_MOST] if outline.has("form") else ():
        if len(one.text(deep=True) or "") > _LARGEST_FORM:
            one.unwrap()
        else:
            one.decompose()
    for one in _inmost_first(root, "ins") if outline.has("ins") else ():
        if _is_advertised(one):
            one.decompose()
    for one in _inmost_first(root, "button, label") if outline.has("button") or outline.has("label") else ():
        _keep_words(one)
    for one in _inmost_first(root, _BY_ATTRIBUTE):
        if one.tag in _INLINE and "role" not in one.attributes:
            one.decompose()
        elif (rows := _rows_by_role(one)) is not None:
            _replace(one, TABLE, rows)


def _inmost_first(root: LexborNode, selector: str) -> list[LexborNode]:
    """Return elements with inner ones first, because removing an element removes the elements inside it."""
    return root.css(selector)[:_MOST][::-1]


def _is_advertised(node: LexborNode) -> bool:
    """Return whether an insertion is named as an advertisement, or has attributes of the scripts of advertisers."""
    attributes = node.attributes
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_LONGEST_NAMES]
    return _ADVERTISED.search(names) is not None or any(map(_PLACED.match, attributes))


def _keep_words(control: LexborNode) -> None:
    """Keep the text of a control if it is a word of a sentence; otherwise remove the control."""
    block = control.parent
    while block is not None and block.tag in _INLINE:
        block = block.parent
    if block is not None and block.tag in _SENTENCES and (control.text(deep=True) or "").strip():
        sentence = " ".join((block.text(deep=True) or "").split())
        word = " ".join((control.text(deep=True) or "").split())
        before, found, after = sentence.rpartition(word)
        is_behind = bool(found) and not after and before.rstrip().endswith(_STOPS)
        if len(sentence) >= _LEAST_AROUND + len(word) and 2 * len(word) <= len(sentence) and not is_behind:
            control.unwrap()
            return
    control.decompose()


def _rows_by_role(node: LexborNode) -> list[str] | None:
    """Return the rows of a table that only its role marks as one; None if it has fewer than two rows."""
    rows = []
    for row in node.css('[role="row"]')[:_MOST_ROWS]:
        cells = [one_line(cell.text(deep=True, separator=" ") or "") for cell in row.css(_CELLS_BY_ROLE)[:_MOST_CELLS]]
        if any(cells) and max(map(len, cells)) <= _LONGEST_CELL:
            rows.append(cells)
    is_data = len(rows) > 1 and max(map(len, rows)) > 1 and node.tag != "table"
    return [" | ".join(row) for row in _without_empty(rows)] if is_data else None


def table_rows(table: LexborNode) -> list[str] | None:
    """Return the rows of a table of data, each with bars between its cells; None for a table that is page layout."""
    if _is_layout(table):
        return None
    text = one_line(table.text(deep=True, separator=" ") or "")
    linked = sum(len(one_line(link.text(deep=True))) for link in table.css("a[href]"))
    if not text or linked > len(text) * _MOST_LINKED:
        return None
    rows = _cells(table)
    columns = max((sum(map(bool, row)) for row in rows), default=0)
    # A head says that what is below it are data, however few or long.
    has_head = table.css_first("th, caption") is not None
    if len(rows) < 2 - has_head or columns < 2 - has_head:
        return None
    allowed = _MORE if has_head and columns > 1 else 1
    longest = max(len(cell) for row in rows for cell in row)
    if longest > _LONGEST_CELL * allowed or len(text) > sum(map(len, rows)) * _LONGEST_MEAN * allowed:
        return None
    lines = [" | ".join(row) for row in _without_empty(rows)]
    caption = table.css_first("caption")
    title = one_line(caption.text(deep=True, separator=" ") or "") if caption is not None else ""
    return [title, *lines] if title else lines


def _is_layout(table: LexborNode) -> bool:
    """Return whether a table is marked or named as layout or navigation, or is hidden."""
    attributes = table.attributes
    if attributes.get("role") in _PRESENTATION or "hidden" in attributes or table.css_first(_LAYOUT) is not None:
        return True
    names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"[:_LONGEST_NAMES]
    is_shown = "display:none" not in (attributes.get("style") or "").replace(" ", "")
    return not is_shown or _NO_DATA.search(names) is not None


def _keep_caption(table: LexborNode) -> None:
    """Make the caption of a figure around a table the caption of the table."""
    at = table.parent
    while at is not None and at.tag != "figure":
        at = at.parent
    caption = at.css_first("figcaption") if at is not None and table.css_first("caption") is None else None
    text = one_line(caption.text(deep=True) or "")[:_LONGEST_CELL] if caption is not None else ""
    if text:
        title = table.parser.create_node("caption")
        title.insert_child(text)
        table.insert_child(title)


def _cells(table: LexborNode) -> list[list[str]]:
    """Return the texts of the cells of a table, by rows, without empty rows and rows of dashes."""
    rows = []
    for row in table.css("tr")[:_MOST_ROWS]:
        cells = [
            one_line(cell.text(deep=True, separator=" ") or "") for cell in row.iter() if cell.tag in {"td", "th"}
        ][:_MOST_CELLS]  # fmt: skip
        if any(cells) and not all(_RULE.fullmatch(cell) for cell in cells):
            rows.append(cells)
    return rows


def _without_empty(rows: list[list[str]]) -> list[list[str]]:
    """Return rows without the columns that are empty in all of them, and without the empty cells at their ends."""
    filled = [any(column) for column in zip_longest(*rows, fillvalue="")]
    shown = []
    for row in rows:
        cells = [cell for cell, is_filled in zip(row, filled, strict=False) if is_filled]
        while cells and not cells[-1]:
            cells.pop()
        shown.append(cells)
    return shown


def _write_preformatted(node: LexborNode) -> None:
    """Write preformatted text so that its blank lines separate paragraphs, and its short lines stay lines."""
    raw = (node.text(deep=True) or "").replace("\r\n", "\n").strip("\n")
    if "\n" not in raw:
        return
    paragraphs = []
    for part in re.split(r"\n[ \t]*\n", raw):
        lines = [_SPACES.sub(" ", line).strip() for line in part.split("\n")]
        is_wrapped = max(map(len, lines)) >= _WRAPPED
        paragraphs.append((" " if is_wrapped else BREAK).join(line for line in lines if line))
    for number, text in enumerate(one for one in paragraphs if one):
        paragraph = node.parser.create_node("p")
        node.insert_before(paragraph)
        written = node.prev
        if written is not None:
            written.insert_child(text)
        if number > _MOST_ROWS:
            break
    node.decompose()


def _replace(node: LexborNode, mark: str, lines: list[str]) -> None:
    """Replace an element by lines, or remove it if there are no lines."""
    if not lines:
        node.decompose()
        return
    node.insert_before(node.parser.create_node("blockquote" if mark == POST else "pre"))
    written = node.prev
    if written is None:
        return
    written.insert_child(BREAK.join(lines))
    written.attrs[mark] = ""
    node.decompose()
