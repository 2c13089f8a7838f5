"""Figures on record, and what got worse between two commits."""

from __future__ import annotations

import json

import pytest

from benchmarks import results


def run(commit, unit="s", machine="here", **figures):
    return {"commit": commit, "machine": machine, "benchmark": "open", "unit": unit, "figures": figures}


@pytest.mark.parametrize(
    ("unit", "old", "new", "worse"),
    [
        ("s", 1.0, 1.5, 0.5),
        ("s", 2.0, 1.0, -0.5),
        ("/s", 100.0, 50.0, 0.5),
        ("/s", 100.0, 150.0, -0.5),
        ("share", 0.9, 0.9, 0.0),
        ("bytes", 10, 11, 0.1),
        ("faults", 0, 0, 0.0),
        ("faults", 0, 1, float("inf")),
        ("share", 0.0, 0.1, float("-inf")),
    ],
)
def test_whether_more_or_less_is_worse(unit, old, new, worse):
    (change,) = results.changes([run("a", unit, x=old), run("b", unit, x=new)], "a", "b")
    assert change.worse == pytest.approx(worse)


def test_only_what_was_measured_at_both_on_one_machine_is_compared():
    runs = [
        run("a", x=1, y=1), run("a", x=3), run("a", x=2), run("b", x=4), run("c", x=9), run("b", "ms", y=1),
        run("b", machine="there", y=5),
    ]  # fmt: skip
    # Of several runs the median.
    assert [(one.figure, one.old, one.new) for one in results.changes(runs, "a", "b")] == [("x", 2, 4)]


def test_runs_are_appended_and_read(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "_commit", lambda: "c" * 40)
    place = tmp_path / "results.jsonl"
    assert results.load(place) == []
    assert results.record("open", {"titles": 1.5}, "ms", place)
    assert results.record("open", {"titles": 2}, "ms", place)
    first, second = map(json.loads, place.read_text().splitlines())
    assert first.keys() == {"date", "commit", "machine", "benchmark", "unit", "figures"}
    assert (second["commit"], second["figures"], second["unit"]) == ("c" * 40, {"titles": 2}, "ms")
    assert len(results.load(place)) == 2
    place.write_text(place.read_text() + "{}\n")
    with pytest.raises(ValueError, match=r"line 3: no run of a benchmark"):
        results.load(place)


def test_changes_that_are_not_committed_are_not_recorded(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results, "_commit", lambda: None)
    assert not results.record("open", {"titles": 1.5}, "ms", tmp_path / "results.jsonl")
    assert not (tmp_path / "results.jsonl").exists()
    assert "not recorded" in capsys.readouterr().err


def test_what_got_worse_is_printed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(results, "_git", lambda *arguments: arguments[-1].partition("^")[0])
    monkeypatch.setattr(results, "load", lambda: [run("a", x=1.0, y=1.0, z=1.0), run("b", x=2.0, y=1.0, z=0.5)])
    assert results.main(["a", "b"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in printed[:-1]] == ["x", "z"]
    assert printed[-1] == "3 figures compared, 1 worse by more than 10%"
    assert results.main(["a", "b", "--tolerance", "1.5"]) == 0
    assert results.main(["a", "c"]) == 0
    assert "No figure was measured" in capsys.readouterr().out
