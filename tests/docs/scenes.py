"""Where the pages of the documentation are run, and in which order.

The tutorial starts beside a clone of this repository. Every guide goes on from where the tutorial ends, each in a copy of
its own, so that they can run at the same time.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Final

from tests.docs.blocks import ROOT, Reader, blocks, follow

if TYPE_CHECKING:
    from pathlib import Path

TUTORIAL: Final = ROOT / "docs/tutorial.md"
README: Final = ROOT / "README.md"


def pages() -> list[Path]:
    """README and the pages of docs/ that hold a block that is run, but the tutorial."""
    every = [README, *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in every if page != TUTORIAL and any(block.runs for block in blocks(page.read_text()))]


def tutorial(home: Path, *, rewrite: bool = False) -> list[str]:
    """Follow the tutorial in an empty folder; gives what differs from the page."""
    clone = home / "newscorpus"
    clone.mkdir()
    (clone / "examples").symlink_to(ROOT / "examples")
    return follow(TUTORIAL, Reader(home, clone), rewrite=rewrite)


def guide(page: Path, after_tutorial: Path, home: Path, *, rewrite: bool = False) -> list[str]:
    """Follow another page in a copy of what the tutorial left; gives what differs from the page."""
    shutil.copytree(after_tutorial, home, symlinks=True, dirs_exist_ok=True)
    folder = home / "town"
    if page == README:
        # Its first command is run in a clone of this repository.
        (home / "newscorpus/examples").unlink()
        subprocess.run(["git", "clone", "--quiet", ROOT, home / "newscorpus"], check=True, timeout=300)
        folder = home / "newscorpus"
        # As it is here, even if it is not committed yet: the engine, and what it made.
        for name in ("engine.yaml", "dvc.lock"):
            shutil.copy(ROOT / name, folder / name)
        shutil.copytree(ROOT / "reports", folder / "reports", dirs_exist_ok=True)
    return follow(page, Reader(home, folder), rewrite=rewrite)
