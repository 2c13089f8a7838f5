from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.tables.placement import FRESH_ROWS, LARGE, REST_ROWS, ROWS, place, place_rest

FIRST = datetime(2024, 1, 1, 6, tzinfo=UTC)


def shards(hours, documents, digest="0123456789ab"):
    """The shards of one batch, as ingest names them."""
    name = f"{FIRST + timedelta(hours=hours):%Y%m%dT%H%M%SZ}-{digest}"
    full, rest = divmod(documents, 2_048)
    sizes = [2_048] * full + [rest] * (rest > 0)
    return {f"{name}-{number:04}": size for number, size in enumerate(sizes)}


def daily(days, documents):
    found = {}
    for day in range(days):
        found |= shards(24 * day, documents)
    return found


BATCHES = st.lists(
    st.tuples(
        st.integers(0, 24 * 120), st.sampled_from([1, 40, 97, 500, 1_000, 3_000, LARGE + 5]), st.sampled_from("abc")
    ),
    unique_by=lambda one: (one[0], one[2]),
    max_size=25,
)


@given(BATCHES, st.dictionaries(st.sampled_from(["seeds-a1", "seeds-b2"]), st.integers(1, 8_192)))
def test_every_document_is_in_one_file_of_each_kind_and_files_are_bounded(batches, seeds):
    documents = dict(seeds)
    for hours, size, letter in batches:
        documents |= shards(hours, size, letter * 12)
    for pieces, most in ((place(documents), ROWS), (place_rest(documents), REST_ROWS)):
        names = [piece.name for piece in pieces]
        assert len(names) == len(set(names))
        rows = Counter()
        for piece in pieces:
            held = 0
            for part in piece.slices:
                assert 0 <= part.start < part.stop <= documents[part.shard]
                rows.update((part.shard, number) for number in range(part.start, part.stop))
                held += part.stop - part.start
            assert held <= most or piece.slices[0].shard in seeds
        assert rows.keys() == {(name, number) for name, size in documents.items() for number in range(size)}
        assert set(rows.values()) <= {1}
    assert {piece.name for piece in place(documents)}.isdisjoint(piece.name for piece in place_rest(documents))
    shuffled = dict(reversed(documents.items()))
    assert place(shuffled) == place(documents)


def test_one_more_day_leaves_the_files_of_older_days_alone():
    before, after = set(place(daily(20, 1_000))), set(place(daily(21, 1_000)))
    changed = {part.shard for piece in before ^ after for part in piece.slices}
    # The new day comes in small files, and the one that is fresh no longer goes into a larger one.
    assert changed == set(daily(21, 1_000)) - set(daily(20, 1_000)) | set(daily(17, 1_000)) - set(daily(16, 1_000))


def test_the_last_days_are_in_small_files_and_older_ones_in_larger():
    sizes = {}
    for piece in place(daily(20, 1_000)):
        sizes.setdefault(piece.slices[0].shard[:8], []).append(sum(part.stop - part.start for part in piece.slices))
    last = [sizes[day] for day in sorted(sizes)]
    assert all(len(day) == 1 for day in last[:-4])
    assert all(max(day) <= FRESH_ROWS for day in last[-4:])


def test_small_batches_are_folded_by_day_and_later_by_month():
    hourly = {}
    for hour in range(24 * 100):
        hourly |= shards(hour, 5)
    pieces = place(hourly)
    # A day has 120 documents: at most so many files for the last days, a file a day for two months, and then a few a month.
    assert len(pieces) < 4 * 2 + 62 + 12
    assert sum(part.stop - part.start for piece in pieces for part in piece.slices) == 24 * 100 * 5


def test_a_large_batch_keeps_its_files_when_others_come_later():
    large = shards(0, LARGE, "f" * 12)
    alone = set(place(large))
    assert alone <= set(place(large | daily(5, 300)))
    assert alone <= set(place(large | shards(24 * 200, 7)))


@pytest.mark.parametrize(("documents", "most"), [(200_000, 200), (400_000, 256), (1_000_000, 256), (3_000_000, 256)])
def test_a_huge_batch_has_few_files_and_a_document_less_leaves_them(documents, most):
    whole = place(shards(0, documents))
    assert len(whole) <= most
    less = place(shards(0, documents - 1))
    assert len(set(whole) - set(less)) <= 2


def spread(documents, days, size):
    """Batches of pages, as many a day as make so many documents in all, in shards of some size."""
    found = {}
    each = documents // days
    for day in range(days):
        name = f"{FIRST + timedelta(days=day):%Y%m%dT%H%M%SZ}-0123456789ab"
        found |= {f"{name}-{number:04}": size for number in range(each // size)}
    return found


@pytest.mark.parametrize(
    ("documents", "days", "size"),
    [
        (3_000_000, 3_650, 75),
        (10_000_000, 3_650, 2_048),
        (10_000_000, 60, 2_048),
        (10_000_000, 1, 2_048),
        (10_000_000, 1_000, 2_000),
        (100_000_000, 3_650, 2_048),
        (100_000_000, 100, 8_192),
        (100_000_000, 3, 8_192),
    ],
)
def test_a_large_corpus_has_fewer_files_than_the_root_of_its_documents(documents, days, size):
    given = spread(documents, days, size)
    pieces = place(given)
    in_all = sum(given.values())
    assert in_all > documents * 0.7
    assert len(pieces) <= in_all**0.5
    assert sum(part.stop - part.start for piece in pieces for part in piece.slices) == in_all
    assert len(place_rest(given)) <= in_all**0.5
    # The last day is in small files still, if there are others.
    if days == 3_650:
        newest = max(pieces, key=lambda piece: piece.slices[0].shard)
        assert sum(part.stop - part.start for part in newest.slices) <= 2_048


def test_a_large_corpus_keeps_its_files_from_day_to_day():
    given = spread(4_000_000, 365, 2_048)
    before, after = set(place(given)), set(place(given | shards(24 * 365, 9_000, "b" * 12)))
    assert len(before - after) < 0.05 * len(before)


@pytest.mark.parametrize("documents", [{}, {"seeds-a1": 0}])
def test_nothing_has_no_files(documents):
    assert place(documents) == [] == place_rest(documents)
