"""Repositories that a Prefect server has been in: to make the tables of its database takes it longer than a run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import made_once

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Corpus


@pytest.fixture(scope="session")
def prefect_tables(tmp_path_factory: pytest.TempPathFactory, _environment: None) -> Path:
    """A database of Prefect's with its tables, and nothing in them; to be copied, not changed."""

    def make(place: Path) -> None:
        subprocess.run(
            [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"],
            env={**os.environ, "PREFECT_HOME": str(place), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"},
            check=True,
            capture_output=True,
            timeout=300,
        )

    return made_once(tmp_path_factory, "prefect", make) / "prefect.db"


@pytest.fixture
def built(built: Corpus, prefect_tables: Path) -> Corpus:
    """The built corpus, with what an earlier run of `corpus update` leaves of Prefect's."""
    folder = built.root / ".prefect"
    folder.mkdir(mode=0o700)
    shutil.copy(prefect_tables, folder)
    (folder / "prefect.db").chmod(0o600)
    return built
