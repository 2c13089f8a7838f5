"""Answers of the index for one version: how many articles match, which, by what facets, and when they appeared."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pyarrow as pa
from tantivy import Occur, Order
from tantivy import Query as Compiled

from corpus.errors import UsageError
from corpus.search import compiling, counting, documents
from corpus.search.answers import Facet, Hit, Month
from corpus.search.facets import FACETS
from corpus.search.narrowing import narrowed
from corpus.search.tree import EVERYTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import tantivy

    from corpus.search.index import Reader
    from corpus.search.narrowing import Narrowing
    from corpus.search.query import Query
    from corpus.search.tree import Node
    from corpus.search.view import View

ORDERS: Final = ("relevance", "newest", "oldest")
_REMEMBERED: Final = 64
# Filters that can be the key of what is remembered.
_Fixed: TypeAlias = "tuple[tuple[str, tuple[str, ...]], ...]"


class Searcher:
    """Searches one version. It reads the index as it was when this was made; any number may read at the same time."""

    def __init__(self, reader: Reader, view: View) -> None:
        self._reader = reader
        self._shards = view.numbered(reader)
        self._within = view.within(reader)
        # Pages ask for the same counts again and again, and the index does not change.
        self._facets = lru_cache(_REMEMBERED)(self._count_facets)
        self._months = lru_cache(_REMEMBERED)(self._count_months)
        # Filled with facets, too: a count is a part of the same answer.
        self._counts: dict[tuple[Node, _Fixed], int] = {}

    def count(self, query: Query, filters: Narrowing | None = None) -> int:
        """Return how many articles match.

        Raises:
            UsageError: a filter that there is not.
            IndexDamaged: the index cannot be read.
        """
        return self._counted(query.node, _fixed(filters))

    def _counted(self, node: Node, filters: _Fixed) -> int:
        if (known := self._counts.get((node, filters))) is not None:
            return known
        compiled = self._compiled(node, filters)
        return self._remembered((node, filters), int(self._run(lambda searcher: _count(searcher, compiled))))

    def _remembered(self, key: tuple[Node, _Fixed], count: int) -> int:
        if len(self._counts) >= _REMEMBERED:
            self._counts.clear()
        self._counts[key] = count
        return count

    def facets(
        self,
        query: Query,
        filters: Narrowing | None = None,
        names: Sequence[str] = FACETS,
        top: int = 12,
    ) -> dict[str, Facet]:
        """Return the most frequent values of facets among the articles that match.

        Of more than 60,000 values, which of the equally frequent ones are returned may differ.

        Args:
            query: the query.
            filters: all of them count, also those by the same facet; leave one out to see its other values.
            names: the facets.
            top: how many values of each, 60,000 at most.
        """
        return self._named(query, filters, names, top, None)

    def facets_beside(
        self, query: Query, filters: Narrowing, own: str, names: Sequence[str], top: int = 12
    ) -> dict[str, Facet]:
        """Return facets as `facets` does, and with them one that is in use, with its other values, in one pass.

        Args:
            query: the query.
            filters: all of them count for the facets that are named.
            own: a facet that the filters narrow by one value. It is counted without that value.
            names: the other facets.
            top: how many values of each, 60,000 at most.
        """
        return self._named(query, filters, names, top, own)

    def _named(
        self, query: Query, filters: Narrowing | None, names: Sequence[str], top: int, own: str | None
    ) -> dict[str, Facet]:
        unknown = [name for name in names if name not in FACETS]
        if unknown:
            raise UsageError(f"There is no facet {unknown[0]!r}. There are {', '.join(FACETS)}.")
        found = self._facets(query.node, _fixed(filters), tuple(names), min(top, counting.MOST_VALUES), own)
        return dict(found) if own else {name: found[name] for name in names}

    def _count_facets(
        self, node: Node, filters: _Fixed, names: tuple[str, ...], top: int, own: str | None
    ) -> dict[str, Facet]:
        if not names:
            return {}
        compiled = self._compiled(node, tuple((name, values) for name, values in filters if name != own))
        beside = next(((name, values[0]) for name, values in filters if name == own), None)

        def ask(request: dict[str, Any]) -> dict[str, Any]:
            answer: dict[str, Any] = self._run(lambda searcher: searcher.aggregate(compiled, request))
            return answer

        found, articles = counting.facets(ask, names, top, beside)
        self._remembered((node, filters), articles)
        return found

    def page(
        self,
        query: Query,
        filters: Narrowing | None = None,
        order: str = "relevance",
        offset: int = 0,
        limit: int = 20,
    ) -> list[Hit]:
        """Return some of the articles that match.

        Args:
            query: the query.
            filters: what narrows it.
            order: `relevance`, `newest` or `oldest`; undated articles come last, equal days in a fixed order.
            offset: how many to pass over.
            limit: how many to return.
        """
        if order not in ORDERS:
            raise UsageError(f"There is no order {order!r}. There are {', '.join(ORDERS)}.")
        if limit <= 0:
            return []
        compiled = self._compiled(query.node, _fixed(filters))

        def look(searcher: tantivy.Searcher) -> list[Hit]:
            hits = searcher.search(compiled, limit=limit, offset=offset, count=False, **_ordered(order)).hits
            return self._hits(searcher, [address for _, address in hits])

        found: list[Hit] = self._run(look)
        return found

    def sample(
        self,
        query: Query,
        filters: Narrowing | None = None,
        most: int = 5000,
        files: int | None = None,
        *,
        others: bool = False,
    ) -> list[Hit]:
        """Return some of the articles that match, all of them if they are no more; the same ones every time.

        Args:
            query: the query.
            filters: what narrows it.
            most: how many to return.
            files: if more match, those of so many files are enough. To read a row takes nearly as long as its file.
            others: return some of the articles of the version that do not match.
        """
        fixed = _fixed(filters)
        compiled = self._compiled(query.node, fixed)
        matching = self.count(query, filters)
        if others:
            compiled = compiling.all_but(self._within, [*narrowed(dict(fixed)), (Occur.Must, _of(query.node))])
            matching = self._counted(EVERYTHING, ()) - matching
        # Keys are digests, so their order is that of a draw.
        drawn = sorted(self._shards, key=lambda number: self._shards[number].key)
        if files is None or files >= len(drawn) or matching <= most:
            return self._sampled(compiled, most)
        asked = files
        while True:
            found = self._sampled(compiling.in_shards(compiled, drawn[:asked]), most)
            having = {hit.shard for hit in found}
            if len(having) >= files or asked >= len(drawn):
                break
            # Filters may leave articles of a few files alone.
            asked *= 4
        names = [name for number in drawn if (name := self._shards[number].file.path) in having]
        chosen = set(names[:files])
        return [hit for hit in found if hit.shard in chosen]

    def _sampled(self, compiled: Compiled, most: int) -> list[Hit]:
        def look(searcher: tantivy.Searcher) -> list[Hit]:
            hits = searcher.search(compiled, limit=most, count=False, order_by_field="sample").hits
            return self._hits(searcher, [address for _, address in hits])

        found: list[Hit] = self._run(look)
        return found

    def ids(self, query: Query, filters: Narrowing | None = None) -> pa.Array:
        """Return the ids of all articles that match, sorted."""
        compiled = self._compiled(query.node, _fixed(filters))

        def look(searcher: tantivy.Searcher) -> list[str]:
            if not (count := _count(searcher, compiled)):
                return []
            found = searcher.search(compiled, limit=count, count=False, order_by_field="id_high").hits
            addresses = [address for _, address in found]
            high, low = (_numbers(searcher, name, addresses) for name in ("id_high", "id_low"))
            return sorted(map(documents.article_id, high, low))

        return pa.array(self._run(look), pa.string())

    def timeline(self, query: Query, filters: Narrowing | None = None) -> list[Month]:
        """Return the months that have articles, in order: how many match, and how many there are in all.

        What is undated comes last, with the month "".
        """
        fixed = _fixed(filters)
        matching = self._compiled(query.node, fixed)
        request = {"month": counting.values_of("month", counting.MOST_VALUES)}
        hits = self._run(lambda searcher: searcher.aggregate(matching, request))["month"]["buckets"]
        found = {bucket["key"]: bucket["doc_count"] for bucket in hits}
        made = [Month(month, found.get(month, 0), articles, words) for month, articles, words in self._months(fixed)]
        return sorted(made, key=lambda month: (not month.month, month.month))

    def _count_months(self, filters: _Fixed) -> list[tuple[str, int, int]]:
        """Return the months of all articles that the filters leave, with their numbers of articles and of words."""
        everything = self._compiled(EVERYTHING, filters)
        request = {
            "month": counting.values_of("month", counting.MOST_VALUES)
            | {"aggs": {"words": {"sum": {"field": "words"}}}}
        }
        months = self._run(lambda searcher: searcher.aggregate(everything, request))["month"]["buckets"]
        return [(bucket["key"], bucket["doc_count"], int(bucket["words"]["value"])) for bucket in months]

    def find(self, article_id: str) -> Hit | None:
        """Return where an article of the version is, by its id; None if the version lacks it."""
        try:
            high, _ = documents.halves(article_id)
        except ValueError:
            return None
        term = Compiled.term_query(documents.schema(), "id_high", high)
        compiled = Compiled.boolean_query([*self._within, (Occur.Must, term)])

        def look(searcher: tantivy.Searcher) -> list[Hit]:
            addresses = [address for _, address in searcher.search(compiled, limit=100, count=False).hits]
            return self._hits(searcher, addresses)

        return next((hit for hit in self._run(look) if hit.article_id == article_id), None)

    def _run(self, function: Any) -> Any:
        return self._reader.run(function)

    def _compiled(self, node: Node, filters: _Fixed) -> Compiled:
        return Compiled.boolean_query([*self._within, *narrowed(dict(filters)), (Occur.Must, _of(node))])

    def _hits(self, searcher: tantivy.Searcher, addresses: list[Any]) -> list[Hit]:
        if not addresses:
            return []
        columns = (_numbers(searcher, name, addresses) for name in ("place", "id_high", "id_low", "words"))
        found = []
        for place, one, other, words in zip(*columns, strict=True):
            number, row = documents.shard_and_row(place)
            shard = self._shards[number]
            found.append(Hit(documents.article_id(one, other), shard.table, shard.file.path, row, words))
        return found


def _of(node: Node) -> Compiled:
    return compiling.every() if node == EVERYTHING else compiling.compiled(node)


def _fixed(filters: Narrowing | None) -> _Fixed:
    return tuple((name, tuple(values)) for name, values in (filters or {}).items())


def _count(searcher: tantivy.Searcher, compiled: Compiled) -> int:
    return int(searcher.aggregate(compiled, {counting.COUNT: counting.COUNTING})[counting.COUNT]["value"])


def _numbers(searcher: tantivy.Searcher, name: str, addresses: list[Any]) -> list[int]:
    # Every document has these.
    return [int(value or 0) for value in searcher.fast_field_values(name, addresses)]


def _ordered(order: str) -> dict[str, Any]:
    match order:
        case "newest":
            return {"order_by_field": "newest", "order": Order.Desc}
        case "oldest":
            return {"order_by_field": "oldest", "order": Order.Asc}
        case _:
            return {}
