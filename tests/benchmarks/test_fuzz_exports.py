"""A small part of `benchmarks/faults/fuzz_exports.py`: changed exports come to articles or reasons."""

from __future__ import annotations

from benchmarks.faults import fuzz_exports


def test_changed_exports_give_articles_or_reasons(tmp_path):
    trials = fuzz_exports.run(tmp_path, 2 * len(fuzz_exports.exports()), 1)
    assert not trials.faults


def test_every_hand_made_export_has_articles(tmp_path):
    for name, data in fuzz_exports.exports().items():
        (tmp_path / name).write_bytes(data)
        taken, _ = fuzz_exports.follow(tmp_path / name)
        assert taken, name
