"""The list of stages is what dvc.yaml, the commands and the schemas go by."""

import importlib
import inspect
from pathlib import Path

import pytest

from corpus.cli import COMMANDS
from corpus.repo import layout
from corpus.stages import NAMES, STAGES, pipeline
from schemas.tables import TABLES

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "text", [(ROOT / "dvc.yaml").read_text(), layout.current("dvc.yaml").decode()], ids=["dvc.yaml", "of a new corpus"]
)
def test_dvc_yaml_has_the_stages(text: str) -> None:
    begin, end = text.index("stages:\n"), text.index("\nartifacts:")
    assert text[begin:end] == pipeline(), "write what corpus.stages.pipeline() returns into dvc.yaml"


def test_a_stage_reads_only_what_stages_before_it_write() -> None:
    written: set[str] = set()
    for stage in STAGES:
        assert {*stage.reads} <= written
        written |= {*stage.tables}
    assert written == {*TABLES}


@pytest.mark.parametrize("stage", STAGES, ids=NAMES)
def test_a_stage_has_a_command_and_a_function(stage) -> None:
    assert stage.name in COMMANDS
    module, _, name = stage.entry.partition(":")
    assert len(inspect.signature(getattr(importlib.import_module(module), name)).parameters) == 3
