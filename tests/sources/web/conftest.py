"""A server, and a corpus that collects from it."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import made_once
from tests.sources.web.scenes import Scene
from tests.website import Website


@pytest.fixture
def site():
    website = Website()
    yield website
    website.close()


@pytest.fixture(scope="session")
def empty_once(tmp_path_factory, _environment):
    from corpus.app.init import init

    return made_once(tmp_path_factory, "empty", lambda place: init(place / "repo")) / "repo"


@pytest.fixture
def scene(empty_once, tmp_path):
    shutil.copytree(empty_once, tmp_path / "repo", symlinks=True)
    return Scene(tmp_path / "repo")
