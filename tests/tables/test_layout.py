from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.tables.layout import MOST_BYTES, MOST_DOCUMENTS, Member, cut

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
members = st.lists(st.builds(Member, names, st.integers(0, MOST_BYTES * 2)), unique_by=lambda m: m.source, max_size=60)


@given(members, st.randoms(use_true_random=False))
def test_order_of_arrival_changes_nothing(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert list(cut("seeds", found)) == list(cut("seeds", shuffled))


@given(members)
def test_every_document_is_in_exactly_one_bounded_part(found):
    parts = list(cut("seeds", found))
    assert sorted(m.source for part in parts for m in part.members) == sorted(m.source for m in found)
    for part in parts:
        assert part.members
        assert len(part.members) <= MOST_DOCUMENTS
        assert len(part.members) == 1 or sum(m.size for m in part.members) <= MOST_BYTES
    assert len({part.name for part in parts}) == len(parts)


def test_one_more_document_touches_few_parts():
    found = [Member(f"seeds/{number:06d}.txt", 3_000) for number in range(20_000)]
    before = set(cut("seeds", found))
    after = set(cut("seeds", [*found, Member("seeds/010000a.txt", 3_000)]))
    assert len(before) > 5
    assert len(after - before) <= 2


def test_no_documents_make_no_parts():
    assert list(cut("seeds", [])) == []
