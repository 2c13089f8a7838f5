"""The checks that the fault programs rely on find what they are meant to find."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from benchmarks.faults import invariants
from benchmarks.faults.__main__ import NOT_PROGRAMS, programs
from benchmarks.faults.harness import Scene, Trials, line

URLS = {"https://www.example.com/one", "https://www.example.com/two"}


@pytest.fixture
def scene(built):
    return Scene(built.root, built.root.with_name("home"))


def test_a_sound_repository_has_no_faults(scene):
    assert invariants.no_stray_files(scene) == []
    assert invariants.lost(scene, URLS) == []


@pytest.mark.parametrize("name", [".batches.yaml.12345", "data/.raw.dvc.7", "data/articles/x.parquet.tmp", "new.txt"])
def test_files_that_nobody_owns_are_found(scene, name):
    (scene.root / name).touch()
    assert any(name in fault for fault in invariants.no_stray_files(scene))


def test_lost_and_unexpected_articles_are_found(scene):
    assert (
        "missing ['https://www.example.com/three']"
        in invariants.lost(scene, {*URLS, "https://www.example.com/three"})[0]
    )
    assert "not expected ['https://www.example.com/two']" in invariants.lost(scene, {"https://www.example.com/one"})[0]


def test_a_changed_byte_of_a_table_is_found(scene):
    before = invariants.tables(scene.root)
    table = next(path for path in before if path.startswith("data/articles"))
    (scene.root / table).chmod(0o644)
    data = bytearray((scene.root / table).read_bytes())
    data[len(data) // 2] ^= 1
    (scene.root / table).write_bytes(data)
    after = invariants.tables(scene.root)
    assert [name for name in before if before[name] != after[name]] == [table]


@pytest.mark.parametrize(
    ("code", "errors", "found"),
    [
        (0, "", 0),
        (1, "error: no", 1),
        (0, "Traceback (most recent call last):\n  x", 1),
        (1, "thread panicked at x", 2),
    ],
)
def test_exit_codes_and_tracebacks_are_found(code, errors, found):
    assert len(invariants.quiet(subprocess.CompletedProcess([], code, "", errors), "trial")) == found


def test_every_program_prints_one_line_and_is_run_with_the_others():
    trials = Trials()
    assert trials.expect(condition=True, fault="none")
    assert not trials.expect(condition=False, fault="lost: a line\nof two")
    trials.made["add"] += 2
    text = line("kills", 7, trials, 1.25)
    assert "\n" not in text
    made = json.loads(text)
    assert (made["name"], made["seed"], made["trials"], made["faults"]) == ("kills", 7, 2, 1)
    assert "kills" in programs()
    folder = Path(invariants.__file__).parent
    assert {*programs()} == {path.stem for path in folder.glob("*.py")} - NOT_PROGRAMS - {"__init__"}
