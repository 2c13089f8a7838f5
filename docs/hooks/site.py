"""Adds the generated pages to the site, and keeps blocks of the tests out of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

sys.path.insert(0, str(Path(__file__).parents[2]))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each part of the reference."""
    from docs.hooks import outputs
    from docs.hooks.reference import PAGES

    for path, make in {**PAGES, "reference/json.md": outputs.page}.items():
        files.append(File.generated(config, path, content=make()))
    return files
