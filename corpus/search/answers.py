"""What a search answers with: articles that match, the values of a facet, and months."""

from __future__ import annotations

from typing import NamedTuple


class Hit(NamedTuple):
    """An article that matches, and where its row is.

    Attributes:
        article_id: its id.
        table: the table of its row.
        shard: the path of the shard.
        row: the row's number in the shard.
        words: how many words its text has.
    """

    article_id: str
    table: str
    shard: str
    row: int
    words: int


class Facet(NamedTuple):
    """The values of a facet and how many articles have each, the most frequent first, equal ones by name.

    Attributes:
        values: each with its number of articles; the value "" means no value.
        more: whether there are further values.
    """

    values: list[tuple[str, int]]
    more: bool


class Month(NamedTuple):
    """What appeared in a month, as `2026-03`; "" has what is undated.

    Attributes:
        month: which.
        hits: articles that match.
        articles: all articles that the filters leave.
        words: their words.
    """

    month: str
    hits: int
    articles: int
    words: int
