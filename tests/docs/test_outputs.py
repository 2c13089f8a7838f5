"""What `--json` prints is what the reference says: the schema first, then the keys, each documented."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

from click.testing import CliRunner

from corpus.cli import COMMANDS
from corpus.cli.outputs import OUTPUTS
from docs.hooks import outputs, reference
from tests.conftest import Corpus

if TYPE_CHECKING:
    from pathlib import Path

    import click
    import pytest

URL = "https://www.example.com/2026/03/16/second-tram-line"
ARTICLES = "../newscorpus/examples/articles"
ASKED = {
    "add": ["--dry-run", ARTICLES],
    "check": [ARTICLES],
    "build": [],
    "status": [],
    "why": [URL],
    "expect": [],
    "release --dry-run": [],
    "versions": [],
    "diff": ["v1.0.0", "v1.0.1"],
    "history": [URL],
    "search": ["tram", "--facet", "publisher"],
    "export": ["../out"],
    "cite": [],
    "doctor": [],
    "verify": [],
    "forget": [URL, "--reason", "Court order 7", "--dry-run"],
}
# `release` makes one, `update` and `browse` start a server, and `collect` needs a web: tests of their own read theirs.
ELSEWHERE = {
    "release",
    "update",
    "merge",
    "browse",
    "upgrade",
    "collect",
    "collect --dry-run",
    "collect status",
    "collect sources",
    "collect replay",
}


def command_of(name: str) -> click.Command:
    return reference.command(name.partition(" ")[0])


def test_every_command_with_json_has_a_documented_output() -> None:
    with_json = {name for name in COMMANDS if any("--json" in option.opts for option in command_of(name).params)}
    assert with_json == {name for name in OUTPUTS if " " not in name}
    assert set(ASKED) | ELSEWHERE == set(OUTPUTS)
    page = outputs.page()
    for name, output in OUTPUTS.items():
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert f"`corpus {name}/{output.version}`" in section
        assert [key for key in output.keys if f"| `{key.rstrip('?')}` |" not in section] == []


def test_commands_print_the_keys_that_are_documented(
    tutorial_done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tutorial_done / "home", tmp_path / "home", symlinks=True)
    monkeypatch.chdir(tmp_path / "home/town")
    for name, arguments in ASKED.items():
        words = [*name.split()[1:], *arguments, "--json"]
        if name == "build":
            # DVC wants a process of its own.
            text = Corpus(tmp_path / "home/town").run(name, *words).stdout
        else:
            text = CliRunner().invoke(command_of(name), words, standalone_mode=False).stdout
        printed = json.loads(text)
        output = OUTPUTS[name]
        assert next(iter(printed.items())) == ("schema", f"corpus {name}/{output.version}")
        always = {key for key in output.keys if not key.endswith("?")}
        known = {key.rstrip("?") for key in output.keys}
        assert always <= printed.keys() - {"schema"} <= known, name
        assert output.items is None or isinstance(printed[output.items], list)
