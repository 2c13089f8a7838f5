"""Writes rows of tables as lines in texts that other programs or the page's own data give as markup or Markdown.

A row is one line with a mark at its end, so that code that splits lines into paragraphs keeps a table together.
"""

from __future__ import annotations

import re
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from corpus.formats.html.prepare import table_rows

# What no page prints, and other programs keep.
_END: Final = "|/|"
_MOST_TABLES: Final = 400
_TABLE: Final = re.compile(r"<table\b.*?(?:</table>|\Z)", re.IGNORECASE | re.DOTALL)
_ROW: Final = re.compile(r"<tr\b[^<>]{0,2000}>\s*(?:<t[dh]\b[^<>]{0,2000}>)?", re.IGNORECASE)
_CELL: Final = re.compile(r"(?:</t[dh]>\s*)?<t[dh]\b[^<>]{0,2000}>", re.IGNORECASE)
_ENDS: Final = re.compile(r"</(?:tr|p|div|li)>|<br\s*/?>", re.IGNORECASE)
_MARKDOWN: Final = re.compile(r"\s*\|(.*)\|\s*")
_RULE: Final = re.compile(r"[\s:|-]*")
_AROUND_END: Final = re.compile(rf"[ \t]*{re.escape(_END)}[ \t]*")


def mark_tables(page: str) -> str:
    """Return a page with its tables of data as paragraphs of marked lines."""
    if "<table" not in page and "<TABLE" not in page:
        return page
    tree = LexborHTMLParser(page)
    for table in tree.css("table")[:_MOST_TABLES]:
        if (lines := table_rows(table)) is None:
            continue
        table.insert_before(tree.create_node("p"))
        written = table.prev
        if written is not None:
            written.insert_child(f" {_END} ".join(lines))
            table.decompose()
    return tree.html or page


def mark_markup(markup: str) -> str:
    """Return a piece of markup with bars between the cells of a row, and a mark at the end of each row."""
    if "<table" not in markup and "<TABLE" not in markup:
        return markup
    return _TABLE.sub(lambda table: f"\n{_row_lines(table[0])}\n", markup)


def _row_lines(table: str) -> str:
    return " ".join(_CELL.sub(" | ", _ROW.sub(_END, _ENDS.sub(" ", table))).split())


def unmark(text: str) -> str:
    """Return a text in paragraphs with the marked lines, and Markdown's rows of tables, as lines of cells."""
    paragraphs: list[str] = []
    is_open = False
    for paragraph in text.split("\n\n"):
        row = _MARKDOWN.fullmatch(paragraph)
        if row is None:
            paragraphs.append(_AROUND_END.sub("\n", paragraph).strip("\n"))
            is_open = False
            continue
        cells = [cell.strip() for cell in row[1].split("|")]
        while cells and not cells[-1]:
            cells.pop()
        if not any(cells) or _RULE.fullmatch(row[1]):
            continue
        line = " | ".join(cells) if sum(map(bool, cells)) > 1 else " ".join(filter(None, cells))
        if is_open:
            paragraphs[-1] += f"\n{line}"
        else:
            paragraphs.append(line)
        is_open = True
    return "\n\n".join(filter(None, paragraphs))
