"""Every block of README and docs/ that can run is run, and prints what the page shows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.docs import scenes
from tests.docs.blocks import ROOT, blocks, steps

if TYPE_CHECKING:
    from pathlib import Path


def test_the_tutorial_prints_what_it_shows(tutorial_done: Path) -> None:
    faults = json.loads((tutorial_done / "faults.json").read_text())
    assert not faults, "\n\n".join(faults)


@pytest.mark.parametrize("page", scenes.pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_prints_what_it_shows(page: Path, tutorial_done: Path, tmp_path: Path) -> None:
    faults = scenes.guide(page, tutorial_done / "home", tmp_path / "home")
    assert not faults, "\n\n".join(faults)


def test_readme_is_short_and_every_link_in_it_leads_somewhere() -> None:
    import re

    text = scenes.README.read_text()
    assert len(text.splitlines()) <= 120
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


class TestBlocks:
    def test_a_block_runs_unless_a_comment_before_it_says_why_not(self) -> None:
        page = "```python\na\n```\n\n<!-- not run: no server -->\n```console\n$ b\n```\n\n```yaml\nc: 1\n```\n"
        assert [(block.language, block.runs) for block in blocks(page)] == [
            ("python", True),
            ("console", False),
            ("yaml", False),
        ]

    def test_a_command_goes_on_in_lines_that_begin_with_a_bracket(self) -> None:
        found = steps("$ cat <<'END'\n> a\n>\n> END\na\n\n$ true\n")
        assert [(step.command, step.shown) for step in found] == [("cat <<'END'\na\n\nEND", ["a", ""]), ("true", [])]

    @pytest.mark.parametrize(
        ("shown", "printed", "alike"),
        [
            (["a", "b"], "a\nb\n", True),
            (["a", "b"], "a\n", False),
            (["a", "…"], "a\nb\nc\n", True),
            (["…", "c"], "a\nb\nc\n", True),
            (["a", "…", "c"], "a\nb\nd\n", False),
            (["a", "…", "b", "…", "c"], "a\nx\nb\ny\nc\n", True),
            (["a", "…", "b", "…", "c"], "a\nx\nd\ny\nc\n", False),
            (["commit 8a29ffca32"], "commit 0123456789\n", True),
            (["commit 8a29ffca32"], "commit none\n", False),
            (["1 article, 12.1 kB"], "1 article, 12.2 kB\n", True),
            (["1 article, 12.1 kB"], "2 articles, 12.1 kB\n", False),
        ],
    )
    def test_output_is_compared_but_for_hashes_days_and_sizes(
        self, shown: list[str], printed: str, alike: bool
    ) -> None:
        from tests.docs.blocks import _compare

        assert (_compare("page", "x", shown, printed) == []) is alike
