"""The register of batches: one line a batch, merged by line, read strictly, the same text whatever the order."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.batches import register as raw
from corpus.errors import CorpusError

if TYPE_CHECKING:
    from pathlib import Path

FILE = raw.RawFile("20200101T000000Z-0123456789ab.parquet", "ab" * 32, 3, 1000, 1)
# As earlier versions wrote it.
OLD = """\
# The batches of documents in data/raw/, in the order in which they were added. `corpus add` writes this.
batches:
- name: 20261120T000000Z-bbbbbbbbbbbb
  captured_at: '2026-11-20T00:00:00+00:00'
  licence: CC-BY-4.0
  files:
  - name: 20261120T000000Z-bbbbbbbbbbbb.parquet
    sha256: abababababababababababababababababababababababababababababababab
    documents: 2
    size: 8000
    groups: 1
  skipped:
    repeat: 4
- name: 20200101T000000Z-aaaaaaaaaaaa
  captured_at: '2020-01-01T00:00:00+00:00'
  files: []
  redacted: 3
"""


def batch(number: int, **values: object) -> raw.Batch:
    name = f"20200101T0000{number:02}Z-{number:012x}"
    found = raw.Batch(name, datetime(2020, 1, 1, tzinfo=UTC), None, (replace(FILE, name=f"{name}.parquet"),))
    return replace(found, **values)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
names = st.builds("{:04}T{:02}Z-{:03x}".format, st.integers(0, 9_999), st.integers(0, 99), st.integers(0, 4_095))
counts = st.integers(0, 2**60)
files = st.builds(
    raw.RawFile,
    st.builds("{}{}.parquet".format, st.sampled_from(["", "2020-01/", "9999-12/"]), names),
    st.binary(min_size=32, max_size=32).map(bytes.hex),
    counts,
    counts,
    counts,
)
batches = st.builds(
    raw.Batch,
    names,
    st.datetimes(datetime(1000, 1, 2), timezones=st.just(UTC)),  # noqa: DTZ001 - the strategy adds it
    st.none() | texts,
    st.lists(files, max_size=2).map(tuple),
    st.dictionaries(texts, counts, max_size=2),
    counts,
    st.none() | files,
    st.none() | files,
    st.none() | counts,
)


@given(st.lists(batches, max_size=5, unique_by=lambda one: one.name), st.randoms())
def test_what_is_written_is_read_and_any_order_is_one_text(some: list[raw.Batch], random: object) -> None:
    text = raw.as_text(some)
    assert raw.parse(text) == sorted(some, key=lambda one: one.name)
    assert raw.as_text(raw.parse(text)) == text
    random.shuffle(some)  # type: ignore[attr-defined]
    assert raw.as_text(some) == text
    # It is YAML, with one line a batch.
    entries = yaml.safe_load(text)["batches"] or []
    assert [entry["licence"] for entry in entries if "licence" in entry] == [
        one.licence for one in raw.parse(text) if one.licence is not None
    ]
    assert [line[:2] for line in text.split("\n")[2:]] == ["- "] * len(some) + [""]


def union(base: str, ours: str, theirs: str, folder: Path) -> str:
    """What git makes of a file with `merge=union`."""
    for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        (folder / name).write_text(text, encoding="utf-8")
    return subprocess.run(
        ["git", "merge-file", "-p", "--union", "ours", "base", "theirs"], cwd=folder, capture_output=True, check=True
    ).stdout.decode()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=9),
    st.lists(st.integers(0, 9), max_size=3),
    st.permutations([0, 1, 2, 3]),
    st.booleans(),
)
def test_any_split_into_branches_and_any_order_of_merges_is_one_text(
    tmp_path: Path, branch_of: list[int], twice: list[int], order: list[int], normalises: bool
) -> None:
    """Batches are added on a trunk and four branches, some on two of them alike."""
    trunk = [batch(50), batch(60)]
    parts = [[batch(number) for number, at in enumerate(branch_of) if at == part] for part in range(4)]
    for number in twice:
        parts[number % 4].append(batch(number))
    base = raw.as_text(trunk)
    merged = base
    for part in order:
        merged = union(base, merged, raw.as_text([*trunk, *parts[part]]), tmp_path)
        merged = raw.as_text(raw.parse(merged)) if normalises else merged
    assert raw.as_text(raw.parse(merged)) == raw.as_text([*trunk, *(one for part in parts for one in part)])


def test_first_batches_on_two_branches_of_an_empty_register(tmp_path: Path) -> None:
    for empty in ("# Old header\nbatches: []\n", raw.as_text([])):
        merged = union(empty, raw.as_text([batch(2)]), raw.as_text([batch(1)]), tmp_path)
        assert raw.parse(merged) == [batch(1), batch(2)]


def test_registers_of_earlier_versions_are_read_and_written_in_lines() -> None:
    first, second = raw.parse(OLD)
    assert (first.name, first.redacted, first.files) == ("20200101T000000Z-aaaaaaaaaaaa", 3, ())
    assert (second.licence, second.skipped, second.documents) == ("CC-BY-4.0", {"repeat": 4}, 2)
    assert raw.parse(raw.as_text([second, first])) == [first, second]


def test_an_old_register_with_lines_of_the_new_form_is_read() -> None:
    lines = raw.as_text([batch(1), batch(2)]).partition("batches:\n")[2]
    for mixed in (OLD + lines, f"batches:\n{lines}{OLD}"):
        assert [one.name for one in raw.parse(mixed)] == sorted([batch(1).name, batch(2).name, *(
            one.name for one in raw.parse(OLD)
        )])  # fmt: skip


def test_of_two_entries_of_a_batch_the_one_with_more_taken_out_is_kept() -> None:
    kept = batch(1, redacted=2, files=())
    for some in ([batch(1), kept, batch(1, redacted=1)], [kept, batch(1)]):
        assert raw.normalised(some) == [kept]
        assert raw.parse(raw.lines.write(map(raw._plain, some))) == [kept]


LINE = raw.as_text([batch(1)]).splitlines()[2]


@pytest.mark.parametrize(
    "damaged",
    [
        LINE[:-1],
        LINE[:60],
        LINE[2:],
        LINE.replace('"sha256": "ab', '"sha256": "xy'),
        LINE.replace('"name": "', '"name": "../', 1),
        LINE.replace('"name"', '"title"', 1),
        LINE.replace('"documents": 3', '"documents": -3'),
        LINE.replace('"documents": 3', '"documents": true'),
        LINE.replace('"documents": 3', '"documents": NaN'),
        LINE.replace('"documents": 3, ', ""),
        LINE.replace("2020-01-01T", "2020-13-01T"),
        LINE.replace('"files": [', '"colour": "red", "files": ['),
        LINE.replace('"files": [', '"licence": 7, "files": ['),
        LINE.replace('"files": [', '"files": 7, "rest": ['),
        "- {" + '"a": {' * 5000,
        "- {a: *alias}",
        "<<<<<<< HEAD",
        "=======",
        ">>>>>>> other",
        "words",
    ],
)
def test_a_damaged_line_is_one_error_with_its_number(tmp_path: Path, damaged: str) -> None:
    text = raw.as_text([batch(2), batch(3)])
    (tmp_path / raw.BATCHES).write_text(f"{text}{damaged}\n")
    with pytest.raises(CorpusError, match=r"batches.yaml cannot be read: line 5 is ") as caught:
        raw.load(tmp_path)
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "batches: 7\n", "[]\n", "batches: {}\n", LINE, "other: []\n", "batches:\n- a\n  - b: [\n"]
)
def test_a_text_that_is_no_register_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        raw.parse(text)


def test_lines_by_hand_and_other_line_endings_are_read() -> None:
    by_hand = LINE.replace('"', "").replace("2020-01-01T00:00:00+00:00", "'2020-01-01T00:00:00+00:00'")
    assert raw.parse(f"# By hand\r\n\r\nbatches:\r\n{by_hand}\r\n".replace("batch:", "batch: ")) == [batch(1)]
    assert raw.parse("batches:\n" + LINE.replace("- {", "-   {")) == [batch(1)]


@pytest.mark.parametrize(
    "name", ["../x", "2025-01/../x", "2025-1/x", "data/x", "2025-01/", "/x", "2025-01/a/x", "x/", ""]
)
def test_a_file_is_in_the_folder_of_a_month_or_in_none(name: str) -> None:
    (one,) = raw.parse(raw.as_text([batch(1, observations=replace(FILE, name="2025-01/x"))]))
    assert one.observations is not None
    assert one.observations.name == "2025-01/x"
    with pytest.raises(ValueError, match="not a valid name"):
        raw.parse(raw.as_text([batch(1, observations=replace(FILE, name=name))]))
