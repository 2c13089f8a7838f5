"""What `corpus upgrade` makes of params.yaml and dvc.yaml that users edited."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from corpus import settings
from corpus.app import yamlmerge
from corpus.app.migrating import merge_parameters
from corpus.repo import layout
from corpus.repo.outdated import RENAMED
from corpus.settings import Settings
from corpus.stages import pipeline

PARAMS = [text.decode() for text in layout.earlier("params.yaml")]
PIPELINES = [text.decode() for text in layout.earlier("dvc.yaml")]
NEW_PARAMS, NEW_PIPELINE = layout.current("params.yaml").decode(), layout.current("dvc.yaml").decode()
FIRST = PARAMS[0]


def test_the_templates_of_this_version_are_kept_for_later_ones() -> None:
    """If this fails, copy each changed template of corpus/app/template/ to the next number in past/NAME/."""
    for path in layout.FILES:
        folder = layout.templates() / "past" / layout.FILES[path]
        assert layout.current(path) in [one.read_bytes() for one in folder.iterdir()], path


def test_the_template_has_the_stages_of_this_version() -> None:
    assert pipeline() in NEW_PIPELINE


@pytest.mark.parametrize("text", [*PARAMS, *PIPELINES], ids=lambda text: str(len(text)))
def test_a_file_is_the_text_of_its_entries(text: str) -> None:
    entries, rest = yamlmerge.parse(text)
    assert "".join(one.text for one in entries) + rest == text


@pytest.mark.parametrize("old", PARAMS, ids=lambda text: str(len(text)))
def test_an_unedited_params_gets_every_new_key_and_comment(old: str) -> None:
    merged, clashes, _ = merge_parameters(old, old, NEW_PARAMS)
    assert not clashes
    assert merged.replace("duplicates: exact", "duplicates: mark") == NEW_PARAMS


@pytest.mark.parametrize("old", PIPELINES, ids=lambda text: str(len(text)))
def test_an_unedited_pipeline_becomes_this_versions(old: str) -> None:
    merged, clashes = yamlmerge.merge_keys(old, old, NEW_PIPELINE, keep_values=False)
    assert not clashes
    assert merged.replace("\n\n", "\n") == NEW_PIPELINE.replace("\n\n", "\n")


@pytest.mark.parametrize(
    ("old", "new", "section", "key", "value"),
    [
        ("min_words: 20", "min_words: 7", "validate", "min_words", 7),
        ("min_words: 20", "min_words: 7  # mine", "validate", "min_words", 7),
        ("severity: {}", "severity:\n    text_short: warn", "validate", "severity", {"text_short": "warn"}),
        ("title_length: [3, 400]", "title_length:\n    - 1\n    - 500", "validate", "title_length", [1, 500]),
        ("title: A news corpus", "title: 'News: ours'", "report", "title", "News: ours"),
        ("mark_duplicates: true", "mark_duplicates: false", "resolve", "duplicates", "ignore"),
        ("mark_duplicates: true", "mark_duplicates: true", "resolve", "duplicates", "exact"),
        ("  min_words: 20\n", "", "validate", "min_words", None),
        ("  # A larger", "  # Ours: a larger", "ingest", "max_bytes", 20000000),
    ],
)
def test_values_and_keys_of_a_user_stay(old: str, new: str, section: str, key: str, value: object) -> None:
    assert old in FIRST
    merged, clashes, _ = merge_parameters(FIRST, FIRST.replace(old, new), NEW_PARAMS)
    assert not clashes
    assert yaml.safe_load(merged)[section].get(key) == value
    settings.parse(merged.encode(), Path("params.yaml"))
    if "#" in new:
        assert new.partition("#")[2] in merged


def test_a_value_that_was_never_changed_stays_when_the_default_changes() -> None:
    base = NEW_PARAMS
    new = base.replace("threshold: 0.8", "threshold: 0.7").replace("top: 15", "top: 20")
    merged, _, notes = merge_parameters(base, base.replace("top: 15", "top: 9"), new)
    assert "threshold: 0.8" in merged
    assert notes == ["resolve.threshold stays 0.8; the default is now 0.7."]


def test_a_renamed_key_says_what_became_of_its_value() -> None:
    _, _, notes = merge_parameters(FIRST, FIRST, NEW_PARAMS)
    assert notes == ["resolve.mark_duplicates: true is now resolve.duplicates: exact (the default is mark)."]


def test_a_renamed_key_yields_to_one_that_has_the_new_name() -> None:
    both = FIRST.replace("  mark_duplicates: true", "  mark_duplicates: true\n  duplicates: drop")
    merged, clashes, notes = merge_parameters(FIRST, both, NEW_PARAMS)
    assert not clashes
    assert yaml.safe_load(merged)["resolve"]["duplicates"] == "drop"
    assert notes == ["resolve.mark_duplicates is gone: resolve.duplicates takes its place."]


def test_every_key_that_a_template_ever_had_is_known_or_renamed() -> None:
    known = {(name, key) for name, keys in Settings().model_dump(by_alias=True).items() for key in keys}
    known |= {(one.section, one.old) for one in RENAMED}
    for text in PARAMS:
        assert {(name, key) for name, keys in yaml.safe_load(text).items() for key in keys} <= known


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("artifacts:\n", "  mine:\n    cmd: echo\n\nartifacts:\n"),
        ("stages:\n", "stages:\n  mine:\n    cmd: echo\n\n"),
        ("artifacts:\n", "artifacts:\n  mine:\n    path: mine.csv\n"),
        ("stages:\n", "vars:\n  - mine: 1\n\nstages:\n"),
        ("artifacts:\n", "plots:\n  - mine.csv:\n      x: day\n\nartifacts:\n"),
        ("    cmd: corpus write\n", "    cmd: corpus write\n    # mine\n    frozen: true\n"),
        ("      - seeds\n", "      - mine\n      - seeds\n"),
    ],
)
def test_what_a_user_added_to_the_pipeline_stays(old: str, new: str) -> None:
    base = PIPELINES[0]
    assert old in base
    merged, clashes = yamlmerge.merge_keys(base, base.replace(old, new, 1), NEW_PIPELINE, keep_values=False)
    assert not clashes
    assert "mine" in merged
    values, expected = yaml.safe_load(merged), yaml.safe_load(NEW_PIPELINE)
    assert set(expected["stages"]) <= set(values["stages"])
    plots = [next(iter(one)) for one in values["plots"]]
    assert len(plots) == len(set(plots)) >= len(expected["plots"])
    assert "data/pairs" in str(values["stages"]["resolve"]["outs"])


def test_the_same_lines_changed_by_both_clash_and_name_their_stage() -> None:
    base = PIPELINES[0]
    edited = base.replace("desc: figures, plots, page, data dictionary", "desc: our report")
    merged, clashes = yamlmerge.merge_keys(base, edited, NEW_PIPELINE, keep_values=False)
    ((name, clash),) = clashes
    assert name == "stages.report"
    assert "our report" in clash.yours
    assert "card" in clash.new
    assert "our report" in merged


def test_a_stage_that_a_user_deleted_stays_deleted() -> None:
    base = PIPELINES[-1]
    entries, _ = yamlmerge.parse(base)
    (stages,) = [one for one in entries if one.key == "stages"]
    (report,) = [one for one in stages.inside if one.key == "report"]
    merged, _ = yamlmerge.merge_keys(base, base.replace(report.text, ""), NEW_PIPELINE, keep_values=False)
    assert "report" not in yaml.safe_load(merged)["stages"]
