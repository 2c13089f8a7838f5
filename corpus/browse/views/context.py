"""The words of a set: each match in its context, one a line; and the words that set it apart from the rest."""

from __future__ import annotations

import threading
import unicodedata
from collections import OrderedDict
from itertools import accumulate, zip_longest
from typing import TYPE_CHECKING, Any, Final

from corpus.browse.page import Paging
from corpus.errors import UsageError
from corpus.search.keywords import counts, frequent_words, key_words
from corpus.search.kwic import ARRANGEMENTS, Line, arrange, lines
from corpus.search.reading import rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from corpus.browse.page import Wanted
    from corpus.browse.seeking import Sought
    from corpus.search.answers import Hit
    from corpus.search.searching import Searcher

# Articles that are looked into; of more a sample is taken, the same one every time.
MOST_ARTICLES: Final = 5_000
MOST_FOR_WORDS: Final = 2_000
_LINES: Final = 50
# Characters on each side of a match, which a line of a wide screen has room for.
_WIDTH: Final = 44
_WORDS: Final = 40
# Lines of all pages.
_MOST_LINES: Final = 5_000
# Of frequent words the articles of so many files are looked into, and files are read so many at a time: to read one row
# takes nearly as long as to read all rows around it.
_FILES: Final = 40
_AT_ONCE: Final = 20
# Words of the texts that are in memory.
_MOST_WORDS: Final = 4_000_000
_KEPT: Final = 12
_PER: Final = 10_000


class _Kept:
    """What was computed last, so that other pages and orders of it are there at once."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._lock = threading.Lock()
        self._times_cleared = 0

    def of(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        with self._lock:
            before = self._times_cleared
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            if before != self._times_cleared:
                return made
            self._found[key] = made
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
        return made

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._found.clear()
            self._times_cleared += 1


_KEEP: Final = _Kept()


def let_go() -> None:
    """Drop the lines and words that were computed."""
    _KEEP.clear()


def _key(kind: str, wanted: Wanted, what: Sought) -> tuple[Any, ...]:
    opened = wanted.opened
    filters = tuple(sorted((name, tuple(sorted(values))) for name, values in what.filters.items()))
    return kind, opened.about.digest, opened.as_of, what.query.text, filters


def in_context(
    wanted: Wanted, searcher: Searcher, what: Sought, total: int
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the template, what it shows of the matches in their context, and the same for programs."""
    asked = wanted.asked
    order = asked.one("sort") or ARRANGEMENTS[0]
    if order not in ARRANGEMENTS:
        raise UsageError(f"There is no order of lines {order[:80]!r}. There are {', '.join(ARRANGEMENTS)}.")

    every, titles, looked = ([], {}, 0)
    if total and not what.query.is_empty:
        every, titles, looked = _KEEP.of(_key("kwic", wanted, what), lambda: _matches(wanted, searcher, what))
    ordered = _KEEP.of((*_key("kwic", wanted, what), order), lambda: arrange(every, order))
    paging = Paging.of(asked, len(ordered), _LINES)
    shown = ordered[paging.offset : paging.offset + _LINES]
    entries = [
        {"line": one, "is_rtl": _is_rtl(one.match), "title": titles[one.article_id],
         "to": asked.address.to("article", one.article_id, q=what.query.text)}
        for one in shown
    ]  # fmt: skip
    values = {
        "entries": entries, "paging": paging, "sort": order, "sampled": looked if looked < total else 0,
    }  # fmt: skip
    return "kwic.html.jinja", values, {"sort": order, "sampled": values["sampled"], **paging.data(), "lines": shown}


def _matches(wanted: Wanted, searcher: Searcher, what: Sought) -> tuple[list[Line], dict[str, str], int]:
    """Return the matches of a set, the titles of its articles by id, and how many articles were looked into.

    Where words are frequent, so many lines of some articles are enough.
    """
    hits = searcher.sample(what.query, what.filters, MOST_ARTICLES, _FILES)
    found: list[Line] = []
    titles: dict[str, str] = {}
    for some in _steps(hits):
        for row in _texts(wanted, some, ("title", "published_date")) if len(found) < _MOST_LINES else ():
            if len(found) >= _MOST_LINES:
                break
            found += lines(what.query, [row], _WIDTH)
            titles[row["article_id"]] = row["title"][:300]
    return found, titles, len(titles)


def _steps(hits: Sequence[Hit]) -> Iterator[list[Hit]]:
    """Yield articles in the order in which they are looked into: the same every time, and one of each file in turn."""
    by_file: dict[str, list[Hit]] = {}
    # Ids are hashes.
    for hit in sorted(hits, key=lambda hit: hit.article_id):
        by_file.setdefault(hit.shard, []).append(hit)
    files = list(by_file.values())
    for first in range(0, len(files), _AT_ONCE):
        rounds = zip_longest(*files[first : first + _AT_ONCE])
        yield [hit for turn in rounds for hit in turn if hit is not None]


def _is_rtl(text: str) -> bool:
    return next((unicodedata.bidirectional(one) in {"R", "AL"} for one in text if one.isalpha()), False)


def in_words(
    wanted: Wanted, searcher: Searcher, what: Sought, total: int
) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Return the template, what it shows of frequent and of characteristic words, and the same for programs."""

    def make() -> tuple[list[dict[str, Any]], list[dict[str, Any]], int, int]:
        texts = _texts(wanted, searcher.sample(what.query, what.filters, MOST_FOR_WORDS, _FILES))
        mine = counts(row["text"] for row in texts)
        others = searcher.sample(what.query, what.filters, MOST_FOR_WORDS, _FILES, others=True)
        rest = counts(row["text"] for row in _texts(wanted, others))
        size, size_of_rest = sum(mine.values()) or 1, sum(rest.values()) or 1
        frequent = [
            {"word": word, "count": number, "share": round(_PER * number / size, 2)}
            for word, number in frequent_words(mine, _WORDS)
        ]
        key = [
            {"word": one.word, "count": one.count, "rest": one.rest, "share": round(_PER * one.count / size, 2),
             "share_of_rest": round(_PER * one.rest / size_of_rest, 2), "likelihood": round(one.likelihood, 1)}
            for one in (key_words(mine, rest, _WORDS) if rest else ())
        ]  # fmt: skip
        return frequent, key, len(others), len(texts)

    frequent, key, others, looked = _KEEP.of(_key("words", wanted, what), make) if total else ([], [], 0, 0)
    values = {"frequent": frequent, "key": key, "others": others, "sampled": looked if looked < total else 0}
    return "words.html.jinja", values, {**values, "measure": "log-likelihood (G2)", "per": _PER}


def _texts(wanted: Wanted, hits: Sequence[Hit], columns: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the texts of articles, with other columns; of a very long set those of the first ones."""
    if not hits:
        return []
    words = accumulate(hit.words for hit in hits)
    few = hits[: max(1, sum(number <= _MOST_WORDS for number in words))]
    return rows(wanted.opened.version.searchable(), few, [*columns, "text"])
