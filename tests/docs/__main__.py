"""`uv run python -m tests.docs [PAGE…]`: put what the commands print now into the pages, for review as a diff."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from tests.docs import scenes


def main() -> None:
    """Run the tutorial and the pages named (all unless given), and rewrite their output."""
    asked = [Path(name).resolve() for name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch) / "settings"
        home.mkdir()
        os.environ.update(
            HOME=str(home), GIT_CONFIG_NOSYSTEM="1", DVC_NO_ANALYTICS="1",
        )  # fmt: skip
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Ana Duarte\n\temail = ana@example.org\n[init]\n\tdefaultBranch = main\n"
        )
        town = Path(os.environ.get("TUTORIAL_DONE") or Path(scratch) / "tutorial")
        if not town.exists():
            town.mkdir()
            scenes.tutorial(town, rewrite=not asked or scenes.TUTORIAL in asked)
        for page in asked or scenes.pages():
            if page != scenes.TUTORIAL:
                print(page)
                scenes.guide(page, town, Path(scratch) / "guide", rewrite=True)
                shutil.rmtree(Path(scratch) / "guide")


main()
