"""Counting the values of facets: how the index is asked, and which values come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from corpus.search import documents
from corpus.search.answers import Facet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# The index gives an answer with no more values than this.
MOST_VALUES: Final = 60_000
# The part of an answer that is the number of articles.
COUNT: Final = "articles"
COUNTING: Final = {"value_count": {"field": "place"}}
# The part that has the facets of what one value leaves.
_NARROWED: Final = "narrowed"
# Values beyond those shown decide which of equally frequent ones come first.
_SPARE: Final = 100
_ALL: Final = 1 << 31


def values_of(name: str, size: int) -> dict[str, Any]:
    """Return what asks for the most frequent values of a facet."""
    # Each segment counts all values: the counts are exact.
    return {"terms": {"field": documents.FACET[name], "size": size, "segment_size": _ALL}}


def facets(
    ask: Callable[[dict[str, Any]], dict[str, Any]],
    names: Sequence[str],
    top: int,
    beside: tuple[str, str] | None = None,
) -> tuple[dict[str, Facet], int]:
    """Return facets and the number of articles that they are counted in.

    Args:
        ask: asks the index about articles.
        names: the facets, one at least.
        top: how many values of each, `MOST_VALUES` at most.
        beside: another facet, which is counted too, with a value: the others are counted in articles with it.
    """
    wanted = dict.fromkeys((*names, *(beside or ())[:1]), min(top + _SPARE, MOST_VALUES))
    found: dict[str, Facet] = {}
    articles = 0
    while wanted:
        # One answer has so many values at most.
        now = dict(list(wanted.items())[: max(1, MOST_VALUES // max(wanted.values()))])
        answer = _answer(ask, now, beside)
        articles = int(answer[COUNT]["value"])
        for name, size in now.items():
            values = answer.get(name, {"buckets": [], "sum_other_doc_count": 0})
            counted = sorted(((one["key"], one["doc_count"]) for one in values["buckets"]), key=_by_frequency)
            rest = values["sum_other_doc_count"]
            if rest and size < MOST_VALUES and counted[-1][1] == counted[top - 1][1]:
                # Which of the equally frequent ones come first is not known yet.
                wanted[name] = min(8 * size, MOST_VALUES)
                continue
            found[name] = Facet(counted[:top], len(counted) > top or rest > 0)
            del wanted[name]
    return found, articles


def _answer(
    ask: Callable[[dict[str, Any]], dict[str, Any]], sizes: Mapping[str, int], beside: tuple[str, str] | None
) -> dict[str, Any]:
    """Return the values of facets by name, and the number of articles."""
    request = {name: values_of(name, size) for name, size in sizes.items()} | {COUNT: COUNTING}
    if beside is None:
        return ask(request)
    own, value = beside
    alone = {own: request.pop(own)} if own in request else {}
    chosen = {"field": documents.FACET[own], "include": [value], "size": 1, "segment_size": _ALL}
    answer = ask(alone | {_NARROWED: {"terms": chosen, "aggs": request}})
    # Without the value there is no bucket, for there are no such articles.
    return answer | next(iter(answer[_NARROWED]["buckets"]), {COUNT: {"value": 0}})


def _by_frequency(value: tuple[str, int]) -> tuple[int, str]:
    return -value[1], value[0]
