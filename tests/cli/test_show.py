"""Printing text of unknown origin."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from corpus.cli import show
from tests.conftest import UNMEASURED, article

if TYPE_CHECKING:
    from tests.conftest import Corpus

CLI = Path(show.__file__).parent


@pytest.mark.parametrize(
    "evil", ["\x1b]0;title\x07", "\x1b[2J", "\x1b[8m hidden", "\u202e", "\x9b31m", "\U000e0041", "\u2028"]
)
def test_what_slipped_into_our_words_is_shown(capsys: pytest.CaptureFixture[str], evil: str) -> None:
    show.echo(f"one {evil}\ntwo")
    out = capsys.readouterr().out
    assert out.count("\n") == 2
    assert evil not in out
    assert "two" in out


def test_our_colours_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[str] = []
    monkeypatch.setattr(click, "echo", lambda message, **_: printed.append(message))
    line = f"{click.style('red', fg='red', bold=True)} plain"
    show.echo(line)
    assert printed == [line]


def test_every_command_prints_through_one_place() -> None:
    # `show` alone may print as it likes.
    for path in sorted(CLI.glob("*.py")):
        if path.name != "show.py":
            assert not re.search(r"click\.(echo|secho)\(", path.read_text()), path.name


HIDDEN = "\u202e\u2028\u200b\u2066\ufeff\x7f\x9b\x1b\U000e0041"


def test_no_command_lets_a_name_hide_anything(corpus_repo: Corpus, tmp_path: Path) -> None:
    name = f"evil{HIDDEN}.txt"
    corpus_repo.seed(name, article("evil"))
    corpus_repo.run("build", **UNMEASURED)
    (tmp_path / f"rows{HIDDEN}.jsonl").write_text(json.dumps({f"column{HIDDEN}": "x"}) + "\n")
    (tmp_path / f"torn{HIDDEN}.zip").write_bytes(b"PK\x03\x04")
    for command in (
        ("check", f"seeds/{name}"), ("why", f"seeds/{name}"), ("status",), ("history", f"seeds/{name}"), ("expect",),
        ("add", "--dry-run", str(tmp_path)), ("add", str(tmp_path)), ("versions",), ("why", f"nothing{HIDDEN}"),
    ):  # fmt: skip
        for options in ((), ("--json",)):
            done = corpus_repo.run(*command, *options, check=False, **UNMEASURED)
            assert not set(HIDDEN) & set(done.stdout + done.stderr), command
            if options and done.stdout:
                json.loads(done.stdout)
