"""The corpus that the tutorial makes, made once for all pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conftest import made_once
from tests.docs import scenes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def tutorial_done(tmp_path_factory: pytest.TempPathFactory, _environment: None) -> Path:
    """The folder in which the tutorial was followed; `faults.json` in it names what differed from the page."""

    def make(place: Path) -> None:
        (place / "home").mkdir()
        faults = scenes.tutorial(place / "home")
        (place / "faults.json").write_text(json.dumps(faults))

    return made_once(tmp_path_factory, "tutorial", make)
