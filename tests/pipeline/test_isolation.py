from __future__ import annotations

import resource

import pytest

from corpus.pipeline.documentlimits import DocumentLimits

LIMITS = (resource.RLIMIT_CPU, resource.RLIMIT_AS)


def limits():
    return [resource.getrlimit(limit) for limit in LIMITS]


def test_time_and_blame_end_with_the_document(tmp_path):
    note = tmp_path / "at"
    before = limits()
    with DocumentLimits(note, seconds=1_000) as watch:
        bounded = limits()
        assert bounded[1] != before[1]
        with watch.over("seeds/a.html"):
            assert note.read_text() == '"seeds/a.html"'
            assert limits()[0] != before[0]
        assert limits() == bounded
        assert note.read_text() == ""
        # A shorter name leaves nothing of the one before.
        with watch.over("b"):
            assert note.read_text() == '"b"'
    assert limits() == before
    assert not note.exists()


def test_without_a_note_nothing_is_bounded():
    before = limits()
    with DocumentLimits(None, seconds=1) as watch, watch.over("seeds/a.html"):
        assert limits() == before


def test_a_failing_parser_is_not_hidden(tmp_path):
    with pytest.raises(RecursionError), DocumentLimits(tmp_path / "at", seconds=1_000) as watch, watch.over("x"):
        raise RecursionError
