"""A small part of `benchmarks/faults/fuzz.py`: changed inputs of every kind come to documents or reasons, in bounds."""

from __future__ import annotations

import pytest

from benchmarks.faults import fuzz
from benchmarks.faults.samples import samples


@pytest.mark.parametrize("name", sorted(samples()))
def test_every_sample_is_taken(tmp_path, name):
    (tmp_path / name).write_bytes(samples()[name])
    result = fuzz.follow(tmp_path / name, tmp_path / "made")
    assert result.documents > 0
    assert result.skipped == 0


def test_changed_inputs_give_documents_or_reasons(tmp_path):
    for number in range(2 * len(samples())):
        name, data = fuzz.name_and_data(number, seed=1)
        assert fuzz.name_and_data(number, seed=1) == (name, data)
        place = tmp_path / str(number)
        place.mkdir()
        (place / name).write_bytes(data)
        fuzz.follow(place / name, place / "made")


def test_a_fault_names_the_input_that_shows_it():
    """In the parent, an exception or a death of the worker is a fault with the number and the seed of its input."""
    trials = fuzz.Trials()
    fuzz._judge(trials, 3, 1, fuzz.Result(0, 0, 0.0, 0, "KeyError: 'x' at rows.py:1"))
    fuzz._judge(trials, 4, 1, fuzz.Result(1, 0, fuzz.MOST_SECONDS + 1, 0))
    fuzz._judge(trials, 5, 1, fuzz.Result(1, 0, 0.1, int(fuzz.MOST_MEMORY) + 1))
    assert [fault.partition(" (")[0] for fault in trials.faults] == [f"input {one} of seed 1" for one in (3, 4, 5)]
    assert sum(trials.made.values()) == 3
