"""The notebook in examples/ runs from beginning to end and draws its plot. `.ci/run` installs what it needs."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

from tests.docs.blocks import ROOT

if TYPE_CHECKING:
    from pathlib import Path

NOTEBOOK = ROOT / "examples/open_a_release.ipynb"


# Asked before the scene is set, which takes the commands of the tutorial.
@pytest.mark.skipif(find_spec("nbclient") is None, reason="the group docs has nbclient")
# Jupyter's own libraries warn of each other.
@pytest.mark.filterwarnings("default")
def test_the_notebook_opens_a_release_and_draws_a_plot(tutorial_done: Path, tmp_path: Path) -> None:
    import nbclient
    import nbformat

    home = tmp_path / "home"
    shutil.copytree(tutorial_done / "home", home, symlinks=True)
    (home / "newscorpus/examples").unlink()
    (home / "newscorpus/examples").mkdir()
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, startup_timeout=300, resources={"metadata": {"path": str(home / "newscorpus/examples")}}
    )
    client.execute()
    shown = [output.get("data", {}) for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("image/png" in data for data in shown)
    assert any("corpus@v1.0.1" in data.get("text/plain", "") for data in shown)


def test_the_notebook_is_kept_without_output() -> None:
    import json

    cells = json.loads(NOTEBOOK.read_text())["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []
