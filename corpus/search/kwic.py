"""Words in context: each place where a query matches, with what is before and after it, one a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from corpus.errors import UsageError
from corpus.search import tokens
from corpus.search.marks import marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from corpus.search.query import Query

ARRANGEMENTS: Final = ("left", "right", "date")
# Of an article, no more lines than this; texts may repeat a word without end.
MOST_LINES: Final = 1000
_WORDS: Final = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A match in a text: what matches, and what is before and after it on the line.

    Attributes:
        article_id: the article.
        published_date: its day; None if it is undated.
        before: the text before the match; it begins between words where there are spaces.
        match: what matches: a phrase is one match.
        after: the text after the match.
        start: where the match is in the text, in characters.
    """

    article_id: str
    published_date: date | None
    before: str
    match: str
    after: str
    start: int


def lines(query: Query, rows: Iterable[Mapping[str, Any]], width: int = 60) -> list[Line]:
    """Return the lines of some articles, in their order: of each its matches, in the order of the text.

    Matches in the text of an article count. An article that matches in its title or standfirst alone has no line.

    Args:
        query: what is looked for; what it leaves out is not shown.
        rows: articles with `article_id`, `published_date` and `text`.
        width: how many characters to show on each side, at most.
    """
    found: list[Line] = []
    for row in rows:
        text = row["text"]
        for start, end in marks(query, text)[:MOST_LINES]:
            before, after = _on_a_line(text[max(0, start - width - 1) : start]), _on_a_line(text[end : end + width + 1])
            if len(before) > width:
                before = (before[1:] if before[0].isspace() else before.partition(" ")[2] or before[1:]).lstrip()
            if len(after) > width:
                after = (after[:-1] if after[-1].isspace() else after.rpartition(" ")[0] or after[:-1]).rstrip()
            match = _on_a_line(text[start:end])
            found.append(Line(row["article_id"], row["published_date"], before, match, after, start))
    return found


def arrange(found: Sequence[Line], by: str) -> list[Line]:
    """Return lines in another order.

    Args:
        found: the lines.
        by: `left`, by the words before the match, the last word first; `right`, by the words after it; `date`, the
            oldest first and undated ones last.

    Raises:
        UsageError: there is no such order.
    """
    match by:
        case "left":
            return sorted(found, key=_left)
        case "right":
            return sorted(found, key=_right)
        case "date":
            return sorted(found, key=_day)
        case _:
            raise UsageError(f"Lines cannot be sorted by {by!r}. Sort them by one of {', '.join(ARRANGEMENTS)}.")


def _left(line: Line) -> tuple[Any, ...]:
    return tokens.terms(line.before)[: -_WORDS - 1 : -1], *_day(line)


def _right(line: Line) -> tuple[Any, ...]:
    return tokens.terms(line.after)[:_WORDS], *_day(line)


def _day(line: Line) -> tuple[Any, ...]:
    day = line.published_date
    return day is None, "" if day is None else day.isoformat(), line.article_id, line.start


def _on_a_line(text: str) -> str:
    """Return a text with as many characters, without line ends."""
    return text.replace("\n", " ").replace("\r", " ").replace("\t", " ")
